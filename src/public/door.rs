//! A town as everybody may see it, and what passes its door.

use std::collections::HashSet;

use super::store;
use crate::access::{KnowledgeSource, TenantAccess};
use crate::app::App;
use crate::clock;
use crate::db::Scope;
use crate::ids::{EntryId, TenantId};
use crate::knowledge::{self, Entry};
use crate::search::{Hit, Request};
pub use crate::web::address;
use crate::web::{Error, Pace, Result};

/// Of one address at one door; a page asks once, a program that reads the whole catalogue has to take its time.
const PER_SECOND: i32 = 20;
const HITS: usize = 50;

/// An open door.
#[derive(Debug, Clone)]
pub struct Door {
    /// The town as somebody without any role meets it.
    pub town: TenantAccess,
    /// What does not pass.
    kept_back: HashSet<EntryId>,
}

/// Who asks, as far as it is known.
pub type Address = (String, String);

impl Door {
    /// 404 where there is no open door; 429 for whoever asks too fast.
    pub async fn enter(app: &App, pace: &Pace<Address>, slug: &str, address: String) -> Result<Self> {
        // A database cannot be asked for this sign.
        if slug.contains('\0') {
            return Err(Error::NotFound);
        }
        if !pace.admit((slug.to_owned(), address), PER_SECOND, app.clock.now()) {
            return Err(Error::TooMany);
        }
        Self::find(app, slug).await?.ok_or(Error::NotFound)
    }

    async fn find(app: &App, slug: &str) -> sqlx::Result<Option<Self>> {
        let mut db = app.begin(&Scope::system()).await?;
        let Some(town) = store::find_open_town(&mut *db, slug).await? else { return Ok(None) };
        drop(db);
        let mut db = app.begin(&town.scope()).await?;
        let sources: Vec<TenantId> = town.sources.iter().map(|source| source.id).collect();
        let excluded = store::list_excluded(&mut *db, &sources).await?;
        let kept_back = knowledge::list_family(&mut *db, &excluded).await?.into_iter().collect();
        Ok(Some(Self { town, kept_back }))
    }

    pub fn passes(&self, entry: EntryId) -> bool {
        !self.kept_back.contains(&entry)
    }

    pub fn source(&self, owner: TenantId) -> Option<&KnowledgeSource> {
        self.town.source(owner)
    }

    /// What holds today and is not kept back, with what only agents may read taken out.
    pub async fn find_entry(&self, app: &App, id: EntryId) -> Result<Entry> {
        let mut db = app.begin(&self.town.scope()).await?;
        let owner = knowledge::find_owner(&mut *db, self.town.id, id).await?.ok_or(Error::NotFound)?;
        let entry = knowledge::find_entry(&mut db, self.town.id, owner, id).await?.ok_or(Error::NotFound)?;
        let passes = entry.layers.iter().all(|layer| self.passes(layer.entry)) && self.passes(id);
        if !passes || !entry.content.is_valid_on(clock::day_of(app.clock.now())) {
            return Err(Error::NotFound);
        }
        Ok(entry)
    }

    pub async fn search(&self, app: &App, query: &str) -> Vec<Hit> {
        let request = Request::new(query, &self.town.sources, HITS, app.clock.now());
        let hits = app.search.find(request).await.hits;
        hits.into_iter().filter(|hit| self.passes(hit.entry)).collect()
    }
}
