//! Taking over a catalogue: a file of records becomes published entries of one tenant, all of them in one transaction, so
//! that a program that is killed leaves nothing or everything. A bad record is reported with its line; the rest goes in.

mod csv;
mod jsonl;
mod record;

pub use self::csv::read as read_csv;
pub use jsonl::{parse_object, read as read_jsonl};
pub use record::Record;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::check::Reason;
use super::{Content, store};
use crate::audit::{self, Act, Actor};
use crate::ids::TenantId;

/// Records that travel to the database together.
const BATCH: usize = 500;

/// One record of a file, or why it is none.
#[derive(Debug)]
pub struct Line {
    pub number: u64,
    /// How far into the file it ends, in bytes.
    pub position: u64,
    pub record: Result<Record, Reason>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub rejected: u64,
    /// Keys that no record knows, and how often they came.
    pub unknown_keys: BTreeMap<String, u64>,
}

/// What happens while a file is read, for those who watch.
#[derive(Debug)]
pub enum Progress<'a> {
    Position(u64),
    Rejected { line: u64, reason: &'a Reason },
}

/// Writes all good records; the caller commits, or rolls back when rejects are not acceptable.
pub async fn import(
    db: &mut PgConnection,
    tenant: TenantId,
    lines: impl Iterator<Item = std::io::Result<Line>>,
    actor: &Actor,
    now: DateTime<Utc>,
    mut watch: impl FnMut(Progress<'_>),
) -> anyhow::Result<Report> {
    let writer = store::BulkWriter::begin(db, tenant, actor, now).await?;
    let mut report = Report::default();
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut batch = Vec::with_capacity(BATCH);
    for line in lines {
        let line = line?;
        watch(Progress::Position(line.position));
        match accept(line.record, line.number, &mut seen, &mut report) {
            Ok(accepted) => batch.push(accepted),
            Err(reason) => {
                report.rejected += 1;
                watch(Progress::Rejected { line: line.number, reason: &reason });
            }
        }
        if batch.len() == BATCH {
            report.add(writer.write(db, &std::mem::take(&mut batch)).await?);
        }
    }
    report.add(writer.write(db, &batch).await?);
    record_import(db, tenant, &report, actor, now).await?;
    Ok(report)
}

fn accept(
    record: Result<Record, Reason>,
    line: u64,
    seen: &mut HashMap<String, u64>,
    report: &mut Report,
) -> Result<(String, Content), Reason> {
    let record = record?;
    for key in record.unknown_keys {
        *report.unknown_keys.entry(key).or_default() += 1;
    }
    if let Some(first) = seen.get(&record.id) {
        let id = &record.id;
        return Err(Reason::new(
            format!("id \"{id}\" was already used in line {first}"),
            format!("die id „{id}“ steht schon in Zeile {first}"),
        ));
    }
    seen.insert(record.id.clone(), line);
    Ok((record.id, record.content))
}

impl Report {
    fn add(&mut self, counts: store::Counts) {
        self.created += counts.created;
        self.updated += counts.updated;
        self.unchanged += counts.unchanged;
    }
}

/// One line in the audit for the whole file; each version carries its author anyway.
async fn record_import(
    db: &mut PgConnection,
    tenant: TenantId,
    report: &Report,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let act = Act {
        tenant: Some(tenant),
        action: "imported",
        thing: "entry",
        thing_id: String::new(),
        details: serde_json::json!({
            "created": report.created, "updated": report.updated, "unchanged": report.unchanged, "rejected": report.rejected,
        }),
    };
    audit::record(db, now, actor, act).await
}
