//! Tables: a row an office, or a person of an office. Semicolons, commas and tabulators are understood.

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::{Read, Record};

/// Columns by their names, the first as they are written.
const COLUMNS: [&[&str]; 13] = [
    &["stelle", "name", "unit", "amt"],
    &["person", "ansprechpartner", "kontakt"],
    &["gehört zu", "gehoert zu", "übergeordnet"],
    &["aufgaben", "aufgabe"],
    &["telefon", "rufnummer", "durchwahl", "phone"],
    &["e-mail", "email", "mail"],
    &["straße", "strasse", "anschrift"],
    &["plz", "postleitzahl"],
    &["ort", "stadt"],
    &["zimmer", "raum"],
    &["sprachen"],
    &["telefonzeiten"],
    &["öffnungszeiten", "sprechzeiten"],
];

pub fn read(text: &str) -> Vec<Read> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let separator = [';', '\t', ','].into_iter().max_by_key(|separator| first.matches(*separator).count());
    let mut reader = ReaderBuilder::new()
        .delimiter(separator.map_or(b';', |separator| u8::try_from(separator).unwrap_or(b';')))
        .has_headers(true)
        .flexible(true)
        .from_reader(text.as_bytes());
    let places = match reader.headers() {
        Ok(header) => COLUMNS.map(|names| place(header, names)),
        Err(error) => return vec![Err((1, format!("Die Tabelle kann nicht gelesen werden: {error}.")))],
    };
    if places[0].is_none() {
        return vec![Err((1, "Es fehlt die Spalte „Stelle“ in der ersten Zeile.".to_owned()))];
    }
    reader.records().map(|row| one(row, &places)).collect()
}

fn place(header: &StringRecord, names: &[&str]) -> Option<usize> {
    header.iter().position(|column| names.contains(&column.trim().to_lowercase().as_str()))
}

fn one(row: csv::Result<StringRecord>, places: &[Option<usize>; 13]) -> Read {
    let row = row.map_err(|error| {
        let line = error.position().map_or(0, csv::Position::line);
        (usize::try_from(line).unwrap_or(0), "Diese Zeile kann nicht gelesen werden.".to_owned())
    })?;
    let line = row.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or(0));
    let value = |column: usize| {
        let text = places[column].and_then(|place| row.get(place)).unwrap_or_default().trim();
        // So it was written, that no spreadsheet takes it for a formula.
        let text = text.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(text);
        (!text.is_empty()).then(|| text.to_owned())
    };
    let unit = value(0).ok_or((line, "Die Stelle hat keinen Namen.".to_owned()))?;
    Ok(Record {
        line,
        unit,
        person: value(1),
        parent: value(2),
        tasks: value(3),
        phone: value(4),
        mail: value(5),
        street: value(6),
        postcode: value(7),
        city: value(8),
        room: value(9),
        languages: value(10),
        phone_hours: value(11),
        opening_hours: value(12),
    })
}

pub fn write(records: &[Record]) -> String {
    let mut writer = WriterBuilder::new().delimiter(b';').terminator(Terminator::CRLF).from_writer(Vec::new());
    let header = COLUMNS.map(|names| names[0]);
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for record in records {
        let more = [
            &record.person,
            &record.parent,
            &record.tasks,
            &record.phone,
            &record.mail,
            &record.street,
            &record.postcode,
            &record.city,
            &record.room,
            &record.languages,
            &record.phone_hours,
            &record.opening_hours,
        ];
        let more = more.into_iter().map(|value| harmless(value.as_deref().unwrap_or_default()));
        rows.push(std::iter::once(harmless(&record.unit)).chain(more).collect());
    }
    for row in rows {
        // Into memory nothing can fail.
        let _ = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
}

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@'])
}

fn harmless(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}
