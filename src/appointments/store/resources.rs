//! SQL on `appointment_resource`.

use sqlx::PgExecutor;

use crate::appointments::Resource;
use crate::ids::{ResourceId, TenantId, UnitId};

/// `unit`: None: of all offices of the town.
pub async fn list_resources(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: Option<UnitId>,
) -> sqlx::Result<Vec<Resource>> {
    sqlx::query_as!(
        Resource,
        r#"select id as "id: ResourceId", unit_id as "unit: UnitId", name, places, active, version
           from appointment_resource where tenant_id = $1 and ($2::bigint is null or unit_id = $2) order by name"#,
        tenant as TenantId,
        unit as Option<UnitId>,
    )
    .fetch_all(db)
    .await
}

pub async fn find_resource(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: ResourceId,
) -> sqlx::Result<Option<Resource>> {
    sqlx::query_as!(
        Resource,
        r#"select id as "id: ResourceId", unit_id as "unit: UnitId", name, places, active, version
           from appointment_resource where tenant_id = $1 and id = $2"#,
        tenant as TenantId,
        id as ResourceId,
    )
    .fetch_optional(db)
    .await
}

#[derive(Debug, Clone)]
pub struct NewResource {
    pub name: String,
    pub places: i32,
    pub active: bool,
}

pub async fn insert_resource(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
    new: &NewResource,
) -> sqlx::Result<ResourceId> {
    sqlx::query_scalar!(
        r#"insert into appointment_resource (tenant_id, unit_id, name, places, active)
           values ($1, $2, $3, $4, $5) returning id as "id: ResourceId""#,
        tenant as TenantId,
        unit as UnitId,
        new.name,
        new.places,
        new.active,
    )
    .fetch_one(db)
    .await
}

/// False: somebody else was faster.
pub async fn update_resource(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: ResourceId,
    new: &NewResource,
    version: i32,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update appointment_resource set name = $3, places = $4, active = $5, version = version + 1
         where tenant_id = $1 and id = $2 and version = $6",
        tenant as TenantId,
        id as ResourceId,
        new.name,
        new.places,
        new.active,
        version,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
