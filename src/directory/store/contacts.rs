//! SQL on `contact`.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::directory::{Contact, Hold};
use crate::ids::{ContactId, TenantId, UnitId};

/// Those of some offices, or of all; archived ones are left out.
pub async fn list_contacts(
    db: impl PgExecutor<'_>,
    tenants: &[TenantId],
    units: Option<&[UnitId]>,
) -> sqlx::Result<Vec<Contact>> {
    select_contacts(db, tenants, units, None, false).await
}

pub async fn list_contacts_by_id(
    db: impl PgExecutor<'_>,
    tenants: &[TenantId],
    contacts: &[ContactId],
) -> sqlx::Result<Vec<Contact>> {
    select_contacts(db, tenants, None, Some(contacts), false).await
}

/// With the archived ones.
pub async fn list_all_contacts(db: impl PgExecutor<'_>, tenant: TenantId, unit: UnitId) -> sqlx::Result<Vec<Contact>> {
    select_contacts(db, &[tenant], Some(&[unit]), None, true).await
}

pub async fn find_any_contact(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    contact: ContactId,
) -> sqlx::Result<Option<Contact>> {
    Ok(select_contacts(db, &[tenant], None, Some(&[contact]), true).await?.pop())
}

async fn select_contacts(
    db: impl PgExecutor<'_>,
    tenants: &[TenantId],
    units: Option<&[UnitId]>,
    ids: Option<&[ContactId]>,
    with_archived: bool,
) -> sqlx::Result<Vec<Contact>> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", id as "id: ContactId", unit_id as "unit: UnitId", name, task, room,
                  phone, mail, languages, deputy_id as "deputy: ContactId", hold_until, hold_reason, position,
                  archived_at, version
           from contact
           where tenant_id = any ($1) and ($2::bigint[] is null or unit_id = any ($2))
             and ($3::bigint[] is null or id = any ($3)) and ($4 or archived_at is null)
           order by unit_id, position, name, id"#,
        tenants as &[TenantId],
        units as Option<&[UnitId]>,
        ids as Option<&[ContactId]>,
        with_archived,
    )
    .fetch_all(db)
    .await?;
    let contacts = rows.into_iter().map(|row| Contact {
        tenant: row.tenant,
        id: row.id,
        unit: row.unit,
        name: row.name,
        task: row.task,
        room: row.room,
        phone: row.phone,
        mail: row.mail,
        languages: row.languages,
        deputy: row.deputy,
        hold: Hold::of(row.hold_until, row.hold_reason),
        position: row.position,
        archived_at: row.archived_at,
        version: row.version,
    });
    Ok(contacts.collect())
}

/// The id and version of `contact` are not looked at.
pub async fn insert_contact(db: impl PgExecutor<'_>, contact: &Contact) -> sqlx::Result<ContactId> {
    sqlx::query_scalar!(
        r#"insert into contact (tenant_id, unit_id, name, task, room, phone, mail, languages, deputy_id, position,
                                hold_until, hold_reason)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id as "id: ContactId""#,
        contact.tenant as TenantId,
        contact.unit as UnitId,
        contact.name,
        contact.task,
        contact.room,
        contact.phone,
        contact.mail,
        &contact.languages,
        contact.deputy as Option<ContactId>,
        contact.position,
        contact.hold.as_ref().map(|hold| hold.until),
        contact.hold.as_ref().and_then(|hold| hold.reason.as_deref()),
    )
    .fetch_one(db)
    .await
}

/// False: somebody else was faster.
pub async fn update_contact(db: impl PgExecutor<'_>, contact: &Contact) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update contact set name = $4, task = $5, room = $6, phone = $7, mail = $8, languages = $9, deputy_id = $10,
                position = $11, hold_until = $12, hold_reason = $13, version = version + 1
         where tenant_id = $1 and id = $2 and version = $3",
        contact.tenant as TenantId,
        contact.id as ContactId,
        contact.version,
        contact.name,
        contact.task,
        contact.room,
        contact.phone,
        contact.mail,
        &contact.languages,
        contact.deputy as Option<ContactId>,
        contact.position,
        contact.hold.as_ref().map(|hold| hold.until),
        contact.hold.as_ref().and_then(|hold| hold.reason.as_deref()),
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Into the archive, or with None out of it.
pub async fn archive_contact(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    contact: ContactId,
    at: Option<DateTime<Utc>>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update contact set archived_at = $3, version = version + 1
         where tenant_id = $1 and id = $2 and (archived_at is null) = ($3::timestamptz is not null)",
        tenant as TenantId,
        contact as ContactId,
        at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
