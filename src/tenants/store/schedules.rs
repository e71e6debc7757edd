//! SQL on what the clock decides: `service_hours`, `calendar_exception`, `greeting`, `answering`.

use std::collections::HashMap;

use chrono::Weekday;
use sqlx::PgConnection;

use super::answering;
use crate::ids::{LineId, TenantId};
use crate::tenants::{Exception, Greeting, Interval, Schedule, Situation, WeeklyHours};

/// The whole schedules of these tenants, each thing with one query.
pub async fn list_schedules(db: &mut PgConnection, tenants: &[TenantId]) -> sqlx::Result<HashMap<TenantId, Schedule>> {
    let mut schedules = list_owners(&mut *db, tenants).await?;
    add_hours(&mut *db, tenants, &mut schedules).await?;
    add_exceptions(&mut *db, tenants, &mut schedules).await?;
    add_greetings(&mut *db, tenants, &mut schedules).await?;
    add_answering(&mut *db, tenants, &mut schedules).await?;
    Ok(schedules)
}

async fn list_owners(db: &mut PgConnection, tenants: &[TenantId]) -> sqlx::Result<HashMap<TenantId, Schedule>> {
    let rows = sqlx::query!(
        r#"select id as "id: TenantId", name, kind, observes_holidays, allows_own_greeting
           from tenant where id = any ($1)"#,
        tenants as &[TenantId]
    )
    .fetch_all(db)
    .await?;
    let mut schedules = HashMap::new();
    for row in rows {
        let schedule = Schedule {
            town: row.name,
            is_intake: row.kind == "intake",
            observes_holidays: row.observes_holidays,
            allows_own_greeting: row.allows_own_greeting,
            ..Schedule::default()
        };
        schedules.insert(row.id, schedule);
    }
    Ok(schedules)
}

async fn add_hours(
    db: &mut PgConnection,
    tenants: &[TenantId],
    schedules: &mut HashMap<TenantId, Schedule>,
) -> sqlx::Result<()> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", line_id as "line: LineId", weekday, opens, closes
           from service_hours where tenant_id = any ($1) order by weekday, opens"#,
        tenants as &[TenantId]
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        let hours =
            WeeklyHours { weekday: weekday(row.weekday), interval: Interval { opens: row.opens, closes: row.closes } };
        schedules.entry(row.tenant).or_default().hours.push((row.line, hours));
    }
    Ok(())
}

async fn add_exceptions(
    db: &mut PgConnection,
    tenants: &[TenantId],
    schedules: &mut HashMap<TenantId, Schedule>,
) -> sqlx::Result<()> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", line_id as "line: LineId", first_day, last_day, opens, closes, label
           from calendar_exception where tenant_id = any ($1) order by first_day, id"#,
        tenants as &[TenantId]
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        let exception = Exception {
            first_day: row.first_day,
            last_day: row.last_day,
            interval: row.opens.zip(row.closes).map(|(opens, closes)| Interval { opens, closes }),
            label: row.label,
            of_line: row.line.is_some(),
        };
        schedules.entry(row.tenant).or_default().exceptions.push((row.line, exception));
    }
    Ok(())
}

async fn add_greetings(
    db: &mut PgConnection,
    tenants: &[TenantId],
    schedules: &mut HashMap<TenantId, Schedule>,
) -> sqlx::Result<()> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", id, line_id as "line: LineId", situation, from_time, to_time, text, version
           from greeting where tenant_id = any ($1) order by id"#,
        tenants as &[TenantId]
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        let Some(situation) = Situation::parse(&row.situation) else { continue };
        let window = row.from_time.zip(row.to_time);
        let (id, line, text, version) = (row.id, row.line, row.text, row.version);
        let greeting = Greeting { id, line, situation, window, text, version };
        schedules.entry(row.tenant).or_default().greetings.push(greeting);
    }
    Ok(())
}

async fn add_answering(
    db: &mut PgConnection,
    tenants: &[TenantId],
    schedules: &mut HashMap<TenantId, Schedule>,
) -> sqlx::Result<()> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", line_id as "line: LineId", weekday, from_time, to_time, first,
                  overflow_seconds
           from answering where tenant_id = any ($1)"#,
        tenants as &[TenantId]
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        let (line, weekday, from_time, to_time) = (row.line, row.weekday, row.from_time, row.to_time);
        let (first, overflow_seconds) = (row.first, row.overflow_seconds);
        let rule = answering::Row { line, weekday, from_time, to_time, first, overflow_seconds };
        schedules.entry(row.tenant).or_default().answering.push(rule.into());
    }
    Ok(())
}

pub fn number(weekday: Weekday) -> i32 {
    i32::try_from(weekday.number_from_monday()).unwrap_or(1)
}

/// The table's 1 is Monday and 7 is Sunday.
pub fn weekday(number: i32) -> Weekday {
    u8::try_from(number - 1).ok().and_then(|day| Weekday::try_from(day).ok()).unwrap_or(Weekday::Mon)
}
