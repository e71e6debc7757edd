//! SQL on `desk`: one row an account.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use crate::calls::{CallKey, EntryKey};
use crate::desk::{Desk, Undo};
use crate::ids::{AccountId, CallId, EntryId, LineId, SeatId, TenantId};

/// The desk, held until the transaction ends: two tabs take turns.
pub async fn hold_desk(db: &mut PgConnection, account: AccountId) -> sqlx::Result<Desk> {
    sqlx::query!("insert into desk (account_id) values ($1) on conflict do nothing", account as AccountId)
        .execute(&mut *db)
        .await?;
    sqlx::query!("select from desk where account_id = $1 for update", account as AccountId).execute(&mut *db).await?;
    find_desk(db, account).await
}

pub async fn find_desk(db: impl PgExecutor<'_>, account: AccountId) -> sqlx::Result<Desk> {
    let row = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", opened_at, call_id as "call: CallId",
                  entry_tenant_id as "entry_tenant: TenantId", entry_id as "entry: EntryId", entry_version,
                  shown_tenant_id as "shown_tenant: TenantId", after_call_until, paused_at, pause_after_call,
                  last_line_tenant_id as "line_tenant: TenantId", last_line_id as "line: LineId",
                  previous_town_id as "previous_town: TenantId", seat_id as "seat: SeatId", settled_signal,
                  pause_reason, has_talked, state_chosen_at, notice,
                  undo as "undo: Json<Undo>", undo_until
           from desk where account_id = $1"#,
        account as AccountId
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(Desk::default()) };
    Ok(Desk {
        call: call_key(row.tenant, row.opened_at, row.call),
        entry: entry_key(row.entry_tenant, row.entry, row.entry_version),
        shown_tenant: row.shown_tenant,
        after_call_until: row.after_call_until,
        paused_at: row.paused_at,
        pause_after_call: row.pause_after_call,
        last_line: row.line_tenant.zip(row.line),
        previous_town: row.previous_town,
        undo: row.undo.map(|undo| undo.0),
        undo_until: row.undo_until,
        seat: row.seat,
        settled_signal: row.settled_signal,
        pause_reason: row.pause_reason,
        has_talked: row.has_talked,
        state_chosen_at: row.state_chosen_at,
        notice: row.notice,
    })
}

fn call_key(tenant: Option<TenantId>, opened_at: Option<DateTime<Utc>>, id: Option<CallId>) -> Option<CallKey> {
    Some(CallKey { tenant: tenant?, opened_at: opened_at?, id: id? })
}

fn entry_key(tenant: Option<TenantId>, entry: Option<EntryId>, version: Option<i32>) -> Option<EntryKey> {
    Some(EntryKey { tenant: tenant?, entry: entry?, version: version? })
}

pub async fn save_desk(db: impl PgExecutor<'_>, account: AccountId, desk: &Desk) -> sqlx::Result<()> {
    sqlx::query!(
        "update desk set tenant_id = $2, opened_at = $3, call_id = $4, entry_tenant_id = $5, entry_id = $6,
                         entry_version = $7, shown_tenant_id = $8, after_call_until = $9, paused_at = $10,
                         pause_after_call = $11, last_line_tenant_id = $12, last_line_id = $13, undo = $14,
                         undo_until = $15, previous_town_id = $16, seat_id = $17, settled_signal = $18,
                         pause_reason = $19, has_talked = $20, state_chosen_at = $21, notice = $22
         where account_id = $1",
        account as AccountId,
        desk.call.map(|call| call.tenant) as Option<TenantId>,
        desk.call.map(|call| call.opened_at),
        desk.call.map(|call| call.id) as Option<CallId>,
        desk.entry.map(|entry| entry.tenant) as Option<TenantId>,
        desk.entry.map(|entry| entry.entry) as Option<EntryId>,
        desk.entry.map(|entry| entry.version),
        desk.shown_tenant as Option<TenantId>,
        desk.after_call_until,
        desk.paused_at,
        desk.pause_after_call,
        desk.last_line.map(|line| line.0) as Option<TenantId>,
        desk.last_line.map(|line| line.1) as Option<LineId>,
        desk.undo.as_ref().map(Json) as Option<Json<&Undo>>,
        desk.undo_until,
        desk.previous_town as Option<TenantId>,
        desk.seat as Option<SeatId>,
        desk.settled_signal,
        desk.pause_reason,
        desk.has_talked,
        desk.state_chosen_at,
        desk.notice,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Somebody works on the call that ended: the after-call work of a desk lasts at least until then.
pub async fn keep_after_call(
    db: impl PgExecutor<'_>,
    account: AccountId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update desk set after_call_until = $3 where account_id = $1 and after_call_until > $2 and after_call_until < $3",
        account as AccountId,
        now,
        until
    )
    .execute(db)
    .await?;
    Ok(())
}
