//! Reading entries, as one tenant reads them: its own and those of its knowledge bases (`knowledge_sources` in the
//! database). An entry of any other tenant, or about what is not taken over, is not found.

use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use super::super::{Content, Entry};
use crate::ids::{EntryId, TenantId, UnitId};

/// The published version.
pub async fn find_entry(
    db: impl PgExecutor<'_>,
    reader: TenantId,
    tenant: TenantId,
    id: EntryId,
) -> sqlx::Result<Option<Entry>> {
    let row = sqlx::query_as!(
        Row,
        r#"select tenant.slug, tenant.short_name, entry.external_id, version.version, true as "is_published!",
                  coalesce(entry.unit_id, unit.id) as "unit: UnitId", version.content as "content: Json<Content>",
                  version.created_at, version.author
           from entry
           join knowledge_sources($1) source on source.tenant_id = entry.tenant_id
                and (source.topics is null or source.topics && entry.life_situations)
           join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
                                     and version.version = entry.published_version
           join tenant on tenant.id = entry.tenant_id
           -- An office that came into the directory after the entry is found by its name.
           left join unit on unit.tenant_id = entry.tenant_id and unit.name = entry.unit_name
           where entry.tenant_id = $2 and entry.id = $3"#,
        reader as TenantId,
        tenant as TenantId,
        id as EntryId,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| row.into_entry(tenant, id)))
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
    db: impl PgExecutor<'_>,
    reader: TenantId,
    tenant: TenantId,
    id: EntryId,
    version: i32,
) -> sqlx::Result<Option<Entry>> {
    let row = sqlx::query_as!(
        Row,
        r#"select tenant.slug, tenant.short_name, entry.external_id, version.version,
                  coalesce(entry.published_version = version.version, false) as "is_published!",
                  unit.id as "unit: UnitId", version.content as "content: Json<Content>",
                  version.created_at, version.author
           from entry
           join knowledge_sources($1) source on source.tenant_id = entry.tenant_id
                and (source.topics is null or source.topics && entry.life_situations)
           join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
           join tenant on tenant.id = entry.tenant_id
           left join unit on unit.tenant_id = entry.tenant_id and unit.name = version.content ->> 'unit'
           where entry.tenant_id = $2 and entry.id = $3 and version.version = $4"#,
        reader as TenantId,
        tenant as TenantId,
        id as EntryId,
        version,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| row.into_entry(tenant, id)))
}

struct Row {
    slug: String,
    short_name: String,
    external_id: String,
    version: i32,
    is_published: bool,
    unit: Option<UnitId>,
    content: Json<Content>,
    created_at: chrono::DateTime<chrono::Utc>,
    author: String,
}

impl Row {
    fn into_entry(self, tenant: TenantId, id: EntryId) -> Entry {
        Entry {
            tenant,
            tenant_slug: self.slug,
            tenant_short_name: self.short_name,
            id,
            external_id: self.external_id,
            version: self.version,
            is_published: self.is_published,
            content: self.content.0,
            unit: self.unit,
            published_at: self.created_at,
            author: self.author,
        }
    }
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

/// A tenant's own published entries by id, for giving them away.
pub async fn list_own_published(
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
           where entry.tenant_id = $1 and entry.id > coalesce($2, 0)
           order by entry.id limit $3"#,
        tenant as TenantId,
        after as Option<EntryId>,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.external_id, row.content.0)).collect())
}

/// An entry's state, published or not.
#[derive(Debug, Clone)]
pub struct EntryState {
    pub title: String,
    pub is_published: bool,
    pub latest_version: i32,
}

pub async fn find_state(db: impl PgExecutor<'_>, tenant: TenantId, id: EntryId) -> sqlx::Result<Option<EntryState>> {
    sqlx::query_as!(
        EntryState,
        r#"select title, published_version is not null as "is_published!", latest_version
           from entry where tenant_id = $1 and id = $2"#,
        tenant as TenantId,
        id as EntryId,
    )
    .fetch_optional(db)
    .await
}

/// The latest version of a tenant's own entry, published or not.
pub async fn find_latest(db: &mut PgConnection, tenant: TenantId, id: EntryId) -> sqlx::Result<Option<Entry>> {
    match find_state(&mut *db, tenant, id).await? {
        Some(state) => find_entry_version(db, tenant, tenant, id, state.latest_version).await,
        None => Ok(None),
    }
}
