//! SQL on `service_hours` and `calendar_exception`, as their pages need it.

use chrono::NaiveDate;
use sqlx::{PgConnection, PgExecutor};

use super::schedules::{number, weekday};
use crate::ids::{LineId, TenantId};
use crate::tenants::{Exception, Interval, WeeklyHours};

/// The week of one line, or of the tenant where `line` is None.
pub async fn list_hours(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    line: Option<LineId>,
) -> sqlx::Result<Vec<WeeklyHours>> {
    let rows = sqlx::query!(
        "select weekday, opens, closes from service_hours
         where tenant_id = $1 and line_id is not distinct from $2 order by weekday, opens",
        tenant as TenantId,
        line as Option<LineId>
    )
    .fetch_all(db)
    .await?;
    let hours = rows.into_iter().map(|row| WeeklyHours {
        weekday: weekday(row.weekday),
        interval: Interval { opens: row.opens, closes: row.closes },
    });
    Ok(hours.collect())
}

pub async fn replace_hours(
    db: &mut PgConnection,
    tenant: TenantId,
    line: Option<LineId>,
    week: &[WeeklyHours],
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from service_hours where tenant_id = $1 and line_id is not distinct from $2",
        tenant as TenantId,
        line as Option<LineId>
    )
    .execute(&mut *db)
    .await?;
    let weekdays: Vec<_> = week.iter().map(|hours| number(hours.weekday)).collect();
    let opens: Vec<_> = week.iter().map(|hours| hours.interval.opens).collect();
    let closes: Vec<_> = week.iter().map(|hours| hours.interval.closes).collect();
    sqlx::query!(
        "insert into service_hours (tenant_id, line_id, weekday, opens, closes)
         select $1, $2, weekday, opens, closes from unnest($3::int[], $4::time[], $5::time[]) as given (weekday, opens, closes)",
        tenant as TenantId,
        line as Option<LineId>,
        &weekdays,
        &opens,
        &closes,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Exceptions that end on this day or later, with their line and their key.
pub async fn list_exceptions(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    from: NaiveDate,
) -> sqlx::Result<Vec<(i64, Option<LineId>, Exception)>> {
    let rows = sqlx::query!(
        r#"select id, line_id as "line: LineId", first_day, last_day, opens, closes, label from calendar_exception
           where tenant_id = $1 and last_day >= $2 order by first_day, last_day, id"#,
        tenant as TenantId,
        from
    )
    .fetch_all(db)
    .await?;
    let exceptions = rows.into_iter().map(|row| {
        let interval = row.opens.zip(row.closes).map(|(opens, closes)| Interval { opens, closes });
        let (first_day, last_day, of_line) = (row.first_day, row.last_day, row.line.is_some());
        (row.id, row.line, Exception { first_day, last_day, interval, label: row.label, of_line })
    });
    Ok(exceptions.collect())
}

pub async fn find_exception(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: i64,
) -> sqlx::Result<Option<(Option<LineId>, Exception)>> {
    let row = sqlx::query!(
        r#"select line_id as "line: LineId", first_day, last_day, opens, closes, label from calendar_exception
           where tenant_id = $1 and id = $2"#,
        tenant as TenantId,
        id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| {
        let interval = row.opens.zip(row.closes).map(|(opens, closes)| Interval { opens, closes });
        let (first_day, last_day, of_line) = (row.first_day, row.last_day, row.line.is_some());
        (row.line, Exception { first_day, last_day, interval, label: row.label, of_line })
    }))
}

pub async fn insert_exception(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    line: Option<LineId>,
    exception: &Exception,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into calendar_exception (tenant_id, line_id, first_day, last_day, opens, closes, label)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
        tenant as TenantId,
        line as Option<LineId>,
        exception.first_day,
        exception.last_day,
        exception.interval.map(|interval| interval.opens),
        exception.interval.map(|interval| interval.closes),
        exception.label,
    )
    .fetch_one(db)
    .await
}

pub async fn delete_exception(db: impl PgExecutor<'_>, tenant: TenantId, id: i64) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from calendar_exception where tenant_id = $1 and id = $2", tenant as TenantId, id);
    Ok(done.execute(db).await?.rows_affected() == 1)
}
