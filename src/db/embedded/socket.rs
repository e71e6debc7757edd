//! Where the server's socket lies. The directory is the lock on the door: only the server's account and root can enter.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use super::account::Account;
use super::postmaster::socket_file;

/// Linux allows 107 bytes for a socket's path, other systems 103.
const LONGEST_PATH: usize = 103;

/// The cluster's own directory, or a short one of the same secrecy where that is too long.
pub(super) fn directory(home: &Path, account: &Account) -> anyhow::Result<PathBuf> {
    if fits(home) {
        return Ok(home.to_owned());
    }
    let short = short_directory(home);
    match fs::DirBuilder::new().mode(0o700).create(&short) {
        Ok(()) => account.own(&short)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("cannot make {}", short.display())),
    }
    let found = fs::symlink_metadata(&short)?;
    ensure!(
        found.is_dir() && found.uid() == account.uid && found.mode() & 0o777 == 0o700,
        "{} belongs to somebody else: choose a shorter --data-dir.",
        short.display()
    );
    Ok(short)
}

pub(super) fn remove(directory: &Path, home: &Path) {
    if directory != home {
        // An empty directory that stays is used again next time.
        fs::remove_dir(directory).ok();
    }
}

fn fits(directory: &Path) -> bool {
    socket_file(directory).as_os_str().len() <= LONGEST_PATH
}

/// The same for every start of one cluster.
fn short_directory(home: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    home.hash(&mut hasher);
    PathBuf::from(format!("/tmp/ortsgespraech-{:016x}", hasher.finish()))
}
