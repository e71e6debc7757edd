//! SQL on `unit`.

use sqlx::PgExecutor;

use super::Unit;
use crate::ids::{TenantId, UnitId};

/// All offices of a tenant by name.
pub async fn list_units(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<Unit>> {
    sqlx::query_as!(
        Unit,
        r#"select tenant_id as "tenant: TenantId", id as "id: UnitId", parent_id as "parent: UnitId", name, phone, mail,
                  street, postcode, city, room, opening_hours, phone_hours, version
           from unit where tenant_id = $1 order by name"#,
        tenant as TenantId
    )
    .fetch_all(db)
    .await
}

pub async fn find_unit(db: impl PgExecutor<'_>, tenant: TenantId, unit: UnitId) -> sqlx::Result<Option<Unit>> {
    sqlx::query_as!(
        Unit,
        r#"select tenant_id as "tenant: TenantId", id as "id: UnitId", parent_id as "parent: UnitId", name, phone, mail,
                  street, postcode, city, room, opening_hours, phone_hours, version
           from unit where tenant_id = $1 and id = $2"#,
        tenant as TenantId,
        unit as UnitId
    )
    .fetch_optional(db)
    .await
}

/// One page of a tenant's offices whose name, number, address or mail contains the words, and how many there are.
pub async fn list_units_page(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    words: &str,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<Unit>> {
    sqlx::query_as!(
        Unit,
        r#"select tenant_id as "tenant: TenantId", id as "id: UnitId", parent_id as "parent: UnitId", name, phone, mail,
                  street, postcode, city, room, opening_hours, phone_hours, version
           from unit
           where tenant_id = $1 and concat_ws(' ', name, phone, mail, street, city, room) ilike $2
           order by name limit $3 offset $4"#,
        tenant as TenantId,
        containing(words),
        limit,
        offset,
    )
    .fetch_all(db)
    .await
}

pub async fn count_units(db: impl PgExecutor<'_>, tenant: TenantId, words: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from unit
           where tenant_id = $1 and concat_ws(' ', name, phone, mail, street, city, room) ilike $2"#,
        tenant as TenantId,
        containing(words),
    )
    .fetch_one(db)
    .await
}

/// The words as a pattern in which nothing of theirs is a wildcard.
fn containing(words: &str) -> String {
    format!("%{}%", words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// The id and version of `unit` are not looked at.
pub async fn insert_unit(db: impl PgExecutor<'_>, tenant: TenantId, unit: &Unit) -> sqlx::Result<UnitId> {
    sqlx::query_scalar!(
        r#"insert into unit (tenant_id, parent_id, name, phone, mail, street, postcode, city, room, opening_hours, phone_hours)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id as "id: UnitId""#,
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
    )
    .fetch_one(db)
    .await
}

/// False: somebody else was faster.
pub async fn update_unit(db: impl PgExecutor<'_>, unit: &Unit) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update unit set parent_id = $3, name = $4, phone = $5, mail = $6, street = $7, postcode = $8, city = $9,
                room = $10, opening_hours = $11, phone_hours = $12, version = version + 1
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
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Fails on a foreign key while entries or other offices name it.
pub async fn delete_unit(db: impl PgExecutor<'_>, tenant: TenantId, unit: UnitId) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from unit where tenant_id = $1 and id = $2", tenant as TenantId, unit as UnitId);
    Ok(done.execute(db).await?.rows_affected() == 1)
}
