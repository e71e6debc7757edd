//! Publishing one entry. A version is written once and never changed; the entry points to the one that is public.

use chrono::{DateTime, Utc};
use rand::RngExt;
use sqlx::{PgConnection, PgExecutor};

use super::super::{Content, LayerKey, Outcome, Published, Target, sort_key};
use crate::audit::{self, Act, Actor};
use crate::ids::{AccountId, EntryId, TenantId, UnitId};

/// Makes this text the public one: a new version, the pointer to it, a note for the search index and one in the audit.
/// A text that is the same as the latest changes nothing; a withdrawn entry then stays withdrawn.
pub async fn publish(
    db: &mut PgConnection,
    tenant: TenantId,
    target: Target<'_>,
    content: &Content,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<Published> {
    let (json, hash) = content.to_json_and_hash();
    let (entry, outcome) = match target {
        Target::Existing(id) => (lock_entry(db, tenant, id).await?, Outcome::Updated),
        Target::New => (insert_entry(db, tenant, &new_external_id(), content, &hash, now).await?, Outcome::Created),
        Target::External(key) => match find_by_external_id(db, tenant, key).await? {
            Some(entry) => (Some(entry), Outcome::Updated),
            None => match insert_entry(db, tenant, key, content, &hash, now).await? {
                Some(entry) => (Some(entry), Outcome::Created),
                // Somebody else made it between the two statements.
                None => (find_by_external_id(db, tenant, key).await?, Outcome::Updated),
            },
        },
    };
    let entry = entry.ok_or(sqlx::Error::RowNotFound)?;
    if entry.root.is_some() {
        return Err(sqlx::Error::InvalidArgument("an adaptation is no whole text".to_owned()));
    }
    if entry.version > 0 && entry.hash == hash {
        return Ok(Published { id: entry.id, version: entry.version, outcome: Outcome::Unchanged });
    }
    let text = NewVersion { json: &json, hash: &hash, content, stance: None, below: None };
    let version = write_version(db, tenant, &entry, &text, actor, now).await?;
    let outcome = if version == 1 { Outcome::Created } else { outcome };
    record_publication(db, tenant, entry.id, version, &content.title, outcome, actor, now).await?;
    Ok(Published { id: entry.id, version, outcome })
}

/// What is written, and what lists need of it.
pub struct NewVersion<'a> {
    pub json: &'a str,
    pub hash: &'a [u8],
    /// As it is shown, together with what it stands on.
    pub content: &'a Content,
    pub stance: Option<&'static str>,
    pub below: Option<LayerKey>,
}

/// The next version becomes the public one.
pub async fn write_version(
    db: &mut PgConnection,
    tenant: TenantId,
    entry: &LockedEntry,
    text: &NewVersion<'_>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<i32> {
    let version = entry.version + 1;
    insert_version(db, tenant, entry.id, version, text, actor, now).await?;
    point_to_version(db, tenant, entry.id, version, text, now).await?;
    insert_change(db, tenant, entry.id).await?;
    Ok(version)
}

#[expect(clippy::too_many_arguments, reason = "one line of the audit")]
pub async fn record_publication(
    db: &mut PgConnection,
    tenant: TenantId,
    entry: EntryId,
    version: i32,
    title: &str,
    outcome: Outcome,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let act = Act {
        tenant: Some(tenant),
        action: if outcome == Outcome::Created { "created" } else { "published" },
        thing: "entry",
        thing_id: entry.to_string(),
        details: serde_json::json!({ "version": version, "title": title }),
    };
    audit::record(db, now, actor, act).await
}

/// An entry whose row nobody else changes until the end of the transaction.
pub struct LockedEntry {
    pub id: EntryId,
    /// The latest version, 0 for a new entry.
    pub version: i32,
    pub is_published: bool,
    /// The entry that it adapts.
    pub root: Option<EntryId>,
    pub hash: Vec<u8>,
}

pub async fn lock_entry(db: &mut PgConnection, tenant: TenantId, id: EntryId) -> sqlx::Result<Option<LockedEntry>> {
    sqlx::query_as!(
        LockedEntry,
        r#"select entry.id as "id: EntryId", entry.latest_version as version,
                  entry.published_version is not null as "is_published!", entry.base_entry_id as "root: EntryId",
                  entry.content_hash as hash
           from entry where entry.tenant_id = $1 and entry.id = $2
           for update"#,
        tenant as TenantId,
        id as EntryId,
    )
    .fetch_optional(db)
    .await
}

/// The entry with this key, published or not.
pub async fn find_entry_id(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    external_id: &str,
) -> sqlx::Result<Option<EntryId>> {
    sqlx::query_scalar!(
        r#"select id as "id: EntryId" from entry where tenant_id = $1 and external_id = $2"#,
        tenant as TenantId,
        external_id,
    )
    .fetch_optional(db)
    .await
}

async fn find_by_external_id(
    db: &mut PgConnection,
    tenant: TenantId,
    external_id: &str,
) -> sqlx::Result<Option<LockedEntry>> {
    match find_entry_id(&mut *db, tenant, external_id).await? {
        Some(id) => lock_entry(db, tenant, id).await,
        None => Ok(None),
    }
}

/// A new entry that is not public yet.
pub async fn insert_empty(
    db: &mut PgConnection,
    tenant: TenantId,
    content: &Content,
    now: DateTime<Utc>,
) -> sqlx::Result<EntryId> {
    let made = insert_entry(db, tenant, &new_external_id(), content, &[], now).await?;
    made.map(|entry| entry.id).ok_or(sqlx::Error::RowNotFound)
}

/// None when the external id is taken.
async fn insert_entry(
    db: &mut PgConnection,
    tenant: TenantId,
    external_id: &str,
    content: &Content,
    hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<LockedEntry>> {
    let id = sqlx::query_scalar!(
        r#"insert into entry (tenant_id, external_id, latest_version, content_hash, created_at, changed_at, title, sort_key,
                              life_situations)
           values ($1, $2, 0, $3, $4, $4, $5, $6, $7)
           on conflict (tenant_id, external_id) do nothing
           returning id as "id: EntryId""#,
        tenant as TenantId,
        external_id,
        hash,
        now,
        content.title,
        sort_key(&content.title),
        &content.life_situations,
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(|id| LockedEntry { id, version: 0, is_published: false, root: None, hash: hash.to_vec() }))
}

async fn insert_version(
    db: &mut PgConnection,
    tenant: TenantId,
    entry: EntryId,
    version: i32,
    text: &NewVersion<'_>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into entry_version (tenant_id, entry_id, version, title, content, created_at, created_by, author,
                                    below_tenant_id, below_entry_id, below_version)
         values ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8, $9, $10, $11)",
        tenant as TenantId,
        entry as EntryId,
        version,
        text.content.title,
        text.json,
        now,
        actor.account as Option<AccountId>,
        actor.name,
        text.below.map(|below| below.tenant) as Option<TenantId>,
        text.below.map(|below| below.entry) as Option<EntryId>,
        text.below.map(|below| below.version),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Publishes a version and repeats what lists need of it.
async fn point_to_version(
    db: &mut PgConnection,
    tenant: TenantId,
    entry: EntryId,
    version: i32,
    text: &NewVersion<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let content = text.content;
    let unit = find_unit(db, tenant, content.unit.as_deref()).await?;
    sqlx::query!(
        "update entry set published_version = $3, latest_version = $3, changed_at = $4, title = $5, sort_key = $6,
                unit_id = $7, unit_name = $8, life_situations = $9, valid_from = $10, valid_until = $11,
                content_hash = $12, stance = $13, rests = false, archived_at = null
         where tenant_id = $1 and id = $2",
        tenant as TenantId,
        entry as EntryId,
        version,
        now,
        content.title,
        sort_key(&content.title),
        unit as Option<UnitId>,
        content.unit,
        &content.life_situations,
        content.valid_from,
        content.valid_until,
        text.hash,
        text.stance,
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn find_unit(db: &mut PgConnection, tenant: TenantId, name: Option<&str>) -> sqlx::Result<Option<UnitId>> {
    let Some(name) = name else { return Ok(None) };
    sqlx::query_scalar!(
        r#"select id as "id: UnitId" from unit where tenant_id = $1 and name = $2"#,
        tenant as TenantId,
        name
    )
    .fetch_optional(db)
    .await
}

pub async fn insert_change(db: &mut PgConnection, tenant: TenantId, entry: EntryId) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into entry_change (tenant_id, entry_id) values ($1, $2)",
        tenant as TenantId,
        entry as EntryId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Entries written here get a key of chance, so that they cannot meet one of an imported catalogue.
pub fn new_external_id() -> String {
    let bytes: [u8; 8] = rand::rng().random();
    format!("eigen-{}", data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase())
}
