//! Finding an office, a person or a number while somebody types: by name, task, extension, with slips of the fingers.
//!
//! An index of its own in memory, because it is small and changes by the town, and read again town by town as soon as
//! something in it changed. Whose numbers may be found is part of the query.

mod asked;
mod fields;
mod follower;

use std::sync::{Arc, Mutex, PoisonError};

use tantivy::collector::{Count, TopDocs};
use tantivy::query::Query;
use tantivy::schema::Value;
use tantivy::{DocAddress, Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

use self::fields::Fields;
pub use self::follower::DirectoryFollower;
use crate::directory::{Indexed, Target};
use crate::ids::{ContactId, TenantId, UnitId};

const WRITER_MEMORY: usize = 15_000_000;

/// A handle on the index; clones share it.
#[derive(Clone)]
pub struct DirectoryIndex(Arc<Inner>);

struct Inner {
    reader: IndexReader,
    writer: Mutex<IndexWriter>,
    fields: Fields,
}

/// Best first, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub targets: Vec<Target>,
    pub total: usize,
}

/// What somebody looks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// As typed: no syntax, any length.
    pub words: &'a str,
    /// Whose numbers may be found; the first one's stand first among equals.
    pub tenants: &'a [TenantId],
    /// Offices alone, without their people.
    pub only_units: bool,
    pub offset: usize,
    pub limit: usize,
}

impl DirectoryIndex {
    pub fn new() -> tantivy::Result<Self> {
        let (schema, fields) = fields::build();
        let index = Index::create_in_ram(schema);
        let writer = Mutex::new(index.writer_with_num_threads(1, WRITER_MEMORY)?);
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self(Arc::new(Inner { reader, writer, fields })))
    }

    /// Nothing is found for no words.
    pub fn find(&self, asked: Asked<'_>) -> Found {
        match self.try_to_find(asked) {
            Ok(found) => found,
            Err(error) => {
                tracing::error!(%error, "the index of the directory cannot be read");
                Found::default()
            }
        }
    }

    fn try_to_find(&self, asked: Asked<'_>) -> tantivy::Result<Found> {
        let Inner { reader, fields, .. } = &*self.0;
        let searcher = reader.searcher();
        // Every word has to fit; where no office has them all, some of them have to do.
        for is_strict in [true, false] {
            let Some(query) = asked::query(fields, asked, is_strict) else { return Ok(Found::default()) };
            let query: &dyn Query = &*query;
            let top = TopDocs::with_limit(asked.limit.max(1)).and_offset(asked.offset).order_by_score();
            let (top, total) = searcher.search(query, &(top, Count))?;
            if total > 0 || !is_strict {
                let targets = top.into_iter().map(|(_, address)| self.target(&searcher, address));
                return Ok(Found { targets: targets.collect::<tantivy::Result<_>>()?, total });
            }
        }
        Ok(Found::default())
    }

    fn target(&self, searcher: &tantivy::Searcher, address: DocAddress) -> tantivy::Result<Target> {
        let fields = &self.0.fields;
        let stored: TantivyDocument = searcher.doc(address)?;
        let number = |field| stored.get_first(field).and_then(|value| value.as_i64()).unwrap_or(0);
        let tenant = TenantId(i32::try_from(number(fields.tenant)).unwrap_or(0));
        let contact = Some(ContactId(number(fields.contact))).filter(|contact| contact.0 > 0);
        Ok(Target { tenant, unit: UnitId(number(fields.unit)), contact })
    }

    /// The town as it is now.
    pub(super) fn replace(&self, tenant: TenantId, things: &[Indexed]) -> tantivy::Result<()> {
        let Inner { writer, fields, .. } = &*self.0;
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.delete_term(Term::from_field_i64(fields.tenant, tenant.0.into()));
        for thing in things {
            writer.add_document(fields.document(thing))?;
        }
        writer.commit()?;
        self.0.reader.reload()
    }
}
