//! SQL on `appointment_contact`, and forgetting.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgExecutor;

use crate::appointments::Contact;
use crate::ids::{AppointmentId, TenantId};

pub async fn replace_contact(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: AppointmentId,
    contact: &Contact,
    delete_on: NaiveDate,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into appointment_contact (tenant_id, appointment_id, name, mail, address, phone, delete_on)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (tenant_id, appointment_id) do update
         set name = excluded.name, mail = excluded.mail, address = excluded.address, phone = excluded.phone,
             delete_on = excluded.delete_on",
        tenant as TenantId,
        id as AppointmentId,
        contact.name,
        contact.mail,
        contact.address,
        contact.phone,
        delete_on
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn move_contact(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (old, new): (AppointmentId, AppointmentId),
    delete_on: NaiveDate,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update appointment_contact set appointment_id = $3, delete_on = $4 where tenant_id = $1 and appointment_id = $2",
        tenant as TenantId,
        old as AppointmentId,
        new as AppointmentId,
        delete_on
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_contacts_before(db: impl PgExecutor<'_>, today: NaiveDate) -> sqlx::Result<u64> {
    let deleted = sqlx::query!("delete from appointment_contact where delete_on <= $1", today);
    Ok(deleted.execute(db).await?.rows_affected())
}

/// Appointments that nobody asks about any more, and holds that ran out.
pub async fn delete_old_appointments(
    db: impl PgExecutor<'_>,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from appointment where upper(during) < $1 or (state = 'held' and hold_until <= $2 and remote_id is null)",
        before,
        now
    );
    Ok(deleted.execute(db).await?.rows_affected())
}
