//! What the center knows: entries of each tenant, versioned, read by the tenant itself and by those it is a base for.

mod adaptation;
mod amend;
mod api;
pub mod attachments;
mod check;
mod content;
mod diff;
mod draft;
pub mod export;
pub mod import;
pub mod keeping;
pub mod links;
mod merge;
mod pages;
mod proposal;
mod store;
mod text;
mod view;
pub mod writing;

pub use adaptation::{Adaptation, Part, Stance};
pub use amend::{Amended, amend};
pub use check::Reason;
pub use content::{Content, Field, LIFE_SITUATIONS, Link, fold, sort_key};
pub use draft::{Draft, DraftState, Verdict, publish_text, release, release_due};
pub use merge::{Composition, Layer, LayerText, Merged, Piece, merge};
pub use pages::{Place, file_url, places, town};
pub use store::{
    Listed, Listing, change_position, count_changes, find_current, find_entry, find_entry_id, find_entry_version,
    find_owner, list_changes, list_entries, list_family, list_for_index, list_life_situations, list_own_texts,
    list_published_versions, list_titles, publish, publish_adaptation, republish, withdraw,
};
pub use text::Html;
pub use view::{Block, EntryView, Origin};

use std::collections::BTreeMap;

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
    /// The whole text, where tenants stand upon each other as they are merged.
    pub content: Content,
    pub composition: Composition,
    /// Every tenant that wrote a part of it.
    pub owners: BTreeMap<TenantId, Owner>,
    /// The versions it consists of, the uppermost first.
    pub layers: Vec<LayerKey>,
    /// The responsible office where the directory of the one who names it has it.
    pub unit: Option<(TenantId, UnitId)>,
    pub published_at: DateTime<Utc>,
    pub author: String,
}

/// A tenant by its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub slug: String,
    pub short_name: String,
}

/// One version of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LayerKey {
    pub tenant: TenantId,
    pub entry: EntryId,
    pub version: i32,
}

impl Entry {
    /// It stands upon an entry of a knowledge base.
    pub fn is_adaptation(&self) -> bool {
        self.layers.len() > 1
    }

    /// The entry that is whole, upon which all of its adaptations stand.
    pub fn root(&self) -> LayerKey {
        self.layers.last().copied().unwrap_or(LayerKey { tenant: self.tenant, entry: self.id, version: self.version })
    }

    /// What the asking tenant has to do with it.
    pub fn origin_for(&self, reader: TenantId) -> &'static str {
        match (self.tenant == reader, self.is_adaptation()) {
            (true, true) => "merged",
            (true, false) => "own",
            (false, _) => "inherited",
        }
    }
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
    /// As its tenant sees it.
    pub content: Content,
    /// The entry that it adapts.
    pub root: Option<EntryId>,
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
