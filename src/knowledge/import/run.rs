//! One passage through a file: record by record compared, and written or only noted.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::super::check::Reason;
use super::super::store::imports::{self, StoredRecord};
use super::super::store::{BulkWriter, Further};
use super::plan::{self, Planned, Step};
use super::{Line, Progress, Report, Said};
use crate::audit::Actor;
use crate::ids::TenantId;

/// Records that travel to the database together.
pub const BATCH: usize = 500;

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
