//! Taking over a catalogue: a file of records becomes published entries of one tenant, all of them in one transaction, so
//! that a program that is killed leaves nothing or everything. A bad record is reported with its line; the rest goes in.

mod ars;
mod csv;
mod file;
mod jsonl;
pub mod merge;
mod plan;
mod record;
mod run;
mod undo;
mod worker;
mod xzufi;

pub use self::csv::read as read_csv;
pub use ars::Area;
pub use file::{Broken, File, Format};
pub use jsonl::{parse_object, read as read_jsonl};
pub use plan::{Planned, Step};
pub use record::Record;
pub use run::{Manner, Run, Source, import, import_from, list_towns, look};
pub use worker::{ImportFollower, forget_old_previews};
pub use xzufi::tables::{OWN_MODULES, Place as TextPlace, TEXT_MODULES};
pub use xzufi::{Directory, Office, Proposal, Town, read as read_xzufi, survey as survey_xzufi};

use std::collections::BTreeMap;

use super::check::Reason;

/// One thing that a file says, or why it cannot be taken.
#[derive(Debug)]
pub struct Line {
    pub number: u64,
    /// How far into the file it ends, in bytes.
    pub position: u64,
    pub said: Result<Said, Reason>,
}

#[derive(Debug)]
pub enum Said {
    Record(Box<Record>),
    /// The entry with this key is no longer there.
    Withdrawal(String),
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub rejected: u64,
    /// Records of which a part stays as it is here, because both sides changed it.
    pub conflicts: u64,
    /// Entries that the file deletes.
    pub withdrawals: u64,
    /// Keys that no record knows, and how often they came.
    pub unknown_keys: BTreeMap<String, u64>,
}

/// What happens while a file is read, for those who watch.
#[derive(Debug)]
pub enum Progress<'a> {
    Position(u64),
    Rejected { line: u64, reason: &'a Reason },
    Planned(&'a Planned),
}
