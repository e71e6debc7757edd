//! Publishing what a tenant says otherwise than its base. The base is never touched and never copied.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::super::{Adaptation, Content, Layer, LayerKey, LayerText, Outcome, Published, Stance, merge, sort_key};
use super::layers::find_layers;
use super::publish::{LockedEntry, NewVersion, lock_entry, new_external_id, record_publication, write_version};
use crate::audit::Actor;
use crate::ids::{EntryId, TenantId};

/// What an adaptation stands on now, or would stand on.
#[derive(Debug, Clone)]
pub struct Base {
    /// Of the whole entry.
    pub root: (TenantId, EntryId),
    /// The nearest version below the tenant's own.
    pub key: LayerKey,
    pub layers: Vec<Layer>,
}

impl Base {
    pub fn content(&self) -> Content {
        merge(&self.layers).content
    }

    /// The text with a patch above it.
    pub fn with(&self, tenant: TenantId, patch: &Adaptation) -> Content {
        let own = Layer { tenant, text: LayerText::Patch(patch.clone()) };
        merge(&[&[own], &self.layers[..]].concat()).content
    }
}

/// What this tenant would read of an entry if it had no adaptation. None: its knowledge bases do not have it.
pub async fn find_base(db: &mut PgConnection, tenant: TenantId, entry: EntryId) -> sqlx::Result<Option<Base>> {
    let row = sqlx::query!(
        r#"select root.tenant_id as "root_tenant: TenantId", root.id as "root: EntryId",
                  below.tenant_id as "tenant: TenantId", below.id as "entry: EntryId", below.published_version as "version!"
           from entry asked
           join entry root on root.id = coalesce(asked.base_entry_id, asked.id)
           join entry below on below.id = root.id or below.base_entry_id = root.id
           join knowledge_sources($1) source on source.tenant_id = below.tenant_id and source.place > 0
                and (source.topics is null or source.topics && below.life_situations)
           where asked.id = $2 and below.published_version is not null
             and (below.id = root.id
                  or not exists (select from knowledge_sources(below.tenant_id) back where back.place > 0 and back.tenant_id = $1))
           order by source.place limit 1"#,
        tenant as TenantId,
        entry as EntryId,
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let key = LayerKey { tenant: row.tenant, entry: row.entry, version: row.version };
    let layers = find_layers(db, key).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(Some(Base { root: (row.root_tenant, row.root), key, layers }))
}

/// Whoever changes an entry of a family waits here for others who do.
pub async fn hold_family(db: &mut PgConnection, tenant: TenantId, entry: EntryId) -> sqlx::Result<()> {
    sqlx::query!(
        r#"select hold_family(base_entry_id) as "held: String" from entry
           where tenant_id = $1 and id = $2 and base_entry_id is not null"#,
        tenant as TenantId,
        entry as EntryId,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}

/// Makes this patch the public one; None: there is nothing it could stand on.
pub async fn publish_adaptation(
    db: &mut PgConnection,
    tenant: TenantId,
    entry: EntryId,
    patch: &Adaptation,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Published>> {
    let Some((own, base, outcome)) = hold_adaptation(db, tenant, entry, now).await? else { return Ok(None) };
    let (json, hash) = patch.to_json_and_hash();
    if own.version > 0 && own.hash == hash && own.is_published {
        return Ok(Some(Published { id: own.id, version: own.version, outcome: Outcome::Unchanged }));
    }
    let content = base.with(tenant, patch);
    let stance = (patch.stance != Stance::Offered).then(|| patch.stance.as_str());
    let text = NewVersion { json: &json, hash: &hash, content: &content, stance, below: Some(base.key) };
    let version = write_version(db, tenant, &own, &text, actor, now).await?;
    record_publication(db, tenant, own.id, version, &content.title, outcome, actor, now).await?;
    Ok(Some(Published { id: own.id, version, outcome }))
}

/// The tenant's own entry in this family, made when there is none, and what it stands on; both stay as they are until the
/// end of the transaction.
pub async fn hold_adaptation(
    db: &mut PgConnection,
    tenant: TenantId,
    entry: EntryId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(LockedEntry, Base, Outcome)>> {
    let Some(base) = find_base(db, tenant, entry).await? else { return Ok(None) };
    let root = base.root;
    sqlx::query!(r#"select hold_family($1) as "held: String""#, root.1 as EntryId).fetch_one(&mut *db).await?;
    // The base may have moved while others were waited for.
    let Some(base) = find_base(db, tenant, entry).await? else { return Ok(None) };
    if let Some(id) = find_adaptation(db, tenant, root.1).await? {
        let own = lock_entry(db, tenant, id).await?.ok_or(sqlx::Error::RowNotFound)?;
        return Ok(Some((own, base, Outcome::Updated)));
    }
    let own = insert_adaptation(db, tenant, &base, now).await?;
    Ok(Some((own, base, Outcome::Created)))
}

/// A tenant's own entry in the family of this root.
pub async fn find_adaptation(db: &mut PgConnection, tenant: TenantId, root: EntryId) -> sqlx::Result<Option<EntryId>> {
    sqlx::query_scalar!(
        r#"select id as "id: EntryId" from entry where tenant_id = $1 and base_entry_id = $2"#,
        tenant as TenantId,
        root as EntryId,
    )
    .fetch_optional(db)
    .await
}

/// Keeps the root's key where the tenant has not given it away yet.
async fn insert_adaptation(
    db: &mut PgConnection,
    tenant: TenantId,
    base: &Base,
    now: DateTime<Utc>,
) -> sqlx::Result<LockedEntry> {
    let content = base.content();
    let id = sqlx::query_scalar!(
        r#"insert into entry (tenant_id, external_id, base_tenant_id, base_entry_id, latest_version, content_hash, created_at,
                              changed_at, title, sort_key, life_situations)
           select $1, case when exists (select from entry own where own.tenant_id = $1 and own.external_id = root.external_id)
                           then $4 else root.external_id end,
                  root.tenant_id, root.id, 0, '', $5, $5, $6, $7, $8
           from entry root where root.tenant_id = $2 and root.id = $3
           returning id as "id: EntryId""#,
        tenant as TenantId,
        base.root.0 as TenantId,
        base.root.1 as EntryId,
        new_external_id(),
        now,
        content.title,
        sort_key(&content.title),
        &content.life_situations,
    )
    .fetch_one(db)
    .await?;
    Ok(LockedEntry { id, version: 0, is_published: false, root: Some(base.root.1), hash: Vec::new() })
}
