//! The demo's texts have owners, some were looked at and some were forgotten; the towns have come different ways with the center.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sqlx::PgConnection;

use crate::clock;
use crate::ids::TenantId;
use crate::tenants::{self, ANY_TOPIC, Level, Stage, TopicScope};

/// Looked at this long ago: with two months between checks some are due and some are not.
const LONG_AGO: TimeDelta = TimeDelta::days(65);
const LATELY: TimeDelta = TimeDelta::days(20);

/// Town, the stage that holds today, and whether the next one is planned.
const AGREEMENTS: [(&str, i32, bool); 4] =
    [("stadt-a", 2, true), ("stadt-b", 1, false), ("kreis", 3, false), ("jobcenter", 1, true)];

pub async fn insert_keeping(
    db: &mut PgConnection,
    town: &str,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    insert_owners(db, tenant).await?;
    insert_checks(db, tenant, now).await?;
    let agreement = AGREEMENTS.into_iter().find(|(slug, ..)| *slug == town);
    if let Some((_, stage, has_plan)) = agreement {
        let stages = stages(clock::day_of(now), stage, has_plan);
        tenants::replace_service_scope(db, tenant, &stages, &scope()).await?;
    }
    Ok(())
}

/// Two of three entries have somebody who looks after them; what changes often is looked at every two months.
async fn insert_owners(db: &mut PgConnection, tenant: TenantId) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into entry_keeping (tenant_id, entry_id, owner_id, interval_months)
         select $1, entry.id, case when entry.id % 3 > 0 then (select min(account_id) from account_role
                where tenant_id = $1 and role in ('editor', 'tenant-admin')) end,
                case when entry.id % 4 = 0 then 2 end
         from entry where tenant_id = $1",
        tenant as TenantId,
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_checks(db: &mut PgConnection, tenant: TenantId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into entry_check (tenant_id, entry_id, batch, checked_at, account_id, checked_by)
         select $1, entry.id, nextval('entry_check_batch'), case when entry.id % 8 = 0 then $2::timestamptz else $3 end,
                account.id, account.name
         from entry
         join account on account.id = (select min(account_id) from account_role
                where tenant_id = $1 and role in ('editor', 'tenant-admin'))
         where tenant_id = $1 and entry.id % 5 > 0",
        tenant as TenantId,
        now - LONG_AGO,
        now - LATELY,
    )
    .execute(db)
    .await?;
    Ok(())
}

fn stages(today: NaiveDate, stage: i32, has_plan: bool) -> Vec<Stage> {
    let from = |days: u64, stage: i32, is_test: bool| Stage { valid_from: today - Days::new(days), stage, is_test };
    let past = (1..=stage).map(|number| from(u64::try_from(stage - number).unwrap_or(0) * 240 + 120, number, false));
    let plan = has_plan.then(|| Stage { valid_from: today + Days::new(45), stage: stage + 1, is_test: true });
    past.chain(plan).collect()
}

fn scope() -> Vec<TopicScope> {
    use Level::{Basic, Full, Refer};
    let row = |topic: &str, levels: [Level; 3]| TopicScope { topic: topic.to_owned(), levels: levels.map(Some) };
    vec![
        row(ANY_TOPIC, [Refer, Basic, Full]),
        row("Ausweis und Reise", [Basic, Full, Full]),
        row("Umwelt und Abfall", [Basic, Full, Full]),
        row("Ausländerrecht", [Refer, Refer, Basic]),
        row("Bauen und Wohnen", [Refer, Refer, Basic]),
    ]
}
