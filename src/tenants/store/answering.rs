//! SQL on `answering`, as its page needs it.

use chrono::NaiveTime;
use sqlx::{PgConnection, PgExecutor};

use super::schedules::{number, weekday};
use crate::ids::{LineId, TenantId};
use crate::tenants::{Answering, AnsweringRule, First};

/// A row as the database has it.
pub struct Row {
    pub line: Option<LineId>,
    pub weekday: i32,
    pub from_time: NaiveTime,
    pub to_time: NaiveTime,
    pub first: String,
    pub overflow_seconds: Option<i32>,
}

impl From<Row> for AnsweringRule {
    fn from(row: Row) -> Self {
        let first = First::parse(&row.first).unwrap_or_default();
        Self {
            line: row.line,
            weekday: weekday(row.weekday),
            from: row.from_time,
            to: row.to_time,
            answering: Answering { first, overflow_seconds: row.overflow_seconds },
        }
    }
}

/// The week of one line, or of the tenant where `line` is None.
pub async fn list_answering(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    line: Option<LineId>,
) -> sqlx::Result<Vec<AnsweringRule>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select line_id as "line: LineId", weekday, from_time, to_time, first, overflow_seconds from answering
           where tenant_id = $1 and line_id is not distinct from $2 order by weekday, from_time"#,
        tenant as TenantId,
        line as Option<LineId>
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(AnsweringRule::from).collect())
}

/// The given rules instead of those that this line, or the tenant, had.
pub async fn replace_answering(
    db: &mut PgConnection,
    tenant: TenantId,
    line: Option<LineId>,
    week: &[AnsweringRule],
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from answering where tenant_id = $1 and line_id is not distinct from $2",
        tenant as TenantId,
        line as Option<LineId>
    )
    .execute(&mut *db)
    .await?;
    let weekdays: Vec<_> = week.iter().map(|rule| number(rule.weekday)).collect();
    let from: Vec<_> = week.iter().map(|rule| rule.from).collect();
    let to: Vec<_> = week.iter().map(|rule| rule.to).collect();
    let first: Vec<_> = week.iter().map(|rule| rule.answering.first.as_str().to_owned()).collect();
    let overflow: Vec<_> = week.iter().map(|rule| rule.answering.overflow_seconds).collect();
    sqlx::query!(
        "insert into answering (tenant_id, line_id, weekday, from_time, to_time, first, overflow_seconds)
         select $1, $2, weekday, from_time, to_time, first, overflow_seconds
         from unnest($3::int[], $4::time[], $5::time[], $6::text[], $7::int[])
             as given (weekday, from_time, to_time, first, overflow_seconds)",
        tenant as TenantId,
        line as Option<LineId>,
        &weekdays,
        &from,
        &to,
        &first,
        &overflow as &[Option<i32>],
    )
    .execute(db)
    .await?;
    Ok(())
}
