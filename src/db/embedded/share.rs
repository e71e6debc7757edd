//! Who uses the server: every user holds a shared lock; whoever leaves and can lock exclusively was the last.
//! A second lock, the gate, lets only one of them start or stop the server at a time. Both end with the process, even by kill -9.

use std::fmt::Write;
use std::fs::{File, TryLockError};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Launch;
use super::cluster::{Cluster, DATABASE, SUPERUSER};
use super::postmaster::PORT;

#[derive(Debug)]
pub(super) struct Share {
    cluster: Cluster,
    socket_dir: PathBuf,
    gate: File,
    users: File,
}

impl Share {
    pub fn join(launch: &Launch) -> anyhow::Result<Self> {
        let cluster = Cluster::in_data_dir(launch)?;
        let gate = open(&cluster.file("postgres.gate")?)?;
        let users = open(&cluster.file("postgres.users")?)?;
        gate.lock().context(UNLOCKABLE)?;
        let socket_dir = cluster.bring_up()?;
        users.lock_shared().context(UNLOCKABLE)?;
        gate.unlock().context(UNLOCKABLE)?;
        Ok(Self { cluster, socket_dir, gate, users })
    }

    pub fn leave(self) -> anyhow::Result<()> {
        self.gate.lock().context(UNLOCKABLE)?;
        self.users.unlock().context(UNLOCKABLE)?;
        match self.users.try_lock() {
            Ok(()) => self.cluster.shut_down(&self.socket_dir),
            Err(TryLockError::WouldBlock) => Ok(()),
            Err(TryLockError::Error(error)) => Err(error).context(UNLOCKABLE),
        }
    }

    /// The port is named because PGPORT in the environment would change the default.
    pub fn url(&self) -> String {
        let host = percent_encoded(self.socket_dir.as_os_str().as_bytes());
        format!("postgres://{SUPERUSER}@{host}:{PORT}/{DATABASE}?sslmode=disable")
    }
}

const UNLOCKABLE: &str = "the data directory's file system cannot lock files";

fn open(path: &Path) -> anyhow::Result<File> {
    File::open(path).with_context(|| format!("cannot open {}", path.display()))
}

fn percent_encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() {
            text.push(char::from(*byte));
        } else {
            write!(text, "%{byte:02X}").expect("a string takes every text");
        }
        text
    })
}
