//! Tables as offices export them: any usual separator and encoding, German or English column names.

mod feed;

use std::io::{self, Read, Seek};

use csv::{Reader, ReaderBuilder, StringRecord};
use serde_json::{Map, Value, json};

use self::feed::Feed;
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

/// Passes through the file once before, because its encoding shows only at the end. Err within: the header line is not usable.
pub fn read<R: Read + Seek>(
    mut source: R,
) -> io::Result<Result<impl Iterator<Item = io::Result<Line>> + use<R>, Reason>> {
    let encoding = feed::detect(&mut source)?;
    source.rewind()?;
    let mut feed = Feed::new(source, encoding);
    let first = feed.first_line()?;
    let (separator, is_named) = separator(&first);
    if is_named {
        feed.skip_line();
    }
    let mut reader = open(feed, separator);
    let mut header = StringRecord::new();
    let keys = match reader.read_record(&mut header) {
        Ok(_) => keys(&header, separator),
        Err(error) => Err(unreadable(&error)),
    };
    Ok(keys.map(|keys| {
        let mut table = Table { reader: Some(reader), separator, keys };
        std::iter::from_fn(move || table.next_line())
    }))
}

fn open<R: Read>(feed: Feed<R>, separator: u8) -> Reader<Feed<R>> {
    ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(feed)
}

fn unreadable(error: &csv::Error) -> Reason {
    Reason::new(format!("the table cannot be read: {error}"), "Die Tabelle kann nicht gelesen werden.")
}

/// The separator of the header line: Excel may name it in a line of its own before that.
fn separator(first: &str) -> (u8, bool) {
    if let Some(named) = first.strip_prefix("sep=").and_then(|rest| rest.bytes().next()) {
        return (named, true);
    }
    let outside_quotes: String = first.split('"').step_by(2).collect();
    let count = |separator: u8| outside_quotes.bytes().filter(|byte| *byte == separator).count();
    let most = [b';', b',', b'\t'].into_iter().max_by_key(|separator| count(*separator));
    (most.unwrap_or(b';'), false)
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

struct Table<R> {
    /// None: the file cannot be read any further.
    reader: Option<Reader<Feed<R>>>,
    separator: u8,
    keys: Vec<String>,
}

impl<R: Read> Table<R> {
    fn next_line(&mut self) -> Option<io::Result<Line>> {
        let mut row = StringRecord::new();
        loop {
            let reader = self.reader.as_mut()?;
            reader.get_mut().begin_record();
            let found = reader.read_record(&mut row);
            let feed = reader.get_ref();
            let (number, position, is_cut_off) = (feed.line(), feed.position, feed.is_cut_off());
            if matches!(found, Ok(false)) {
                return None;
            }
            if found.is_ok() && row.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let record = match found {
                Err(error) if error.is_io_error() => {
                    self.reader = None;
                    return Some(Err(error.into()));
                }
                Err(error) => Err(unreadable(&error)),
                Ok(_) if is_cut_off || row.len() != self.keys.len() => Err(self.wrong_width(&row)),
                Ok(_) => Record::from_json(self.object(&row)),
            };
            let said = record.map(|record| Said::Record(Box::new(record)));
            return Some(Ok(Line { number, position, said }));
        }
    }

    /// A quote that is never closed swallows the lines after it: reading goes on with the next line.
    fn wrong_width(&mut self, row: &StringRecord) -> Reason {
        let (found, wanted) = (row.len(), self.keys.len());
        let mut english = format!("{found} columns, but the header has {wanted}");
        let mut german = format!("{found} Spalten, die Kopfzeile hat aber {wanted}");
        if row.iter().any(|cell| cell.contains('\n')) && self.go_on_after_first_line() {
            english.push_str("; is a quote not closed?");
            german.push_str("; fehlt ein schließendes Anführungszeichen?");
        }
        Reason::new(english, german)
    }

    /// The record's other lines are read once more; false: there are none.
    fn go_on_after_first_line(&mut self) -> bool {
        let Some(mut feed) = self.reader.take().map(Reader::into_inner) else { return false };
        let goes_on = feed.give_again();
        self.reader = Some(open(feed, self.separator));
        goes_on
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
