//! Reading appointments.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::row::select_appointments;
use crate::appointments::Appointment;
use crate::ids::{AccountId, AppointmentId, AppointmentTypeId, CallId, ResourceId, TenantId, UnitId};

pub async fn find_appointment(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: AppointmentId,
) -> sqlx::Result<Option<Appointment>> {
    let row = select_appointments!("where tenant_id = $1 and id = $2", tenant as TenantId, id as AppointmentId);
    Ok(row.fetch_optional(db).await?.map(Appointment::from))
}

/// What the same request made before.
pub async fn find_by_key(db: impl PgExecutor<'_>, tenant: TenantId, key: &str) -> sqlx::Result<Option<Appointment>> {
    let row = select_appointments!(
        "where tenant_id = $1 and id = (select id from appointment where tenant_id = $1 and request_key = $2)",
        tenant as TenantId,
        key
    );
    Ok(row.fetch_optional(db).await?.map(Appointment::from))
}

/// In all of these towns: a reference is unique in its own.
pub async fn find_by_reference(
    db: impl PgExecutor<'_>,
    tenants: &[TenantId],
    reference: &str,
) -> sqlx::Result<Vec<Appointment>> {
    let rows = select_appointments!(
        "where tenant_id = any ($1) and reference = $2 and state in ('booked', 'cancelled') order by tenant_id",
        tenants as &[TenantId],
        reference
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Appointment::from).collect())
}

/// What this person holds for a caller; also what just ran out, as long as nobody else took it.
pub async fn find_held(db: impl PgExecutor<'_>, account: AccountId) -> sqlx::Result<Option<Appointment>> {
    let row = select_appointments!(
        "where held_by = $1 and state = 'held' order by created_at desc limit 1",
        account as AccountId
    );
    Ok(row.fetch_optional(db).await?.map(Appointment::from))
}

/// What this person booked, moved or cancelled last, since that moment.
pub async fn find_last_of(
    db: impl PgExecutor<'_>,
    account: AccountId,
    since: DateTime<Utc>,
) -> sqlx::Result<Option<Appointment>> {
    let row = select_appointments!(
        "where held_by = $1 and state in ('booked', 'cancelled') and changed_at >= $2
         order by changed_at desc, id desc limit 1",
        account as AccountId,
        since
    );
    Ok(row.fetch_optional(db).await?.map(Appointment::from))
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    pub tenant: TenantId,
    /// None: all of the town.
    pub units: Option<&'a [UnitId]>,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// Empty: any.
    pub state: &'a str,
    pub kind: Option<AppointmentTypeId>,
    /// A reference, or the beginning of one; empty: any.
    pub reference: &'a str,
}

pub async fn count_appointments(db: impl PgExecutor<'_>, filter: &Filter<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from appointment
           where tenant_id = $1 and ($2::bigint[] is null or unit_id = any ($2))
             and lower(during) >= $3 and lower(during) < $4 and ($5 = '' or state = $5)
             and ($6::bigint is null or type_id = $6) and starts_with(reference, $7)"#,
        filter.tenant as TenantId,
        filter.units as Option<&[UnitId]>,
        filter.from,
        filter.to,
        filter.state,
        filter.kind as Option<AppointmentTypeId>,
        filter.reference,
    )
    .fetch_one(db)
    .await
}

pub async fn list_appointments(
    db: impl PgExecutor<'_>,
    filter: &Filter<'_>,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<Appointment>> {
    let rows = select_appointments!(
        "where tenant_id = $1 and ($2::bigint[] is null or unit_id = any ($2))
           and starts_at >= $3 and starts_at < $4 and ($5 = '' or state = $5)
           and ($6::bigint is null or type_id = $6) and starts_with(reference, $7)
         order by starts_at, resource_name, id offset $8 limit $9",
        filter.tenant as TenantId,
        filter.units as Option<&[UnitId]>,
        filter.from,
        filter.to,
        filter.state,
        filter.kind as Option<AppointmentTypeId>,
        filter.reference,
        offset,
        limit,
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Appointment::from).collect())
}
