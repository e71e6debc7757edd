//! Who reads an entry, which version of it now, and which one at another time.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use super::super::{Entry, LayerKey};
use super::layers::LayerRow;
use super::row::{Row, into_entry};
use crate::ids::{EntryId, TenantId};

/// Which version this tenant sees of an entry now, its own adaptation or the nearest base's.
pub async fn find_current(
    db: impl PgExecutor<'_>,
    reader: TenantId,
    tenant: TenantId,
    id: EntryId,
) -> sqlx::Result<Option<LayerKey>> {
    let row = sqlx::query!(
        r#"select entry.tenant_id as "tenant: TenantId", entry.id as "id: EntryId", entry.published_version as "version!"
           from entry asked
           join entry on coalesce(entry.base_entry_id, entry.id) = coalesce(asked.base_entry_id, asked.id)
           join knowledge_sources($1) source on source.tenant_id = entry.tenant_id
                and (source.topics is null or source.topics && entry.life_situations)
           where asked.tenant_id = $2 and asked.id = $3 and entry.published_version is not null
           order by source.place limit 1"#,
        reader as TenantId,
        tenant as TenantId,
        id as EntryId,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| LayerKey { tenant: row.tenant, entry: row.id, version: row.version }))
}

/// What this tenant saw of an entry at a time, of the nearest tenant that had it then.
pub async fn find_entry_at(
    db: &mut PgConnection,
    reader: TenantId,
    tenant: TenantId,
    id: EntryId,
    at: DateTime<Utc>,
) -> sqlx::Result<Option<Entry>> {
    let row = sqlx::query_as!(
        Row,
        r#"select entry.tenant_id as "tenant: TenantId", entry.id as "id: EntryId", entry.external_id, version.version,
                  coalesce(entry.published_version = version.version, false) as "is_published!",
                  version.created_at, version.author,
                  (select json_agg(json_build_object('tenant', layer.tenant_id, 'slug', tenant.slug,
                                       'short_name', tenant.short_name, 'entry', layer.entry_id, 'version', layer.version,
                                       'content', layer.content) order by layer.place)
                   from version_layers(version.tenant_id, version.entry_id, version.version) layer
                   join tenant on tenant.id = layer.tenant_id) as "layers!: Json<Vec<LayerRow>>"
           from entry asked
           join entry on coalesce(entry.base_entry_id, entry.id) = coalesce(asked.base_entry_id, asked.id)
           join knowledge_sources($1) source on source.tenant_id = entry.tenant_id
                and (source.topics is null or source.topics && entry.life_situations)
           join lateral (select publication.version from entry_publication publication
                         where publication.tenant_id = entry.tenant_id and publication.entry_id = entry.id and publication.at < $4
                         order by publication.id desc limit 1) last on true
           join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
                                     and version.version = last.version
           where asked.tenant_id = $2 and asked.id = $3
           order by source.place limit 1"#,
        reader as TenantId,
        tenant as TenantId,
        id as EntryId,
        at,
    )
    .fetch_optional(&mut *db)
    .await?;
    into_entry(db, row).await
}

/// A town that takes an entry over.
#[derive(Debug, Clone)]
pub struct Reader {
    pub short_name: String,
    /// It says something otherwise.
    pub adapts: bool,
}

pub async fn list_readers(db: impl PgExecutor<'_>, tenant: TenantId, id: EntryId) -> sqlx::Result<Vec<Reader>> {
    sqlx::query_as!(
        Reader,
        r#"select short_name as "short_name!", adapts as "adapts!" from entry_readers($1, $2)"#,
        tenant as TenantId,
        id as EntryId,
    )
    .fetch_all(db)
    .await
}
