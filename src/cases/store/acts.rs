//! What is done to a case. Every act names the version that it saw; false: somebody else was faster.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::cases::Outcome;
use crate::cases::clock::Promise;
use crate::ids::{AccountId, CaseId, TenantId, UnitId};

/// An office without a sign-in is nobody in particular.
pub async fn take(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (id, version): (CaseId, i32),
    (assignee, holder): (Option<AccountId>, &str),
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update case_file set state = 'working', assignee = $4, holder = $5, version = version + 1
         where tenant_id = $1 and id = $2 and version = $3 and state <> 'closed'",
        tenant as TenantId,
        id as CaseId,
        version,
        assignee as Option<AccountId>,
        holder,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn note_attempt(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (id, version): (CaseId, i32),
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update case_file set attempts = attempts + 1, state = 'working', version = version + 1
         where tenant_id = $1 and id = $2 and version = $3 and state <> 'closed'",
        tenant as TenantId,
        id as CaseId,
        version,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The first answer stops the clock; a later one replaces its words.
pub async fn answer(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (id, version): (CaseId, i32),
    text: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update case_file set answer = $4, answered_at = coalesce(answered_at, $5), state = 'working', version = version + 1
         where tenant_id = $1 and id = $2 and version = $3 and state <> 'closed'",
        tenant as TenantId,
        id as CaseId,
        version,
        text,
        now,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// `promise`: what holds from now on; what was said to the caller stays as it is.
#[derive(Debug, Clone, Copy)]
pub struct Extension {
    pub promise: Promise,
}

pub async fn extend(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (id, version): (CaseId, i32),
    Extension { promise }: Extension,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update case_file set due_at = $4, warn_at = $5, warned_at = null, escalated_at = null,
                              extensions = extensions + 1, version = version + 1
         where tenant_id = $1 and id = $2 and version = $3 and state <> 'closed' and due_at is not null",
        tenant as TenantId,
        id as CaseId,
        version,
        promise.due_at,
        promise.warn_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The promise goes with it as it is.
pub async fn hand_over(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (id, version): (CaseId, i32),
    unit: UnitId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update case_file set unit_id = $4, state = 'open', assignee = null, holder = null, version = version + 1
         where tenant_id = $1 and id = $2 and version = $3 and state <> 'closed'",
        tenant as TenantId,
        id as CaseId,
        version,
        unit as UnitId,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// `answer`: None leaves the one that is there.
pub async fn close(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (id, version): (CaseId, i32),
    (outcome, answer): (Outcome, Option<&str>),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update case_file set state = 'closed', outcome = $4, closed_at = $6, version = version + 1,
                              answer = coalesce($5, answer),
                              answered_at = case when $5::text is null then answered_at else coalesce(answered_at, $6) end
         where tenant_id = $1 and id = $2 and version = $3 and state <> 'closed'",
        tenant as TenantId,
        id as CaseId,
        version,
        outcome.as_str(),
        answer,
        now,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// What was promised is settled; what is open again runs without a promise if it was answered.
pub async fn reopen(db: impl PgExecutor<'_>, tenant: TenantId, (id, version): (CaseId, i32)) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update case_file set state = 'open', outcome = null, closed_at = null, assignee = null, holder = null,
                              version = version + 1
         where tenant_id = $1 and id = $2 and version = $3 and state = 'closed'",
        tenant as TenantId,
        id as CaseId,
        version,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
