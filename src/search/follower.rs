//! Keeps the index of this process as the database is: built when there is nothing to go on from, then change by change.
//!
//! Index and place in the list of changes are written in one commit, so whatever is lost in between is done again.
//! A change is indexed as soon as it can be seen, but the place moves only past settled changes: a transaction that began
//! earlier may still commit a change that stands before it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::{PgConnection, PgPool};

use super::index::{Position, SearchIndex};
use super::pen::Pen;
use super::progress::Progress;
use super::store;
use crate::app::App;
use crate::db::{self, Follows, Scope};
use crate::ids::EntryId;
use crate::knowledge::{self, Change, ChangeCursor};

/// Rows read at once: large entries of this number stay below a few megabytes.
const BATCH: usize = 500;
/// Changing an entry costs about twice as much as writing one into an empty index, so whoever is more than half the index
/// behind builds it anew; up to this number it makes no difference.
const FAR_BEHIND: usize = 5_000;
/// What is written meanwhile is shown in such steps: each commit costs as much as a few hundred entries.
const STEP: Duration = Duration::from_secs(2);

pub struct Follower {
    pool: PgPool,
    index: SearchIndex,
    pen: Arc<Mutex<Pen>>,
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
        let pen = Arc::new(Mutex::new(Pen::new(&index)?));
        let position = index.position()?;
        Ok(Self { pool: app.pool.clone(), index, pen, position, ahead: BTreeSet::new() })
    }

    /// Everything that is committed now counts afterwards.
    pub async fn catch_up(&mut self) -> anyhow::Result<()> {
        let caught_up = self.try_to_catch_up().await;
        if caught_up.is_err() {
            // What was half done must not come into a later commit.
            self.write(|pen| Ok(pen.rollback()?)).await?;
        }
        caught_up
    }

    async fn try_to_catch_up(&mut self) -> anyhow::Result<()> {
        let mut db = db::begin_for(&self.pool, &Scope::system()).await?;
        let epoch = store::find_epoch(&mut *db).await?;
        match self.position {
            Some(position) if position.epoch == epoch && !self.is_far_behind(&mut db, position.cursor).await? => {}
            _ => self.rebuild(&mut db, epoch).await?,
        }
        drop(db);
        self.follow_changes().await?;
        self.index.note_caught_up();
        Ok(())
    }

    async fn is_far_behind(&self, db: &mut PgConnection, place: ChangeCursor) -> anyhow::Result<bool> {
        let near = FAR_BEHIND.max(usize::try_from(self.index.count())? / 2) + self.ahead.len();
        let behind = knowledge::count_changes(db, place, i64::try_from(near)? + 1).await?;
        Ok(usize::try_from(behind)? > near)
    }

    /// All published entries anew. Searches see the old index until the commit at the end, and so does a restart.
    async fn rebuild(&mut self, db: &mut PgConnection, epoch: i64) -> anyhow::Result<()> {
        let started = Instant::now();
        let cursor = knowledge::change_position(&mut *db).await?;
        self.write(|pen| Ok(pen.delete_all()?)).await?;
        let mut count = 0;
        let mut entries = knowledge::list_for_index(&mut *db, EntryId(0), BATCH.try_into()?).await?;
        while let Some(last) = entries.last().map(|entry| entry.id) {
            count += entries.len();
            // The next ones are read while these are written.
            let write = self.write(move |pen| Ok(entries.iter().try_for_each(|entry| pen.add(entry))?));
            let read = async { Ok(knowledge::list_for_index(&mut *db, last, BATCH.try_into()?).await?) };
            ((), entries) = tokio::try_join!(write, read)?;
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
        let mut changes = self.read_changes(position.cursor).await?;
        let (mut written, mut shown) = (Vec::new(), Instant::now());
        while let Some(last) = changes.last().map(|change| change.at) {
            let is_full = changes.len() == BATCH;
            progress.pass(&changes);
            changes.retain(|change| !self.ahead.contains(&change.at));
            written.extend(changes.iter().map(|change| change.at));
            let read = async { if is_full { self.read_changes(last).await } else { Ok(Vec::new()) } };
            ((), changes) = tokio::try_join!(self.apply(changes), read)?;
            if !written.is_empty() && (changes.is_empty() || shown.elapsed() > STEP) {
                self.commit(Position::new(position.epoch, progress.settled)).await?;
                self.ahead.extend(written.drain(..));
                shown = Instant::now();
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

    async fn apply(&self, changes: Vec<Change>) -> anyhow::Result<()> {
        metrics::counter!("ortsgespraech_index_changes_total").increment(changes.len() as u64);
        self.write(move |pen| Ok(pen.apply(&changes)?)).await
    }

    async fn commit(&mut self, position: Position) -> anyhow::Result<()> {
        self.write(move |pen| pen.commit(position)).await?;
        self.position = Some(position);
        let entries = u32::try_from(self.index.count()).unwrap_or(u32::MAX);
        metrics::gauge!("ortsgespraech_index_entries").set(entries);
        Ok(())
    }

    /// Writing waits for the disk, so it happens beside the threads that answer requests.
    async fn write(&self, act: impl FnOnce(&mut Pen) -> anyhow::Result<()> + Send + 'static) -> anyhow::Result<()> {
        let pen = self.pen.clone();
        tokio::task::spawn_blocking(move || act(&mut pen.lock().unwrap_or_else(PoisonError::into_inner))).await?
    }
}
