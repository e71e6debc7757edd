//! One JSON object a line.

use std::io::{self, BufRead, Read};

use serde_json::{Map, Value};

use super::super::check::Reason;
use super::{Line, Record, Said};

/// More than any entry needs; a longer line is no reason to fill the memory.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;

/// Reads line by line; empty lines are passed over.
pub fn read(source: impl BufRead) -> impl Iterator<Item = io::Result<Line>> {
    let mut lines = Lines { source, number: 0, position: 0 };
    std::iter::from_fn(move || lines.next_line().transpose())
}

struct Lines<R> {
    source: R,
    number: u64,
    position: u64,
}

impl<R: BufRead> Lines<R> {
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut bytes = Vec::new();
            let length = (&mut self.source).take(LONGEST_LINE).read_until(b'\n', &mut bytes)? as u64;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            self.position += length;
            let record = if length == LONGEST_LINE && !bytes.ends_with(b"\n") {
                self.position += skip_line(&mut self.source)?;
                Err(Reason::new("the line is longer than 4 MB", "die Zeile ist länger als 4 MB"))
            } else {
                if bytes.trim_ascii().is_empty() {
                    continue;
                }
                parse(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii())
            };
            let said = record.map(|record| Said::Record(Box::new(record)));
            return Ok(Some(Line { number: self.number, position: self.position, said }));
        }
    }
}

fn skip_line(source: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = source.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(buffer.len(), |end| end + 1);
        source.consume(length);
        skipped += length as u64;
        if end.is_some() || length == 0 {
            return Ok(skipped);
        }
    }
}

fn parse(line: &[u8]) -> Result<Record, Reason> {
    let text = std::str::from_utf8(line).map_err(|error| {
        let place = error.valid_up_to() + 1;
        Reason::new(
            format!("no valid UTF-8 at byte {place}; was the file saved in another encoding?"),
            format!("kein gültiges UTF-8 an Byte {place}; ist die Datei anders kodiert?"),
        )
    })?;
    let value: Value = serde_json::from_str(text).map_err(|error| {
        Reason::new(format!("no valid JSON: {error}"), format!("kein gültiges JSON (Spalte {})", error.column()))
    })?;
    match value {
        Value::Object(object) => Record::from_json(object),
        _ => Err(Reason::new("the line is no JSON object", "die Zeile ist kein JSON-Objekt")),
    }
}

/// For programs that send one record; its id stands in the address.
pub fn parse_object(bytes: &[u8], id: &str) -> Result<Record, Reason> {
    let mut object: Map<String, Value> = serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Reason::new(
            format!("the body is no valid JSON object: {error}"),
            format!("der Inhalt ist kein gültiges JSON-Objekt (Zeile {line}, Spalte {column})"),
        )
    })?;
    match object.insert("id".to_owned(), id.into()) {
        Some(given) if given != Value::Null && given != id => {
            Err(Reason::new("id differs from the address", "„id“ ist nicht die aus der Adresse"))
        }
        _ => Record::from_json(object),
    }
}
