//! The acts on an appointment. All of them run under the office's lock.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::calls::CallKey;
use crate::ids::{AccountId, AppointmentId, AppointmentTypeId, CallId, ResourceId, TenantId, UnitId};

/// Who acts on an office's appointments waits for whoever did before: nobody waits for two, so nobody waits for ever.
pub async fn hold_office(db: impl PgExecutor<'_>, tenant: TenantId, unit: UnitId) -> sqlx::Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtext('appointment ' || $1::int), hashtext($2::bigint::text))",
        tenant as TenantId,
        unit as UnitId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What nobody decided upon in time is free again.
pub async fn delete_expired_holds(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from appointment where tenant_id = $1 and unit_id = $2 and state = 'held' and hold_until <= $3
           and remote_id is null",
        tenant as TenantId,
        unit as UnitId,
        now
    );
    Ok(deleted.execute(db).await?.rows_affected())
}

/// One that is still held, given back.
pub async fn delete_hold(db: impl PgExecutor<'_>, tenant: TenantId, id: AppointmentId) -> sqlx::Result<bool> {
    let deleted = sqlx::query!(
        "delete from appointment where tenant_id = $1 and id = $2 and state = 'held' and remote_id is null",
        tenant as TenantId,
        id as AppointmentId
    );
    Ok(deleted.execute(db).await?.rows_affected() == 1)
}

/// Nobody decides upon two at once.
pub async fn delete_holds_of(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    account: AccountId,
    but: &str,
) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from appointment where tenant_id = $1 and held_by = $2 and state = 'held' and request_key <> $3
           and remote_id is null",
        tenant as TenantId,
        account as AccountId,
        but
    );
    Ok(deleted.execute(db).await?.rows_affected())
}

#[derive(Debug)]
pub struct NewHold<'a> {
    pub unit: UnitId,
    pub kind: AppointmentTypeId,
    /// None: in the town's own system.
    pub place: Option<(ResourceId, i32, i32)>,
    pub remote: Option<(&'a str, &'a str)>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub blocked_until: DateTime<Utc>,
    pub hold_until: DateTime<Utc>,
    pub request_key: &'a str,
    pub reference: &'a str,
    pub uid: &'a str,
    pub account: Option<AccountId>,
    pub call: Option<CallKey>,
    pub replaces: Option<AppointmentId>,
}

/// None: the place or the reference is taken already.
pub async fn insert_hold(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    new: &NewHold<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<AppointmentId>> {
    sqlx::query_scalar!(
        r#"insert into appointment (tenant_id, unit_id, type_id, resource_id, lanes, during, blocked, state, hold_until,
                                    request_key, reference, uid, held_by, call_tenant_id, call_opened_at, call_id,
                                    remote_id, remote_key, created_at, changed_at, replaces)
           values ($1, $2, $3, $4, case when $5::int is not null then int4range($5, $6::int) end, tstzrange($7, $8),
                   tstzrange($7, $9), 'held', $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20, $21)
           on conflict do nothing returning id as "id: AppointmentId""#,
        tenant as TenantId,
        new.unit as UnitId,
        new.kind as AppointmentTypeId,
        new.place.map(|(resource, ..)| resource) as Option<ResourceId>,
        new.place.map(|(_, lane, _)| lane),
        new.place.map(|(_, lane, need)| lane + need),
        new.starts_at,
        new.ends_at,
        new.blocked_until,
        new.hold_until,
        new.request_key,
        new.reference,
        new.uid,
        new.account as Option<AccountId>,
        new.call.map(|call| call.tenant) as Option<TenantId>,
        new.call.map(|call| call.opened_at),
        new.call.map(|call| call.id) as Option<CallId>,
        new.remote.map(|(id, _)| id),
        new.remote.map(|(_, key)| key),
        now,
        new.replaces as Option<AppointmentId>,
    )
    .fetch_optional(db)
    .await
}

/// False: it is no longer held.
pub async fn book(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: AppointmentId,
    check_hash: &[u8],
    channel: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let booked = sqlx::query!(
        "update appointment set state = 'booked', hold_until = null, check_hash = $3, channel = $4, changed_at = $5,
                version = version + 1
         where tenant_id = $1 and id = $2 and state = 'held'",
        tenant as TenantId,
        id as AppointmentId,
        check_hash,
        channel,
        now
    );
    Ok(booked.execute(db).await?.rows_affected() == 1)
}

/// False: it is no longer booked.
pub async fn mark_moved(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (old, new): (AppointmentId, AppointmentId),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let moved = sqlx::query!(
        "update appointment set state = 'moved', moved_to = $3, changed_at = $4, version = version + 1
         where tenant_id = $1 and id = $2 and state = 'booked'",
        tenant as TenantId,
        old as AppointmentId,
        new as AppointmentId,
        now
    );
    Ok(moved.execute(db).await?.rows_affected() == 1)
}

/// The new time gets what the caller knows the old one by. False: it is no longer held.
pub async fn take_over(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (old, new): (AppointmentId, AppointmentId),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let taken = sqlx::query!(
        "update appointment set state = 'booked', hold_until = null, replaces = null, reference = old.reference, check_hash = old.check_hash,
                channel = old.channel, uid = old.uid, sequence = old.sequence + 1, changed_at = $4,
                version = appointment.version + 1
         from appointment old
         where appointment.tenant_id = $1 and appointment.id = $3 and appointment.state = 'held'
           and old.tenant_id = $1 and old.id = $2 and old.state = 'moved'",
        tenant as TenantId,
        old as AppointmentId,
        new as AppointmentId,
        now
    );
    Ok(taken.execute(db).await?.rows_affected() == 1)
}

/// False: it is no longer booked.
pub async fn cancel(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: AppointmentId,
    reason: Option<&str>,
    by: &str,
    account: Option<AccountId>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let cancelled = sqlx::query!(
        "update appointment set state = 'cancelled', cancel_reason = $3, cancelled_by = $4, sequence = sequence + 1,
                held_by = coalesce($5, held_by), changed_at = $6, version = version + 1
         where tenant_id = $1 and id = $2 and state = 'booked'",
        tenant as TenantId,
        id as AppointmentId,
        reason,
        by,
        account as Option<AccountId>,
        now
    );
    Ok(cancelled.execute(db).await?.rows_affected() == 1)
}

/// Counts a wrong check, or forgets the wrong ones after the right one. False: there were too many of late; nothing is said
/// about this one.
pub async fn note_check(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: AppointmentId,
    is_right: bool,
    (most, since): (i32, DateTime<Utc>),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let counted = sqlx::query!(
        "update appointment
         set check_failures = case when $3 then 0 when check_failed_at < $5 then 1 else check_failures + 1 end,
             check_failed_at = case when not $3 then $6::timestamptz end
         where tenant_id = $1 and id = $2 and (check_failures < $4 or check_failed_at < $5)",
        tenant as TenantId,
        id as AppointmentId,
        is_right,
        most,
        since,
        now
    );
    Ok(counted.execute(db).await?.rows_affected() == 1)
}
