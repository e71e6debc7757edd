//! The record of files and programs: one JSON object an entry, plain text unless `"format": "html"`.
//!
//! Beside the keys of the published format there are four of our own: `appointment`, `contact`, `forms` (text of the
//! blocks 4, 5 and 6) and `internal` (for agents only).

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::super::check::{self, LONGEST_NAME, LONGEST_RAW_FIELD, Reason};
use super::super::text::allowed_url;
use super::super::{Content, Field, Html, Link};

#[derive(Debug)]
pub struct Record {
    pub id: String,
    pub content: Content,
    pub unknown_keys: Vec<String>,
}

impl Record {
    /// A whole record, with its id.
    pub fn from_json(mut object: Map<String, Value>) -> Result<Self, Reason> {
        let id = take_text(&mut object, "id")?.unwrap_or_default().trim().to_owned();
        if id.is_empty() {
            return Err(Reason::new("id is missing", "„id“ fehlt"));
        }
        if id.chars().count() > LONGEST_NAME {
            return Err(Reason::new(
                "id is too long: at most 200 characters",
                "„id“ ist zu lang: höchstens 200 Zeichen",
            ));
        }
        let (content, unknown_keys) = content_from_json(object)?;
        Ok(Self { id, content, unknown_keys })
    }
}

/// The text of a record and the keys that mean nothing.
fn content_from_json(mut object: Map<String, Value>) -> Result<(Content, Vec<String>), Reason> {
    let read = match take_text(&mut object, "format")?.as_deref().map(str::trim) {
        None | Some("" | "text" | "plain") => Html::from_plain,
        Some("html") => Html::from_html,
        Some(_) => {
            return Err(Reason::new("format must be \"html\" or \"text\"", "„format“ muss „html“ oder „text“ sein"));
        }
    };
    let mut content = Content {
        title: check::one_line(&take_text(&mut object, "title")?.unwrap_or_default()),
        synonyms: take_names(&mut object, "synonyms")?,
        keywords: take_names(&mut object, "keywords")?,
        life_situations: take_names(&mut object, "life_situations")?,
        leika: check::leika(&take_text(&mut object, "leika")?.unwrap_or_default())?,
        unit: take_text(&mut object, "unit")?.map(|unit| check::one_line(&unit)).filter(|unit| !unit.is_empty()),
        links: take_links(&mut object)?,
        valid_from: take_date(&mut object, "valid_from")?,
        valid_until: take_date(&mut object, "valid_until")?,
        ..Content::default()
    };
    for field in Field::ALL {
        if let Some(text) = take_text(&mut object, field.as_str())? {
            content.set(field, read(&text));
        }
    }
    if let Some((key, reason)) = check::problems(&content).into_iter().next() {
        return Err(reason.about(key));
    }
    Ok((content, object.into_iter().map(|(key, _)| key).collect()))
}

fn wrong_type(key: &str, wanted: &str, german: &str) -> Reason {
    Reason::new(format!("{key} must be {wanted}"), format!("„{key}“ muss {german} sein"))
}

fn take_text(object: &mut Map<String, Value>, key: &str) -> Result<Option<String>, Reason> {
    match object.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => readable(key, text).map(Some),
        Some(_) => Err(wrong_type(key, "a string", "ein Text")),
    }
}

/// Control characters are a sign of a broken file.
fn readable(key: &str, text: String) -> Result<String, Reason> {
    if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        let code = u32::from(c);
        return Err(Reason::new(
            format!("{key} contains the control character U+{code:04X}"),
            format!("„{key}“ enthält das Steuerzeichen U+{code:04X}"),
        ));
    }
    if text.len() > LONGEST_RAW_FIELD {
        return Err(Reason::new(
            format!("{key} is too long: {} bytes, at most {LONGEST_RAW_FIELD}", text.len()),
            format!("„{key}“ ist zu lang: {} Bytes, höchstens {LONGEST_RAW_FIELD} sind möglich", text.len()),
        ));
    }
    Ok(text)
}

fn take_names(object: &mut Map<String, Value>, key: &str) -> Result<Vec<String>, Reason> {
    let wrong = || wrong_type(key, "a list of strings", "eine Liste von Texten");
    let values = match object.remove(key) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(values)) => values,
        Some(_) => return Err(wrong()),
    };
    let texts = values.into_iter().map(|value| match value {
        Value::String(text) => readable(key, text),
        _ => Err(wrong()),
    });
    Ok(check::names(texts.collect::<Result<Vec<_>, _>>()?))
}

fn take_date(object: &mut Map<String, Value>, key: &str) -> Result<Option<NaiveDate>, Reason> {
    let Some(text) = take_text(object, key)?.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d").or_else(|_| NaiveDate::parse_from_str(&text, "%d.%m.%Y"));
    date.map(Some).map_err(|_| {
        Reason::new(
            format!("{key} is no date like 2026-12-31: \"{text}\""),
            format!("„{key}“ ist kein Datum wie 2026-12-31: „{text}“"),
        )
    })
}

fn take_links(object: &mut Map<String, Value>) -> Result<Vec<Link>, Reason> {
    let wrong =
        || wrong_type("links", "a list of objects with label and url", "eine Liste von Objekten mit „label“ und „url“");
    let values = match object.remove("links") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(values)) => values,
        Some(_) => return Err(wrong()),
    };
    let links = values.into_iter().map(|value| {
        let Value::Object(mut link) = value else { return Err(wrong()) };
        let address = take_text(&mut link, "url")?.unwrap_or_default();
        let url = allowed_url(&address).ok_or_else(|| bad_address(&address))?;
        let label = check::one_line(&take_text(&mut link, "label")?.unwrap_or_default());
        Ok(Link { label: if label.is_empty() { url.clone() } else { label }, url })
    });
    links.collect()
}

fn bad_address(address: &str) -> Reason {
    let shown: String = address.chars().take(80).collect();
    Reason::new(
        format!("a link must begin with https://, http://, mailto: or tel:, not \"{shown}\""),
        format!("ein Link muss mit https://, http://, mailto: oder tel: beginnen, nicht „{shown}“"),
    )
}
