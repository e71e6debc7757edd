//! SQL on `import_conflict`.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};

use super::super::super::import::Planned;
use crate::ids::TenantId;

/// A part of an entry that both sides changed.
#[derive(Debug, Clone)]
pub struct Conflict {
    pub part: String,
    pub base: Value,
    pub ours: Value,
    pub theirs: Value,
    pub decision: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
}

/// Replaces what was known of these records.
pub async fn replace_conflicts(
    db: &mut PgConnection,
    tenant: TenantId,
    run: i64,
    records: &[Planned],
) -> sqlx::Result<()> {
    let positions: Vec<_> = records.iter().map(|record| record.position).collect();
    sqlx::query!(
        "delete from import_conflict where tenant_id = $1 and run_id = $2 and position = any ($3)",
        tenant as TenantId,
        run,
        &positions,
    )
    .execute(&mut *db)
    .await?;
    let clashes: Vec<_> =
        records.iter().flat_map(|record| record.clashes.iter().map(|clash| (record.position, clash))).collect();
    if clashes.is_empty() {
        return Ok(());
    }
    let positions: Vec<_> = clashes.iter().map(|(position, _)| *position).collect();
    let parts: Vec<_> = clashes.iter().map(|(_, clash)| clash.part.as_str().to_owned()).collect();
    let [base, ours, theirs]: [Vec<Value>; 3] = [
        clashes.iter().map(|(_, clash)| clash.base.clone()).collect(),
        clashes.iter().map(|(_, clash)| clash.ours.clone()).collect(),
        clashes.iter().map(|(_, clash)| clash.theirs.clone()).collect(),
    ];
    sqlx::query!(
        "insert into import_conflict (tenant_id, run_id, position, part, base, ours, theirs)
         select $1, $2, * from unnest($3::int[], $4::text[], $5::jsonb[], $6::jsonb[], $7::jsonb[])",
        tenant as TenantId,
        run,
        &positions,
        &parts,
        &base,
        &ours,
        &theirs,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn list_conflicts(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    run: i64,
    position: i32,
) -> sqlx::Result<Vec<Conflict>> {
    sqlx::query_as!(
        Conflict,
        "select part, base, ours, theirs, decision, decided_at, decided_by from import_conflict
         where tenant_id = $1 and run_id = $2 and position = $3 order by part",
        tenant as TenantId,
        run,
        position,
    )
    .fetch_all(db)
    .await
}

pub async fn count_open_conflicts(db: impl PgExecutor<'_>, tenant: TenantId, run: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from import_conflict where tenant_id = $1 and run_id = $2 and decision is null"#,
        tenant as TenantId,
        run,
    )
    .fetch_one(db)
    .await
}

/// Which conflict, and how it was decided.
#[derive(Debug)]
pub struct Decision<'a> {
    pub run: i64,
    pub position: i32,
    pub part: &'a str,
    pub choice: &'a str,
}

/// False: somebody else decided it already.
pub async fn decide_conflict(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    decided: &Decision<'_>,
    by: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update import_conflict set decision = $5, decided_at = $6, decided_by = $7
         where tenant_id = $1 and run_id = $2 and position = $3 and part = $4 and decision is null",
        tenant as TenantId,
        decided.run,
        decided.position,
        decided.part,
        decided.choice,
        now,
        by,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
