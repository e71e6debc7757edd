//! Fields of a request, whichever way they are packed: JSON, a form's urlencoded or multipart body.

use serde_json::{Map, Value};

use super::{Delivery, Refusal, UNREADABLE};
use crate::web::extract::clean;

/// Longer numbers and names of numbers are cut; a citizen's number in them would not be one.
const LONGEST_NUMBER: usize = 100;
const MOST_FIELDS: usize = 1000;

/// Names as in "callId", "call_id", "CallID" and "user[]" are one and the same; values are clean and never empty.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn read(delivery: Delivery<'_>) -> Result<Self, Refusal> {
        let text = text_of(delivery.body);
        let kind = delivery.content_type.to_ascii_lowercase();
        if kind.starts_with("multipart/form-data") {
            let boundary = boundary(delivery.content_type).ok_or(UNREADABLE)?;
            return Self::of_pairs(multipart(&text, &boundary)).filled();
        }
        // Many a sender names the wrong kind, curl among them.
        if kind.contains("json") || text.trim_start().starts_with(['{', '[']) {
            return json(&text).as_ref().and_then(Self::of_json).ok_or(UNREADABLE)?.filled();
        }
        let pairs: Vec<(String, String)> = serde_html_form::from_str(&text).map_err(|_| UNREADABLE)?;
        Self::of_pairs(pairs).filled()
    }

    fn filled(self) -> Result<Self, Refusal> {
        if self.0.is_empty() { Err(UNREADABLE) } else { Ok(self) }
    }

    fn of_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut fields = Self::default();
        pairs.into_iter().take(MOST_FIELDS).for_each(|(name, value)| fields.add(&name, &value));
        fields
    }

    pub(super) fn of_json(value: &Value) -> Option<Self> {
        value.as_object().map(Self::of_object)
    }

    fn of_object(object: &Map<String, Value>) -> Self {
        let mut fields = Self::default();
        for (name, value) in object.iter().take(MOST_FIELDS) {
            match value {
                Value::Array(values) => values.iter().take(100).for_each(|value| fields.add_json(name, value)),
                value => fields.add_json(name, value),
            }
        }
        fields
    }

    /// What is neither text nor number says nothing.
    fn add_json(&mut self, name: &str, value: &Value) {
        match value {
            Value::String(text) => self.add(name, text),
            Value::Number(number) => self.add(name, &number.to_string()),
            _ => {}
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        let value = clean(value).replace(['\n', '\t'], " ");
        if !value.is_empty() && !is_unfilled(&value) {
            self.0.push((plain(name), value));
        }
    }

    /// The first of these names that has a value.
    pub(super) fn get(&self, names: &[&str]) -> Option<&str> {
        self.all(names).into_iter().next()
    }

    /// Every value of the first of these names that has one.
    pub(super) fn all(&self, names: &[&str]) -> Vec<&str> {
        let values = |name: &&str| -> Vec<&str> {
            let wanted = plain(name);
            self.0.iter().filter(|(known, _)| *known == wanted).map(|(_, value)| value.as_str()).collect()
        };
        names.iter().map(values).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// Cut where it is too long.
    pub(super) fn text(&self, name: &str, longest: usize) -> Option<String> {
        self.get(&[name]).map(|value| cut(value, longest).trim_end().to_owned())
    }

    /// None where it is too long: a key that was cut would be another one's.
    pub(super) fn get_whole(&self, names: &[&str], longest: usize) -> Option<String> {
        self.get(names).filter(|value| value.chars().count() <= longest).map(str::to_owned)
    }

    pub(super) fn number(&self, name: &str) -> Option<&str> {
        self.get(&[name]).map(|value| cut(value, LONGEST_NUMBER))
    }

    /// A word out of some list of the sender's: "normalClearing", "no answer".
    pub(super) fn word(&self, name: &str) -> Option<String> {
        self.get(&[name]).and_then(word)
    }
}

/// Letters, digits and what stands between them; forty of them.
pub(super) fn word(text: &str) -> Option<String> {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/');
    let word: String = text.chars().filter(kept).take(40).collect();
    let word = word.trim();
    (!word.is_empty()).then(|| word.to_owned())
}

pub(super) fn cut(text: &str, longest: usize) -> &str {
    text.char_indices().nth(longest).map_or(text, |(end, _)| &text[..end])
}

/// A template's variable that its telephone system did not fill.
fn is_unfilled(value: &str) -> bool {
    let name = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

fn plain(name: &str) -> String {
    let name = name.split('[').next().unwrap_or_default();
    name.chars().filter(|c| c.is_alphanumeric()).take(60).flat_map(char::to_lowercase).collect()
}

/// Bytes that are no UTF-8 become a mark: one name in another encoding is no reason to lose a call.
fn text_of(body: &[u8]) -> String {
    String::from_utf8_lossy(body).trim_start_matches('\u{feff}').to_owned()
}

pub(super) fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

pub(super) fn json_of(body: &[u8]) -> Option<Value> {
    json(&text_of(body))
}

fn boundary(content_type: &str) -> Option<String> {
    let parameters = content_type.split(';').skip(1).filter_map(|part| part.trim().split_once('='));
    let found = parameters.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"));
    found.map(|(_, value)| value.trim().trim_matches('"').to_owned()).filter(|value| !value.is_empty())
}

fn multipart(text: &str, boundary: &str) -> Vec<(String, String)> {
    let line = format!("--{boundary}");
    text.split(line.as_str()).skip(1).take(MOST_FIELDS).filter_map(part).collect()
}

fn part(text: &str) -> Option<(String, String)> {
    let (head, value) = text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n"))?;
    let name = head.split("name=").nth(1)?;
    let name = match name.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => name.split([';', '\r', '\n']).next()?.trim(),
    };
    Some((name.to_owned(), value.trim_end_matches(['\r', '\n']).to_owned()))
}
