//! The index of one server process: its directory, its reader, and where in the list of changes it stands.

mod ask;

use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use tantivy::schema::Schema;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher};
use tokio::sync::Semaphore;

use super::directory::DirectoryIndex;
use super::learning::Memory;
use super::lexicon::{self, Lexicon};
use super::pen::Pen;
use super::rank::{Engine, Scratch};
use super::readable::ReadableCache;
use super::schema::{self, Fields};
use super::slot::Slot;
use super::tuning::Tuning;
use super::words::Additions;
use super::{Request, Results, analyzer, scope};
use crate::knowledge::{ChangeCursor, IndexableEntry};

/// What the writer collects before it writes a segment. More would speed up a rebuild a little and stay in memory.
const WRITER_MEMORY: usize = 30_000_000;

/// A handle on the index; clones share it.
#[derive(Clone, Debug)]
pub struct SearchIndex(Arc<Inner>);

struct Inner {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    readable: ReadableCache,
    scratch: Scratch,
    tuning: Tuning,
    /// More searches at once than processors only take each other's memory and time.
    turns: Semaphore,
    caught_up: AtomicBool,
    scopes: scope::Cache,
    /// Which entries answered which words.
    memory: Memory,
    /// What the tenants add to the shipped lexicon.
    additions: RwLock<Arc<Additions>>,
    /// Offices and their people.
    directory: DirectoryIndex,
    /// None in memory.
    _slot: Option<Slot>,
}

/// Stands in each commit of the index, so that index and place are one atomic thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    format: (u32, u32),
    pub epoch: i64,
    pub cursor: ChangeCursor,
}

impl Position {
    pub fn new(epoch: i64, cursor: ChangeCursor) -> Self {
        Self { format: (schema::VERSION, analyzer::VERSION), epoch, cursor }
    }

    /// Made by this program's schema and pipeline.
    fn is_current(&self) -> bool {
        self.format == (schema::VERSION, analyzer::VERSION)
    }
}

impl SearchIndex {
    /// Takes the first free slot below `dir`: one directory per server process. What is missing, damaged or of another
    /// version begins empty, and the follower fills it.
    pub fn open(dir: &Path) -> anyhow::Result<Self> {
        let slot = Slot::take(dir)?;
        let (schema, fields) = schema::build();
        if let Err(reason) = find_damage(slot.dir(), &schema) {
            let directory = slot.dir().display();
            tracing::info!(%directory, reason = format!("{reason:#}"), "the search index begins empty");
            slot.clear()?;
            Index::create_in_dir(slot.dir(), schema).context("cannot make the search index")?;
        }
        Self::on(Index::open_in_dir(slot.dir())?, fields, Some(slot), Tuning::default())
    }

    /// Without a directory, for tests.
    pub fn in_memory() -> anyhow::Result<Self> {
        let (schema, fields) = schema::build();
        Self::on(Index::create_in_ram(schema), fields, None, Tuning::default())
    }

    /// Of these entries alone, without a database: for measuring and for looking ahead.
    pub fn of(entries: &[IndexableEntry], tuning: Tuning) -> anyhow::Result<Self> {
        let (schema, fields) = schema::build();
        let index = Self::on(Index::create_in_ram(schema), fields, None, tuning)?;
        let mut pen = Pen::new(&index)?;
        entries.iter().try_for_each(|entry| pen.add(entry))?;
        pen.commit(Position::new(0, ChangeCursor::default()))?;
        Ok(index)
    }

    /// The same index, weighed differently.
    pub fn weighing(&self, tuning: Tuning) -> anyhow::Result<Self> {
        Self::on(self.0.index.clone(), self.0.fields, None, tuning)
    }

    fn on(index: Index, fields: Fields, slot: Option<Slot>, tuning: Tuning) -> anyhow::Result<Self> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self(Arc::new(Inner {
            index,
            reader,
            fields,
            readable: ReadableCache::default(),
            scratch: Scratch::default(),
            tuning,
            turns: Semaphore::new(available_parallelism().map_or(2, NonZero::get)),
            caught_up: AtomicBool::new(false),
            scopes: scope::Cache::default(),
            memory: Memory::default(),
            additions: RwLock::default(),
            directory: DirectoryIndex::new()?,
            _slot: slot,
        })))
    }

    /// Best hits first. Takes a few milliseconds of one processor; `find` is for handlers.
    pub fn search(&self, request: &Request) -> Results {
        self.search_with(request, &self.additions().read_from(&request.sources))
    }

    /// As if the asking tenant's own words were these.
    pub(super) fn search_as_if(&self, request: &Request, own: &Arc<Lexicon>) -> Results {
        let bases = request.sources.get(1..).unwrap_or_default();
        let mut lexicons = vec![own.clone()];
        lexicons.extend(self.additions().read_from(bases));
        self.search_with(request, &lexicons)
    }

    /// The shipped lexicon counts beside these, after them.
    fn search_with(&self, request: &Request, nearer: &[Arc<Lexicon>]) -> Results {
        let started = Instant::now();
        let inner = &*self.0;
        let searcher = inner.reader.searcher();
        let found = or_nothing(inner.engine(&searcher, &with_shipped(nearer)).search(request));
        let took = started.elapsed();
        metrics::histogram!("ortsgespraech_search_seconds").record(took);
        Results { took, ..found }
    }

    /// As `search`, without holding up other requests.
    pub async fn find(&self, request: Request) -> Results {
        self.in_turn(move |index| index.search(&request)).await
    }

    /// Work on the index beside the threads that answer requests.
    pub(super) async fn in_turn<T: Default + Send + 'static>(
        &self,
        act: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> T {
        let index = self.clone();
        let _turn = self.0.turns.acquire().await;
        tokio::task::spawn_blocking(move || act(&index)).await.unwrap_or_default()
    }

    /// All numbers of all towns, to be searched.
    pub fn directory(&self) -> &DirectoryIndex {
        &self.0.directory
    }

    /// What was learned from answers.
    pub fn memory(&self) -> &Memory {
        &self.0.memory
    }

    pub(super) fn additions(&self) -> Arc<Additions> {
        self.0.additions.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Searches from now on know these words.
    pub(super) fn replace_additions(&self, additions: Additions) {
        *self.0.additions.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(additions);
    }

    /// It knew everything once since the start: the server may be asked.
    pub fn is_ready(&self) -> bool {
        self.0.caught_up.load(Ordering::Acquire)
    }

    /// Entries of all tenants.
    pub fn count(&self) -> u64 {
        self.searcher().num_docs()
    }

    pub(super) fn note_caught_up(&self) {
        self.0.caught_up.store(true, Ordering::Release);
    }

    pub(super) fn scopes(&self) -> &scope::Cache {
        &self.0.scopes
    }

    pub(super) fn fields(&self) -> &Fields {
        &self.0.fields
    }

    pub(super) fn searcher(&self) -> Searcher {
        self.0.reader.searcher()
    }

    /// Shows searches the last commit.
    pub(super) fn reload(&self) -> tantivy::Result<()> {
        self.0.reader.reload()
    }

    pub(super) fn writer(&self) -> tantivy::Result<IndexWriter> {
        self.0.index.writer_with_num_threads(1, WRITER_MEMORY)
    }

    /// None when there is nothing to go on from.
    pub(super) fn position(&self) -> tantivy::Result<Option<Position>> {
        Ok(position_of(&self.0.index)?.filter(Position::is_current))
    }
}

/// An index that cannot be read answers nothing.
fn or_nothing<T: Default>(answer: tantivy::Result<T>) -> T {
    answer.unwrap_or_else(|error| {
        tracing::error!(%error, "the search index cannot be read");
        T::default()
    })
}

/// The shipped lexicon comes last.
fn with_shipped(nearer: &[Arc<Lexicon>]) -> Vec<&Lexicon> {
    nearer.iter().map(Arc::as_ref).chain([&*lexicon::SHIPPED]).collect()
}

impl Inner {
    fn engine<'a>(&'a self, searcher: &'a Searcher, lexicons: &'a [&'a Lexicon]) -> Engine<'a> {
        let Self { fields, readable, scratch, tuning, memory, .. } = self;
        Engine { searcher, fields, readable, scratch, tuning, lexicons, memory }
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchIndex").field("directory", self.index.directory()).finish_non_exhaustive()
    }
}

fn position_of(index: &Index) -> tantivy::Result<Option<Position>> {
    let payload = index.load_metas()?.payload;
    Ok(payload.and_then(|payload| serde_json::from_str(&payload).ok()))
}

/// Says why an index cannot be used. It is opened by itself and closed again: reading every file for its checksum would
/// otherwise leave all of it in memory.
fn find_damage(dir: &Path, schema: &Schema) -> anyhow::Result<()> {
    let index = Index::open_in_dir(dir)?;
    ensure!(index.schema() == *schema, "it has other fields");
    let damaged = index.validate_checksum()?;
    ensure!(damaged.is_empty(), "damaged files: {damaged:?}");
    index.reader()?;
    Ok(())
}
