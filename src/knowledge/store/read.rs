//! Reading entries, as one tenant reads them: its own and those of its knowledge bases (`knowledge_sources` in the
//! database). An entry of any other tenant, or about what is not taken over, is not found.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use super::super::{Entry, LayerText};
use super::layers::{LayerRow, layer_text};
use super::row::{Row, into_entry};
use crate::ids::{EntryId, TenantId};

/// What this tenant sees of an entry: the published version, or that of the nearest adaptation of it.
pub async fn find_entry(
    db: &mut PgConnection,
    reader: TenantId,
    tenant: TenantId,
    id: EntryId,
) -> sqlx::Result<Option<Entry>> {
    let row = sqlx::query_as!(
        Row,
        r#"select entry.tenant_id as "tenant: TenantId", entry.id as "id: EntryId", entry.external_id, version.version,
                  true as "is_published!", version.created_at, version.author,
                  (select json_agg(json_build_object('tenant', layer.tenant_id, 'slug', tenant.slug,
                                       'short_name', tenant.short_name, 'entry', layer.entry_id, 'version', layer.version,
                                       'content', layer.content) order by layer.place)
                   from version_layers(version.tenant_id, version.entry_id, version.version) layer
                   join tenant on tenant.id = layer.tenant_id) as "layers!: Json<Vec<LayerRow>>"
           from entry asked
           join entry on coalesce(entry.base_entry_id, entry.id) = coalesce(asked.base_entry_id, asked.id)
           join knowledge_sources($1) source on source.tenant_id = entry.tenant_id
                and (source.topics is null or source.topics && entry.life_situations)
           join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
                                     and version.version = entry.published_version
           where asked.tenant_id = $2 and asked.id = $3
           order by source.place limit 1"#,
        reader as TenantId,
        tenant as TenantId,
        id as EntryId,
    )
    .fetch_optional(&mut *db)
    .await?;
    into_entry(db, row).await
}

/// Whose entry a number means.
pub async fn find_owner(db: impl PgExecutor<'_>, reader: TenantId, id: EntryId) -> sqlx::Result<Option<TenantId>> {
    sqlx::query_scalar!(
        r#"select entry.tenant_id as "tenant: TenantId"
           from entry join knowledge_sources($1) source on source.tenant_id = entry.tenant_id where entry.id = $2"#,
        reader as TenantId,
        id as EntryId,
    )
    .fetch_optional(db)
    .await
}

/// Any version, also of an entry that was withdrawn: what was said to a caller can always be shown again.
pub async fn find_entry_version(
    db: &mut PgConnection,
    reader: TenantId,
    tenant: TenantId,
    id: EntryId,
    version: i32,
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
           from entry
           join knowledge_sources($1) source on source.tenant_id = entry.tenant_id
                and (source.topics is null or source.topics && entry.life_situations)
           join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
           where entry.tenant_id = $2 and entry.id = $3 and version.version = $4"#,
        reader as TenantId,
        tenant as TenantId,
        id as EntryId,
        version,
    )
    .fetch_optional(&mut *db)
    .await?;
    into_entry(db, row).await
}

/// What an entry is about now, for deciding who is competent.
pub async fn list_life_situations(db: impl PgExecutor<'_>, tenant: TenantId, id: EntryId) -> sqlx::Result<Vec<String>> {
    let found = sqlx::query_scalar!(
        "select life_situations from entry where tenant_id = $1 and id = $2",
        tenant as TenantId,
        id as EntryId,
    );
    Ok(found.fetch_optional(db).await?.unwrap_or_default())
}

/// The present titles of several entries, for lists of calls. What may not be read is left out.
pub async fn list_titles(
    db: impl PgExecutor<'_>,
    entries: &[(TenantId, EntryId)],
) -> sqlx::Result<Vec<(TenantId, EntryId, String)>> {
    let (tenants, ids): (Vec<TenantId>, Vec<EntryId>) = entries.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"select entry.tenant_id as "tenant: TenantId", entry.id as "id: EntryId", entry.title
           from unnest($1::int[], $2::bigint[]) as wanted (tenant_id, id)
           join entry on entry.tenant_id = wanted.tenant_id and entry.id = wanted.id"#,
        &tenants as &[TenantId],
        &ids as &[EntryId],
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant, row.id, row.title)).collect())
}

#[derive(Debug, Clone)]
pub struct OwnText {
    pub entry: EntryId,
    pub external_id: String,
    pub text: LayerText,
}

/// A tenant's own published words by entry: whole texts, and what it says otherwise than its bases.
pub async fn list_own_texts(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    after: Option<EntryId>,
    limit: i64,
) -> sqlx::Result<Vec<OwnText>> {
    let rows = sqlx::query!(
        r#"select entry.id as "id: EntryId", entry.external_id, entry.base_entry_id is not null as "is_patch!",
                  version.content
           from entry
           join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
                                     and version.version = entry.published_version
           where entry.tenant_id = $1 and entry.id > coalesce($2, 0)
           order by entry.id limit $3"#,
        tenant as TenantId,
        after as Option<EntryId>,
        limit,
    )
    .fetch_all(db)
    .await?;
    let own = |text, id, external_id| OwnText { entry: id, external_id, text };
    rows.into_iter().map(|row| Ok(own(layer_text(row.content, row.is_patch)?, row.id, row.external_id))).collect()
}

/// An entry's state, published or not.
#[derive(Debug, Clone)]
pub struct EntryState {
    pub title: String,
    pub is_published: bool,
    /// 0: it was never public.
    pub latest_version: i32,
    /// The entry that it adapts.
    pub root: Option<EntryId>,
    /// Its base was withdrawn.
    pub rests: bool,
    pub archived_at: Option<DateTime<Utc>>,
}

pub async fn find_state(db: impl PgExecutor<'_>, tenant: TenantId, id: EntryId) -> sqlx::Result<Option<EntryState>> {
    sqlx::query_as!(
        EntryState,
        r#"select title, published_version is not null as "is_published!", latest_version, base_entry_id as "root: EntryId",
                  rests, archived_at
           from entry where tenant_id = $1 and id = $2"#,
        tenant as TenantId,
        id as EntryId,
    )
    .fetch_optional(db)
    .await
}

/// Somebody wrote other words after this version; a base that moved does not count.
pub async fn is_rewritten_since(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: EntryId,
    version: i32,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from entry_version
                          where tenant_id = $1 and entry_id = $2 and version > $3 and reason = 'text') as "is!""#,
        tenant as TenantId,
        id as EntryId,
        version,
    )
    .fetch_one(db)
    .await
}

/// The latest version of a tenant's own entry, published or not.
pub async fn find_latest(db: &mut PgConnection, tenant: TenantId, id: EntryId) -> sqlx::Result<Option<Entry>> {
    match find_state(&mut *db, tenant, id).await? {
        Some(state) => find_entry_version(db, tenant, tenant, id, state.latest_version).await,
        None => Ok(None),
    }
}
