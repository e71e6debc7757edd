//! Writes entries into the index of this process.

use std::collections::{BTreeSet, HashSet};

use tantivy::IndexWriter;

use super::document::Document;
use super::forms::Forms;
use super::index::{Position, SearchIndex};
use super::schema;
use crate::ids::{EntryId, TenantId};
use crate::knowledge::{Change, IndexableEntry};

pub struct Pen {
    index: SearchIndex,
    writer: IndexWriter,
    /// Until the next commit: it may be long until something is written again.
    forms: Forms,
    /// Changed since the last commit.
    changed: HashSet<(TenantId, EntryId)>,
    /// Searches see what was committed.
    is_shown: bool,
}

impl Pen {
    pub fn new(index: &SearchIndex) -> tantivy::Result<Self> {
        let (index, writer) = (index.clone(), index.writer()?);
        Ok(Self { index, writer, forms: Forms::default(), changed: HashSet::new(), is_shown: true })
    }

    /// Searches still see everything until the next commit.
    pub fn delete_all(&mut self) -> tantivy::Result<()> {
        self.writer.delete_all_documents().map(drop)
    }

    pub fn add(&mut self, entry: &IndexableEntry) -> tantivy::Result<()> {
        let row = schema::to_tantivy(self.index.fields(), &Document::of(entry), &mut self.forms);
        self.writer.add_document(row).map(drop)
    }

    /// Each entry as it is now; of several changes of one entry the last row tells the same as the first.
    pub fn apply(&mut self, changes: &[Change]) -> tantivy::Result<()> {
        if !self.is_shown {
            self.show()?;
        }
        let mut done = BTreeSet::new();
        for change in changes.iter().rev().filter(|change| done.insert((change.tenant, change.id))) {
            self.delete(change)?;
            if let Some(entry) = &change.entry {
                self.add(entry)?;
            }
        }
        Ok(())
    }

    /// Every deletion is looked for in every part of the index, so what was never there is not deleted.
    fn delete(&mut self, change: &Change) -> tantivy::Result<()> {
        let key = self.index.fields().key_of(change.tenant, change.id);
        let is_first_change = self.changed.insert((change.tenant, change.id));
        if !is_first_change || self.index.searcher().doc_freq(&key)? > 0 {
            self.writer.delete_term(key);
        }
        Ok(())
    }

    /// What was written and how far it reaches become one, and searches see it.
    pub fn commit(&mut self, position: Position) -> anyhow::Result<()> {
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&serde_json::to_string(&position)?);
        self.is_shown = false;
        commit.commit()?;
        Ok(self.show()?)
    }

    fn show(&mut self) -> tantivy::Result<()> {
        self.index.reload()?;
        self.is_shown = true;
        self.forms.clear();
        self.changed.clear();
        Ok(())
    }

    /// What was half done must not come into a later commit.
    pub fn rollback(&mut self) -> tantivy::Result<()> {
        self.writer.rollback().map(drop)
    }
}
