//! Compares indexes with the database, entry by entry and version by version. It only reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::PgPool;
use tantivy::{Index, ReloadPolicy};

use super::slot;
use crate::db::{self, Scope};
use crate::ids::{EntryId, TenantId};
use crate::knowledge;

/// A running server has this long to take up the last change.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// More lines say nothing more.
const SHOWN: usize = 20;

/// What is published, with its version.
type Versions = BTreeMap<(TenantId, EntryId), i32>;

/// One index against the database.
#[derive(Debug)]
pub struct CheckReport {
    directory: PathBuf,
    in_use: bool,
    entries: usize,
    differences: Vec<Difference>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Difference {
    entry: (TenantId, EntryId),
    in_database: Option<i32>,
    in_index: Option<i32>,
}

/// Every index that a server uses; where none does, those that are there.
pub async fn check(pool: &PgPool, dir: &Path) -> anyhow::Result<Vec<CheckReport>> {
    let slots = slot::list(dir);
    let any_in_use = slots.iter().any(|slot| slot.in_use);
    let mut reports = Vec::new();
    for slot in slots.into_iter().filter(|slot| slot.in_use || !any_in_use) {
        reports.push(check_one(pool, slot.dir, slot.in_use).await?);
    }
    Ok(reports)
}

/// Only what differs each time counts: a server is always a moment behind the one who publishes.
async fn check_one(pool: &PgPool, directory: PathBuf, in_use: bool) -> anyhow::Result<CheckReport> {
    let started = Instant::now();
    let mut lasting: Option<BTreeSet<Difference>> = None;
    loop {
        let database = read_database(pool).await?;
        let entries = database.len();
        if let Ok(index) = read_index(&directory) {
            let now = differences(&database, &index);
            let still = lasting.map_or_else(|| now.clone(), |before| before.intersection(&now).cloned().collect());
            let is_over = still.is_empty() || !in_use || started.elapsed() > PATIENCE;
            if is_over {
                return Ok(CheckReport { directory, in_use, entries, differences: still.into_iter().collect() });
            }
            lasting = Some(still);
        } else {
            // The server may just have replaced the files that were to be read.
            anyhow::ensure!(started.elapsed() < PATIENCE, "the index in {} cannot be read", directory.display());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn read_database(pool: &PgPool) -> sqlx::Result<Versions> {
    let mut db = db::begin_for(pool, &Scope::system()).await?;
    let published = knowledge::list_published_versions(&mut *db).await?;
    Ok(published.into_iter().map(|(tenant, entry, version)| ((tenant, entry), version)).collect())
}

fn read_index(directory: &Path) -> tantivy::Result<Versions> {
    let index = Index::open_in_dir(directory)?;
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let mut versions = Versions::new();
    for segment in reader.searcher().segment_readers() {
        let columns = ["tenant", "entry", "version"].map(|name| segment.fast_fields().u64(name));
        let [tenants, entries, numbers] = columns;
        let (tenants, entries, numbers) = (tenants?, entries?, numbers?);
        for doc in segment.doc_ids_alive() {
            let tenant = TenantId(tenants.first(doc).unwrap_or_default().try_into().unwrap_or_default());
            let entry = EntryId(entries.first(doc).unwrap_or_default().try_into().unwrap_or_default());
            let version = numbers.first(doc).unwrap_or_default().try_into().unwrap_or_default();
            // An entry that is there twice is a difference, whichever version it has.
            versions.entry((tenant, entry)).and_modify(|known| *known = 0).or_insert(version);
        }
    }
    Ok(versions)
}

fn differences(database: &Versions, index: &Versions) -> BTreeSet<Difference> {
    let keys: BTreeSet<_> = database.keys().chain(index.keys()).collect();
    let difference = |entry: &&(TenantId, EntryId)| Difference {
        entry: **entry,
        in_database: database.get(*entry).copied(),
        in_index: index.get(*entry).copied(),
    };
    keys.iter().map(difference).filter(|found| found.in_database != found.in_index).collect()
}

impl CheckReport {
    pub fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let directory = self.directory.display();
        let use_now = if self.in_use { "" } else { ", which no server uses now" };
        if self.is_equal() {
            return write!(f, "index = database: {} entries in {directory}{use_now}", self.entries);
        }
        write!(f, "{} differences between the database and {directory}{use_now}", self.differences.len())?;
        for found in self.differences.iter().take(SHOWN) {
            let (tenant, entry) = found.entry;
            let version = |version: Option<i32>| version.map_or("not there".to_owned(), |v| format!("version {v}"));
            let (database, index) = (version(found.in_database), version(found.in_index));
            write!(f, "\n  tenant {tenant} entry {entry}: database {database}, index {index}")?;
        }
        Ok(())
    }
}
