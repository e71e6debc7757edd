//! Reading a tenant's own knowledge for giving it away, page by page.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;
use sqlx::types::Json;

use super::super::Content;
use crate::ids::{EntryId, TenantId};

/// Published entries that are whole texts, by id.
pub async fn list_whole_entries(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    after: Option<EntryId>,
    limit: i64,
) -> sqlx::Result<Vec<(EntryId, String, Content)>> {
    let rows = sqlx::query!(
        r#"select entry.id as "id: EntryId", entry.external_id, version.content as "content: Json<Content>"
           from entry
           join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
                                     and version.version = entry.published_version
           where entry.tenant_id = $1 and entry.id > coalesce($2, 0) and entry.base_entry_id is null
           order by entry.id limit $3"#,
        tenant as TenantId,
        after as Option<EntryId>,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.external_id, row.content.0)).collect())
}

/// An office and the entries that name it.
#[derive(Debug)]
pub struct UnitEntries {
    pub name: String,
    pub external_ids: Vec<String>,
}

pub async fn list_unit_entries(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<UnitEntries>> {
    sqlx::query_as!(
        UnitEntries,
        r#"select unit_name as "name!", array_agg(external_id order by id) as "external_ids!"
           from entry
           where tenant_id = $1 and published_version is not null and base_entry_id is null and unit_name is not null
           group by unit_name order by unit_name"#,
        tenant as TenantId,
    )
    .fetch_all(db)
    .await
}

/// The tenant's own words above another tenant's entry, as they are stored.
#[derive(Debug)]
pub struct Adaptation {
    pub external_id: String,
    pub title: String,
    pub is_published: bool,
    /// None: the base cannot be read any more.
    pub base_tenant: Option<String>,
    pub base_external_id: Option<String>,
    pub content: Value,
}

pub async fn list_adaptations(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<Adaptation>> {
    sqlx::query_as!(
        Adaptation,
        r#"select entry.external_id, entry.title, entry.published_version is not null as "is_published!",
                  owner.slug as "base_tenant?", base.external_id as "base_external_id?", version.content
           from entry
           join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
                                     and version.version = entry.latest_version
           left join entry base on base.tenant_id = entry.base_tenant_id and base.id = entry.base_entry_id
           left join tenant owner on owner.id = entry.base_tenant_id
           where entry.tenant_id = $1 and entry.base_entry_id is not null
           order by entry.id"#,
        tenant as TenantId,
    )
    .fetch_all(db)
    .await
}

#[derive(Debug)]
pub struct StoredVersion {
    pub entry: i64,
    pub external_id: String,
    pub version: i32,
    pub is_published: bool,
    pub created_at: DateTime<Utc>,
    pub author: String,
    pub content: Value,
}

pub async fn list_all_versions(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    after: (i64, i32),
    limit: i64,
) -> sqlx::Result<Vec<StoredVersion>> {
    sqlx::query_as!(
        StoredVersion,
        r#"select version.entry_id as entry, entry.external_id, version.version,
                  coalesce(entry.published_version = version.version, false) as "is_published!", version.created_at,
                  version.author, version.content
           from entry_version version
           join entry on entry.tenant_id = version.tenant_id and entry.id = version.entry_id
           where version.tenant_id = $1 and (version.entry_id, version.version) > ($2, $3)
           order by version.entry_id, version.version limit $4"#,
        tenant as TenantId,
        after.0,
        after.1,
        limit,
    )
    .fetch_all(db)
    .await
}

/// A file beside an entry.
#[derive(Debug)]
pub struct ExportedFile {
    pub id: i64,
    pub external_id: String,
    pub label: String,
    pub file_name: String,
    pub media_type: String,
    pub internal: bool,
}

pub async fn list_attached_files(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    with_internal: bool,
) -> sqlx::Result<Vec<ExportedFile>> {
    sqlx::query_as!(
        ExportedFile,
        "select attachment.id, entry.external_id, label, file_name, media_type, internal
         from attachment
         join entry on entry.tenant_id = attachment.tenant_id and entry.id = attachment.entry_id
         where attachment.tenant_id = $1 and removed_at is null and ($2 or not internal)
         order by attachment.id",
        tenant as TenantId,
        with_internal,
    )
    .fetch_all(db)
    .await
}

/// One at a time: all of them together may be more than the memory holds.
pub async fn read_attached_file(db: impl PgExecutor<'_>, tenant: TenantId, id: i64) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "select bytes from attachment_content where tenant_id = $1 and attachment_id = $2",
        tenant as TenantId,
        id,
    )
    .fetch_optional(db)
    .await
}
