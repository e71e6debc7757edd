//! SQL on `tenant`, and on who decides for it.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::ids::TenantId;
use crate::tenants::{NewTenant, Tenant};

pub async fn find_tenant(db: impl PgExecutor<'_>, id: TenantId) -> sqlx::Result<Option<Tenant>> {
    sqlx::query_as!(
        Tenant,
        r#"select id as "id: TenantId", slug, name, short_name, kind, accent, shape, ars, inhabitants, number_blocks,
                  postcodes, served_by as "served_by: TenantId", observes_holidays, allows_own_greeting,
                  after_call_seconds, version
           from tenant where id = $1"#,
        id as TenantId
    )
    .fetch_optional(db)
    .await
}

pub async fn find_tenant_by_slug(db: impl PgExecutor<'_>, slug: &str) -> sqlx::Result<Option<Tenant>> {
    sqlx::query_as!(
        Tenant,
        r#"select id as "id: TenantId", slug, name, short_name, kind, accent, shape, ars, inhabitants, number_blocks,
                  postcodes, served_by as "served_by: TenantId", observes_holidays, allows_own_greeting,
                  after_call_seconds, version
           from tenant where slug = $1"#,
        slug
    )
    .fetch_optional(db)
    .await
}

/// All tenants in scope by name, without the reserved one.
pub async fn list_tenants(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Tenant>> {
    sqlx::query_as!(
        Tenant,
        r#"select id as "id: TenantId", slug, name, short_name, kind, accent, shape, ars, inhabitants, number_blocks,
                  postcodes, served_by as "served_by: TenantId", observes_holidays, allows_own_greeting,
                  after_call_seconds, version
           from tenant where kind <> 'intake' order by name"#
    )
    .fetch_all(db)
    .await
}

pub async fn find_intake(db: impl PgExecutor<'_>) -> sqlx::Result<TenantId> {
    sqlx::query_scalar!(r#"select id as "id: TenantId" from tenant where kind = 'intake'"#).fetch_one(db).await
}

pub async fn insert_tenant(db: impl PgExecutor<'_>, new: &NewTenant, now: DateTime<Utc>) -> sqlx::Result<TenantId> {
    sqlx::query_scalar!(
        r#"insert into tenant (slug, name, short_name, kind, accent, shape, ars, inhabitants, number_blocks, served_by,
                               observes_holidays, after_call_seconds, created_at, postcodes, allows_own_greeting)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning id as "id: TenantId""#,
        new.slug,
        new.name,
        new.short_name,
        new.kind,
        new.accent,
        new.shape,
        new.ars,
        new.inhabitants,
        &new.number_blocks,
        new.served_by as Option<TenantId>,
        new.observes_holidays,
        new.after_call_seconds,
        now,
        &new.postcodes,
        new.allows_own_greeting,
    )
    .fetch_one(db)
    .await
}

/// Writes everything but the slug, which addresses and tokens rely on. False: somebody else was faster.
pub async fn update_tenant(
    db: impl PgExecutor<'_>,
    id: TenantId,
    version: i32,
    tenant: &NewTenant,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update tenant set name = $2, short_name = $3, kind = $4, accent = $5, shape = $6, ars = $7, inhabitants = $8,
                number_blocks = $9, served_by = $10, observes_holidays = $11, after_call_seconds = $12,
                postcodes = $14, allows_own_greeting = $15, version = version + 1
         where id = $1 and version = $13",
        id as TenantId,
        tenant.name,
        tenant.short_name,
        tenant.kind,
        tenant.accent,
        tenant.shape,
        tenant.ars,
        tenant.inhabitants,
        &tenant.number_blocks,
        tenant.served_by as Option<TenantId>,
        tenant.observes_holidays,
        tenant.after_call_seconds,
        version,
        &tenant.postcodes,
        tenant.allows_own_greeting,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Counts a change of what belongs to the tenant but stands in other tables. False: somebody else was faster.
pub async fn touch_tenant(db: impl PgExecutor<'_>, id: TenantId, version: i32) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("update tenant set version = version + 1 where id = $1 and version = $2", id as TenantId, version);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A switchboard learned from a number that was written with its hyphen.
pub async fn insert_number_block(db: impl PgExecutor<'_>, tenant: TenantId, block: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update tenant set number_blocks = number_blocks || $2::text where id = $1 and not $2 = any (number_blocks)",
        tenant as TenantId,
        block
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Who decides on what an entry is about, for callers of this town: the town itself where the entry is its own, else the
/// body named for one of the entry's life situations where that is a tenant here, else the entry's owner.
pub async fn find_authority(
    db: impl PgExecutor<'_>,
    town: TenantId,
    entry_owner: TenantId,
    topics: &[String],
) -> sqlx::Result<TenantId> {
    if entry_owner == town {
        return Ok(town);
    }
    let named = sqlx::query_scalar!(
        r#"select body_tenant_id as "body!: TenantId" from authority
           where tenant_id = $1 and body_tenant_id is not null
             and topic = any ($2)
           order by topic limit 1"#,
        town as TenantId,
        topics,
    )
    .fetch_optional(db)
    .await?;
    Ok(named.unwrap_or(entry_owner))
}
