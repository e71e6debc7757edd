//! Links: the way in for an office without a sign-in.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::ids::{CaseId, TenantId, UnitId};

/// What tokens are signed with.
pub async fn find_key(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<u8>> {
    sqlx::query_scalar!(r#"select case_signing_key() as "key!""#).fetch_one(db).await
}

pub async fn insert_link(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (case, unit): (CaseId, UnitId),
    token_hash: &[u8],
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into case_link (tenant_id, case_id, unit_id, token_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6) returning id",
        tenant as TenantId,
        case as CaseId,
        unit as UnitId,
        token_hash,
        now,
        expires_at,
    )
    .fetch_one(db)
    .await
}

#[derive(Debug, Clone, Copy)]
pub struct Link {
    pub tenant: TenantId,
    pub case: CaseId,
    pub unit: UnitId,
    pub expires_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// In all tenants: the token alone says whose it is.
pub async fn find_link(db: impl PgExecutor<'_>, token_hash: &[u8]) -> sqlx::Result<Option<Link>> {
    sqlx::query_as!(
        Link,
        r#"select tenant_id as "tenant: TenantId", case_id as "case: CaseId", unit_id as "unit: UnitId", expires_at, ended_at
           from case_link where token_hash = $1"#,
        token_hash,
    )
    .fetch_optional(db)
    .await
}

/// The case was closed, or lies with another office.
pub async fn end_links(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    case: CaseId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update case_link set ended_at = $3 where tenant_id = $1 and case_id = $2 and ended_at is null",
        tenant as TenantId,
        case as CaseId,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
