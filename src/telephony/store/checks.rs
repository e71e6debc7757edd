//! What is known about a telephone system's connection, for the page that shows it.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::ids::SourceId;

/// How the connection stands to a telephone system that we call.
#[derive(Debug, Clone)]
pub struct LinkState {
    /// "connected", "lost", "refused".
    pub state: String,
    pub since: DateTime<Utc>,
    pub detail: Option<String>,
}

pub async fn find_state(db: impl PgExecutor<'_>, source: SourceId) -> sqlx::Result<Option<LinkState>> {
    sqlx::query_as!(LinkState, "select state, since, detail from source_state where source_id = $1", source as SourceId)
        .fetch_optional(db)
        .await
}

#[derive(Debug, Clone)]
pub struct Gap {
    pub lost_at: DateTime<Utc>,
    pub back_at: Option<DateTime<Utc>>,
}

/// The latest first.
pub async fn list_gaps(db: impl PgExecutor<'_>, source: SourceId) -> sqlx::Result<Vec<Gap>> {
    sqlx::query_as!(
        Gap,
        "select lost_at, back_at from source_gap where source_id = $1 order by lost_at desc limit 10",
        source as SourceId
    )
    .fetch_all(db)
    .await
}

#[derive(Debug, Clone)]
pub struct Oddity {
    pub kind: String,
    pub name: String,
    pub times: i64,
    pub last_at: DateTime<Utc>,
}

/// The latest first, twenty of a kind.
pub async fn list_oddities(db: impl PgExecutor<'_>, source: SourceId) -> sqlx::Result<Vec<Oddity>> {
    sqlx::query_as!(
        Oddity,
        r#"select kind, name, times, last_at
           from (select *, row_number() over (partition by kind order by last_at desc, name) as place
                 from source_oddity where source_id = $1) ranked
           where place <= 20 order by last_at desc, name"#,
        source as SourceId
    )
    .fetch_all(db)
    .await
}

/// One hour of what came.
#[derive(Debug, Clone)]
pub struct Hour {
    pub starts_at: DateTime<Utc>,
    pub messages: i32,
    pub duplicates: i32,
    /// Of the hour's messages with a clock of their own.
    pub skew_ms: Option<i64>,
}

/// The last 24 hours with those in which nothing came, the latest first.
pub async fn list_hours(db: impl PgExecutor<'_>, source: SourceId, now: DateTime<Utc>) -> sqlx::Result<Vec<Hour>> {
    sqlx::query_as!(
        Hour,
        r#"select hours.hour as "starts_at!", coalesce(sum(messages), 0)::int as "messages!",
                  coalesce(sum(duplicates), 0)::int as "duplicates!", min(skew_ms) as skew_ms
           from generate_series(date_trunc('hour', $2::timestamptz, 'UTC') - interval '23 hours',
                                date_trunc('hour', $2::timestamptz, 'UTC'), interval '1 hour') hours (hour)
           left join source_traffic traffic on source_id = $1
                and traffic.hour >= hours.hour and traffic.hour < hours.hour + interval '1 hour'
           group by hours.hour order by hours.hour desc"#,
        source as SourceId,
        now
    )
    .fetch_all(db)
    .await
}

/// When the source last said anything at all.
pub async fn find_last_message(db: impl PgExecutor<'_>, source: SourceId) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("select max(last_at) from source_traffic where source_id = $1", source as SourceId)
        .fetch_one(db)
        .await
}

/// One event as it is shown: no number of a citizen is in it.
#[derive(Debug, Clone)]
pub struct SeenEvent {
    pub kind: String,
    pub occurred_at: DateTime<Utc>,
    pub clock: String,
    pub dialled: Option<String>,
    /// None: of nobody yet.
    pub town: Option<String>,
    pub queue: Option<String>,
    pub agent: Option<String>,
}

/// Of the source's last calls, the latest first.
pub async fn list_events(
    db: impl PgExecutor<'_>,
    source: SourceId,
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<SeenEvent>> {
    sqlx::query_as!(
        SeenEvent,
        r#"with recent as (
               select tenant_id, opened_at, id, dialled from call
               where source_id = $1 and opened_at >= $2 order by started_at desc, id desc limit 20
           )
           select event.type as kind, event.occurred_at, event.clock, recent.dialled,
                  case when tenant.kind <> 'intake' then tenant.short_name end as town,
                  event.payload ->> 'queue' as queue, event.payload ->> 'agent' as agent
           from recent
           join call_event event on event.tenant_id = recent.tenant_id and event.opened_at = recent.opened_at
                and event.call_id = recent.id
           join tenant on tenant.id = recent.tenant_id
           order by event.received_at desc, event.id desc limit 20"#,
        source as SourceId,
        since
    )
    .fetch_all(db)
    .await
}

/// The last call that came in, as far as it got.
#[derive(Debug, Clone)]
pub struct LastCall {
    pub started_at: DateTime<Utc>,
    pub dialled: Option<String>,
    pub town: Option<String>,
    /// The number belongs to no line.
    pub is_unassigned: bool,
    pub connected_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub result: String,
    pub seat: Option<String>,
    /// Somebody has chosen the seat at the desk.
    pub is_seat_taken: bool,
}

pub async fn find_last_call(
    db: impl PgExecutor<'_>,
    source: SourceId,
    since: DateTime<Utc>,
) -> sqlx::Result<Option<LastCall>> {
    sqlx::query_as!(
        LastCall,
        r#"select call.started_at, call.dialled,
                  case when tenant.kind <> 'intake' then tenant.short_name end as town,
                  (tenant.kind = 'intake' and call.line_id is null) as "is_unassigned!",
                  call.connected_at, call.ended_at, call.result, call.agent_seat as seat,
                  exists (select from seat join desk on desk.seat_id = seat.id
                          where seat.source_id = $1 and seat.name = call.agent_seat) as "is_seat_taken!"
           from call join tenant on tenant.id = call.tenant_id
           where call.source_id = $1 and call.opened_at >= $2 and call.direction = 'in'
           order by call.started_at desc, call.id desc limit 1"#,
        source as SourceId,
        since
    )
    .fetch_optional(db)
    .await
}
