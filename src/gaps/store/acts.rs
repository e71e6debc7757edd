//! What editors do to a gap. Every act names the version that it saw.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::gaps::Outcome;
use crate::ids::{AccountId, GapId, TenantId};

/// False, here and below: somebody else was faster. Whoever is asked to works on it.
pub async fn assign(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (id, version): (GapId, i32),
    assignee: Option<AccountId>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update gap set assignee = $4, version = version + 1,
                        state = case when state = 'closed' then state when $4::bigint is null then 'open' else 'working' end
         where tenant_id = $1 and id = $2 and version = $3",
        tenant as TenantId,
        id as GapId,
        version,
        assignee as Option<AccountId>,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// An answer to the reporters; the gap stays as it is.
pub async fn answer(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (id, version): (GapId, i32),
    text: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update gap set answer = nullif($4, ''), version = version + 1 where tenant_id = $1 and id = $2 and version = $3",
        tenant as TenantId,
        id as GapId,
        version,
        text,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

#[derive(Debug, Clone)]
pub struct Closing<'a> {
    pub outcome: Outcome,
    pub outcome_version: Option<i32>,
    pub answer: &'a str,
    pub by: &'a str,
    pub at: DateTime<Utc>,
}

pub async fn close(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (id, version): (GapId, i32),
    closing: &Closing<'_>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update gap set state = 'closed', outcome = $4, outcome_version = $5, answer = nullif($6, ''), closed_by = $7,
                        closed_at = $8, version = version + 1, calls_before = null, answered_before = null,
                        calls_after = null, answered_after = null, effect_days = null, effect_at = null
         where tenant_id = $1 and id = $2 and version = $3 and merged_into is null",
        tenant as TenantId,
        id as GapId,
        version,
        closing.outcome.as_str(),
        closing.outcome_version,
        closing.answer,
        closing.by,
        closing.at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn reopen(db: impl PgExecutor<'_>, tenant: TenantId, (id, version): (GapId, i32)) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update gap set state = case when assignee is null then 'open' else 'working' end, outcome = null,
                        outcome_version = null, closed_at = null, closed_by = null, other_tenant_id = null,
                        other_gap_id = null, calls_before = null, answered_before = null, calls_after = null,
                        answered_after = null, effect_days = null, effect_at = null, version = version + 1
         where tenant_id = $1 and id = $2 and version = $3 and state = 'closed'",
        tenant as TenantId,
        id as GapId,
        version,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Makes a gap, with what was merged into it, part of another one.
pub async fn merge(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (id, version): (GapId, i32),
    into: GapId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update gap set merged_into = $4, version = version + 1
         where tenant_id = $1 and (id = $2 or merged_into = $2) and $2 <> $4
           and exists (select from gap seen
                       where seen.tenant_id = $1 and seen.id = $2 and seen.version = $3 and seen.merged_into is null)
           and exists (select from gap target where target.tenant_id = $1 and target.id = $4 and target.merged_into is null)",
        tenant as TenantId,
        id as GapId,
        version,
        into as GapId,
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// The gap stands for itself again. None: it did already.
pub async fn separate(db: impl PgExecutor<'_>, tenant: TenantId, id: GapId) -> sqlx::Result<Option<GapId>> {
    sqlx::query_scalar!(
        r#"update gap set merged_into = null, version = gap.version + 1
           from gap before
           where gap.tenant_id = $1 and gap.id = $2 and gap.merged_into is not null
             and before.tenant_id = gap.tenant_id and before.id = gap.id
           returning before.merged_into as "root!: GapId""#,
        tenant as TenantId,
        id as GapId,
    )
    .fetch_optional(db)
    .await
}

/// Tells everybody who reported, and is not forgotten yet.
pub async fn tell(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    gap: GapId,
    sentence: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let told = sqlx::query!(
        "update gap_report report set told = $3, told_at = $4, seen_at = null
         from gap part
         where report.tenant_id = $1 and part.tenant_id = $1 and part.id = report.gap_id
           and coalesce(part.merged_into, part.id) = $2 and report.account_id is not null",
        tenant as TenantId,
        gap as GapId,
        sentence,
        now,
    );
    Ok(told.execute(db).await?.rows_affected())
}
