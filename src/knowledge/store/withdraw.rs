//! Taking an entry back from the public, and giving it back. No text is lost: only the pointer changes.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::adapt::hold_family;
use super::publish::{insert_change, lock_entry};
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
