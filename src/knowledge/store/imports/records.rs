//! SQL on `import_record`.

use serde_json::Value;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use super::super::super::Content;
use super::super::super::import::{Planned, Step};
use crate::ids::{EntryId, TenantId};

/// One record in a list.
#[derive(Debug, Clone)]
pub struct RecordLine {
    pub position: i32,
    pub line: i64,
    pub external_id: String,
    pub title: String,
    pub outcome: String,
    pub reason: Option<String>,
    pub entry: Option<EntryId>,
    pub restored: Option<bool>,
    pub open_conflicts: i64,
}

/// One record with its text.
#[derive(Debug, Clone)]
pub struct StoredRecord {
    pub position: i32,
    pub line: i64,
    pub external_id: String,
    pub title: String,
    pub outcome: String,
    pub reason: Option<String>,
    pub entry: Option<EntryId>,
    pub version_before: Option<i32>,
    pub version_after: Option<i32>,
    pub content: Option<Json<Content>>,
}

/// Which records a list shows; empty texts mean all.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub run: i64,
    pub outcome: &'a str,
    pub words: &'a str,
}

pub async fn list_records(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    wanted: &Wanted<'_>,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<RecordLine>> {
    sqlx::query_as!(
        RecordLine,
        r#"select position, line, external_id, title, outcome, reason, entry_id as "entry: EntryId", restored,
                  (select count(*) from import_conflict conflict
                   where conflict.tenant_id = $1 and conflict.run_id = $2 and conflict.position = record.position
                     and decision is null) as "open_conflicts!"
           from import_record record
           where tenant_id = $1 and run_id = $2 and ($3 = '' or outcome = $3)
             and ($4 = '' or position(lower($4) in lower(external_id || ' ' || title)) > 0)
           order by case outcome when 'conflict' then 0 when 'rejected' then 1 when 'withdrawn' then 2 when 'created' then 3
                                 when 'updated' then 4 when 'kept' then 5 else 6 end, position
           limit $5 offset $6"#,
        tenant as TenantId,
        wanted.run,
        wanted.outcome,
        wanted.words,
        limit,
        offset,
    )
    .fetch_all(db)
    .await
}

pub async fn count_records(db: impl PgExecutor<'_>, tenant: TenantId, wanted: &Wanted<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from import_record
           where tenant_id = $1 and run_id = $2 and ($3 = '' or outcome = $3)
             and ($4 = '' or position(lower($4) in lower(external_id || ' ' || title)) > 0)"#,
        tenant as TenantId,
        wanted.run,
        wanted.outcome,
        wanted.words,
    )
    .fetch_one(db)
    .await
}

/// The one list of columns, for one record and for many.
macro_rules! select_records {
    ($rest:literal, $($bind:expr),+ $(,)?) => {
        sqlx::query_as!(
            StoredRecord,
            r#"select position, line, external_id, title, outcome, reason, entry_id as "entry: EntryId", version_before,
                      version_after, content as "content: Json<Content>"
               from import_record where tenant_id = $1 and run_id = $2 and "# + $rest,
            $($bind),+
        )
    };
}

pub async fn find_record(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    run: i64,
    position: i32,
) -> sqlx::Result<Option<StoredRecord>> {
    select_records!("position = $3", tenant as TenantId, run, position).fetch_optional(db).await
}

/// Records of a preview that still have to be written, by their place in the file.
pub async fn list_pending(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    run: i64,
    after: i32,
    limit: i64,
) -> sqlx::Result<Vec<StoredRecord>> {
    let found = select_records!(
        "position > $3 and (content is not null or outcome = 'withdrawn') order by position limit $4",
        tenant as TenantId,
        run,
        after,
        limit,
    );
    found.fetch_all(db).await
}

/// Rows turned to columns, as `unnest` takes them.
#[derive(Default)]
struct Columns {
    positions: Vec<i32>,
    lines: Vec<i64>,
    external_ids: Vec<String>,
    titles: Vec<String>,
    outcomes: Vec<String>,
    reasons: Vec<Option<String>>,
    entries: Vec<Option<EntryId>>,
    versions_before: Vec<Option<i32>>,
    published_before: Vec<Option<i32>>,
    versions_after: Vec<Option<i32>>,
    contents: Vec<Option<Value>>,
}

impl Columns {
    /// `keeps` tells which texts are still needed.
    fn of(records: &[Planned], keeps: impl Fn(&Planned) -> bool) -> Self {
        let mut columns = Self::default();
        for record in records {
            let present = record.present.as_ref();
            columns.positions.push(record.position);
            columns.lines.push(i64::try_from(record.line).unwrap_or(i64::MAX));
            columns.external_ids.push(record.external_id.clone());
            columns.titles.push(record.title.clone());
            columns.outcomes.push(record.outcome().to_owned());
            columns.reasons.push(match &record.step {
                Step::Reject(reason) => Some(reason.german.clone()),
                _ => None,
            });
            columns.entries.push(record.written.map(|(id, _)| id).or(present.map(|present| present.id)));
            columns.versions_before.push(present.map(|present| present.version));
            columns.published_before.push(present.and_then(|present| present.published));
            columns.versions_after.push(record.written.map(|(_, version)| version));
            let text = record.theirs.as_ref().filter(|_| keeps(record));
            columns.contents.push(text.and_then(|text| serde_json::to_value(&text.content).ok()));
        }
        columns
    }
}

pub async fn insert_records(
    db: &mut PgConnection,
    tenant: TenantId,
    run: i64,
    records: &[Planned],
    keeps: impl Fn(&Planned) -> bool,
) -> sqlx::Result<()> {
    let columns = Columns::of(records, keeps);
    sqlx::query!(
        "insert into import_record (tenant_id, run_id, position, line, external_id, title, outcome, reason, entry_id,
                                    version_before, published_before, version_after, content)
         select $1, $2, * from unnest($3::int[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
                                      $9::bigint[], $10::int[], $11::int[], $12::int[], $13::jsonb[])",
        tenant as TenantId,
        run,
        &columns.positions,
        &columns.lines,
        &columns.external_ids,
        &columns.titles,
        &columns.outcomes,
        &columns.reasons as &[Option<String>],
        &columns.entries as &[Option<EntryId>],
        &columns.versions_before as &[Option<i32>],
        &columns.published_before as &[Option<i32>],
        &columns.versions_after as &[Option<i32>],
        &columns.contents as &[Option<Value>],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What became of the records of a preview.
pub async fn update_records(
    db: &mut PgConnection,
    tenant: TenantId,
    run: i64,
    records: &[Planned],
) -> sqlx::Result<()> {
    let columns = Columns::of(records, |_| false);
    sqlx::query!(
        "update import_record record
         set outcome = given.outcome, reason = given.reason, entry_id = given.entry_id, version_before = given.version_before,
             published_before = given.published_before, version_after = given.version_after
         from unnest($3::int[], $4::text[], $5::text[], $6::bigint[], $7::int[], $8::int[], $9::int[])
              as given (position, outcome, reason, entry_id, version_before, published_before, version_after)
         where record.tenant_id = $1 and record.run_id = $2 and record.position = given.position",
        tenant as TenantId,
        run,
        &columns.positions,
        &columns.outcomes,
        &columns.reasons as &[Option<String>],
        &columns.entries as &[Option<EntryId>],
        &columns.versions_before as &[Option<i32>],
        &columns.published_before as &[Option<i32>],
        &columns.versions_after as &[Option<i32>],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The texts now stand in versions.
pub async fn forget_contents(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    run: i64,
    positions: &[i32],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update import_record set content = null where tenant_id = $1 and run_id = $2 and position = any ($3)",
        tenant as TenantId,
        run,
        positions,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Before a file is read once more.
pub async fn clear_records(db: impl PgExecutor<'_>, tenant: TenantId, run: i64) -> sqlx::Result<()> {
    sqlx::query!("delete from import_record where tenant_id = $1 and run_id = $2", tenant as TenantId, run)
        .execute(db)
        .await?;
    Ok(())
}
