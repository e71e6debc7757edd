//! Taking a run back. Entries that somebody touched since stay as they are and are told.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::super::store::imports::{self, ImportRun, RunState, Undoable};
use super::super::store::{BulkWriter, Further, Text};
use crate::audit::{self, Act, Actor};

/// Undoing at work.
pub struct Undoing<'a> {
    run: &'a ImportRun,
    actor: &'a Actor,
    now: DateTime<Utc>,
    writer: BulkWriter<'a>,
    last: i32,
    done: i64,
}

impl<'a> Undoing<'a> {
    pub async fn begin(
        db: &mut PgConnection,
        run: &'a ImportRun,
        actor: &'a Actor,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Self> {
        let writer = BulkWriter::begin(db, run.tenant, actor, now).await?;
        Ok(Self { run, actor, now, writer, last: 0, done: 0 })
    }

    /// How many are done; None: all of them.
    pub async fn step(&mut self, db: &mut PgConnection, size: usize) -> sqlx::Result<Option<i64>> {
        let size = i64::try_from(size).unwrap_or(500);
        let records = imports::list_undoable(db, self.run.tenant, self.run.id, self.last, size).await?;
        let Some(end) = records.last() else { return Ok(None) };
        self.last = end.position;
        self.done += i64::try_from(records.len()).unwrap_or_default();
        let untouched: Vec<_> = records.iter().filter(|record| record.is_untouched).collect();
        self.restore_texts(db, &untouched).await?;
        self.restore_places(db, &untouched).await?;
        let positions: Vec<_> = records.iter().map(|record| record.position).collect();
        let restored: Vec<_> = records.iter().map(|record| record.is_untouched).collect();
        imports::mark_restored(db, self.run.tenant, self.run.id, &positions, &restored).await?;
        Ok(Some(self.done))
    }

    /// A new version that says what the one before the run said.
    async fn restore_texts(&self, db: &mut PgConnection, records: &[&Undoable]) -> sqlx::Result<()> {
        let texts: Vec<_> = records
            .iter()
            .filter(|record| !record.is_withdrawal)
            .filter_map(|record| Some((*record, Text::of(record.content_before.as_ref()?.0.clone()))))
            .collect();
        let further =
            texts.iter().map(|(record, text)| Further { id: record.entry, version: record.version + 1, text });
        self.writer.update(db, &further.collect::<Vec<_>>()).await
    }

    /// What was not public before is not public again, and the other way round.
    async fn restore_places(&self, db: &mut PgConnection, records: &[&Undoable]) -> sqlx::Result<()> {
        let hidden = records.iter().filter(|record| !record.is_withdrawal && record.published_before.is_none());
        let hidden: Vec<_> = hidden.map(|record| record.entry).collect();
        self.writer.withdraw(db, &hidden).await?;
        let back = records.iter().filter(|record| record.is_withdrawal);
        let (entries, versions): (Vec<_>, Vec<_>) =
            back.filter_map(|record| Some((record.entry, record.published_before?))).unzip();
        self.writer.republish(db, &entries, &versions).await
    }

    pub async fn end(self, db: &mut PgConnection) -> sqlx::Result<()> {
        let (tenant, id) = (self.run.tenant, self.run.id);
        imports::drop_bases(&mut *db, tenant, id).await?;
        imports::deactivate_proposals(&mut *db, tenant, id).await?;
        imports::finish_run(db, tenant, id, RunState::Undone, None, self.actor, self.now).await?;
        let details = json!({ "file_name": self.run.file_name });
        audit::record(db, self.now, self.actor, Act::of(tenant, "undone", "import_run", id, details)).await
    }
}
