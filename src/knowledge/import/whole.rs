//! A whole file in one go, and what is told about it beside its records.

use std::io;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::super::store::imports::{self, ImportRun, NewRun, RunState};
use super::run::{Manner, Run};
use super::{Area, Directory, Format, Line, Progress, Report, Town};
use crate::audit::{self, Act, Actor};
use crate::ids::TenantId;

/// What a file is called and how it is written.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub format: Format,
    pub file_name: &'a str,
}

/// Writes all good records; the caller commits, or rolls back when rejects are not acceptable.
pub async fn import(
    db: &mut PgConnection,
    tenant: TenantId,
    lines: impl Iterator<Item = io::Result<Line>>,
    actor: &Actor,
    now: DateTime<Utc>,
    watch: impl FnMut(Progress<'_>),
) -> anyhow::Result<Report> {
    let source = Source { format: Format::Jsonl, file_name: "" };
    let file = (lines, Directory::default());
    import_from(db, tenant, source, file, Manner::Apply { withdraws: false }, (actor, now), watch).await
}

/// The same for a file of any format, and for looking at it only.
pub async fn import_from(
    db: &mut PgConnection,
    tenant: TenantId,
    source: Source<'_>,
    (lines, directory): (impl Iterator<Item = io::Result<Line>>, Directory),
    manner: Manner,
    (actor, now): (&Actor, DateTime<Utc>),
    mut watch: impl FnMut(Progress<'_>),
) -> anyhow::Result<Report> {
    let withdraws = manner == Manner::Apply { withdraws: true };
    let (format, file_name) = (source.format.as_str(), source.file_name);
    let new = NewRun { state: RunState::Applying, format, file_name, path: None, size: 0, withdraws };
    let id = imports::insert_run(&mut *db, tenant, &new, actor, now).await?;
    let mut run = Run::begin(db, tenant, id, manner, actor, now).await?;
    for line in lines {
        let line = line?;
        watch(Progress::Position(line.position));
        run.take(db, line, &mut watch).await?;
    }
    let report = run.end(db, &mut watch).await?;
    let remarks = note_directory(db, tenant, id, &directory, &report).await?;
    if manner != Manner::Preview {
        imports::activate_proposals(&mut *db, tenant, id).await?;
        record_import(db, tenant, &report, actor, now).await?;
    }
    imports::finish_run(db, tenant, id, RunState::Applied, Some(&remarks), actor, now).await?;
    Ok(report)
}

/// What the file says about offices: proposals for other towns, and what is to be told beside the records.
pub async fn note_directory(
    db: &mut PgConnection,
    tenant: TenantId,
    run: i64,
    directory: &Directory,
    report: &Report,
) -> sqlx::Result<Value> {
    imports::insert_proposals(&mut *db, tenant, run, &directory.proposals).await?;
    let missing = imports::list_missing_units(db, tenant, &directory.office_names()).await?;
    let mut remarks = json!({});
    for (key, value, is_there) in [
        ("unknown_keys", json!(report.unknown_keys), !report.unknown_keys.is_empty()),
        ("missing_units", json!(missing), !missing.is_empty()),
        ("elsewhere", json!(directory.elsewhere), directory.elsewhere > 0),
        ("beyond", json!(directory.beyond), directory.beyond > 0),
    ] {
        if is_there {
            remarks[key] = value;
        }
    }
    Ok(remarks)
}

/// The tenant's own area, and the towns that read its entries.
pub async fn list_towns(db: &mut PgConnection, tenant: TenantId) -> sqlx::Result<(Option<Area>, Vec<Town>)> {
    let found = imports::list_reading_towns(db, tenant).await?;
    let areas: Vec<_> =
        found.into_iter().filter_map(|(tenant, ars)| Some(Town { tenant, area: Area::parse(&ars)? })).collect();
    let own = areas.iter().find(|town| town.tenant == tenant).map(|town| town.area.clone());
    Ok((own, areas.into_iter().filter(|town| town.tenant != tenant).collect()))
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
        details: json!({
            "created": report.created, "updated": report.updated, "unchanged": report.unchanged, "rejected": report.rejected,
        }),
    };
    audit::record(db, now, actor, act).await
}

/// The same for a run that was looked at before.
pub async fn record_application(
    db: &mut PgConnection,
    run: &ImportRun,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    let report = Report {
        created: count(run.created),
        updated: count(run.updated),
        unchanged: count(run.unchanged),
        rejected: count(run.rejected),
        ..Report::default()
    };
    record_import(db, run.tenant, &report, actor, now).await
}
