//! SQL that counts calls. It changes nothing.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::PgExecutor;

use super::{Disturbances, Figures, QUICK};
use crate::clock;
use crate::ids::TenantId;

/// Reaches over every day, also the one with 25 hours; whatever still seems open after that is nobody's any more.
const LOOKED_BACK: TimeDelta = TimeDelta::hours(26);
/// Whoever holds a connection may be late with saying so.
const GRACE: TimeDelta = TimeDelta::seconds(15);

/// One row a town that has any, in one pass over the calls of the last day.
pub async fn list_figures(
    db: impl PgExecutor<'_>,
    tenants: &[TenantId],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<(TenantId, Figures)>> {
    let rows = sqlx::query!(
        r#"with seen as (
               select tenant_id, wait_ms, result,
                      case when result = 'open' then waiting_since end as waiting_since,
                      -- Whoever opened a call by hand talks in it.
                      result = 'open' and (talking is not null or source.adapter = 'desk') as talks,
                      result = 'answered' or (result = 'open' and connected_at is not null) as is_answered,
                      direction = 'in' and started_at >= $3::date::timestamp at time zone 'Europe/Berlin' as is_of_today
               from call join source on source.id = call.source_id
               where tenant_id = any ($1) and opened_at >= $2
           )
           select tenant_id as "tenant: TenantId",
                  count(waiting_since) as "waiting!", min(waiting_since) as waiting_since,
                  count(*) filter (where talks) as "talking!",
                  count(*) filter (where is_of_today) as "offered!",
                  count(*) filter (where is_of_today and is_answered) as "answered!",
                  count(*) filter (where is_of_today and result = 'abandoned') as "abandoned!",
                  count(*) filter (where is_of_today and result <> 'closed'
                                         and (wait_ms is not null or not is_answered)) as "measured!",
                  count(*) filter (where is_of_today and is_answered and wait_ms <= $4) as "in_time!"
           from seen group by tenant_id"#,
        tenants as &[TenantId],
        now - LOOKED_BACK,
        clock::day_of(now) as NaiveDate,
        i32::try_from(QUICK.num_milliseconds()).unwrap_or(i32::MAX)
    )
    .fetch_all(db)
    .await?;
    let figures = rows.into_iter().map(|row| {
        let figures = Figures {
            waiting: row.waiting,
            waiting_since: row.waiting_since,
            talking: row.talking,
            offered: row.offered,
            answered: row.answered,
            abandoned: row.abandoned,
            measured: row.measured,
            in_time: row.in_time,
        };
        (row.tenant, figures)
    });
    Ok(figures.collect())
}

/// Systems of the center that cannot be heard, by name; they belong to no tenant.
pub async fn list_disturbances(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> sqlx::Result<Disturbances> {
    let names = sqlx::query_scalar!(
        "select source.name from source join source_state link on link.source_id = source.id
         where source.active and (link.state <> 'connected' or link.held_until < $1) order by source.name",
        now - GRACE
    );
    Ok(Disturbances(names.fetch_all(db).await?))
}
