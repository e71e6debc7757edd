//! The directory in and out of a file: tables as offices keep them, and vCards as address books do.
//!
//! A file adds and changes and never takes away; what it leaves empty stays as it is.

mod apply;
mod plan;
mod table;
mod vcard;

pub use apply::apply;
pub use plan::{Change, Outcome, Plan, plan};

use super::{Contact, Unit};

/// One office, or one person of an office, as a file has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Where it begins in the file.
    pub line: usize,
    pub unit: String,
    /// A person or a function of the office.
    pub person: Option<String>,
    pub parent: Option<String>,
    pub tasks: Option<String>,
    pub phone: Option<String>,
    pub mail: Option<String>,
    pub street: Option<String>,
    pub postcode: Option<String>,
    pub city: Option<String>,
    pub room: Option<String>,
    pub languages: Option<String>,
    pub phone_hours: Option<String>,
    pub opening_hours: Option<String>,
}

/// A record, or the line with what is wrong there.
pub type Read = Result<Record, (usize, String)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    VCard,
}

impl Format {
    pub const ALL: [Self; 2] = [Self::Csv, Self::VCard];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::VCard => "vcard",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::VCard => "text/vcard; charset=utf-8",
        }
    }

    pub fn file_name(self, slug: &str) -> String {
        match self {
            Self::Csv => format!("verzeichnis-{slug}.csv"),
            Self::VCard => format!("verzeichnis-{slug}.vcf"),
        }
    }

    /// By what stands in it.
    pub fn of(text: &str) -> Self {
        let begins = text.trim_start_matches('\u{feff}').trim_start().get(..11);
        if begins.is_some_and(|begins| begins.eq_ignore_ascii_case("BEGIN:VCARD")) { Self::VCard } else { Self::Csv }
    }
}

pub fn read(text: &str) -> Vec<Read> {
    match Format::of(text) {
        Format::Csv => table::read(text),
        Format::VCard => vcard::read(text),
    }
}

pub fn write(format: Format, units: &[Unit], contacts: &[Contact]) -> String {
    let records = records(units, contacts);
    match format {
        Format::Csv => table::write(&records),
        Format::VCard => vcard::write(&records),
    }
}

/// Every office, each followed by its people.
fn records(units: &[Unit], contacts: &[Contact]) -> Vec<Record> {
    let name_of = |id| units.iter().find(|unit| Some(unit.id) == id).map(|unit| unit.name.clone());
    let mut records = Vec::new();
    for unit in units {
        records.push(Record {
            unit: unit.name.clone(),
            parent: name_of(unit.parent),
            tasks: unit.tasks.clone(),
            phone: unit.phone.clone(),
            mail: unit.mail.clone(),
            street: unit.street.clone(),
            postcode: unit.postcode.clone(),
            city: unit.city.clone(),
            room: unit.room.clone(),
            languages: Some(unit.languages.join(", ")).filter(|text| !text.is_empty()),
            phone_hours: unit.phone_hours.clone(),
            opening_hours: unit.opening_hours.clone(),
            ..Record::default()
        });
        records.extend(contacts.iter().filter(|contact| contact.unit == unit.id).map(|contact| Record {
            unit: unit.name.clone(),
            person: Some(contact.name.clone()),
            tasks: contact.task.clone(),
            phone: contact.phone.clone(),
            mail: contact.mail.clone(),
            room: contact.room.clone(),
            languages: Some(contact.languages.join(", ")).filter(|text| !text.is_empty()),
            ..Record::default()
        }));
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<Record> {
        let office = Record {
            unit: "Bürgerbüro; Nord, \"Haus\" 1".to_owned(),
            parent: Some("Amt".to_owned()),
            phone: Some("069 90009-110".to_owned()),
            mail: Some("buero@stadt-a.example".to_owned()),
            street: Some("Markt 1".to_owned()),
            postcode: Some("99902".to_owned()),
            city: Some("Stadt A".to_owned()),
            tasks: Some("Pässe,\nAusweise".to_owned()),
            ..Record::default()
        };
        let person = Record {
            unit: office.unit.clone(),
            person: Some("Frau Öztürk-Weiß".to_owned()),
            phone: Some("2212".to_owned()),
            languages: Some("Türkisch, Polnisch".to_owned()),
            ..Record::default()
        };
        vec![Record { unit: "Amt".to_owned(), ..Record::default() }, office, person]
    }

    fn read_back(text: &str) -> Vec<Record> {
        let records = read(text).into_iter().map(|read| read.expect("a record"));
        records.map(|record| Record { line: 0, ..record }).collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(read_back(&table::write(&sample())), sample());
        assert_eq!(read_back(&vcard::write(&sample())), sample());
    }

    #[test]
    fn formula_of_a_spreadsheet_is_no_formula() {
        let record = Record { unit: "=HYPERLINK(\"x\")".to_owned(), ..Record::default() };
        assert!(table::write(&[record]).contains("'=HYPERLINK"));
    }

    #[test]
    fn vcards_of_other_programs_are_read() {
        let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Frau Yilmaz\r\nORG:Stadt A;Bürger\r\n büro\r\n\
                    TEL;TYPE=WORK,VOICE:069 90009-114\r\nitem1.EMAIL;type=INTERNET:yilmaz@stadt-a.example\r\nEND:VCARD\r\n\
                    BEGIN:VCARD\nVERSION:4.0\nKIND:org\nFN:Standesamt\nTEL;VALUE=uri:tel:+49-69-90009-115\nEND:VCARD\n\
                    BEGIN:VCARD\nVERSION:4.0\nEND:VCARD\nKaputt\n";
        let read = read(text);
        let yilmaz = read[0].as_ref().expect("a record");
        assert_eq!((yilmaz.unit.as_str(), yilmaz.person.as_deref()), ("Bürgerbüro", Some("Frau Yilmaz")));
        assert_eq!(yilmaz.phone.as_deref(), Some("069 90009-114"));
        assert_eq!(yilmaz.mail.as_deref(), Some("yilmaz@stadt-a.example"));
        assert_eq!(read[1].as_ref().expect("an office").phone.as_deref(), Some("+49-69-90009-115"));
        assert_eq!(read[2].as_ref().expect_err("no name").0, 15);
        assert!(read[3].is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_a_reader(text in "\\PC*", begins in proptest::bool::ANY) {
            read(&if begins { format!("BEGIN:VCARD\n{text}") } else { text });
        }
    }
}
