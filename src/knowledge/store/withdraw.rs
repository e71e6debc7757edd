//! Taking an entry back from the public, and giving it back. No text is lost: only the pointer changes.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::super::{Content, Target};
use super::adapt::hold_family;
use super::drafts::delete_draft;
use super::publish::{insert_change, lock_entry, publish};
use crate::audit::{self, Act, Actor};
use crate::ids::{EntryId, TenantId};

/// False when the entry is not public anyway; None when there is no such entry.
pub async fn withdraw(
    db: &mut PgConnection,
    tenant: TenantId,
    id: EntryId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<bool>> {
    point_to(db, tenant, id, false, actor, now).await
}

/// Makes the latest version of a withdrawn entry public again.
pub async fn republish(
    db: &mut PgConnection,
    tenant: TenantId,
    id: EntryId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<bool>> {
    point_to(db, tenant, id, true, actor, now).await
}

async fn point_to(
    db: &mut PgConnection,
    tenant: TenantId,
    id: EntryId,
    public: bool,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<bool>> {
    hold_family(db, tenant, id).await?;
    let Some(entry) = lock_entry(db, tenant, id).await?.filter(|entry| entry.version > 0) else { return Ok(None) };
    if entry.is_published == public {
        return Ok(Some(false));
    }
    sqlx::query!(
        "update entry set published_version = case when $3 then latest_version end, pointed_at = $4, rests = false,
                archived_at = null
         where tenant_id = $1 and id = $2",
        tenant as TenantId,
        id as EntryId,
        public,
        now,
    )
    .execute(&mut *db)
    .await?;
    insert_change(db, tenant, id).await?;
    let action = if public { "published" } else { "withdrawn" };
    let details = serde_json::json!({ "version": entry.version });
    let act = Act { tenant: Some(tenant), action, thing: "entry", thing_id: id.to_string(), details };
    audit::record(&mut *db, now, actor, act).await?;
    Ok(Some(true))
}

/// Kept aside: lists show it only where it is asked for.
pub async fn set_archived(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: EntryId,
    at: Option<DateTime<Utc>>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update entry set archived_at = $3 where tenant_id = $1 and id = $2 and published_version is null",
        tenant as TenantId,
        id as EntryId,
        at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// From now on this whole text holds, and no base moves it any more.
pub async fn detach(
    db: &mut PgConnection,
    tenant: TenantId,
    id: EntryId,
    content: &Content,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update entry set base_tenant_id = null, base_entry_id = null, content_hash = '', rests = false
         where tenant_id = $1 and id = $2",
        tenant as TenantId,
        id as EntryId,
    )
    .execute(&mut *db)
    .await?;
    // A working text was one upon the base.
    delete_draft(&mut *db, tenant, id).await?;
    publish(db, tenant, Target::Existing(id), content, actor, now).await?;
    Ok(())
}
