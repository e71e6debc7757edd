//! A published entry as the index keeps it: plain text by weight, and what a hit shows.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::ids::{EntryId, TenantId};
use crate::knowledge::{Content, Field, IndexableEntry};

/// Stored for snippets; what stands behind is found but not shown.
const LONGEST_STORED_TEXT: usize = 6_000;

/// A snippet shows less.
const LONGEST_ASKED: usize = 800;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub tenant: TenantId,
    pub entry: EntryId,
    /// The entry that it adapts.
    pub root: Option<EntryId>,
    pub version: i32,
    pub external_id: String,
    /// Life situations.
    pub topics: Vec<String>,
    /// The responsible office's name.
    pub unit: Option<String>,
    /// Days since the common era; without a date the first and the last one.
    pub valid_from: i64,
    pub valid_until: i64,
    pub title: String,
    /// Other names: synonyms and keywords.
    pub names: String,
    pub answer: String,
    pub text: String,
    /// What a question may ask for, as JSON by field.
    pub asked: String,
}

impl Document {
    pub fn of(entry: &IndexableEntry) -> Self {
        let content = &entry.content;
        let names: Vec<&str> = content.synonyms.iter().chain(&content.keywords).map(String::as_str).collect();
        Self {
            tenant: entry.tenant,
            entry: entry.id,
            root: entry.root,
            version: entry.version,
            external_id: entry.external_id.clone(),
            topics: content.life_situations.clone(),
            unit: content.unit.clone(),
            valid_from: content.valid_from.map_or(i64::MIN, day_number),
            valid_until: content.valid_until.map_or(i64::MAX, day_number),
            title: content.title.clone(),
            names: names.join("\n"),
            answer: plain_field(content, Field::ShortAnswer),
            text: text(content),
            asked: asked(content),
        }
    }

    /// The beginning of the text, cut between two characters.
    pub fn stored_text(&self) -> &str {
        let end = self.text.floor_char_boundary(LONGEST_STORED_TEXT);
        &self.text[..end]
    }
}

pub fn day_number(day: NaiveDate) -> i64 {
    day.num_days_from_ce().into()
}

/// The beginning of each field that a question may ask for. Architecture invariant: internal hints stay out.
fn asked(content: &Content) -> String {
    let may_be_asked = Field::NUMBERED.into_iter().chain([Field::Prerequisites, Field::Procedure, Field::LegalBasis]);
    let beginnings = may_be_asked.map(|field| {
        let mut text = plain_field(content, field);
        text.truncate(text.floor_char_boundary(LONGEST_ASKED));
        (field.as_str(), text)
    });
    let beginnings: BTreeMap<_, _> = beginnings.filter(|(_, text)| !text.is_empty()).collect();
    serde_json::to_string(&beginnings).unwrap_or_default()
}

/// Everything else that may be said. Architecture invariant: internal hints stay out, because snippets leave the house.
fn text(content: &Content) -> String {
    let said = Field::ALL.into_iter().filter(|field| !matches!(field, Field::ShortAnswer | Field::Internal));
    let fields = said.map(|field| plain_field(content, field));
    let links = content.links.iter().map(|link| link.label.clone());
    let marks = content.life_situations.iter().chain(&content.unit).chain(&content.leika).cloned();
    let parts: Vec<_> = fields.chain(links).chain(marks).filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

fn plain_field(content: &Content, field: Field) -> String {
    content.html(field).map(|html| plain_text(html.as_str())).unwrap_or_default()
}

/// The text of sanitised HTML: every tag parts words, every block begins a line.
fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        let close = rest[open..].find('>').map_or(rest.len(), |offset| open + offset + 1);
        let inline = ["<b>", "<strong>", "<em>", "<i>", "<a ", "</b>", "</strong>", "</em>", "</i>", "</a>"];
        if !inline.iter().any(|tag| rest[open..].starts_with(tag)) && !text.ends_with('\n') && !text.is_empty() {
            text.push('\n');
        }
        rest = &rest[close..];
    }
    text.push_str(rest);
    decode_entities(text.trim())
}

/// The few named ones that a sanitised text contains, and numbers.
fn decode_entities(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(';').filter(|end| *end <= 8);
        let found = end.and_then(|end| Some((entity(&rest[1..end])?, end)));
        let (character, end) = found.unwrap_or(('&', 0));
        decoded.push(character);
        rest = &rest[end + 1..];
    }
    decoded.push_str(rest);
    decoded
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "nbsp" => Some('\u{a0}'),
        _ => name.strip_prefix('#').and_then(|number| number.parse().ok()).and_then(char::from_u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_lines_and_entities_characters() {
        let html = "<p>Pass &amp; <strong>Aus</strong>weis</p><ul><li>Foto</li><li>37,00&nbsp;€</li></ul>&amp;lt;";
        assert_eq!(plain_text(html), "Pass & Ausweis\nFoto\n37,00\u{a0}€\n&lt;");
        assert_eq!(plain_text("a < b"), "a");
        assert_eq!(plain_text("R&D &#32;&#39;&unbekannt; &"), "R&D  '&unbekannt; &");
    }
}
