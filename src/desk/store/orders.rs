//! What a desk orders from its telephone system.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

use crate::calls::CallKey;
use crate::ids::{AccountId, SeatId, SourceId, TenantId};

#[derive(Debug, Clone)]
pub struct Order {
    pub seat: SeatId,
    pub act: &'static str,
    /// Beside the seat's name.
    pub details: Value,
    pub call: Option<CallKey>,
}

/// Nothing happens where the telephone system may not be controlled.
pub async fn insert_order(
    db: impl PgExecutor<'_>,
    person: AccountId,
    order: &Order,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "select order_for_seat($1, $2, $3, $4, $5, $6, $7, $8)",
        order.seat as SeatId,
        person as AccountId,
        order.act,
        order.details,
        now,
        order.call.map(|call| call.tenant) as Option<TenantId>,
        order.call.map(|call| call.opened_at),
        order.call.map(|call| call.id.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Queues of a source, whose they are and which skill they ask for.
pub async fn list_queues(
    db: impl PgExecutor<'_>,
    source: SourceId,
) -> sqlx::Result<Vec<(String, TenantId, Option<String>)>> {
    let rows = sqlx::query!(
        r#"select queue, tenant_id as "tenant: TenantId", skill from source_queue where source_id = $1 order by queue"#,
        source as SourceId
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.queue, row.tenant, row.skill)).collect())
}

/// Act and outcome of the person's last order that failed, once.
pub async fn tell_failed_order(
    db: impl PgExecutor<'_>,
    person: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(String, Option<String>)>> {
    let row = sqlx::query!(r#"select act as "act!", outcome from tell_failed_order($1, $2)"#, person as AccountId, now)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| (row.act, row.outcome)))
}
