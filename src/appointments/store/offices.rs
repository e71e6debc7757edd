//! SQL on `appointment_office`.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::appointments::{Office, System};
use crate::ids::{TenantId, UnitId};

struct Row {
    unit: UnitId,
    name: String,
    system: String,
    address: Option<String>,
    scope: Option<String>,
    has_secret: bool,
    hold_minutes: i32,
    contact_days: i32,
    feed_since: Option<DateTime<Utc>>,
    version: i32,
}

/// Does nothing where the office makes appointments already.
pub async fn insert_office(db: impl PgExecutor<'_>, tenant: TenantId, unit: UnitId) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into appointment_office (tenant_id, unit_id) values ($1, $2) on conflict do nothing",
        tenant as TenantId,
        unit as UnitId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Those of these units that make appointments, by name; None: all of the town.
pub async fn list_offices(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    units: Option<&[UnitId]>,
) -> sqlx::Result<Vec<Office>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select office.unit_id as "unit: UnitId", unit.name, system, address, scope, secret is not null as "has_secret!",
                  hold_minutes, contact_days, feed_since, office.version
           from appointment_office office join unit on unit.tenant_id = $1 and unit.id = office.unit_id
           where office.tenant_id = $1 and ($2::bigint[] is null or office.unit_id = any ($2))
           order by unit.name"#,
        tenant as TenantId,
        units as Option<&[UnitId]>,
    )
    .fetch_all(db)
    .await?;
    let office = |row: Row| {
        let Row { unit, name, system, address, scope, has_secret, hold_minutes, contact_days, feed_since, version } =
            row;
        Office {
            tenant,
            unit,
            unit_name: name,
            system: System::parse(&system).unwrap_or_default(),
            address,
            scope,
            has_secret,
            hold_minutes,
            contact_days,
            feed_since,
            version,
        }
    };
    Ok(rows.into_iter().map(office).collect())
}

pub async fn find_office(db: impl PgExecutor<'_>, tenant: TenantId, unit: UnitId) -> sqlx::Result<Option<Office>> {
    Ok(list_offices(db, tenant, Some(&[unit])).await?.pop())
}

/// The secret stays where none is given. False: somebody else was faster.
pub async fn update_office(db: impl PgExecutor<'_>, office: &Office, secret: Option<&str>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update appointment_office set system = $3, address = $4, scope = $5, secret = coalesce($6, secret),
                hold_minutes = $7, contact_days = $8, version = version + 1
         where tenant_id = $1 and unit_id = $2 and version = $9",
        office.tenant as TenantId,
        office.unit as UnitId,
        office.system.as_str(),
        office.address,
        office.scope,
        secret,
        office.hold_minutes,
        office.contact_days,
        office.version,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Address, scope and secret of the town's own system, for speaking with it.
pub async fn find_remote(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
) -> sqlx::Result<Option<(String, String, Option<String>)>> {
    let row = sqlx::query!(
        r#"select address as "address!", coalesce(scope, '') as "scope!", secret
           from appointment_office where tenant_id = $1 and unit_id = $2 and system = 'zms' and address is not null"#,
        tenant as TenantId,
        unit as UnitId
    );
    Ok(row.fetch_optional(db).await?.map(|row| (row.address, row.scope, row.secret)))
}
