//! What the center knows: entries of each tenant, versioned, read by the tenant itself and by those it is a base for.

mod api;
mod check;
mod content;
pub mod export;
pub mod import;
pub mod keeping;
pub mod links;
mod pages;
mod store;
mod text;
mod view;
pub mod writing;

pub use check::Reason;
pub use content::{Content, Field, LIFE_SITUATIONS, Link, fold, sort_key};
pub use pages::{Place, places, town};
pub use store::{
    change_position, count_changes, find_entry, find_entry_id, find_entry_version, list_changes, list_for_index,
    list_life_situations, list_own_published, list_published_versions, list_titles, publish,
};
pub use text::Html;
pub use view::{Block, EntryView, Origin};

use chrono::{DateTime, Utc};

use crate::ids::{EntryId, TenantId, UnitId};

/// One entry in one version, as it is shown.
#[derive(Debug, Clone)]
pub struct Entry {
    pub tenant: TenantId,
    pub tenant_slug: String,
    pub tenant_short_name: String,
    pub id: EntryId,
    pub external_id: String,
    pub version: i32,
    /// False for an older version and for one that was withdrawn.
    pub is_published: bool,
    pub content: Content,
    /// The responsible office where the directory of the entry's tenant has it.
    pub unit: Option<UnitId>,
    pub published_at: DateTime<Utc>,
    pub author: String,
}

/// Which entry to publish.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// The key of the program or file that the text comes from; made when it is not there yet.
    External(&'a str),
    /// A new one without such a key.
    New,
    Existing(EntryId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Updated,
    /// The text is the same as before; nothing was written.
    Unchanged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    pub id: EntryId,
    pub version: i32,
    pub outcome: Outcome,
}

/// A published entry as the search index takes it.
#[derive(Debug, Clone)]
pub struct IndexableEntry {
    pub tenant: TenantId,
    pub id: EntryId,
    pub version: i32,
    pub external_id: String,
    pub content: Content,
}

/// A place in the list of changes. Ordered by transaction, because the order of ids is not the order of commits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ChangeCursor {
    pub xact: i64,
    pub id: i64,
}

/// Something happened to an entry; `entry` is what it is now, None when it is withdrawn.
#[derive(Debug, Clone)]
pub struct Change {
    pub at: ChangeCursor,
    pub tenant: TenantId,
    pub id: EntryId,
    /// No change can appear before this one any more.
    pub is_settled: bool,
    pub entry: Option<IndexableEntry>,
}

/// Pages of people and the doors of programs.
pub fn routes() -> crate::web::Routes {
    pages::routes().merge(keeping::routes()).merge(api::routes())
}
