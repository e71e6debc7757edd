//! A table as spreadsheets take it, and as `import` takes it back.

use std::io::{self, Write};

use super::super::store::exports::UnitEntries;
use super::super::{Content, Field, Link};
use super::{Sheet, Wish};
use crate::directory::Unit;

const COLUMNS: [&str; 11] = [
    "id",
    "title",
    "format",
    "synonyms",
    "keywords",
    "life_situations",
    "leika",
    "unit",
    "links",
    "valid_from",
    "valid_until",
];

pub struct Csv;

impl Sheet for Csv {
    fn begin(&mut self, _: &Wish<'_>, out: &mut dyn Write) -> io::Result<()> {
        let fields = Field::ALL.map(Field::as_str);
        // Spreadsheets take a file for UTF-8 only with its mark.
        out.write_all("\u{feff}".as_bytes())?;
        row(COLUMNS.into_iter().chain(fields).map(str::to_owned), out)
    }

    fn entry(&mut self, external_id: &str, content: &Content, out: &mut dyn Write) -> io::Result<()> {
        let date = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        let single = [
            external_id.to_owned(),
            content.title.clone(),
            "html".to_owned(),
            names(&content.synonyms),
            names(&content.keywords),
            names(&content.life_situations),
            content.leika.clone().unwrap_or_default(),
            content.unit.clone().unwrap_or_default(),
            links(&content.links),
            date(content.valid_from),
            date(content.valid_until),
        ];
        let fields = Field::ALL.map(|field| content.html(field).map(ToString::to_string).unwrap_or_default());
        row(single.into_iter().chain(fields), out)
    }

    fn end(&mut self, _: &Wish<'_>, _: &[UnitEntries], _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

fn row(cells: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(out);
    writer.write_record(cells)?;
    writer.flush()
}

/// Parted by bars; a name that has a mark of parting in it makes the cell a JSON list.
fn names(names: &[String]) -> String {
    let is_plain = |name: &String| !name.contains(['|', ';', '\n']) && !name.starts_with('[');
    if names.iter().all(is_plain) { names.join("|") } else { serde_json::json!(names).to_string() }
}

fn links(links: &[Link]) -> String {
    let is_plain = |link: &Link| {
        !link.label.contains(['|', ';', '\n']) && !link.url.contains(['|', ';']) && !link.label.starts_with('[')
    };
    if links.iter().all(is_plain) {
        return links.iter().map(|link| format!("{} {}", link.label, link.url)).collect::<Vec<_>>().join("|");
    }
    let links = links.iter().map(|link| serde_json::json!({ "label": link.label, "url": link.url }));
    links.collect::<serde_json::Value>().to_string()
}

/// The directory of offices.
pub fn write_units(units: &[Unit], out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let header =
        ["name", "phone", "mail", "street", "postcode", "city", "room", "opening_hours", "phone_hours", "parent"];
    row(header.into_iter().map(str::to_owned), out)?;
    for unit in units {
        let parent = units.iter().find(|other| Some(other.id) == unit.parent).map(|parent| parent.name.clone());
        let cells = [
            Some(unit.name.clone()),
            unit.phone.clone(),
            unit.mail.clone(),
            unit.street.clone(),
            unit.postcode.clone(),
            unit.city.clone(),
            unit.room.clone(),
            unit.opening_hours.clone(),
            unit.phone_hours.clone(),
            parent,
        ];
        row(cells.into_iter().map(Option::unwrap_or_default), out)?;
    }
    Ok(())
}
