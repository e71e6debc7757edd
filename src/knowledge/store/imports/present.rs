//! What an import finds: the entries that its records are about, and what was imported for them last.

use std::collections::HashMap;

use sqlx::PgConnection;
use sqlx::types::Json;

use super::super::super::Content;
use crate::ids::{EntryId, TenantId};

/// An entry as a record finds it.
#[derive(Debug, Clone)]
pub struct Present {
    pub id: EntryId,
    pub title: String,
    pub version: i32,
    pub published: Option<i32>,
    pub hash: Vec<u8>,
    pub is_adaptation: bool,
    /// The hash of what was imported last; None: no import brought this entry.
    pub base: Option<Vec<u8>>,
}

/// The two texts that stand against the file's.
#[derive(Debug)]
pub struct Sides {
    pub ours: Content,
    pub base: Content,
}

/// Nobody else changes these entries until the end of the transaction.
pub async fn lock_entries(db: &mut PgConnection, tenant: TenantId, keys: &[String]) -> sqlx::Result<()> {
    sqlx::query!(
        "select id from entry where tenant_id = $1 and external_id = any ($2) order by id for update",
        tenant as TenantId,
        keys,
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

pub async fn list_present(
    db: &mut PgConnection,
    tenant: TenantId,
    keys: &[String],
) -> sqlx::Result<HashMap<String, Present>> {
    let rows = sqlx::query!(
        r#"select entry.external_id, entry.id as "id: EntryId", entry.title, entry.latest_version,
                  entry.published_version, entry.content_hash, entry.base_entry_id is not null as "is_adaptation!",
                  base.hash as "base?"
           from entry
           left join lateral (
               select hash from import_base
               where import_base.tenant_id = entry.tenant_id and import_base.entry_id = entry.id
               order by run_id desc limit 1
           ) base on true
           where entry.tenant_id = $1 and entry.external_id = any ($2)"#,
        tenant as TenantId,
        keys,
    )
    .fetch_all(db)
    .await?;
    let present = rows.into_iter().map(|row| {
        let present = Present {
            id: row.id,
            title: row.title,
            version: row.latest_version,
            published: row.published_version,
            hash: row.content_hash,
            is_adaptation: row.is_adaptation,
            base: row.base,
        };
        (row.external_id, present)
    });
    Ok(present.collect())
}

/// The present text and the one imported last, of entries that have both.
pub async fn list_texts(
    db: &mut PgConnection,
    tenant: TenantId,
    entries: &[EntryId],
) -> sqlx::Result<HashMap<EntryId, Sides>> {
    if entries.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        r#"select entry.id as "id: EntryId", current.content as "ours: Json<Content>",
                  coalesce(base.content, imported.content) as "base!: Json<Content>"
           from entry
           join entry_version current on current.tenant_id = entry.tenant_id and current.entry_id = entry.id
                                     and current.version = entry.latest_version
           join lateral (
               select version, content from import_base
               where import_base.tenant_id = entry.tenant_id and import_base.entry_id = entry.id
               order by run_id desc limit 1
           ) base on true
           left join entry_version imported on imported.tenant_id = entry.tenant_id and imported.entry_id = entry.id
                                           and imported.version = base.version
           where entry.tenant_id = $1 and entry.id = any ($2)"#,
        tenant as TenantId,
        entries as &[EntryId],
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, Sides { ours: row.ours.0, base: row.base.0 })).collect())
}

/// What this run brought, where a version says exactly that. An entry that had the text already has it from this run on,
/// unless an earlier one brought the same.
pub async fn insert_bases(db: &mut PgConnection, tenant: TenantId, run: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into import_base (tenant_id, entry_id, run_id, version, hash)
         select $1, entry.id, $2, coalesce(record.version_after, record.version_before), entry.content_hash
         from import_record record
         join entry on entry.tenant_id = $1 and entry.id = record.entry_id
                   and entry.latest_version = coalesce(record.version_after, record.version_before)
         left join lateral (
             select hash from import_base
             where import_base.tenant_id = $1 and import_base.entry_id = entry.id order by run_id desc limit 1
         ) known on true
         where record.tenant_id = $1 and record.run_id = $2 and record.content is null
           and record.outcome in ('created', 'updated', 'unchanged') and record.title <> ''
           and known.hash is distinct from entry.content_hash
         on conflict do nothing",
        tenant as TenantId,
        run,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The same where the text that was written is a mixture.
pub async fn insert_text_bases(
    db: &mut PgConnection,
    tenant: TenantId,
    run: i64,
    entries: &[EntryId],
    texts: &[serde_json::Value],
    hashes: &[Vec<u8>],
) -> sqlx::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into import_base (tenant_id, entry_id, run_id, content, hash)
         select $1, entry_id, $2, content, hash
         from unnest($3::bigint[], $4::jsonb[], $5::bytea[]) as given (entry_id, content, hash)
         on conflict do nothing",
        tenant as TenantId,
        run,
        entries as &[EntryId],
        texts,
        hashes,
    )
    .execute(db)
    .await?;
    Ok(())
}
