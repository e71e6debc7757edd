//! Calls whose dialled number belongs to nobody, and the explicit move of one to a town.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::calls::intake::hold_source_of;
use crate::ids::{CallId, SourceId, TenantId};

/// A call of no town: nobody owns the number that was dialled.
#[derive(Debug, Clone)]
pub struct UnassignedCall {
    pub id: CallId,
    pub started_at: DateTime<Utc>,
    pub source: SourceId,
    pub source_name: String,
    pub direction: String,
    /// E.164, or the text as sent.
    pub dialled: Option<String>,
    pub result: String,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Copy)]
pub struct UnassignedWanted<'a> {
    /// The reserved tenant.
    pub intake: TenantId,
    pub source: Option<SourceId>,
    /// Part of the dialled number, as it is stored; empty: any.
    pub number: &'a str,
}

/// The newest first.
pub async fn list_unassigned(
    db: impl PgExecutor<'_>,
    wanted: UnassignedWanted<'_>,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<UnassignedCall>> {
    sqlx::query_as!(
        UnassignedCall,
        r#"select call.id as "id: CallId", started_at, source_id as "source: SourceId", source.name as source_name,
                  direction, dialled, result
           from call join source on source.id = call.source_id
           where tenant_id = $1 and line_id is null and ($2::int is null or source_id = $2)
             and ($3 = '' or position($3 in lower(dialled)) > 0)
           order by started_at desc, call.id desc limit $4 offset $5"#,
        wanted.intake as TenantId,
        wanted.source as Option<SourceId>,
        wanted.number,
        limit,
        offset
    )
    .fetch_all(db)
    .await
}

pub async fn count_unassigned(db: impl PgExecutor<'_>, wanted: UnassignedWanted<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from call
           where tenant_id = $1 and line_id is null and ($2::int is null or source_id = $2)
             and ($3 = '' or position($3 in lower(dialled)) > 0)"#,
        wanted.intake as TenantId,
        wanted.source as Option<SourceId>,
        wanted.number
    )
    .fetch_one(db)
    .await
}

/// A person says whose call it is; what hangs on it moves along. False: it is not there, or is somebody's already.
pub async fn assign_call(
    db: &mut PgConnection,
    intake: TenantId,
    call: CallId,
    tenant: TenantId,
) -> sqlx::Result<bool> {
    hold_source_of(db, intake, call, None).await?;
    let moved = sqlx::query!(
        "update call set tenant_id = $3, tenant_caller = coalesce(tenant_caller, $3), is_assigned = true,
                         version = version + 1
         where tenant_id = $1 and id = $2 and line_id is null",
        intake as TenantId,
        call as CallId,
        tenant as TenantId
    )
    .execute(db)
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// Takes an assignment back. False: there is none.
pub async fn unassign_call(
    db: &mut PgConnection,
    intake: TenantId,
    call: CallId,
    tenant: TenantId,
) -> sqlx::Result<bool> {
    hold_source_of(db, tenant, call, None).await?;
    let moved = sqlx::query!(
        "update call set tenant_id = $1, tenant_caller = nullif(tenant_caller, $3), is_assigned = false,
                         version = version + 1
         where tenant_id = $3 and id = $2 and line_id is null and is_assigned",
        intake as TenantId,
        call as CallId,
        tenant as TenantId
    )
    .execute(db)
    .await?;
    Ok(moved.rows_affected() == 1)
}
