//! Keeps the index of this process as the database is: built when there is nothing to go on from, then change by change.
//!
//! Index and place in the list of changes are written in one commit, so whatever is lost in between is done again.
//! A change is indexed as soon as it can be seen, but the place moves only past settled changes: a transaction that began
//! earlier may still commit a change that stands before it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::PgPool;
use tantivy::IndexWriter;

use super::bell::Follows;
use super::document::Document;
use super::index::{Position, SearchIndex};
use super::progress::Progress;
use super::{schema, store};
use crate::app::App;
use crate::db::{self, Scope};
use crate::ids::EntryId;
use crate::knowledge::{self, Change, ChangeCursor};

/// Rows read at once: large entries of this number stay below a few megabytes.
const BATCH: usize = 500;

pub struct Follower {
    pool: PgPool,
    index: SearchIndex,
    writer: Arc<Mutex<IndexWriter>>,
    position: Option<Position>,
    /// Indexed already, but not settled when it was.
    ahead: BTreeSet<ChangeCursor>,
}

impl Follows for Follower {
    const WHAT: &'static str = "the search index";

    async fn follow(&mut self) -> anyhow::Result<()> {
        self.catch_up().await
    }
}

impl Follower {
    pub fn new(app: &App) -> anyhow::Result<Self> {
        let index = app.search.clone();
        let writer = Arc::new(Mutex::new(index.writer()?));
        let position = index.position()?;
        Ok(Self { pool: app.pool.clone(), index, writer, position, ahead: BTreeSet::new() })
    }

    /// Everything that is committed now counts afterwards.
    pub async fn catch_up(&mut self) -> anyhow::Result<()> {
        let caught_up = self.try_to_catch_up().await;
        if caught_up.is_err() {
            // What was half done must not come into a later commit.
            self.write(|writer| writer.rollback().map(drop)).await?;
        }
        caught_up
    }

    async fn try_to_catch_up(&mut self) -> anyhow::Result<()> {
        let epoch = self.read_epoch().await?;
        match self.position {
            Some(position) if position.epoch == epoch => {}
            _ => self.rebuild(epoch).await?,
        }
        self.follow_changes().await?;
        self.index.note_caught_up();
        Ok(())
    }

    async fn read_epoch(&self) -> sqlx::Result<i64> {
        let mut db = db::begin_for(&self.pool, &Scope::system()).await?;
        store::find_epoch(&mut *db).await
    }

    /// All published entries anew. Searches see the old index until the commit at the end, and so does a restart.
    async fn rebuild(&mut self, epoch: i64) -> anyhow::Result<()> {
        let started = std::time::Instant::now();
        let mut db = db::begin_for(&self.pool, &Scope::system()).await?;
        let cursor = knowledge::change_position(&mut *db).await?;
        self.write(|writer| writer.delete_all_documents().map(drop)).await?;
        let (mut last, mut count) = (EntryId(0), 0);
        loop {
            let entries = knowledge::list_for_index(&mut *db, last, BATCH.try_into()?).await?;
            let Some(entry) = entries.last() else { break };
            last = entry.id;
            count += entries.len();
            let fields = *self.index.fields();
            self.write(move |writer| {
                entries.iter().try_for_each(|entry| {
                    writer.add_document(schema::to_tantivy(&fields, &Document::of(entry))).map(drop)
                })
            })
            .await?;
        }
        self.ahead.clear();
        self.commit(Position::new(epoch, cursor)).await?;
        let seconds = started.elapsed().as_secs_f64();
        tracing::info!(entries = count, seconds, "search index built");
        Ok(())
    }

    async fn follow_changes(&mut self) -> anyhow::Result<()> {
        let Some(position) = self.position else { return Ok(()) };
        let mut progress = Progress::from(position.cursor);
        let mut place = position.cursor;
        loop {
            let changes = self.read_changes(place).await?;
            let Some(last) = changes.last() else { break };
            place = last.at;
            let is_full = changes.len() == BATCH;
            progress.pass(&changes);
            let (places, new): (Vec<_>, Vec<_>) = changes
                .into_iter()
                .filter(|change| !self.ahead.contains(&change.at))
                .map(|change| (change.at, change))
                .unzip();
            if !new.is_empty() {
                self.apply(new).await?;
                self.commit(Position::new(position.epoch, progress.settled)).await?;
            }
            self.ahead.extend(places);
            if !is_full {
                break;
            }
        }
        self.ahead = self.ahead.split_off(&progress.settled);
        self.position = Some(Position::new(position.epoch, progress.settled));
        Ok(())
    }

    async fn read_changes(&self, place: ChangeCursor) -> anyhow::Result<Vec<Change>> {
        let mut db = db::begin_for(&self.pool, &Scope::system()).await?;
        Ok(knowledge::list_changes(&mut *db, place, BATCH.try_into()?).await?)
    }

    /// Each entry as it is now; of several changes of one entry the last row tells the same as the first.
    async fn apply(&self, changes: Vec<Change>) -> anyhow::Result<()> {
        metrics::counter!("ortsgespraech_index_changes_total").increment(changes.len() as u64);
        let fields = *self.index.fields();
        self.write(move |writer| {
            let mut done = BTreeSet::new();
            for change in changes.iter().rev().filter(|change| done.insert((change.tenant, change.id))) {
                writer.delete_term(fields.key_of(change.tenant, change.id));
                if let Some(entry) = &change.entry {
                    writer.add_document(schema::to_tantivy(&fields, &Document::of(entry)))?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn commit(&mut self, position: Position) -> anyhow::Result<()> {
        let payload = serde_json::to_string(&position)?;
        self.write(move |writer| {
            let mut commit = writer.prepare_commit()?;
            commit.set_payload(&payload);
            commit.commit().map(drop)
        })
        .await?;
        self.position = Some(position);
        self.index.reload()?;
        let entries = u32::try_from(self.index.count()).unwrap_or(u32::MAX);
        metrics::gauge!("ortsgespraech_index_entries").set(entries);
        Ok(())
    }

    /// Writing waits for the disk, so it happens beside the threads that answer requests.
    async fn write(
        &self,
        act: impl FnOnce(&mut IndexWriter) -> tantivy::Result<()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let writer = self.writer.clone();
        let done = tokio::task::spawn_blocking(move || act(&mut writer.lock().unwrap_or_else(PoisonError::into_inner)));
        Ok(done.await??)
    }
}
