//! From ranked documents to what is shown of them.

use std::collections::HashMap;

use tantivy::fastfield::FastFieldReaders;
use tantivy::schema::Value;
use tantivy::{DocId, Searcher, TantivyDocument};

use super::Hit;
use super::asked::Asked;
use super::matching::Found;
use super::order::Ranked;
use super::readable::{Readable, Standing};
use super::schema::Fields;
use super::snippet::Marker;
use crate::ids::{EntryId, TenantId};

pub fn show(
    searcher: &Searcher,
    fields: &Fields,
    readable: &Readable,
    found: &[Found],
    asked: Option<&Asked>,
    page: &[Ranked],
) -> tantivy::Result<Vec<Hit>> {
    let marker = Marker::new(found);
    page.iter().map(|ranked| show_one(searcher, fields, readable, &marker, asked, ranked)).collect()
}

/// The beginning of the part that was asked for, where the entry says something about it.
fn asked_part(asked: Option<&Asked>, stored: &str) -> Option<(&'static str, String)> {
    let field = asked?.field;
    let mut parts: HashMap<String, String> = serde_json::from_str(stored).ok()?;
    Some((field.label(), parts.remove(field.as_str())?))
}

fn topics(columns: &FastFieldReaders, doc: DocId) -> tantivy::Result<Vec<String>> {
    let Some(column) = columns.str("topic")? else { return Ok(Vec::new()) };
    let topic = |ordinal| {
        let mut text = String::new();
        column.ord_to_str(ordinal, &mut text)?;
        Ok(text)
    };
    column.term_ords(doc).map(topic).collect()
}

fn show_one(
    searcher: &Searcher,
    fields: &Fields,
    readable: &Readable,
    marker: &Marker,
    asked: Option<&Asked>,
    ranked: &Ranked,
) -> tantivy::Result<Hit> {
    let address = ranked.address;
    let numbers = searcher.segment_reader(address.segment_ord).fast_fields();
    let number = |name| tantivy::Result::Ok(numbers.u64(name)?.first(address.doc_id).unwrap_or_default());
    let stored: TantivyDocument = searcher.doc(address)?;
    let text = |field| stored.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
    let standing = readable.segments[address.segment_ord as usize][address.doc_id as usize];
    let part = asked_part(asked, text(fields.asked));
    let snippet = match &part {
        Some((_, part)) => marker.place_in(part),
        None => marker.snippet(text(fields.answer), text(fields.text)),
    };
    Ok(Hit {
        tenant: TenantId(number("tenant")?.try_into().unwrap_or_default()),
        entry: EntryId(number("entry")?.try_into().unwrap_or_default()),
        root: Some(number("root")?.try_into().unwrap_or_default()).filter(|root| *root > 0).map(EntryId),
        topics: topics(numbers, address.doc_id)?,
        version: number("version")?.try_into().unwrap_or_default(),
        external_id: text(fields.external_id).to_owned(),
        title: text(fields.title).to_owned(),
        title_marked: marker.mark(text(fields.title)),
        snippet,
        answers: part.map(|(label, _)| label),
        score: ranked.score,
        inherited: standing == Standing::Inherited,
        adapted: standing == Standing::Adapted,
    })
}
