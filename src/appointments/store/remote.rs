//! What a town's own system keeps for nothing.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::ids::{AccountId, AppointmentId, TenantId, UnitId};

/// At most so many at once: the others come next.
const BATCH: i64 = 50;

#[derive(Debug)]
pub struct Leftover {
    pub tenant: TenantId,
    pub id: AppointmentId,
    pub unit: UnitId,
    pub remote_id: String,
    pub remote_key: String,
}

/// Cancelled, moved, or held too long.
pub async fn list_leftovers(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> sqlx::Result<Vec<Leftover>> {
    sqlx::query_as!(
        Leftover,
        r#"select tenant_id as "tenant: TenantId", id as "id: AppointmentId", unit_id as "unit: UnitId",
                  remote_id as "remote_id!", remote_key as "remote_key!"
           from appointment
           where remote_id is not null and remote_key is not null
             and (state in ('cancelled', 'moved') or state = 'held' and hold_until <= $1)
           order by changed_at limit $2"#,
        now,
        BATCH
    )
    .fetch_all(db)
    .await
}

pub async fn forget_leftover(db: &mut PgConnection, tenant: TenantId, id: AppointmentId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from appointment where tenant_id = $1 and id = $2 and state = 'held'",
        tenant as TenantId,
        id as AppointmentId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update appointment set remote_key = null where tenant_id = $1 and id = $2 and state in ('cancelled', 'moved')",
        tenant as TenantId,
        id as AppointmentId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Nobody decides upon what this person holds any more; what is kept elsewhere is given back soon.
pub async fn end_remote_holds(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let ended = sqlx::query!(
        "update appointment set hold_until = $3, held_by = null
         where tenant_id = $1 and held_by = $2 and state = 'held' and remote_id is not null",
        tenant as TenantId,
        account as AccountId,
        now
    );
    Ok(ended.execute(db).await?.rows_affected())
}
