//! Whole days of past calls at once: from a simulation, later from another program's archive.
//!
//! Row-level security refuses COPY for everybody it holds for, so rows travel as one array a column. That is as fast and
//! stays under the application role.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use sqlx::PgConnection;

use super::{Disposition, EntryKey};
use crate::ids::{AccountId, CallId, EntryId, LineId, TenantId};

/// More rows in one statement are not faster, they only need more memory.
const ROWS_A_STATEMENT: usize = 5_000;

/// A call that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastCall {
    pub tenant: TenantId,
    pub call_ref: String,
    pub dialled: String,
    /// The line and the tenant that owns it; a shared line is the intake tenant's.
    pub line: (TenantId, LineId),
    pub tenant_caller: Option<TenantId>,
    pub tenant_competent: Option<TenantId>,
    pub started_at: DateTime<Utc>,
    pub connected_at: Option<DateTime<Utc>>,
    pub ended_at: DateTime<Utc>,
    pub wait_ms: Option<i32>,
    pub talk_ms: Option<i32>,
    pub result: PastResult,
    pub agent_seat: Option<String>,
    pub account: Option<AccountId>,
    pub disposition: Option<Disposition>,
    pub disposition_detail: Option<String>,
    pub topic: Option<(TenantId, EntryId)>,
    pub legs: Vec<PastLeg>,
    pub entries: Vec<PastEntry>,
}

/// What became of a call that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PastResult {
    Answered,
    Abandoned,
    Overflow,
    Closed,
}

impl PastResult {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Abandoned => "abandoned",
            Self::Overflow => "overflow",
            Self::Closed => "closed",
        }
    }
}

/// A stay in one queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastLeg {
    pub queue: String,
    pub joined_at: DateTime<Utc>,
    pub outcome: LegOutcome,
    pub wait_ms: i32,
    pub talk_ms: Option<i32>,
    pub agent_seat: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LegOutcome {
    Answered,
    Abandoned,
    LeftQueue,
}

impl LegOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Abandoned => "abandoned",
            Self::LeftQueue => "left_queue",
        }
    }
}

/// An entry that was open during the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastEntry {
    pub key: EntryKey,
    pub shown_for: TenantId,
    pub shown_at: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
}

/// Makes the partitions of these months. Apart from a long load, because it shuts everybody out of the calls for a moment.
pub async fn ensure_months(db: &mut PgConnection, first: NaiveDate, last: NaiveDate) -> sqlx::Result<()> {
    let days = first.iter_days().take_while(|day| *day <= last);
    let months: BTreeSet<_> = days.map(|day| day.with_day(1).unwrap_or(day)).collect();
    let starts: Vec<_> = months.iter().map(|month| month.and_time(NaiveTime::MIN).and_utc()).collect();
    sqlx::query!("select ensure_call_month(month) from unnest($1::timestamptz[]) as month", &starts)
        .fetch_all(db)
        .await?;
    Ok(())
}

/// Stores the calls with their queue legs and entries, all of one source, which has to be there.
pub async fn bulk_load(db: &mut PgConnection, source: &str, calls: &[PastCall]) -> sqlx::Result<()> {
    let days = || calls.iter().map(|call| call.started_at.date_naive());
    if let (Some(first), Some(last)) = (days().min(), days().max()) {
        ensure_months(&mut *db, first, last).await?;
    }
    let source = sqlx::query_scalar!("select id from source where name = $1", source).fetch_one(&mut *db).await?;
    for calls in calls.chunks(ROWS_A_STATEMENT) {
        let ids = take_ids(&mut *db, calls.len()).await?;
        let keyed: Vec<_> = ids.into_iter().zip(calls).collect();
        insert_calls(&mut *db, source, &keyed).await?;
        insert_legs(&mut *db, &keyed).await?;
        insert_entries(&mut *db, &keyed).await?;
    }
    Ok(())
}

async fn take_ids(db: &mut PgConnection, count: usize) -> sqlx::Result<Vec<CallId>> {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    sqlx::query_scalar!(r#"select nextval('call_id') as "id!: CallId" from generate_series(1, $1)"#, count)
        .fetch_all(db)
        .await
}

type Keyed<'a> = (CallId, &'a PastCall);

fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

async fn insert_calls(db: &mut PgConnection, source: i32, rows: &[Keyed<'_>]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into call (source_id, tenant_id, opened_at, id, call_ref, dialled, line_tenant_id, line_id,
                           tenant_caller, tenant_competent, started_at, connected_at, ended_at, wait_ms, talk_ms, result,
                           agent_seat, account_id, disposition, disposition_detail, topic_tenant_id, topic_entry_id)
         select $1, tenant, started_at, id, call_ref, dialled, line_tenant, line, caller, competent, started_at,
                connected_at, ended_at, wait_ms, talk_ms, result, seat, account, disposition, detail, topic_tenant, topic
         from unnest($2::int[], $3::bigint[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::int[], $9::int[],
                     $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::int[], $14::int[], $15::text[],
                     $16::text[], $17::bigint[], $18::text[], $19::text[], $20::int[], $21::bigint[])
              as new (tenant, id, call_ref, dialled, line_tenant, line, caller, competent, started_at, connected_at,
                      ended_at, wait_ms, talk_ms, result, seat, account, disposition, detail, topic_tenant, topic)",
        source,
        &column(rows, |(_, call)| call.tenant) as &[TenantId],
        &column(rows, |(id, _)| *id) as &[CallId],
        &column(rows, |(_, call)| call.call_ref.as_str()) as &[&str],
        &column(rows, |(_, call)| call.dialled.as_str()) as &[&str],
        &column(rows, |(_, call)| call.line.0) as &[TenantId],
        &column(rows, |(_, call)| call.line.1) as &[LineId],
        &column(rows, |(_, call)| call.tenant_caller) as &[Option<TenantId>],
        &column(rows, |(_, call)| call.tenant_competent) as &[Option<TenantId>],
        &column(rows, |(_, call)| call.started_at) as &[DateTime<Utc>],
        &column(rows, |(_, call)| call.connected_at) as &[Option<DateTime<Utc>>],
        &column(rows, |(_, call)| call.ended_at) as &[DateTime<Utc>],
        &column(rows, |(_, call)| call.wait_ms) as &[Option<i32>],
        &column(rows, |(_, call)| call.talk_ms) as &[Option<i32>],
        &column(rows, |(_, call)| call.result.as_str()) as &[&str],
        &column(rows, |(_, call)| call.agent_seat.as_deref()) as &[Option<&str>],
        &column(rows, |(_, call)| call.account) as &[Option<AccountId>],
        &column(rows, |(_, call)| call.disposition.map(Disposition::as_str)) as &[Option<&str>],
        &column(rows, |(_, call)| call.disposition_detail.as_deref()) as &[Option<&str>],
        &column(rows, |(_, call)| call.topic.map(|topic| topic.0)) as &[Option<TenantId>],
        &column(rows, |(_, call)| call.topic.map(|topic| topic.1)) as &[Option<EntryId>],
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_legs(db: &mut PgConnection, calls: &[Keyed<'_>]) -> sqlx::Result<()> {
    let rows: Vec<_> = calls
        .iter()
        .flat_map(|(id, call)| call.legs.iter().zip(1i32..).map(|(leg, position)| (*id, *call, position, leg)))
        .collect();
    sqlx::query!(
        "insert into queue_leg (tenant_id, opened_at, call_id, position, queue, joined_at, outcome, wait_ms, talk_ms,
                                agent_seat)
         select * from unnest($1::int[], $2::timestamptz[], $3::bigint[], $4::int[], $5::text[], $6::timestamptz[],
                              $7::text[], $8::int[], $9::int[], $10::text[])",
        &column(&rows, |(_, call, _, _)| call.tenant) as &[TenantId],
        &column(&rows, |(_, call, _, _)| call.started_at) as &[DateTime<Utc>],
        &column(&rows, |(id, _, _, _)| *id) as &[CallId],
        &column(&rows, |(_, _, position, _)| *position) as &[i32],
        &column(&rows, |(_, _, _, leg)| leg.queue.as_str()) as &[&str],
        &column(&rows, |(_, _, _, leg)| leg.joined_at) as &[DateTime<Utc>],
        &column(&rows, |(_, _, _, leg)| leg.outcome.as_str()) as &[&str],
        &column(&rows, |(_, _, _, leg)| leg.wait_ms) as &[i32],
        &column(&rows, |(_, _, _, leg)| leg.talk_ms) as &[Option<i32>],
        &column(&rows, |(_, _, _, leg)| leg.agent_seat.as_deref()) as &[Option<&str>],
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_entries(db: &mut PgConnection, calls: &[Keyed<'_>]) -> sqlx::Result<()> {
    let rows: Vec<_> =
        calls.iter().flat_map(|(id, call)| call.entries.iter().map(|entry| (*id, *call, entry))).collect();
    sqlx::query!(
        "insert into call_entry (tenant_id, opened_at, call_id, entry_tenant_id, entry_id, version, shown_for, shown_at,
                                 answered_at)
         select * from unnest($1::int[], $2::timestamptz[], $3::bigint[], $4::int[], $5::bigint[], $6::int[], $7::int[],
                              $8::timestamptz[], $9::timestamptz[])",
        &column(&rows, |(_, call, _)| call.tenant) as &[TenantId],
        &column(&rows, |(_, call, _)| call.started_at) as &[DateTime<Utc>],
        &column(&rows, |(id, _, _)| *id) as &[CallId],
        &column(&rows, |(_, _, entry)| entry.key.tenant) as &[TenantId],
        &column(&rows, |(_, _, entry)| entry.key.entry) as &[EntryId],
        &column(&rows, |(_, _, entry)| entry.key.version) as &[i32],
        &column(&rows, |(_, _, entry)| entry.shown_for) as &[TenantId],
        &column(&rows, |(_, _, entry)| entry.shown_at) as &[DateTime<Utc>],
        &column(&rows, |(_, _, entry)| entry.answered_at) as &[Option<DateTime<Utc>>],
    )
    .execute(db)
    .await?;
    Ok(())
}
