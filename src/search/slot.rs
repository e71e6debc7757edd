//! One directory per server process: tantivy takes one writer for each.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// More servers than this never share one data directory.
const SLOTS: usize = 64;

/// A directory that nobody else uses as long as this value lives.
#[derive(Debug)]
pub struct Slot {
    dir: PathBuf,
    _lock: File,
}

impl Slot {
    /// The first free one, so that a restarted server finds the index it left.
    pub fn take(parent: &Path) -> anyhow::Result<Self> {
        let cannot = || format!("cannot use the directory {} for the search index", parent.display());
        fs::create_dir_all(parent).with_context(cannot)?;
        for number in 0..SLOTS {
            let lock = File::create(parent.join(format!("{number}.lock"))).with_context(cannot)?;
            match lock.try_lock() {
                Ok(()) => return Ok(Self { dir: parent.join(number.to_string()), _lock: lock }),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
            }
        }
        anyhow::bail!("all {SLOTS} search indexes in {} are in use", parent.display())
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Leaves nothing of an index that cannot be used.
    pub fn clear(&self) -> anyhow::Result<()> {
        if self.dir.exists() {
            fs::remove_dir_all(&self.dir).context("cannot remove the broken search index")?;
        }
        fs::create_dir_all(&self.dir).context("cannot make the directory of the search index")
    }
}

/// An index as another process sees it.
#[derive(Debug)]
pub struct Seen {
    pub dir: PathBuf,
    /// A server holds its lock.
    pub in_use: bool,
}

/// All indexes below, in order.
pub fn list(parent: &Path) -> Vec<Seen> {
    let exists = |number: &usize| parent.join(number.to_string()).join("meta.json").exists();
    let seen = |number: usize| {
        let lock = File::open(parent.join(format!("{number}.lock")));
        let in_use = lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)));
        Seen { dir: parent.join(number.to_string()), in_use }
    };
    (0..SLOTS).filter(exists).map(seen).collect()
}
