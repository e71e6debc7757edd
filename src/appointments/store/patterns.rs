//! SQL on `opening_pattern`.

use chrono::{NaiveDate, NaiveTime, Weekday};
use sqlx::PgExecutor;

use crate::appointments::Pattern;
use crate::ids::{AppointmentTypeId, PatternId, TenantId, UnitId};
use crate::tenants::Interval;

struct Row {
    id: PatternId,
    unit: UnitId,
    kind: Option<AppointmentTypeId>,
    weekday: i16,
    opens: NaiveTime,
    closes: NaiveTime,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
}

impl From<Row> for Pattern {
    fn from(row: Row) -> Self {
        let weekday = u8::try_from(row.weekday - 1).ok().and_then(|day| Weekday::try_from(day).ok());
        Self {
            id: row.id,
            unit: row.unit,
            kind: row.kind,
            weekday: weekday.unwrap_or(Weekday::Mon),
            interval: Interval { opens: row.opens, closes: row.closes },
            valid_from: row.valid_from,
            valid_until: row.valid_until,
        }
    }
}

/// `unit`: None: of all offices of the town.
pub async fn list_patterns(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: Option<UnitId>,
) -> sqlx::Result<Vec<Pattern>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: PatternId", unit_id as "unit: UnitId", type_id as "kind: AppointmentTypeId", weekday, opens,
                  closes, valid_from, valid_until
           from opening_pattern where tenant_id = $1 and ($2::bigint is null or unit_id = $2)
           order by type_id nulls first, weekday, opens, id"#,
        tenant as TenantId,
        unit as Option<UnitId>,
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Pattern::from).collect())
}

#[derive(Debug, Clone)]
pub struct NewPattern {
    pub unit: UnitId,
    pub kind: Option<AppointmentTypeId>,
    pub weekday: Weekday,
    pub interval: Interval,
    pub valid_from: Option<NaiveDate>,
    pub valid_until: Option<NaiveDate>,
}

pub async fn insert_pattern(db: impl PgExecutor<'_>, tenant: TenantId, new: &NewPattern) -> sqlx::Result<PatternId> {
    let weekday = i16::try_from(new.weekday.number_from_monday()).unwrap_or(1);
    sqlx::query_scalar!(
        r#"insert into opening_pattern (tenant_id, unit_id, type_id, weekday, opens, closes, valid_from, valid_until)
           values ($1, $2, $3, $4, $5, $6, $7, $8) returning id as "id: PatternId""#,
        tenant as TenantId,
        new.unit as UnitId,
        new.kind as Option<AppointmentTypeId>,
        weekday,
        new.interval.opens,
        new.interval.closes,
        new.valid_from,
        new.valid_until,
    )
    .fetch_one(db)
    .await
}

pub async fn delete_pattern(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
    id: PatternId,
) -> sqlx::Result<bool> {
    let deleted = sqlx::query!(
        "delete from opening_pattern where tenant_id = $1 and unit_id = $2 and id = $3",
        tenant as TenantId,
        unit as UnitId,
        id as PatternId
    );
    Ok(deleted.execute(db).await?.rows_affected() == 1)
}
