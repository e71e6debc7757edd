//! Writes entries into the index of this process.

use std::collections::BTreeSet;

use tantivy::IndexWriter;

use super::document::Document;
use super::forms::Forms;
use super::index::Position;
use super::schema::{self, Fields};
use crate::knowledge::{Change, IndexableEntry};

pub struct Pen {
    writer: IndexWriter,
    fields: Fields,
    /// Until the next commit: it may be long until something is written again.
    forms: Forms,
}

impl Pen {
    pub fn new(writer: IndexWriter, fields: Fields) -> Self {
        Self { writer, fields, forms: Forms::default() }
    }

    /// What a search still sees until the next commit.
    pub fn delete_all(&mut self) -> tantivy::Result<()> {
        self.writer.delete_all_documents().map(drop)
    }

    pub fn add(&mut self, entry: &IndexableEntry) -> tantivy::Result<()> {
        let row = schema::to_tantivy(&self.fields, &Document::of(entry), &mut self.forms);
        self.writer.add_document(row).map(drop)
    }

    /// Each entry as it is now; of several changes of one entry the last row tells the same as the first.
    pub fn apply(&mut self, changes: &[Change]) -> tantivy::Result<()> {
        let mut done = BTreeSet::new();
        for change in changes.iter().rev().filter(|change| done.insert((change.tenant, change.id))) {
            self.writer.delete_term(self.fields.key_of(change.tenant, change.id));
            if let Some(entry) = &change.entry {
                self.add(entry)?;
            }
        }
        Ok(())
    }

    /// What was written and how far it reaches become one.
    pub fn commit(&mut self, position: Position) -> anyhow::Result<()> {
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&serde_json::to_string(&position)?);
        commit.commit()?;
        self.forms.clear();
        Ok(())
    }

    /// What was half done must not come into a later commit.
    pub fn rollback(&mut self) -> tantivy::Result<()> {
        self.writer.rollback().map(drop)
    }
}
