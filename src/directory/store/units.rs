//! SQL on `unit`.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::directory::{Hold, Unit, UnitKind};
use crate::ids::{TenantId, UnitId};

/// All offices of a tenant that are not archived, by name.
pub async fn list_units(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<Unit>> {
    select_units(db, &[tenant], None, false).await
}

/// With the archived ones.
pub async fn list_all_units(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<Unit>> {
    select_units(db, &[tenant], None, true).await
}

/// None too where it is archived: nobody is connected there.
pub async fn find_unit(db: impl PgExecutor<'_>, tenant: TenantId, unit: UnitId) -> sqlx::Result<Option<Unit>> {
    Ok(select_units(db, &[tenant], Some(&[unit]), false).await?.pop())
}

pub async fn find_any_unit(db: impl PgExecutor<'_>, tenant: TenantId, unit: UnitId) -> sqlx::Result<Option<Unit>> {
    Ok(select_units(db, &[tenant], Some(&[unit]), true).await?.pop())
}

/// Of several tenants; archived ones are left out.
pub async fn list_units_by_id(
    db: impl PgExecutor<'_>,
    tenants: &[TenantId],
    units: &[UnitId],
) -> sqlx::Result<Vec<Unit>> {
    select_units(db, tenants, Some(units), false).await
}

async fn select_units(
    db: impl PgExecutor<'_>,
    tenants: &[TenantId],
    ids: Option<&[UnitId]>,
    with_archived: bool,
) -> sqlx::Result<Vec<Unit>> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", id as "id: UnitId", parent_id as "parent: UnitId", kind, name,
                  short_name, tasks, phone, mail, street, postcode, city, room, opening_hours, phone_hours, languages,
                  deputy_unit_id as "deputy: UnitId", hold_until, hold_reason, archived_at, version
           from unit
           where tenant_id = any ($1) and ($2::bigint[] is null or id = any ($2)) and ($3 or archived_at is null)
           order by name, id"#,
        tenants as &[TenantId],
        ids as Option<&[UnitId]>,
        with_archived,
    )
    .fetch_all(db)
    .await?;
    let unit = rows.into_iter().map(|row| Unit {
        tenant: row.tenant,
        id: row.id,
        parent: row.parent,
        kind: UnitKind::parse(&row.kind).unwrap_or_default(),
        name: row.name,
        short_name: row.short_name,
        tasks: row.tasks,
        phone: row.phone,
        mail: row.mail,
        street: row.street,
        postcode: row.postcode,
        city: row.city,
        room: row.room,
        opening_hours: row.opening_hours,
        phone_hours: row.phone_hours,
        languages: row.languages,
        deputy: row.deputy,
        hold: Hold::of(row.hold_until, row.hold_reason),
        archived_at: row.archived_at,
        version: row.version,
    });
    Ok(unit.collect())
}

/// The id and version of `unit` are not looked at.
pub async fn insert_unit(db: impl PgExecutor<'_>, tenant: TenantId, unit: &Unit) -> sqlx::Result<UnitId> {
    sqlx::query_scalar!(
        r#"insert into unit (tenant_id, parent_id, name, phone, mail, street, postcode, city, room, opening_hours,
                             phone_hours, kind, short_name, tasks, languages, deputy_unit_id, hold_until, hold_reason)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
           returning id as "id: UnitId""#,
        tenant as TenantId,
        unit.parent as Option<UnitId>,
        unit.name,
        unit.phone,
        unit.mail,
        unit.street,
        unit.postcode,
        unit.city,
        unit.room,
        unit.opening_hours,
        unit.phone_hours,
        unit.kind.as_str(),
        unit.short_name,
        unit.tasks,
        &unit.languages,
        unit.deputy as Option<UnitId>,
        unit.hold.as_ref().map(|hold| hold.until),
        unit.hold.as_ref().and_then(|hold| hold.reason.as_deref()),
    )
    .fetch_one(db)
    .await
}

/// False: somebody else was faster. A hold is set by itself.
pub async fn update_unit(db: impl PgExecutor<'_>, unit: &Unit) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update unit set parent_id = $3, name = $4, phone = $5, mail = $6, street = $7, postcode = $8, city = $9,
                room = $10, opening_hours = $11, phone_hours = $12, kind = $14, short_name = $15, tasks = $16,
                languages = $17, deputy_unit_id = $18, version = version + 1
         where tenant_id = $1 and id = $2 and version = $13",
        unit.tenant as TenantId,
        unit.id as UnitId,
        unit.parent as Option<UnitId>,
        unit.name,
        unit.phone,
        unit.mail,
        unit.street,
        unit.postcode,
        unit.city,
        unit.room,
        unit.opening_hours,
        unit.phone_hours,
        unit.version,
        unit.kind.as_str(),
        unit.short_name,
        unit.tasks,
        &unit.languages,
        unit.deputy as Option<UnitId>,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What it does, in the words that people look for.
pub async fn set_tasks(db: impl PgExecutor<'_>, tenant: TenantId, unit: UnitId, tasks: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update unit set tasks = $3 where tenant_id = $1 and id = $2",
        tenant as TenantId,
        unit as UnitId,
        tasks
    )
    .execute(db)
    .await?;
    Ok(())
}

/// None: connections are welcome again.
pub async fn hold_unit(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
    hold: Option<&Hold>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update unit set hold_until = $3, hold_reason = $4, version = version + 1 where tenant_id = $1 and id = $2",
        tenant as TenantId,
        unit as UnitId,
        hold.map(|hold| hold.until),
        hold.and_then(|hold| hold.reason.as_deref()),
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Into the archive, or with None out of it.
pub async fn archive_unit(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
    at: Option<DateTime<Utc>>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update unit set archived_at = $3, version = version + 1
         where tenant_id = $1 and id = $2 and (archived_at is null) = ($3::timestamptz is not null)",
        tenant as TenantId,
        unit as UnitId,
        at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// What still needs an office: offices below it, and rules that lead there.
pub async fn count_uses(db: &mut PgConnection, tenant: TenantId, unit: UnitId) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select (select count(*) from unit where tenant_id = $1 and parent_id = $2 and archived_at is null) as "below!",
                  (select count(*) from responsibility
                   where tenant_id = $1 and unit_id = $2 and deleted_at is null) as "rules!""#,
        tenant as TenantId,
        unit as UnitId
    )
    .fetch_one(db)
    .await?;
    Ok((row.below, row.rules))
}
