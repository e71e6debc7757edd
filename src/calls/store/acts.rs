//! What an agent does to a call. Each act leaves its trace in `call_event`.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::calls::intake::hold_source_of;
use crate::calls::{CallKey, Disposition, EntryKey};
use crate::ids::{AccountId, CallId, EntryId, LineId, TenantId};

/// Opens a call that an agent takes by hand. Its month's partitions are made when needed.
pub async fn open_call(
    db: &mut PgConnection,
    tenant: TenantId,
    line: LineId,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<CallKey> {
    sqlx::query!("select ensure_call_month($1)", now).execute(&mut *db).await?;
    let row = sqlx::query!(
        r#"insert into call (tenant_id, opened_at, source_id, dialled, line_tenant_id, line_id, tenant_caller,
                             started_at, connected_at, wait_ms, result, account_id)
           select line.tenant_id, $2, source.id, line.number, line.tenant_id, line.id,
                  case when tenant.kind <> 'intake' then tenant.id end, $2, $2, null, 'open', $3
           from source, line join tenant on tenant.id = line.tenant_id
           where source.adapter = 'desk' and line.tenant_id = $1 and line.id = $4 and line.active
           returning opened_at, id as "id: CallId""#,
        tenant as TenantId,
        now,
        account as AccountId,
        line as LineId,
    )
    .fetch_one(&mut *db)
    .await?;
    let key = CallKey { tenant, opened_at: row.opened_at, id: row.id };
    record_event(db, key, "call.started", now, serde_json::json!({})).await?;
    Ok(key)
}

pub async fn record_event(
    db: impl PgExecutor<'_>,
    key: CallKey,
    kind: &str,
    at: DateTime<Utc>,
    payload: serde_json::Value,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into call_event (tenant_id, opened_at, call_id, type, occurred_at, clock, received_at, payload)
         values ($1, $2, $3, $4, $5, 'source', $5, $6)",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        kind,
        at,
        payload
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that an entry in this version was shown for a town; opened again, it stays at its first time.
pub async fn record_entry(
    db: &mut PgConnection,
    key: CallKey,
    entry: EntryKey,
    shown_for: TenantId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let added = sqlx::query!(
        "insert into call_entry (tenant_id, opened_at, call_id, entry_tenant_id, entry_id, version, shown_for, shown_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        entry.tenant as TenantId,
        entry.entry as EntryId,
        entry.version,
        shown_for as TenantId,
        now
    )
    .execute(&mut *db)
    .await?;
    if added.rows_affected() > 0 {
        record_event(db, key, "entry.opened", now, serde_json::json!(entry)).await?;
    }
    Ok(())
}

/// One act: the entry answered the call, it is the call's topic, and the call was solved at first contact.
pub async fn mark_answer(
    db: &mut PgConnection,
    key: CallKey,
    entry: EntryKey,
    competent: TenantId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update call_entry set answered_at = $6
         where tenant_id = $1 and opened_at = $2 and call_id = $3 and entry_tenant_id = $4 and entry_id = $5
           and version = $7",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        entry.tenant as TenantId,
        entry.entry as EntryId,
        now,
        entry.version
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update call set disposition = 'answered', disposition_detail = null, topic_tenant_id = $4, topic_entry_id = $5,
                         tenant_competent = $6, version = version + 1
         where tenant_id = $1 and opened_at = $2 and id = $3",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        entry.tenant as TenantId,
        entry.entry as EntryId,
        competent as TenantId
    )
    .execute(&mut *db)
    .await?;
    record_event(db, key, "entry.answered", now, serde_json::json!(entry)).await
}

/// Takes the last answer back; an earlier answer of the same call becomes its topic again.
pub async fn unmark_answer(
    db: &mut PgConnection,
    key: CallKey,
    entry: EntryKey,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update call_entry set answered_at = null
         where tenant_id = $1 and opened_at = $2 and call_id = $3 and entry_tenant_id = $4 and entry_id = $5
           and version = $6",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        entry.tenant as TenantId,
        entry.entry as EntryId,
        entry.version
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "with earlier as (
             select entry_tenant_id, entry_id from call_entry
             where tenant_id = $1 and opened_at = $2 and call_id = $3 and answered_at is not null
             order by answered_at desc limit 1
         )
         update call set disposition = case when exists (select from earlier) then 'answered' end,
                         topic_tenant_id = (select entry_tenant_id from earlier),
                         topic_entry_id = (select entry_id from earlier),
                         version = version + 1
         where tenant_id = $1 and opened_at = $2 and id = $3",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId
    )
    .execute(&mut *db)
    .await?;
    record_event(db, key, "entry.answer_withdrawn", now, serde_json::json!(entry)).await
}

pub async fn set_disposition(
    db: impl PgExecutor<'_>,
    key: CallKey,
    disposition: Disposition,
    detail: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update call set disposition = $4, disposition_detail = $5, version = version + 1
         where tenant_id = $1 and opened_at = $2 and id = $3",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        disposition.as_str(),
        detail
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Only a call that was connected says so.
pub async fn set_lacks_knowledge(db: impl PgExecutor<'_>, key: CallKey, lacks: bool) -> sqlx::Result<()> {
    sqlx::query!(
        "update call set lacks_knowledge = $4 and disposition = 'transferred'
         where tenant_id = $1 and opened_at = $2 and id = $3 and (lacks_knowledge or $4)",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        lacks
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Free text lies apart from the record, so that it can be deleted by rule; an empty text deletes it now.
pub async fn update_note(db: impl PgExecutor<'_>, key: CallKey, text: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "with gone as (
             delete from call_note where tenant_id = $1 and opened_at = $2 and call_id = $3 and $4 = ''
         )
         insert into call_note (tenant_id, opened_at, call_id, text) select $1, $2, $3, $4 where $4 <> ''
         on conflict (tenant_id, opened_at, call_id) do update set text = excluded.text",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        text
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The caller's town. A call of a shared line moves to that town; any other keeps the tenant that was dialled.
pub async fn move_to_town(
    db: &mut PgConnection,
    key: CallKey,
    town: TenantId,
    from_intake: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<CallKey> {
    let tenant = if from_intake { town } else { key.tenant };
    if tenant != key.tenant {
        hold_source_of(db, key.tenant, key.id, Some(key.opened_at)).await?;
    }
    sqlx::query!(
        "update call set tenant_id = $4, tenant_caller = $5, is_assigned = true, caller_place = null,
                         version = version + 1
         where tenant_id = $1 and opened_at = $2 and id = $3",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        tenant as TenantId,
        town as TenantId
    )
    .execute(&mut *db)
    .await?;
    let moved = CallKey { tenant, ..key };
    record_event(db, moved, "town.chosen", now, serde_json::json!({"town": town})).await?;
    Ok(moved)
}

pub async fn end_call(db: &mut PgConnection, key: CallKey, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update call set ended_at = $4, result = 'answered', version = version + 1,
                         talk_ms = least(2147483647, greatest(0, extract(epoch from $4 - connected_at) * 1000))::int
         where tenant_id = $1 and opened_at = $2 and id = $3 and ended_at is null",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
        now
    )
    .execute(&mut *db)
    .await?;
    record_event(db, key, "call.ended", now, serde_json::json!({"by": "agent"})).await
}

/// Undo of the end: the call goes on as if it had not ended.
pub async fn reopen_call(db: &mut PgConnection, key: CallKey, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update call set ended_at = null, talk_ms = null, result = 'open', version = version + 1
         where tenant_id = $1 and opened_at = $2 and id = $3",
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId
    )
    .execute(&mut *db)
    .await?;
    record_event(db, key, "call.end_withdrawn", now, serde_json::json!({})).await
}
