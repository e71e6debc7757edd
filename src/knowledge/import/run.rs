//! One passage through a file: record by record compared, and written or only noted.

use std::collections::HashMap;
use std::io;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::super::check::Reason;
use super::super::store::imports::{self, ImportRun, NewRun, RunState, StoredRecord};
use super::super::store::{BulkWriter, Further};
use super::plan::{self, Planned, Step};
use super::{Area, Directory, Format, Line, Progress, Report, Said, Town};
use crate::audit::{self, Act, Actor};
use crate::ids::TenantId;

/// Records that travel to the database together.
pub const BATCH: usize = 500;

/// What a file is called and how it is written.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub format: Format,
    pub file_name: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Nothing but the run's own records is written.
    Preview,
    Apply {
        /// What the file deletes is withdrawn.
        withdraws: bool,
    },
}

/// A run at work.
pub struct Run<'a> {
    tenant: TenantId,
    id: i64,
    manner: Manner,
    writer: BulkWriter<'a>,
    report: Report,
    seen: HashMap<String, u64>,
    position: i32,
    batch: Vec<Planned>,
    /// Records whose texts stay until the end, because they are mixtures.
    mixed: Vec<i32>,
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

impl<'a> Run<'a> {
    pub async fn begin(
        db: &mut PgConnection,
        tenant: TenantId,
        id: i64,
        manner: Manner,
        actor: &'a Actor,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Self> {
        let writer = BulkWriter::begin(db, tenant, actor, now).await?;
        let batch = Vec::with_capacity(BATCH);
        let report = Report::default();
        Ok(Self { tenant, id, manner, writer, report, seen: HashMap::new(), position: 0, batch, mixed: Vec::new() })
    }

    /// True when a batch was passed on to the database.
    pub async fn take(
        &mut self,
        db: &mut PgConnection,
        mut line: Line,
        watch: &mut impl FnMut(Progress<'_>),
    ) -> sqlx::Result<bool> {
        line.said = line.said.and_then(|said| self.accept(said, line.number));
        self.position += 1;
        self.batch.push(Planned::of(self.position, line));
        if self.batch.len() < BATCH {
            return Ok(false);
        }
        self.flush(db, watch).await?;
        Ok(true)
    }

    /// Counts what means nothing; an id that comes again is no second entry.
    fn accept(&mut self, said: Said, line: u64) -> Result<Said, Reason> {
        let id = match &said {
            Said::Record(record) => {
                for key in &record.unknown_keys {
                    *self.report.unknown_keys.entry(key.clone()).or_default() += 1;
                }
                &record.id
            }
            Said::Withdrawal(id) => id,
        };
        if let Some(first) = self.seen.get(id) {
            return Err(Reason::new(
                format!("id \"{id}\" was already used in line {first}"),
                format!("die id „{id}“ steht schon in Zeile {first}"),
            ));
        }
        self.seen.insert(id.clone(), line);
        Ok(said)
    }

    async fn flush(&mut self, db: &mut PgConnection, watch: &mut impl FnMut(Progress<'_>)) -> sqlx::Result<()> {
        let mut records = std::mem::take(&mut self.batch);
        if records.is_empty() {
            return Ok(());
        }
        self.settle(db, &mut records).await?;
        for record in &records {
            self.report.count(record);
            if let Step::Reject(reason) = &record.step {
                watch(Progress::Rejected { line: record.line, reason });
            }
            watch(Progress::Planned(record));
        }
        let is_preview = self.manner == Manner::Preview;
        let keeps = |record: &Planned| record.merged.is_some() || (is_preview && record.writes().is_some());
        imports::insert_records(db, self.tenant, self.id, &records, keeps).await?;
        self.note_mixtures(db, &records).await
    }

    /// Decides and, where this is more than a preview, writes.
    async fn settle(&self, db: &mut PgConnection, records: &mut [Planned]) -> sqlx::Result<()> {
        let Manner::Apply { withdraws } = self.manner else {
            return plan::decide(db, self.tenant, records).await;
        };
        let keys: Vec<_> = records.iter().map(|record| record.external_id.clone()).collect();
        imports::lock_entries(db, self.tenant, &keys).await?;
        plan::decide(db, self.tenant, records).await?;
        self.create(db, records).await?;
        self.update(db, records).await?;
        let gone = records.iter().filter(|record| withdraws && record.step == Step::Withdraw);
        let gone: Vec<_> = gone.filter_map(|record| record.present.as_ref().map(|present| present.id)).collect();
        self.writer.withdraw(db, &gone).await
    }

    async fn create(&self, db: &mut PgConnection, records: &mut [Planned]) -> sqlx::Result<()> {
        loop {
            let new = records.iter().filter(|record| record.step == Step::Create && record.is_open());
            let new: Vec<_> = new.filter_map(|record| Some((record.external_id.as_str(), record.writes()?))).collect();
            let wanted = new.len();
            let made = self.writer.insert(db, &new).await?;
            for record in records.iter_mut().filter(|record| record.step == Step::Create) {
                record.written = record.written.or(made.get(&record.external_id).map(|id| (*id, 1)));
            }
            if made.len() == wanted {
                return Ok(());
            }
            // Somebody else made the rest between the two statements: now they exist.
            plan::decide(db, self.tenant, records).await?;
        }
    }

    async fn update(&self, db: &mut PgConnection, records: &mut [Planned]) -> sqlx::Result<()> {
        let further = records.iter().filter(|record| record.step == Step::Update).filter_map(|record| {
            let present = record.present.as_ref()?;
            Some(Further { id: present.id, version: present.version + 1, text: record.writes()? })
        });
        self.writer.update(db, &further.collect::<Vec<_>>()).await?;
        for record in records.iter_mut().filter(|record| record.step == Step::Update) {
            record.written = record.present.as_ref().map(|present| (present.id, present.version + 1));
        }
        Ok(())
    }

    /// Conflicts, and what the file brought where no version says just that.
    async fn note_mixtures(&mut self, db: &mut PgConnection, records: &[Planned]) -> sqlx::Result<()> {
        imports::replace_conflicts(db, self.tenant, self.id, records).await?;
        if self.manner == Manner::Preview {
            return Ok(());
        }
        let mixed: Vec<_> = records.iter().filter(|record| record.merged.is_some()).collect();
        self.mixed.extend(mixed.iter().map(|record| record.position));
        let texts = mixed.iter().filter_map(|record| Some((record.present.as_ref()?.id, record.theirs.as_ref()?)));
        let (mut entries, mut contents, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
        for (entry, text) in texts {
            entries.push(entry);
            contents.push(serde_json::to_value(&text.content).unwrap_or_default());
            hashes.push(text.hash.clone());
        }
        imports::insert_text_bases(db, self.tenant, self.id, &entries, &contents, &hashes).await
    }

    /// The rest; from now on the run is what was imported last.
    pub async fn end(mut self, db: &mut PgConnection, watch: &mut impl FnMut(Progress<'_>)) -> sqlx::Result<Report> {
        self.flush(db, watch).await?;
        self.keep_bases(db).await?;
        Ok(self.report)
    }

    async fn keep_bases(&self, db: &mut PgConnection) -> sqlx::Result<()> {
        if self.manner == Manner::Preview {
            return Ok(());
        }
        imports::insert_bases(db, self.tenant, self.id).await?;
        imports::forget_contents(&mut *db, self.tenant, self.id, &self.mixed).await
    }

    /// Writes records of a preview, compared once more: since then texts may have changed.
    pub async fn apply(&mut self, db: &mut PgConnection, stored: Vec<StoredRecord>) -> sqlx::Result<()> {
        let mut records: Vec<_> = stored.into_iter().map(planned_again).collect();
        self.settle(db, &mut records).await?;
        imports::update_records(db, self.tenant, self.id, &records).await?;
        self.note_mixtures(db, &records).await?;
        let plain = records.iter().filter(|record| record.merged.is_none());
        let plain: Vec<_> = plain.map(|record| record.position).collect();
        imports::forget_contents(db, self.tenant, self.id, &plain).await
    }

    pub async fn end_applying(self, db: &mut PgConnection) -> sqlx::Result<()> {
        self.keep_bases(db).await
    }
}

/// What a record of a preview would do now.
pub async fn look(db: &mut PgConnection, tenant: TenantId, stored: StoredRecord) -> sqlx::Result<Planned> {
    let mut records = [planned_again(stored)];
    plan::decide(db, tenant, &mut records).await?;
    let [record] = records;
    Ok(record)
}

fn planned_again(stored: StoredRecord) -> Planned {
    let said = match stored.content {
        Some(content) => {
            let record = super::Record { id: stored.external_id, content: content.0, unknown_keys: Vec::new() };
            Said::Record(Box::new(record))
        }
        None => Said::Withdrawal(stored.external_id),
    };
    let line = Line { number: u64::try_from(stored.line).unwrap_or_default(), position: 0, said: Ok(said) };
    Planned::of(stored.position, line)
}

impl Report {
    fn count(&mut self, record: &Planned) {
        match record.step {
            Step::Create => self.created += 1,
            Step::Update => self.updated += 1,
            Step::Keep | Step::Nothing => self.unchanged += 1,
            Step::Withdraw => self.withdrawals += 1,
            Step::Reject(_) => self.rejected += 1,
        }
        self.conflicts += u64::from(!record.clashes.is_empty());
    }
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
