//! Counts for the monthly figures.

use chrono::NaiveDate;
use sqlx::PgExecutor;

use crate::ids::TenantId;

/// One month, one kind, by what it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub kind: String,
    pub category: Option<String>,
    pub unit: Option<String>,
    pub count: i64,
    /// Of those that were promised and are settled, or past their time.
    pub judged: i64,
    pub kept: i64,
}

/// Of cases that began on these days, both included, in Berlin. What was created by mistake does not count. A promise that
/// still runs is not judged, one that is past its time is not kept.
pub async fn list_counted(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (from, to): (NaiveDate, NaiveDate),
    now: chrono::DateTime<chrono::Utc>,
) -> sqlx::Result<Vec<Counted>> {
    sqlx::query_as!(
        Counted,
        r#"select found.kind, found.category, unit.name as "unit?", count(*) as "count!",
                  count(*) filter (where promised_at is not null and (settled_at is not null or promised_at <= $4)) as "judged!",
                  count(*) filter (where settled_at <= promised_at) as "kept!"
           from (select *, least(answered_at, closed_at) as settled_at from case_file) found
           left join unit on unit.tenant_id = found.tenant_id and unit.id = found.unit_id
           where found.tenant_id = $1 and outcome is distinct from 'mistaken'
             and (begun_at at time zone 'Europe/Berlin')::date between $2 and $3
           group by 1, 2, 3 order by 1, 2, 3"#,
        tenant as TenantId,
        from,
        to,
        now,
    )
    .fetch_all(db)
    .await
}

/// A month in which something began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    pub first_day: NaiveDate,
}

pub async fn list_months(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<Month>> {
    sqlx::query_as!(
        Month,
        r#"select distinct date_trunc('month', begun_at at time zone 'Europe/Berlin')::date as "first_day!"
           from case_file where tenant_id = $1 order by 1 desc limit 24"#,
        tenant as TenantId,
    )
    .fetch_all(db)
    .await
}
