//! SQL on `unit_hours`, and on what the clock reads of `unit_exception`.

use chrono::Weekday;
use sqlx::{PgConnection, PgExecutor};

use crate::directory::{HoursKind, UnitException};
use crate::ids::{TenantId, UnitId};
use crate::tenants::{Exception, Interval, WeeklyHours};

/// Of some offices, in the order of the week.
pub async fn list_unit_hours(
    db: impl PgExecutor<'_>,
    tenants: &[TenantId],
    units: &[UnitId],
    kind: HoursKind,
) -> sqlx::Result<Vec<(TenantId, UnitId, WeeklyHours)>> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", unit_id as "unit: UnitId", weekday, opens, closes
           from unit_hours where tenant_id = any ($1) and unit_id = any ($2) and kind = $3
           order by unit_id, weekday, opens"#,
        tenants as &[TenantId],
        units as &[UnitId],
        kind.as_str(),
    )
    .fetch_all(db)
    .await?;
    let hours = rows.into_iter().map(|row| {
        let interval = Interval { opens: row.opens, closes: row.closes };
        (row.tenant, row.unit, WeeklyHours { weekday: weekday(row.weekday), interval })
    });
    Ok(hours.collect())
}

pub async fn replace_unit_hours(
    db: &mut PgConnection,
    tenant: TenantId,
    unit: UnitId,
    kind: HoursKind,
    week: &[WeeklyHours],
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from unit_hours where tenant_id = $1 and unit_id = $2 and kind = $3",
        tenant as TenantId,
        unit as UnitId,
        kind.as_str(),
    )
    .execute(&mut *db)
    .await?;
    let days: Vec<i32> = week.iter().map(|hours| number(hours.weekday)).collect();
    let opens: Vec<_> = week.iter().map(|hours| hours.interval.opens).collect();
    let closes: Vec<_> = week.iter().map(|hours| hours.interval.closes).collect();
    sqlx::query!(
        "insert into unit_hours (tenant_id, unit_id, kind, weekday, opens, closes)
         select $1, $2, $3, day, opens, closes from unnest($4::int[], $5::time[], $6::time[]) as week (day, opens, closes)",
        tenant as TenantId,
        unit as UnitId,
        kind.as_str(),
        &days,
        &opens,
        &closes,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// As the calendar takes them.
pub async fn list_exceptions_of(
    db: impl PgExecutor<'_>,
    tenants: &[TenantId],
    units: &[UnitId],
) -> sqlx::Result<Vec<(TenantId, UnitId, Exception)>> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", unit_id as "unit: UnitId", first_day, last_day, opens, closes, label
           from unit_exception where tenant_id = any ($1) and unit_id = any ($2) and archived_at is null
           order by first_day, id"#,
        tenants as &[TenantId],
        units as &[UnitId],
    )
    .fetch_all(db)
    .await?;
    let exceptions = rows.into_iter().map(|row| {
        let interval = row.opens.zip(row.closes).map(|(opens, closes)| Interval { opens, closes });
        let (first_day, last_day, label) = (row.first_day, row.last_day, row.label);
        (row.tenant, row.unit, Exception { first_day, last_day, interval, label, of_line: true })
    });
    Ok(exceptions.collect())
}

/// The id is not looked at.
pub async fn insert_unit_exception(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
    new: &UnitException,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into unit_exception (tenant_id, unit_id, first_day, last_day, opens, closes, label)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
        tenant as TenantId,
        unit as UnitId,
        new.first_day,
        new.last_day,
        new.interval.map(|interval| interval.opens),
        new.interval.map(|interval| interval.closes),
        new.label,
    )
    .fetch_one(db)
    .await
}

fn number(weekday: Weekday) -> i32 {
    i32::try_from(weekday.number_from_monday()).unwrap_or(1)
}

/// The table's 1 is Monday and 7 is Sunday.
fn weekday(number: i32) -> Weekday {
    u8::try_from(number - 1).ok().and_then(|day| Weekday::try_from(day).ok()).unwrap_or(Weekday::Mon)
}
