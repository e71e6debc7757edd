//! One JSON object a line, as `import` takes it.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::super::Content;
use super::super::store::exports::UnitEntries;
use super::{Sheet, Wish};

pub struct Jsonl;

impl Sheet for Jsonl {
    fn begin(&mut self, _: &Wish<'_>, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn entry(&mut self, external_id: &str, content: &Content, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &record(external_id, content))?;
        out.write_all(b"\n")
    }

    fn end(&mut self, _: &Wish<'_>, _: &[UnitEntries], _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// The record that makes this entry again when it is imported.
pub fn record(external_id: &str, content: &Content) -> Map<String, Value> {
    let mut record = Map::new();
    let mut put = |key: &str, value: Value| record.insert(key.to_owned(), value);
    put("id", external_id.into());
    put("title", content.title.clone().into());
    put("format", "html".into());
    for (key, names) in [
        ("synonyms", &content.synonyms),
        ("keywords", &content.keywords),
        ("life_situations", &content.life_situations),
    ] {
        put(key, names.clone().into());
    }
    for (field, html) in &content.fields {
        put(field.as_str(), html.as_str().into());
    }
    put("leika", content.leika.clone().into());
    put("unit", content.unit.clone().into());
    let links = content.links.iter().map(|link| serde_json::json!({ "label": link.label, "url": link.url }));
    put("links", links.collect());
    put("valid_from", content.valid_from.map(|date| date.to_string()).into());
    put("valid_until", content.valid_until.map(|date| date.to_string()).into());
    record
}
