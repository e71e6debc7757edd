//! The text of an entry: structured fields that an agent finds by number, each on its own so that a town can override it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::text::Html;

/// The parts of an entry's text. Their order is the order on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// What to say first, ready to be read aloud.
    #[serde(rename = "summary")]
    ShortAnswer,
    Documents,
    Fees,
    Deadlines,
    Appointment,
    Contact,
    Forms,
    Prerequisites,
    Procedure,
    LegalBasis,
    Body,
    /// For agents only, never said and never public.
    Internal,
}

impl Field {
    pub const ALL: [Self; 12] = [
        Self::ShortAnswer,
        Self::Documents,
        Self::Fees,
        Self::Deadlines,
        Self::Appointment,
        Self::Contact,
        Self::Forms,
        Self::Prerequisites,
        Self::Procedure,
        Self::LegalBasis,
        Self::Body,
        Self::Internal,
    ];

    /// The blocks that a digit jumps to, 1 to 6, always at the same place.
    pub const NUMBERED: [Self; 6] =
        [Self::Documents, Self::Fees, Self::Deadlines, Self::Appointment, Self::Contact, Self::Forms];

    /// Shown below the numbered blocks.
    pub const FURTHER: [Self; 4] = [Self::Prerequisites, Self::Procedure, Self::LegalBasis, Self::Body];

    /// Its key in import records, in the API and in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ShortAnswer => "summary",
            Self::Documents => "documents",
            Self::Fees => "fees",
            Self::Deadlines => "deadlines",
            Self::Appointment => "appointment",
            Self::Contact => "contact",
            Self::Forms => "forms",
            Self::Prerequisites => "prerequisites",
            Self::Procedure => "procedure",
            Self::LegalBasis => "legal_basis",
            Self::Body => "body",
            Self::Internal => "internal",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::ShortAnswer => "Sagen Sie zuerst",
            Self::Documents => "Unterlagen",
            Self::Fees => "Gebühr",
            Self::Deadlines => "Frist",
            Self::Appointment => "Termin",
            Self::Contact => "Kontakt",
            Self::Forms => "Formular",
            Self::Prerequisites => "Voraussetzungen",
            Self::Procedure => "Ablauf",
            Self::LegalBasis => "Rechtsgrundlage",
            Self::Body => "Weitere Informationen",
            Self::Internal => "Nur intern",
        }
    }
}

/// Offered to editors; a catalogue may bring others.
pub const LIFE_SITUATIONS: [&str; 16] = [
    "Arbeit und Geld",
    "Ausländerrecht",
    "Ausweis und Reise",
    "Auto und Führerschein",
    "Bauen und Wohnen",
    "Beteiligung und Wahlen",
    "Familie und Kind",
    "Geburt",
    "Gesundheit und Pflege",
    "Gewerbe",
    "Heirat",
    "Ordnung und Verkehr",
    "Tiere",
    "Tod und Trauer",
    "Umwelt und Abfall",
    "Umzug",
];

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub label: String,
    pub url: String,
}

/// One version's whole text. A missing field is empty, or, in an entry that overrides another, as in its base.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    pub title: String,
    pub synonyms: Vec<String>,
    pub keywords: Vec<String>,
    pub life_situations: Vec<String>,
    /// 14-digit LeiKa key.
    pub leika: Option<String>,
    /// The responsible office's name, also where it is no unit of the directory.
    pub unit: Option<String>,
    pub links: Vec<Link>,
    pub valid_from: Option<NaiveDate>,
    pub valid_until: Option<NaiveDate>,
    pub fields: BTreeMap<Field, Html>,
}

impl Content {
    pub fn html(&self, field: Field) -> Option<&Html> {
        self.fields.get(&field)
    }

    /// A field without text is left out, so that "empty" has one form only.
    pub fn set(&mut self, field: Field, html: Html) {
        if html.is_empty() {
            self.fields.remove(&field);
        } else {
            self.fields.insert(field, html);
        }
    }

    /// Equal texts have equal hashes: the struct's order of fields is fixed and the map is sorted.
    pub fn to_json_and_hash(&self) -> (String, Vec<u8>) {
        let json = serde_json::to_string(self).expect("strings and dates can always be written as JSON");
        let hash = Sha256::digest(json.as_bytes()).to_vec();
        (json, hash)
    }

    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_until.is_none_or(|until| day <= until)
    }
}

/// Letters without case and accents: ä as a, ß as ss.
pub fn fold(text: &str) -> String {
    text.to_lowercase().replace('ß', "ss").nfkd().filter(|c| !is_combining_mark(*c)).collect()
}

/// A title folded as a German dictionary sorts it (DIN 5007-1), without leading marks.
/// Titles that begin with neither a letter from a to z nor a digit come first, beside the digits.
pub fn sort_key(title: &str) -> String {
    let folded: String = fold(title).chars().skip_while(|c| !c.is_alphanumeric()).collect();
    match folded.chars().next() {
        Some(first) if first.is_ascii_alphanumeric() => folded,
        _ => format!("0{folded}"),
    }
}

#[cfg(test)]
mod tests {
    use super::sort_key;

    #[test]
    fn umlauts_sort_with_their_letters_and_marks_do_not_count() {
        assert_eq!(sort_key("Änderung"), "anderung");
        assert_eq!(sort_key("„Straße“ sperren"), "strasse“ sperren");
        assert_eq!(sort_key("115 – Behördennummer"), "115 – behordennummer");
        assert_eq!(sort_key("§ 35a"), "35a");
        assert_eq!(sort_key("Ωmega"), "0ωmega");
        assert_eq!(sort_key("…"), "0");
    }
}
