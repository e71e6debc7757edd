//! What the search index follows.

use serde_json::Value;
use sqlx::PgExecutor;
use sqlx::types::Json;

use super::super::{Change, ChangeCursor, Content, IndexableEntry, merge};
use super::layers::{self, LayerRow};
use crate::ids::{EntryId, TenantId};

/// Published entries of all tenants by id, for building an index from nothing. Take the position first
/// (`change_position`) and follow the changes from there: what is published meanwhile then comes twice, never not at all.
pub async fn list_for_index(db: impl PgExecutor<'_>, after: EntryId, limit: i64) -> sqlx::Result<Vec<IndexableEntry>> {
    let rows = sqlx::query_as!(
        IndexRow,
        r#"select entry.tenant_id as "tenant: TenantId", entry.id as "id: EntryId", version.version, entry.external_id,
                  entry.base_entry_id as "root: EntryId", version.content,
                  case when version.below_entry_id is not null then (
                      select json_agg(json_build_object('tenant', layer.tenant_id, 'entry', layer.entry_id,
                                                        'version', layer.version, 'content', layer.content)
                                      order by layer.place)
                      from version_layers(version.tenant_id, version.entry_id, version.version) layer)
                  end as "layers: Json<Vec<LayerRow>>"
           from entry
           join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
                                     and version.version = entry.published_version
           where entry.id > $1 order by entry.id limit $2"#,
        after as EntryId,
        limit,
    )
    .fetch_all(db)
    .await?;
    let entry = |row| -> sqlx::Result<IndexableEntry> {
        let IndexRow { tenant, id, version, external_id, root, content, layers } = row;
        let content = whole_text(content, layers)?;
        Ok(IndexableEntry { tenant, id, version, external_id, content, root })
    };
    rows.into_iter().map(entry).collect()
}

struct IndexRow {
    tenant: TenantId,
    id: EntryId,
    version: i32,
    external_id: String,
    root: Option<EntryId>,
    content: Value,
    layers: Option<Json<Vec<LayerRow>>>,
}

/// Layers come only with what stands on others.
fn whole_text(content: Value, layers: Option<Json<Vec<LayerRow>>>) -> sqlx::Result<Content> {
    match layers {
        Some(rows) => Ok(merge(&layers::layers(rows.0)?).content),
        None => serde_json::from_value(content).map_err(|error| sqlx::Error::Decode(error.into())),
    }
}

/// Where to follow from so that nothing that is still uncommitted now is missed.
pub async fn change_position(db: impl PgExecutor<'_>) -> sqlx::Result<ChangeCursor> {
    let xact = sqlx::query_scalar!(r#"select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "xact!""#)
        .fetch_one(db)
        .await?;
    Ok(ChangeCursor { xact, id: 0 })
}

/// How many changes there are after a place, counted up to `most`.
pub async fn count_changes(db: impl PgExecutor<'_>, after: ChangeCursor, most: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               select from entry_change change
               where (change.xact, change.id) > ($1::bigint::text::xid8, $2) limit $3
           ) as counted"#,
        after.xact,
        after.id,
        most,
    )
    .fetch_one(db)
    .await
}

/// Changes after a place, each with what the entry is now. Above the oldest running transaction a row may still appear
/// before one that was already seen: such a change is not settled, and a follower must not move its place past it.
pub async fn list_changes(db: impl PgExecutor<'_>, after: ChangeCursor, limit: i64) -> sqlx::Result<Vec<Change>> {
    let rows = sqlx::query_as!(
        ChangeRow,
        r#"select change.xact::text::bigint as "xact!", change.id, change.tenant_id as "tenant: TenantId",
                  change.entry_id as "entry: EntryId", version.version as "version?",
                  entry.external_id as "external_id?", entry.base_entry_id as "root?: EntryId", version.content as "content?",
                  case when version.below_entry_id is not null then (
                      select json_agg(json_build_object('tenant', layer.tenant_id, 'entry', layer.entry_id,
                                                        'version', layer.version, 'content', layer.content)
                                      order by layer.place)
                      from version_layers(version.tenant_id, version.entry_id, version.version) layer)
                  end as "layers: Json<Vec<LayerRow>>",
                  change.xact < pg_snapshot_xmin(pg_current_snapshot()) as "is_settled!"
           from entry_change change
           left join entry on entry.tenant_id = change.tenant_id and entry.id = change.entry_id
           left join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
                                          and version.version = entry.published_version
           where (change.xact, change.id) > ($1::bigint::text::xid8, $2)
           order by change.xact, change.id limit $3"#,
        after.xact,
        after.id,
        limit,
    )
    .fetch_all(db)
    .await?;
    let change = |row| -> sqlx::Result<Change> {
        let ChangeRow { xact, id, tenant, entry: thing, version, external_id, root, content, layers, is_settled } = row;
        let entry = |((version, external_id), content)| -> sqlx::Result<IndexableEntry> {
            let content = whole_text(content, layers)?;
            Ok(IndexableEntry { tenant, id: thing, version, external_id, content, root })
        };
        let published = version.zip(external_id).zip(content).map(entry).transpose()?;
        let at = ChangeCursor { xact, id };
        Ok(Change { at, tenant, id: thing, is_settled, entry: published })
    };
    rows.into_iter().map(change).collect()
}

struct ChangeRow {
    xact: i64,
    id: i64,
    tenant: TenantId,
    entry: EntryId,
    version: Option<i32>,
    external_id: Option<String>,
    root: Option<EntryId>,
    content: Option<Value>,
    layers: Option<Json<Vec<LayerRow>>>,
    is_settled: bool,
}

/// What is published in all tenants, as of one moment.
pub async fn list_published_versions(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(TenantId, EntryId, i32)>> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", id as "id: EntryId", published_version as "version!"
           from entry where published_version is not null"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant, row.id, row.version)).collect())
}
