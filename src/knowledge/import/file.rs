//! The formats of catalogues, and a file in one of them.

use std::io::{self, BufReader};
use std::path::PathBuf;
use std::{error, fmt, fs};

use super::super::check::Reason;
use super::{Directory, Line, Town};
use super::{csv, jsonl, xzufi};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Jsonl,
    Csv,
    Xzufi,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Xzufi, Self::Csv, Self::Jsonl];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Xzufi => "xzufi",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Jsonl => "JSON-Zeilen",
            Self::Csv => "Tabelle (CSV)",
            Self::Xzufi => "XZuFi",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }

    /// By the end of the file's name.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit('.').next()?.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "xml" | "xzufi" => Some(Self::Xzufi),
            _ => None,
        }
    }
}

/// The file as a whole cannot be taken.
#[derive(Debug, Clone)]
pub struct Broken(pub Reason);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl error::Error for Broken {}

impl From<Broken> for io::Error {
    fn from(broken: Broken) -> Self {
        Self::other(broken)
    }
}

/// What a file says, thing by thing.
pub type Lines = Box<dyn Iterator<Item = io::Result<Line>> + Send>;

/// A file that can be read more than once.
#[derive(Debug, Clone)]
pub struct File {
    pub path: PathBuf,
    pub format: Format,
}

impl File {
    /// For XZuFi the whole file is passed through once before: offices stand behind the services that they answer for.
    pub fn open(&self, own: Option<&super::Area>, towns: &[Town]) -> anyhow::Result<(Lines, Directory)> {
        let open = || fs::File::open(&self.path).map(|file| BufReader::with_capacity(1 << 16, file));
        match self.format {
            Format::Jsonl => Ok((Box::new(jsonl::read(open()?)), Directory::default())),
            Format::Csv => {
                let lines = csv::read(fs::File::open(&self.path)?)?;
                Ok((Box::new(lines.map_err(|reason| Broken(about_first_line(reason)))?), Directory::default()))
            }
            Format::Xzufi => {
                let directory = xzufi::survey(open()?, own, towns)?;
                Ok((Box::new(xzufi::read(open()?, directory.clone())), directory))
            }
        }
    }
}

fn about_first_line(reason: Reason) -> Reason {
    Reason::new(format!("line 1: {}", reason.english), format!("Zeile 1: {}", reason.german))
}
