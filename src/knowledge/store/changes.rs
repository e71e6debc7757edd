//! What the search index follows.

use sqlx::PgExecutor;
use sqlx::types::Json;

use super::super::{Change, ChangeCursor, Content, IndexableEntry};
use crate::ids::{EntryId, TenantId};

/// Published entries of all tenants by id, for building an index from nothing. Take the position first
/// (`change_position`) and follow the changes from there: what is published meanwhile then comes twice, never not at all.
pub async fn list_for_index(db: impl PgExecutor<'_>, after: EntryId, limit: i64) -> sqlx::Result<Vec<IndexableEntry>> {
    let rows = sqlx::query!(
        r#"select entry.tenant_id as "tenant: TenantId", entry.id as "id: EntryId", version.version, entry.external_id,
                  version.content as "content: Json<Content>"
           from entry
           join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
                                     and version.version = entry.published_version
           where entry.id > $1 order by entry.id limit $2"#,
        after as EntryId,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| IndexableEntry {
            tenant: row.tenant,
            id: row.id,
            version: row.version,
            external_id: row.external_id,
            content: row.content.0,
        })
        .collect())
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
    let rows = sqlx::query!(
        r#"select change.xact::text::bigint as "xact!", change.id, change.tenant_id as "tenant: TenantId",
                  change.entry_id as "entry: EntryId", version.version as "version?",
                  entry.external_id as "external_id?", version.content as "content?: Json<Content>",
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
    let changes = rows.into_iter().map(|row| {
        let published = row.version.zip(row.external_id).zip(row.content);
        Change {
            at: ChangeCursor { xact: row.xact, id: row.id },
            tenant: row.tenant,
            id: row.entry,
            is_settled: row.is_settled,
            entry: published.map(|((version, external_id), content)| IndexableEntry {
                tenant: row.tenant,
                id: row.entry,
                version,
                external_id,
                content: content.0,
            }),
        }
    });
    Ok(changes.collect())
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
