//! Tables as offices export them: any usual separator and encoding, German or English column names.

use std::io::{self, Cursor};

use csv::{Position, Reader, ReaderBuilder, StringRecord};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde_json::{Map, Value, json};

use super::super::check::Reason;
use super::{Line, Record, Said};

/// Columns by their names in the file; the first is the record's key.
const COLUMNS: [(&str, &[&str]); 23] = [
    ("id", &["schlüssel", "kennung", "nummer"]),
    ("title", &["titel", "bezeichnung", "leistung", "name"]),
    ("synonyms", &["synonyme"]),
    ("keywords", &["stichwörter", "stichworte", "schlagwörter"]),
    ("summary", &["kurztext", "kurzantwort", "zusammenfassung"]),
    ("body", &["text", "beschreibung", "volltext"]),
    ("documents", &["unterlagen", "erforderliche unterlagen"]),
    ("fees", &["gebühr", "gebühren", "kosten"]),
    ("deadlines", &["frist", "fristen"]),
    ("procedure", &["ablauf", "verfahrensablauf"]),
    ("prerequisites", &["voraussetzungen"]),
    ("legal_basis", &["rechtsgrundlage", "rechtsgrundlagen"]),
    ("leika", &["leika-schlüssel", "leika-id"]),
    ("unit", &["amt", "fachdienst", "stelle", "zuständige stelle"]),
    ("life_situations", &["lebenslage", "lebenslagen"]),
    ("links", &["link"]),
    ("valid_from", &["gültig ab", "gültig von"]),
    ("valid_until", &["gültig bis"]),
    ("format", &[]),
    ("appointment", &["termin"]),
    ("contact", &["kontakt"]),
    ("forms", &["formular", "formulare"]),
    ("internal", &["intern", "nur intern"]),
];

/// Reads the whole file, because its encoding shows only at the end.
pub fn read(bytes: &[u8]) -> Result<impl Iterator<Item = io::Result<Line>> + use<>, Reason> {
    let text = decode(bytes);
    let (separator, start) = separator(&text);
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(Cursor::new(text[start..].to_owned().into_bytes()));
    let mut header = StringRecord::new();
    reader.read_record(&mut header).map_err(|error| unreadable(&error))?;
    let mut table = Table { reader, keys: keys(&header, separator)?, lines_before: u64::from(start > 0) };
    Ok(std::iter::from_fn(move || table.next_line().map(Ok)))
}

fn unreadable(error: &csv::Error) -> Reason {
    Reason::new(format!("the table cannot be read: {error}"), "Die Tabelle kann nicht gelesen werden.")
}

/// By its mark, by its zero bytes, by being valid UTF-8; otherwise as Windows writes German text.
fn decode(bytes: &[u8]) -> String {
    let sample = &bytes[..bytes.len().min(4096)];
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let encoding = if zeros(1) > sample.len() / 4 {
        UTF_16LE
    } else if zeros(0) > sample.len() / 4 {
        UTF_16BE
    } else if std::str::from_utf8(bytes).is_ok() {
        UTF_8
    } else {
        WINDOWS_1252
    };
    // A mark at the beginning overrules the guess.
    encoding.decode(bytes).0.into_owned()
}

/// The separator of the header line and where that line begins: Excel may name the separator in a line of its own.
fn separator(text: &str) -> (u8, usize) {
    let first = text.lines().next().unwrap_or_default();
    if let Some(named) = first.strip_prefix("sep=").and_then(|rest| rest.bytes().next()) {
        return (named, text.find('\n').map_or(text.len(), |end| end + 1));
    }
    let outside_quotes: String = first.split('"').step_by(2).collect();
    let count = |separator: u8| outside_quotes.bytes().filter(|byte| *byte == separator).count();
    let most = [b';', b',', b'\t'].into_iter().max_by_key(|separator| count(*separator));
    (most.unwrap_or(b';'), 0)
}

/// What each column means; an unknown one keeps its name and is counted later.
fn keys(header: &StringRecord, separator: u8) -> Result<Vec<String>, Reason> {
    let keys: Vec<String> = header
        .iter()
        .map(|name| {
            let name = name.trim().to_lowercase();
            let known = COLUMNS.iter().find(|(key, names)| *key == name || names.contains(&name.as_str()));
            known.map_or(name.clone(), |(key, _)| (*key).to_owned())
        })
        .collect();
    for wanted in ["id", "title"] {
        if !keys.iter().any(|key| key == wanted) {
            let found = keys.join(", ");
            let mark = char::from(separator).escape_debug().to_string();
            return Err(Reason::new(
                format!("the header line has no column \"{wanted}\"; with \"{mark}\" as separator it has: {found}"),
                format!("die Kopfzeile hat keine Spalte „{wanted}“; mit dem Trennzeichen „{mark}“ hat sie: {found}"),
            ));
        }
    }
    if let Some(double) = keys.iter().enumerate().find(|(index, key)| keys[..*index].contains(key)) {
        return Err(Reason::new(
            format!("the header line names the column \"{}\" twice", double.1),
            format!("die Kopfzeile nennt die Spalte „{}“ zweimal", double.1),
        ));
    }
    Ok(keys)
}

struct Table {
    reader: Reader<Cursor<Vec<u8>>>,
    keys: Vec<String>,
    lines_before: u64,
}

impl Table {
    fn next_line(&mut self) -> Option<Line> {
        let mut row = StringRecord::new();
        loop {
            let start = self.reader.position().clone();
            let found = self.reader.read_record(&mut row);
            if matches!(found, Ok(false)) {
                return None;
            }
            if found.is_ok() && row.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let number = row.position().map_or(start.line(), Position::line) + self.lines_before;
            let record = match found {
                Err(error) => Err(unreadable(&error)),
                Ok(_) if row.len() != self.keys.len() => Err(self.wrong_width(&row)),
                Ok(_) => Record::from_json(self.object(&row)),
            };
            let said = record.map(|record| Said::Record(Box::new(record)));
            return Some(Line { number, position: self.reader.position().byte(), said });
        }
    }

    /// A quote that is never closed swallows the lines after it: reading goes on with the next line.
    fn wrong_width(&mut self, row: &StringRecord) -> Reason {
        let (found, wanted) = (row.len(), self.keys.len());
        let mut english = format!("{found} columns, but the header has {wanted}");
        let mut german = format!("{found} Spalten, die Kopfzeile hat aber {wanted}");
        if let Some(start) = row.position().filter(|_| row.iter().any(|cell| cell.contains('\n')))
            && self.go_on_after(start)
        {
            english.push_str("; is a quote not closed?");
            german.push_str("; fehlt ein schließendes Anführungszeichen?");
        }
        Reason::new(english, german)
    }

    fn go_on_after(&mut self, start: &Position) -> bool {
        let bytes = self.reader.get_ref().get_ref();
        let from = usize::try_from(start.byte()).unwrap_or(usize::MAX).min(bytes.len());
        let Some(length) = bytes[from..].iter().position(|byte| *byte == b'\n') else { return false };
        let mut next = Position::new();
        next.set_byte(start.byte() + length as u64 + 1).set_line(start.line() + 1).set_record(start.record() + 1);
        self.reader.seek(next).is_ok()
    }

    fn object(&self, row: &StringRecord) -> Map<String, Value> {
        let cells = self.keys.iter().zip(row).filter(|(key, _)| !key.is_empty());
        cells.map(|(key, cell)| (key.clone(), value(key, cell))).collect()
    }
}

/// Several values in one cell are parted by a bar, a semicolon or a line end.
fn value(key: &str, cell: &str) -> Value {
    let parts = || cell.split(['|', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
    match key {
        // Names with a mark of parting in them come as a JSON list.
        "synonyms" | "keywords" | "life_situations" | "links" if cell.trim_start().starts_with('[') => {
            serde_json::from_str(cell).unwrap_or_else(|_| cell.into())
        }
        "synonyms" | "keywords" | "life_situations" => parts().collect(),
        "links" => parts().map(link).collect(),
        "title" | "id" => cell.into(),
        _ if cell.trim().is_empty() => Value::Null,
        _ => cell.into(),
    }
}

/// "Antrag https://..." or the address alone.
fn link(text: &str) -> Value {
    let (label, url) = text.rsplit_once(char::is_whitespace).unwrap_or(("", text));
    json!({ "label": label, "url": url })
}
