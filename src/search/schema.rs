//! The fields of the index, and how a document becomes words in them.

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};
use tantivy::{TantivyDocument, Term};

use super::document::Document;
use super::forms::{Forms, Lines};
use crate::ids::{EntryId, TenantId};

/// Raise this when fields or weights in the index change: indexes of another version are rebuilt.
pub const VERSION: u32 = 5;

/// The parts of an entry that weigh differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Title,
    /// Synonyms and keywords.
    Names,
    Answer,
    /// The other fields, and all of the above once more: one vocabulary for everything.
    Text,
}

impl Part {
    pub const ALL: [Self; 4] = [Self::Title, Self::Names, Self::Answer, Self::Text];
}

#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// `tenant/entry`: a newer version replaces the one with the same key.
    key: Field,
    pub tenant: Field,
    /// Life situations, as they are written.
    pub topic: Field,
    /// The responsible office's name, as it is written.
    unit: Field,
    entry: Field,
    /// The entry that this one adapts, or 0.
    root: Field,
    version: Field,
    valid_from: Field,
    valid_until: Field,
    pub external_id: Field,
    pub title: Field,
    pub names: Field,
    pub answer: Field,
    pub text: Field,
    pub asked: Field,
    /// Folded whole words by part.
    words: [Field; 4],
    /// Stems by part.
    stems: [Field; 4],
    /// The stems of titles and names written backwards: a compound is found by its last part as by a beginning.
    tails: [Field; 2],
}

impl Fields {
    pub fn words(&self, part: Part) -> Field {
        self.words[part as usize]
    }

    pub fn stems(&self, part: Part) -> Field {
        self.stems[part as usize]
    }

    /// None where the last parts of compounds are not looked up.
    pub fn tails(&self, part: Part) -> Option<Field> {
        self.tails.get(part as usize).copied()
    }

    pub fn key_of(&self, tenant: TenantId, entry: EntryId) -> Term {
        Term::from_field_text(self.key, &format!("{tenant}/{entry}"))
    }
}

pub fn build() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let names = ["title", "names", "answer", "text"];
    let fields = Fields {
        key: schema.add_text_field("key", STRING),
        tenant: schema.add_u64_field("tenant", FAST | INDEXED),
        topic: schema.add_text_field("topic", STRING | FAST),
        unit: schema.add_text_field("unit", STRING | FAST),
        entry: schema.add_u64_field("entry", FAST),
        root: schema.add_u64_field("root", FAST),
        version: schema.add_u64_field("version", FAST),
        valid_from: schema.add_i64_field("valid_from", FAST),
        valid_until: schema.add_i64_field("valid_until", FAST),
        external_id: schema.add_text_field("external_id", STORED),
        title: schema.add_text_field("title", STORED),
        names: schema.add_text_field("names", STORED),
        answer: schema.add_text_field("answer", STORED),
        text: schema.add_text_field("text", STORED),
        asked: schema.add_text_field("asked", STORED),
        words: names.map(|name| add_indexed(&mut schema, &format!("{name}_words"))),
        stems: names.map(|name| add_indexed(&mut schema, &format!("{name}_stems"))),
        tails: ["title_tails", "names_tails"].map(|name| add_indexed(&mut schema, name)),
    };
    (schema.build(), fields)
}

/// Our pipeline makes the words; tantivy gets them in a line and parts them at the spaces.
fn add_indexed(schema: &mut SchemaBuilder, name: &str) -> Field {
    let indexing =
        TextFieldIndexing::default().set_tokenizer("whitespace").set_index_option(IndexRecordOption::WithFreqs);
    schema.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
}

pub fn to_tantivy(fields: &Fields, document: &Document, forms: &mut Forms) -> TantivyDocument {
    let mut row = TantivyDocument::new();
    row.add_text(fields.key, format!("{}/{}", document.tenant, document.entry));
    row.add_u64(fields.tenant, number(document.tenant.0));
    for topic in &document.topics {
        row.add_text(fields.topic, topic);
    }
    if let Some(unit) = &document.unit {
        row.add_text(fields.unit, unit);
    }
    row.add_u64(fields.entry, number(document.entry.0));
    row.add_u64(fields.root, document.root.map_or(0, |root| number(root.0)));
    row.add_u64(fields.version, number(document.version));
    row.add_i64(fields.valid_from, document.valid_from);
    row.add_i64(fields.valid_until, document.valid_until);
    row.add_text(fields.external_id, &document.external_id);
    row.add_text(fields.title, &document.title);
    row.add_text(fields.names, &document.names);
    row.add_text(fields.answer, &document.answer);
    row.add_text(fields.text, document.stored_text());
    row.add_text(fields.asked, &document.asked);
    let mut everything = Lines::default();
    let parts = [(Part::Title, &document.title), (Part::Names, &document.names), (Part::Answer, &document.answer)];
    for (part, source) in parts {
        let lines = forms.lines_of(source);
        add_lines(&mut row, fields, part, &lines);
        everything.append(&lines);
    }
    everything.append(&forms.lines_of(&document.text));
    add_lines(&mut row, fields, Part::Text, &everything);
    row
}

fn add_lines(row: &mut TantivyDocument, fields: &Fields, part: Part, lines: &Lines) {
    row.add_text(fields.words(part), &lines.words);
    row.add_text(fields.stems(part), &lines.stems);
    if let Some(field) = fields.tails(part) {
        row.add_text(field, &lines.tails);
    }
}

pub fn backwards(stem: &str) -> String {
    stem.chars().rev().collect()
}

/// Keys are never negative.
pub fn number(key: impl Into<i64>) -> u64 {
    key.into().try_into().unwrap_or_default()
}
