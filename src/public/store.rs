//! SQL on `public_door` and `public_exclusion`.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::Json;

use crate::access::{KnowledgeSource, TenantAccess};
use crate::ids::{EntryId, TenantId};

/// A town whose door is open, as somebody without a role meets it.
pub async fn find_open_town(db: impl PgExecutor<'_>, slug: &str) -> sqlx::Result<Option<TenantAccess>> {
    let row = sqlx::query!(
        r#"select tenant.id as "id: TenantId", tenant.slug, tenant.name, tenant.short_name, tenant.kind, tenant.accent,
                  tenant.shape,
                  (select json_agg(json_build_object('id', owner.id, 'slug', owner.slug, 'short_name', owner.short_name,
                                                     'topics', source.topics) order by source.place)
                   from knowledge_sources(tenant.id) source
                   join tenant owner on owner.id = source.tenant_id) as "sources!: Json<Vec<KnowledgeSource>>"
           from tenant join public_door on public_door.tenant_id = tenant.id
           where tenant.slug = $1 and tenant.kind <> 'intake'"#,
        slug
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| TenantAccess {
        id: row.id,
        slug: row.slug,
        name: row.name,
        short_name: row.short_name,
        kind: row.kind,
        accent: row.accent,
        shape: row.shape,
        postcodes: Vec::new(),
        sources: row.sources.0,
        roles: Vec::new(),
    }))
}

/// What these tenants keep back.
pub async fn list_excluded(db: impl PgExecutor<'_>, tenants: &[TenantId]) -> sqlx::Result<Vec<EntryId>> {
    sqlx::query_scalar!(
        r#"select entry_id as "entry: EntryId" from public_exclusion where tenant_id = any ($1)"#,
        tenants as &[TenantId]
    )
    .fetch_all(db)
    .await
}

pub async fn is_open(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from public_door where tenant_id = $1) as "is_open!""#,
        tenant as TenantId
    )
    .fetch_one(db)
    .await
}

/// False: it was open already.
pub async fn open_door(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    author: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into public_door (tenant_id, opened_at, opened_by) values ($1, $2, $3) on conflict do nothing",
        tenant as TenantId,
        now,
        author,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// False: it was closed already.
pub async fn close_door(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from public_door where tenant_id = $1", tenant as TenantId);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// One entry that a tenant keeps back.
#[derive(Debug, Clone)]
pub struct Exclusion {
    pub entry: EntryId,
    pub at: DateTime<Utc>,
    pub by: String,
}

/// Of this tenant alone, the latest first.
pub async fn list_exclusions(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<Exclusion>> {
    sqlx::query_as!(
        Exclusion,
        r#"select entry_id as "entry: EntryId", excluded_at as at, excluded_by as by from public_exclusion
           where tenant_id = $1 order by excluded_at desc, entry_id desc"#,
        tenant as TenantId
    )
    .fetch_all(db)
    .await
}

/// False: it was kept back already.
pub async fn insert_exclusion(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    entry: EntryId,
    author: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into public_exclusion (tenant_id, entry_id, excluded_at, excluded_by) values ($1, $2, $3, $4)
         on conflict do nothing",
        tenant as TenantId,
        entry as EntryId,
        now,
        author,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// False: it was not kept back.
pub async fn delete_exclusion(db: impl PgExecutor<'_>, tenant: TenantId, entry: EntryId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from public_exclusion where tenant_id = $1 and entry_id = $2",
        tenant as TenantId,
        entry as EntryId,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
