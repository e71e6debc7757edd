//! SQL on telephone systems, their tokens and queues.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::ids::{SourceId, TenantId};
use crate::telephony::{Adapter, DoorRules, Link, QueueMapping, Source, Way};

struct Row {
    id: SourceId,
    name: String,
    adapter: String,
    active: bool,
    version: i32,
}

impl Row {
    /// What the program itself tells about calls is no telephone system.
    fn source(self) -> Option<Source> {
        let adapter = Adapter::parse(&self.adapter)?;
        Some(Source { id: self.id, name: self.name, adapter, active: self.active, version: self.version })
    }
}

/// By name, inactive ones too.
pub async fn list_sources(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Source>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: SourceId", name, adapter, active, version from source
           where exists (select from source_door where source_id = source.id)
              or exists (select from source_link where source_id = source.id)
           order by name"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().filter_map(Row::source).collect())
}

pub async fn find_source(db: impl PgExecutor<'_>, id: SourceId) -> sqlx::Result<Option<Source>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id: SourceId", name, adapter, active, version from source
           where id = $1 and (exists (select from source_door where source_id = source.id)
                              or exists (select from source_link where source_id = source.id))"#,
        id as SourceId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.and_then(Row::source))
}

pub async fn find_source_by_name(db: impl PgExecutor<'_>, name: &str) -> sqlx::Result<Option<Source>> {
    Ok(list_sources(db).await?.into_iter().find(|source| source.name == name))
}

/// A taken name is a unique violation.
pub async fn insert_source(
    db: &mut PgConnection,
    name: &str,
    adapter: Adapter,
    way: &Way,
    now: DateTime<Utc>,
) -> sqlx::Result<SourceId> {
    let id = sqlx::query_scalar!(
        r#"insert into source (name, adapter, created_at) values ($1, $2, $3) returning id as "id: SourceId""#,
        name,
        adapter.as_str(),
        now
    )
    .fetch_one(&mut *db)
    .await?;
    upsert_way(db, id, way).await?;
    Ok(id)
}

/// False: somebody else was faster. A taken name is a unique violation.
pub async fn update_source(db: &mut PgConnection, source: &Source, way: &Way) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update source set name = $2, version = version + 1 where id = $1 and version = $3",
        source.id as SourceId,
        source.name,
        source.version
    )
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 1 {
        upsert_way(db, source.id, way).await?;
    }
    Ok(done.rows_affected() == 1)
}

/// False: there is no such source, or it is so already.
pub async fn update_activity(db: impl PgExecutor<'_>, source: SourceId, active: bool) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update source set active = $2, version = version + 1 where id = $1 and active <> $2",
        source as SourceId,
        active
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

async fn upsert_way(db: &mut PgConnection, source: SourceId, way: &Way) -> sqlx::Result<()> {
    match way {
        Way::Door(rules) => upsert_door(db, source, rules).await,
        Way::Link(link) => upsert_link(db, source, link).await,
    }
}

async fn upsert_door(db: &mut PgConnection, source: SourceId, rules: &DoorRules) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into source_door (source_id, signing_secret, signing_key, allowed_networks, per_second)
         values ($1, $2, $3, $4::text[]::cidr[], $5)
         on conflict (source_id) do update
         set signing_secret = excluded.signing_secret, signing_key = excluded.signing_key,
             allowed_networks = excluded.allowed_networks, per_second = excluded.per_second",
        source as SourceId,
        rules.signing_secret,
        rules.signing_key,
        &rules.networks,
        rules.per_second
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn upsert_link(db: &mut PgConnection, source: SourceId, link: &Link) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into source_link (source_id, address, account, secret, tls, tls_authority, trunk_context, may_control,
                                  inside_context)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (source_id) do update
         set address = excluded.address, account = excluded.account, secret = excluded.secret, tls = excluded.tls,
             tls_authority = excluded.tls_authority, trunk_context = excluded.trunk_context,
             may_control = excluded.may_control, inside_context = excluded.inside_context",
        source as SourceId,
        link.address,
        link.account,
        link.secret,
        link.tls,
        link.tls_authority,
        link.trunk_context,
        link.may_control,
        link.inside_context
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Says whose calls wait in a queue; what was said before gives way.
pub async fn map_queue(
    db: impl PgExecutor<'_>,
    source: SourceId,
    queue: &str,
    tenant: TenantId,
    skill: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into source_queue (source_id, queue, tenant_id, skill) values ($1, $2, $3, $4)
         on conflict (source_id, queue) do update set tenant_id = excluded.tenant_id, skill = excluded.skill",
        source as SourceId,
        queue,
        tenant as TenantId,
        skill
    )
    .execute(db)
    .await?;
    Ok(())
}

/// False: nothing was said about this queue.
pub async fn delete_queue(db: impl PgExecutor<'_>, source: SourceId, queue: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from source_queue where source_id = $1 and queue = $2", source as SourceId, queue);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Of every source, by queue.
pub async fn list_queues(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<QueueMapping>> {
    sqlx::query_as!(
        QueueMapping,
        r#"select source_id as "source: SourceId", queue, tenant_id as "tenant: TenantId", tenant.slug as tenant_slug,
                  skill
           from source_queue join tenant on tenant.id = tenant_id order by source_id, queue"#
    )
    .fetch_all(db)
    .await
}

pub async fn find_link(db: impl PgExecutor<'_>, source: SourceId) -> sqlx::Result<Option<Link>> {
    sqlx::query_as!(
        Link,
        "select address, account, secret, tls, tls_authority, trunk_context, inside_context, may_control
         from source_link where source_id = $1",
        source as SourceId
    )
    .fetch_optional(db)
    .await
}

pub async fn find_door_rules(db: impl PgExecutor<'_>, source: SourceId) -> sqlx::Result<Option<DoorRules>> {
    sqlx::query_as!(
        DoorRules,
        r#"select signing_secret, signing_key, allowed_networks::text[] as "networks!", per_second
           from source_door where source_id = $1"#,
        source as SourceId
    )
    .fetch_optional(db)
    .await
}
