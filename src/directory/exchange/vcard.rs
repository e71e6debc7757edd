//! vCards: 4.0 is written, 3.0 and 4.0 are read. Only what a directory has room for; everything else is passed over.

use super::{Read, Record};

/// One line of a card, its parameters left out.
struct Line<'a> {
    name: String,
    value: &'a str,
}

pub fn read(text: &str) -> Vec<Read> {
    let mut cards = Vec::new();
    let mut open: Option<(usize, Vec<String>)> = None;
    for (number, line) in unfolded(text) {
        match (line.trim().to_uppercase().as_str(), &mut open) {
            ("BEGIN:VCARD", _) => open = Some((number, Vec::new())),
            ("END:VCARD", Some((begun, lines))) => {
                cards.push(card(*begun, lines));
                open = None;
            }
            (_, Some((_, lines))) => lines.push(line),
            ("", None) => {}
            (_, None) => cards.push(Err((number, "Diese Zeile gehört zu keiner Karte.".to_owned()))),
        }
    }
    if let Some((begun, _)) = open {
        cards.push(Err((begun, "Dieser Karte fehlt das Ende.".to_owned())));
    }
    cards
}

/// A line that begins with a blank goes on with the one before.
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, last))) => last.push_str(rest),
            _ => lines.push((at + 1, line.to_owned())),
        }
    }
    lines
}

fn parse(line: &str) -> Option<Line<'_>> {
    let mut quoted = false;
    let colon = line.find(|c: char| {
        quoted ^= c == '"';
        c == ':' && !quoted
    })?;
    let name = line[..colon].split(';').next()?;
    // "item1.TEL" is the telephone of a group.
    let name = name.rsplit('.').next()?.to_uppercase();
    Some(Line { name, value: &line[colon + 1..] })
}

fn card(begun: usize, lines: &[String]) -> Read {
    let lines: Vec<Line<'_>> = lines.iter().filter_map(|line| parse(line)).collect();
    let first = |name: &str| {
        let value = lines.iter().find(|line| line.name == name)?.value;
        Some(plain(value)).filter(|value| !value.is_empty())
    };
    let parts = |name: &str| {
        let line = lines.iter().find(|line| line.name == name);
        line.map(|line| split(line.value, ';').iter().map(|part| plain(part)).collect::<Vec<_>>()).unwrap_or_default()
    };
    let name = first("FN").ok_or((begun, "Diese Karte hat keinen Namen (FN).".to_owned()))?;
    let above = parts("ORG").into_iter().rfind(|part| !part.is_empty());
    let is_office = first("KIND").is_some_and(|kind| kind.eq_ignore_ascii_case("org")) || above.is_none();
    let address = parts("ADR");
    let part = |at: usize| address.get(at).cloned().filter(|part| !part.is_empty());
    let (unit, person, parent) =
        if is_office { (name, None, above) } else { (above.unwrap_or_default(), Some(name), None) };
    let languages: Vec<_> =
        lines.iter().filter(|line| line.name == "X-SPRACHE").map(|line| plain(line.value)).collect();
    Ok(Record {
        line: begun,
        unit,
        person,
        parent,
        tasks: first("NOTE"),
        phone: first("TEL").map(|phone| phone.trim_start_matches("tel:").to_owned()),
        mail: first("EMAIL"),
        street: part(2),
        city: part(3),
        postcode: part(5),
        room: part(1),
        languages: Some(languages.join(", ")).filter(|text| !text.is_empty()),
        phone_hours: first("X-TELEFONZEITEN"),
        opening_hours: first("X-OEFFNUNGSZEITEN"),
    })
}

/// At every separator that no backslash stands before.
fn split(value: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut is_escaped = false;
    for character in value.chars() {
        if character == separator && !is_escaped {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(character);
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    parts
}

fn plain(value: &str) -> String {
    let mut text = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    text.trim().to_owned()
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    text.replace("\r\n", "\\n").replace(['\n', '\r'], "\\n")
}

pub fn write(records: &[Record]) -> String {
    records.iter().map(one).collect()
}

fn one(record: &Record) -> String {
    let mut lines = vec!["BEGIN:VCARD".to_owned(), "VERSION:4.0".to_owned()];
    let is_office = record.person.is_none();
    lines.push(format!("KIND:{}", if is_office { "org" } else { "individual" }));
    let name = record.person.as_ref().unwrap_or(&record.unit);
    lines.push(format!("FN:{}", escaped(name)));
    let above = if is_office { record.parent.as_ref() } else { Some(&record.unit) };
    let mut add = |name: &str, value: Option<&String>| {
        lines.extend(value.map(|value| format!("{name}:{}", escaped(value))));
    };
    add("ORG", above);
    add("TEL;TYPE=work", record.phone.as_ref());
    add("EMAIL", record.mail.as_ref());
    add("NOTE", record.tasks.as_ref());
    add("X-TELEFONZEITEN", record.phone_hours.as_ref());
    add("X-OEFFNUNGSZEITEN", record.opening_hours.as_ref());
    for language in record.languages.iter().flat_map(|languages| languages.split(", ")) {
        add("X-SPRACHE", Some(&language.to_owned()));
    }
    let address = [&record.room, &record.street, &record.city, &None, &record.postcode];
    if address.iter().any(|part| part.is_some()) {
        let parts = address.map(|part| escaped(part.as_deref().unwrap_or_default()));
        lines.push(format!("ADR:;{};", parts.join(";")));
    }
    lines.push("END:VCARD".to_owned());
    lines.iter().flat_map(|line| [folded(line), "\r\n".to_owned()]).collect()
}

/// No line is longer than 75 bytes.
fn folded(line: &str) -> String {
    let (mut text, mut length) = (String::new(), 0);
    for character in line.chars() {
        if length + character.len_utf8() > 75 {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(character);
        length += character.len_utf8();
    }
    text
}
