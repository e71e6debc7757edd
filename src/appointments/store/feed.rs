//! What other calendars read of an office: least data.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::ids::{TenantId, UnitId};

/// Whose calendar the secret opens.
pub async fn find_feed(db: impl PgExecutor<'_>, hash: &[u8]) -> sqlx::Result<Option<(TenantId, UnitId)>> {
    let row = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", unit_id as "unit: UnitId" from appointment_office where feed_hash = $1"#,
        hash
    );
    Ok(row.fetch_optional(db).await?.map(|row| (row.tenant, row.unit)))
}

/// One line of it. Architecture invariant: nobody's name stands here.
#[derive(Debug, Clone)]
pub struct FeedLine {
    pub uid: String,
    pub sequence: i32,
    pub reference: String,
    pub type_name: String,
    pub unit_name: String,
    pub resource_name: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub is_cancelled: bool,
    pub changed_at: DateTime<Utc>,
}

pub async fn list_feed(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<FeedLine>> {
    sqlx::query_as!(
        FeedLine,
        r#"select uid as "uid!", sequence as "sequence!", reference as "reference!", type_name as "type_name!",
                  unit_name as "unit_name!", resource_name, starts_at as "starts_at!", ends_at as "ends_at!",
                  state = 'cancelled' as "is_cancelled!", changed_at as "changed_at!"
           from appointment_shown
           where tenant_id = $1 and unit_id = $2 and state in ('booked', 'cancelled') and ends_at >= $3
           order by starts_at, id"#,
        tenant as TenantId,
        unit as UnitId,
        since
    )
    .fetch_all(db)
    .await
}

/// `hash`: None: nobody may read it any more.
pub async fn update_feed(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
    hash: Option<&[u8]>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update appointment_office set feed_hash = $3, feed_since = case when $3::bytea is not null then $4::timestamptz end
         where tenant_id = $1 and unit_id = $2",
        tenant as TenantId,
        unit as UnitId,
        hash,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}
