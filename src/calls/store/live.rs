//! Calls as the telephones have them at this moment.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::acts::record_event;
use crate::calls::{CallKey, LiveCall, Waiting};
use crate::ids::{AccountId, CallId, LineId, SourceId, TenantId};

struct Row {
    tenant: TenantId,
    opened_at: DateTime<Utc>,
    id: CallId,
    adapter: String,
    line_tenant: Option<TenantId>,
    line: Option<LineId>,
    tenant_caller: Option<TenantId>,
    caller_place: Option<String>,
    started_at: DateTime<Utc>,
    waiting_since: Option<DateTime<Utc>>,
    connected_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    heard_at: Option<DateTime<Utc>>,
    ringing: Vec<String>,
    talking: Option<String>,
    agent_seat: Option<String>,
    account: Option<AccountId>,
}

impl From<Row> for LiveCall {
    fn from(row: Row) -> Self {
        Self {
            key: CallKey { tenant: row.tenant, opened_at: row.opened_at, id: row.id },
            is_by_hand: row.adapter == "desk",
            line: row.line_tenant.zip(row.line),
            tenant_caller: row.tenant_caller,
            caller_place: row.caller_place,
            started_at: row.started_at,
            waiting_since: row.waiting_since,
            connected_at: row.connected_at,
            ended_at: row.ended_at,
            heard_at: row.heard_at,
            ringing: row.ringing,
            talking: row.talking,
            answered_by: row.agent_seat,
            account: row.account,
        }
    }
}

pub async fn find_live(db: impl PgExecutor<'_>, key: CallKey) -> sqlx::Result<Option<LiveCall>> {
    let row = sqlx::query_as!(
        Row,
        r#"select call.tenant_id as "tenant: TenantId", call.opened_at, call.id as "id: CallId", source.adapter,
                  call.line_tenant_id as "line_tenant: TenantId", call.line_id as "line: LineId",
                  call.tenant_caller as "tenant_caller: TenantId", call.caller_place, call.started_at,
                  call.waiting_since, call.connected_at, call.ended_at, call.heard_at, call.ringing, call.talking,
                  call.agent_seat, call.account_id as "account: AccountId"
           from call join source on source.id = call.source_id
           where call.tenant_id = $1 and call.opened_at = $2 and call.id = $3"#,
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(LiveCall::from))
}

/// What rings or talks at a telephone, the longest first. Older calls are nobody's any more, whatever stands in them.
pub async fn list_live_at(
    db: impl PgExecutor<'_>,
    source: SourceId,
    seat: &str,
    opened_since: DateTime<Utc>,
) -> sqlx::Result<Vec<LiveCall>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select call.tenant_id as "tenant: TenantId", call.opened_at, call.id as "id: CallId", source.adapter,
                  call.line_tenant_id as "line_tenant: TenantId", call.line_id as "line: LineId",
                  call.tenant_caller as "tenant_caller: TenantId", call.caller_place, call.started_at,
                  call.waiting_since, call.connected_at, call.ended_at, call.heard_at, call.ringing, call.talking,
                  call.agent_seat, call.account_id as "account: AccountId"
           from call join source on source.id = call.source_id
           where call.opened_at >= $3 and call.source_id = $1 and call.result = 'open'
             and (call.talking = $2 or call.ringing @> array[$2])
           order by call.started_at, call.id"#,
        source as SourceId,
        seat,
        opened_since
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(LiveCall::from).collect())
}

/// Calls of these ids, in the order of their start.
pub async fn list_live(
    db: impl PgExecutor<'_>,
    calls: &[CallId],
    opened_since: DateTime<Utc>,
) -> sqlx::Result<Vec<LiveCall>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select call.tenant_id as "tenant: TenantId", call.opened_at, call.id as "id: CallId", source.adapter,
                  call.line_tenant_id as "line_tenant: TenantId", call.line_id as "line: LineId",
                  call.tenant_caller as "tenant_caller: TenantId", call.caller_place, call.started_at,
                  call.waiting_since, call.connected_at, call.ended_at, call.heard_at, call.ringing, call.talking,
                  call.agent_seat, call.account_id as "account: AccountId"
           from call join source on source.id = call.source_id
           where call.opened_at >= $2 and call.id = any ($1) order by call.started_at, call.id"#,
        calls as &[CallId],
        opened_since
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(LiveCall::from).collect())
}

/// Who calls, for the agent who talks to them; None where no number was sent or it is deleted already.
pub async fn find_caller_number(db: impl PgExecutor<'_>, key: CallKey) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select number from caller_number where tenant_id = $1 and opened_at = $2 and call_id = $3",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId
    )
    .fetch_optional(db)
    .await
}

/// The person at the telephone that took the call.
pub async fn claim_call(db: impl PgExecutor<'_>, key: CallKey, account: AccountId) -> sqlx::Result<()> {
    sqlx::query!(
        "update call set account_id = $4, version = version + 1 where tenant_id = $1 and opened_at = $2 and id = $3",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        account as AccountId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Somebody else got it after all.
pub async fn release_call(db: impl PgExecutor<'_>, key: CallKey, account: AccountId) -> sqlx::Result<()> {
    sqlx::query!(
        "update call set account_id = null, version = version + 1
         where tenant_id = $1 and opened_at = $2 and id = $3 and account_id = $4",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        account as AccountId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What was done in a call that was opened by hand goes over to the one that the telephone system reports.
pub async fn merge_calls(db: &mut PgConnection, gone: CallKey, kept: CallKey) -> sqlx::Result<()> {
    sqlx::query!(
        "select merge_call($1, $2, $3, $4, $5, $6)",
        gone.tenant as TenantId,
        gone.opened_at,
        gone.id.0,
        kept.tenant as TenantId,
        kept.opened_at,
        kept.id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The caller is from a place that is no tenant; the center keeps the call.
pub async fn set_caller_place(
    db: &mut PgConnection,
    key: CallKey,
    place: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update call set caller_place = $4, is_assigned = true, version = version + 1
         where tenant_id = $1 and opened_at = $2 and id = $3",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        place
    )
    .execute(&mut *db)
    .await?;
    record_event(db, key, "place.chosen", now, serde_json::json!({ "place": place })).await
}

/// Of each town how many wait and since when the first of them does.
pub async fn list_waiting(db: impl PgExecutor<'_>, opened_since: DateTime<Utc>) -> sqlx::Result<Vec<Waiting>> {
    sqlx::query_as!(
        Waiting,
        r#"select coalesce(tenant_caller, tenant_id) as "tenant!: TenantId", count(*) as "count!",
                  min(waiting_since) as "since!"
           from call where result = 'open' and waiting_since is not null and opened_at >= $1 group by 1"#,
        opened_since
    )
    .fetch_all(db)
    .await
}
