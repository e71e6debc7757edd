//! SQL on `appointment_type` and what belongs to one.

use sqlx::{PgConnection, PgExecutor};

use crate::appointments::Type;
use crate::ids::{AppointmentTypeId, EntryId, ResourceId, TenantId, UnitId};

/// The columns of a type, with the condition and order given.
macro_rules! select_types {
    ($rest:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Type,
            r#"select type.tenant_id as "tenant: TenantId", type.id as "id: AppointmentTypeId",
                      type.unit_id as "unit: UnitId", unit.name as unit_name, type.name, minutes, buffer_minutes, documents,
                      need, min_days, max_days, needs_name, remote_id, active, type.version,
                      array(select resource_id from appointment_type_resource uses
                            where uses.tenant_id = type.tenant_id and uses.type_id = type.id order by 1)
                          as "resources!: Vec<ResourceId>"
               from appointment_type type join unit on unit.tenant_id = type.tenant_id and unit.id = type.unit_id "#
                + $rest,
            $($argument),*
        )
    };
}

/// `units`: None: of all offices of the town.
pub async fn list_types(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    units: Option<&[UnitId]>,
) -> sqlx::Result<Vec<Type>> {
    let types = select_types!(
        "where type.tenant_id = $1 and ($2::bigint[] is null or type.unit_id = any ($2)) order by unit.name, type.name",
        tenant as TenantId,
        units as Option<&[UnitId]>,
    );
    types.fetch_all(db).await
}

pub async fn find_type(db: impl PgExecutor<'_>, tenant: TenantId, id: AppointmentTypeId) -> sqlx::Result<Option<Type>> {
    let found =
        select_types!("where type.tenant_id = $1 and type.id = $2", tenant as TenantId, id as AppointmentTypeId,);
    found.fetch_optional(db).await
}

/// What can be had at an entry in these towns, those of the first one first; without an entry all that the first one has.
pub async fn list_offered(
    db: impl PgExecutor<'_>,
    towns: &[TenantId],
    entry: Option<(TenantId, EntryId)>,
) -> sqlx::Result<Vec<Type>> {
    let (owner, entry) = entry.unzip();
    let types = select_types!(
        "where type.tenant_id = any ($1) and active
           and case when $3::bigint is null then type.tenant_id = ($1::int[])[1]
               else exists (select from appointment_type_entry serves
                            where serves.tenant_id = type.tenant_id and serves.type_id = type.id
                              and serves.entry_tenant_id = $2 and serves.entry_id = $3) end
         order by type.tenant_id <> ($1::int[])[1], unit.name, type.name",
        towns as &[TenantId],
        owner as Option<TenantId>,
        entry as Option<EntryId>,
    );
    types.fetch_all(db).await
}

#[derive(Debug, Clone)]
pub struct NewType {
    pub name: String,
    pub minutes: i32,
    pub buffer_minutes: i32,
    pub documents: String,
    pub need: i32,
    pub min_days: i32,
    pub max_days: i32,
    pub needs_name: bool,
    pub remote_id: Option<String>,
    pub active: bool,
}

pub async fn insert_type(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
    new: &NewType,
) -> sqlx::Result<AppointmentTypeId> {
    sqlx::query_scalar!(
        r#"insert into appointment_type (tenant_id, unit_id, name, minutes, buffer_minutes, documents, need, min_days,
                                         max_days, needs_name, remote_id, active)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id as "id: AppointmentTypeId""#,
        tenant as TenantId,
        unit as UnitId,
        new.name,
        new.minutes,
        new.buffer_minutes,
        new.documents,
        new.need,
        new.min_days,
        new.max_days,
        new.needs_name,
        new.remote_id,
        new.active,
    )
    .fetch_one(db)
    .await
}

/// False: somebody else was faster.
pub async fn update_type(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: AppointmentTypeId,
    new: &NewType,
    version: i32,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update appointment_type set name = $3, minutes = $4, buffer_minutes = $5, documents = $6, need = $7, min_days = $8,
                max_days = $9, needs_name = $10, remote_id = $11, active = $12, version = version + 1
         where tenant_id = $1 and id = $2 and version = $13",
        tenant as TenantId,
        id as AppointmentTypeId,
        new.name,
        new.minutes,
        new.buffer_minutes,
        new.documents,
        new.need,
        new.min_days,
        new.max_days,
        new.needs_name,
        new.remote_id,
        new.active,
        version,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn replace_type_resources(
    db: &mut PgConnection,
    tenant: TenantId,
    id: AppointmentTypeId,
    resources: &[ResourceId],
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from appointment_type_resource where tenant_id = $1 and type_id = $2",
        tenant as TenantId,
        id as AppointmentTypeId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into appointment_type_resource (tenant_id, type_id, resource_id)
         select resource.tenant_id, type.id, resource.id
         from appointment_type type join appointment_resource resource
              on resource.tenant_id = type.tenant_id and resource.unit_id = type.unit_id
         where type.tenant_id = $1 and type.id = $2 and resource.id = any ($3)",
        tenant as TenantId,
        id as AppointmentTypeId,
        resources as &[ResourceId],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The entries are kept by those upon which they stand.
pub async fn replace_type_entries(
    db: &mut PgConnection,
    tenant: TenantId,
    id: AppointmentTypeId,
    entries: &[(TenantId, EntryId)],
) -> sqlx::Result<()> {
    let (owners, ids): (Vec<TenantId>, Vec<EntryId>) = entries.iter().copied().unzip();
    sqlx::query!(
        "delete from appointment_type_entry where tenant_id = $1 and type_id = $2",
        tenant as TenantId,
        id as AppointmentTypeId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into appointment_type_entry (tenant_id, type_id, entry_tenant_id, entry_id)
         select distinct $1::int, $2::bigint, root.tenant_id, root.id
         from unnest($3::int[], $4::bigint[]) as wanted (tenant_id, id)
         join entry on entry.tenant_id = wanted.tenant_id and entry.id = wanted.id
         join entry root on root.id = coalesce(entry.base_entry_id, entry.id)",
        tenant as TenantId,
        id as AppointmentTypeId,
        &owners as &[TenantId],
        &ids as &[EntryId],
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn list_entries_of(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: AppointmentTypeId,
) -> sqlx::Result<Vec<(TenantId, EntryId)>> {
    let rows = sqlx::query!(
        r#"select entry_tenant_id as "owner: TenantId", entry_id as "entry: EntryId" from appointment_type_entry
           where tenant_id = $1 and type_id = $2 order by 1, 2"#,
        tenant as TenantId,
        id as AppointmentTypeId
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.owner, row.entry)).collect())
}
