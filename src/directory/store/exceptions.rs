//! SQL on `unit_exception` as its page shows it.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgExecutor;

use crate::directory::UnitException;
use crate::ids::{TenantId, UnitId};
use crate::tenants::Interval;

/// From this day on, in order.
pub async fn list_unit_exceptions(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
    from: NaiveDate,
) -> sqlx::Result<Vec<UnitException>> {
    let rows = sqlx::query!(
        "select id, first_day, last_day, opens, closes, label from unit_exception
         where tenant_id = $1 and unit_id = $2 and last_day >= $3 and archived_at is null order by first_day, id",
        tenant as TenantId,
        unit as UnitId,
        from,
    )
    .fetch_all(db)
    .await?;
    let exceptions = rows.into_iter().map(|row| UnitException {
        id: row.id,
        first_day: row.first_day,
        last_day: row.last_day,
        interval: row.opens.zip(row.closes).map(|(opens, closes)| Interval { opens, closes }),
        label: row.label,
    });
    Ok(exceptions.collect())
}

/// Takes it away, or with None brings it back. Answers with its label; None: there is no such thing to do.
pub async fn archive_exception(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
    exception: i64,
    at: Option<DateTime<Utc>>,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "update unit_exception set archived_at = $4
         where tenant_id = $1 and unit_id = $2 and id = $3 and (archived_at is null) = ($4::timestamptz is not null)
         returning label",
        tenant as TenantId,
        unit as UnitId,
        exception,
        at,
    )
    .fetch_optional(db)
    .await
}
