//! Calls from files: to repair a gap of a live source, or to take over an archive. What is known already stays as it is,
//! so a file may be read again after it has grown.

mod completed;
mod queue_log;

use std::io::BufRead;

use chrono::{DateTime, Utc};

use crate::calls::{Incoming, Intake, IntakeError, Taken};
use crate::ids::SourceId;

pub use completed::read as read_completed;
pub use queue_log::read as read_queue_log;

/// Messages in one delivery.
const DELIVERY: usize = 1_000;

/// A line of a file: what it says, or why it cannot be read.
#[derive(Debug)]
pub struct Line {
    pub number: u64,
    pub said: Result<Vec<Incoming>, String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    pub accepted: u64,
    pub duplicates: u64,
    pub rejected: u64,
}

/// Takes the whole file over, in the order of its lines. `watch` hears of each rejected line and of each delivery.
pub async fn import(
    intake: &Intake,
    lines: impl Iterator<Item = Line>,
    mut watch: impl FnMut(u64, Option<&str>),
) -> Result<Report, IntakeError> {
    let mut report = Report::default();
    let mut delivery = Vec::with_capacity(DELIVERY);
    let mut last = 0;
    for line in lines {
        last = line.number;
        match line.said {
            Ok(messages) => delivery.extend(messages),
            Err(reason) => {
                report.rejected += 1;
                watch(line.number, Some(&reason));
            }
        }
        if delivery.len() >= DELIVERY {
            report.count(&intake.take(std::mem::take(&mut delivery)).await?);
            watch(last, None);
        }
    }
    report.count(&intake.take(delivery).await?);
    watch(last, None);
    Ok(report)
}

impl Report {
    fn count(&mut self, taken: &[Taken]) {
        let new = taken.iter().filter(|taken| **taken == Taken::New).count() as u64;
        self.accepted += new;
        self.duplicates += taken.len() as u64 - new;
    }
}

/// The lines of a text in any encoding, numbered from one; a byte that is no UTF-8 does not stop the file.
fn numbered(source: impl BufRead) -> impl Iterator<Item = (u64, String)> {
    let lines = source.split(b'\n').map_while(Result::ok);
    (1..).zip(lines.map(|line| String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned()))
}

/// Times before this are mistakes, and so are those far ahead.
fn is_plausible(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    at.timestamp() >= 631_152_000 && at <= now + chrono::TimeDelta::days(2)
}

/// What every line of a file knows.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    pub source: SourceId,
    pub now: DateTime<Utc>,
}
