//! SQL on an agent's own calls: the list, and corrections within a day.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::{CallKey, Correction, Disposition, OwnCalls, RecentCall};
use crate::ids::{AccountId, CallId, EntryId, TenantId};

/// Newest first.
pub async fn list_own(
    db: impl PgExecutor<'_>,
    account: AccountId,
    filter: OwnCalls,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<RecentCall>> {
    let rows = sqlx::query!(
        r#"select call.id as "id: CallId", town.name as town, town.kind, town.accent, town.shape,
                  line.label as "line_label?", call.started_at, call.talk_ms, call.disposition,
                  version.title as "topic?", call.ended_at
           from call
           join tenant town on town.id = coalesce(call.tenant_caller, call.tenant_id)
           left join line on line.tenant_id = call.line_tenant_id and line.id = call.line_id
           left join entry on entry.tenant_id = call.topic_tenant_id and entry.id = call.topic_entry_id
           left join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
                and version.version = entry.latest_version
           where call.account_id = $1 and call.opened_at >= $2
             and ($3::text is null or call.disposition = $3)
             and ($4::int is null or coalesce(call.tenant_caller, call.tenant_id) = $4)
           order by call.opened_at desc, call.id desc limit $5 offset $6"#,
        account as AccountId,
        filter.since,
        filter.disposition.map(Disposition::as_str),
        filter.town as Option<TenantId>,
        limit,
        offset
    )
    .fetch_all(db)
    .await?;
    let calls = rows.into_iter().map(|row| RecentCall {
        id: row.id,
        town: row.town,
        accent: row.accent,
        shape: row.shape,
        line_label: row.line_label,
        started_at: row.started_at,
        talk_ms: row.talk_ms,
        disposition: row.disposition.as_deref().and_then(Disposition::parse),
        topic: row.topic,
        open: row.ended_at.is_none(),
    });
    Ok(calls.collect())
}

pub async fn count_own(db: impl PgExecutor<'_>, account: AccountId, filter: OwnCalls) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from call
           where account_id = $1 and opened_at >= $2 and ($3::text is null or disposition = $3)
             and ($4::int is null or coalesce(tenant_caller, tenant_id) = $4)"#,
        account as AccountId,
        filter.since,
        filter.disposition.map(Disposition::as_str),
        filter.town as Option<TenantId>
    )
    .fetch_one(db)
    .await
}

/// Somebody else's call does not exist for this agent.
pub async fn find_own_key(
    db: impl PgExecutor<'_>,
    account: AccountId,
    id: CallId,
    since: DateTime<Utc>,
) -> sqlx::Result<Option<CallKey>> {
    sqlx::query_as!(
        CallKey,
        r#"select tenant_id as "tenant: TenantId", opened_at, id as "id: CallId" from call
           where account_id = $1 and opened_at >= $3 and id = $2"#,
        account as AccountId,
        id as CallId,
        since
    )
    .fetch_optional(db)
    .await
}

/// False when somebody changed the call first.
pub async fn correct_call(db: impl PgExecutor<'_>, key: CallKey, new: &Correction<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update call set disposition = $5, disposition_detail = $6, topic_tenant_id = $7, topic_entry_id = $8,
                         lacks_knowledge = $9 and $5 = 'transferred', version = version + 1
         where tenant_id = $1 and opened_at = $2 and id = $3 and version = $4",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        new.version,
        new.disposition.as_str(),
        new.detail,
        new.topic.map(|topic| topic.0) as Option<TenantId>,
        new.topic.map(|topic| topic.1) as Option<EntryId>,
        new.lacks_knowledge
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
