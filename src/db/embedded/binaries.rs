//! Finds PostgreSQL's server programs, which most systems keep out of PATH.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use super::BINARIES_VARIABLE;

/// Older servers lack `security_invoker` views.
const OLDEST_MAJOR: u32 = 15;

/// Where Debian, PGDG's RPM packages and Homebrew put `VERSION/bin`: a folder, and how the names below it begin.
const PLACES: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@"),
];

#[derive(Clone, Debug)]
pub(super) struct Binaries {
    directory: PathBuf,
    pub major: u32,
}

impl Binaries {
    /// The newest installed version; for an existing cluster only the version that made it.
    pub fn find(given: Option<&Path>, cluster_major: Option<u32>) -> anyhow::Result<Self> {
        let installed = match given {
            Some(directory) => Self::inspect(directory).into_iter().collect(),
            None => installed(),
        };
        let newest = installed.iter().max_by_key(|binaries| binaries.major);
        let fitting = match cluster_major {
            Some(major) => installed.iter().find(|binaries| binaries.major == major),
            None => newest.filter(|binaries| binaries.major >= OLDEST_MAJOR),
        };
        match (fitting, newest) {
            (Some(binaries), _) => Ok(binaries.clone()),
            (None, Some(newest)) => Err(unfitting(newest.major, cluster_major)),
            (None, None) => Err(missing(given)),
        }
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn inspect(directory: &Path) -> Option<Self> {
        let complete = ["initdb", "pg_ctl"].iter().all(|name| directory.join(name).is_file());
        let output = Command::new(directory.join("postgres")).arg("--version").output().ok()?;
        let major = major_in(&String::from_utf8_lossy(&output.stdout))?;
        complete.then(|| Self { directory: directory.to_owned(), major })
    }
}

/// Reads the 17 of "postgres (PostgreSQL) 17.5 (Debian 17.5-1)".
fn major_in(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn installed() -> Vec<Binaries> {
    let packaged = PLACES.iter().flat_map(|(folder, prefix)| versions_below(folder, prefix));
    packaged.chain(on_path()).filter_map(|directory| Binaries::inspect(&directory)).collect()
}

fn versions_below(folder: &str, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path().join("bin"))
        .collect()
}

/// A link on PATH leads to the folder where the other programs are.
fn on_path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .filter_map(|directory| directory.join("postgres").canonicalize().ok())
        .filter_map(|program| program.parent().map(Path::to_owned))
        .collect()
}

fn missing(given: Option<&Path>) -> anyhow::Error {
    match given {
        Some(directory) => {
            anyhow::anyhow!("There are no PostgreSQL server programs in {} ({BINARIES_VARIABLE}).", directory.display())
        }
        None => anyhow::anyhow!(
            "No PostgreSQL server is installed: install the Debian package postgresql, or set DATABASE_URL."
        ),
    }
}

fn unfitting(newest: u32, cluster_major: Option<u32>) -> anyhow::Error {
    match cluster_major {
        Some(major) => anyhow::anyhow!(
            "The database was made by PostgreSQL {major}, but PostgreSQL {newest} is installed: install the Debian package postgresql-{major}, or set DATABASE_URL."
        ),
        None => anyhow::anyhow!(
            "PostgreSQL {newest} is too old: install PostgreSQL {OLDEST_MAJOR} or later, or set DATABASE_URL."
        ),
    }
}

/// The major version that made a cluster; none when there is no cluster yet.
pub(super) fn cluster_major(home: &Path) -> anyhow::Result<Option<u32>> {
    let file = home.join("PG_VERSION");
    if !file.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    match text.trim().parse() {
        Ok(major) => Ok(Some(major)),
        Err(_) => bail!("{} names no PostgreSQL version.", file.display()),
    }
}
