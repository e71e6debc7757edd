//! SQL around a group: turns between servers, whose numbers there are, what was odd, and what is kept too long.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::PgConnection;

use super::super::group::Touched;
use super::super::whose::Directory;
use super::column;
use crate::calls::{EventClock, Incoming};
use crate::ids::{CallId, LineId, SourceId, TenantId};

/// Names that are kept of what is odd, for each source; the rest is counted together.
const MOST_NAMES: i64 = 200;
/// A repetition that comes later than this would count again; no source repeats itself after weeks.
const MARKS_KEPT: TimeDelta = TimeDelta::days(60);

pub async fn hold_sources(db: &mut PgConnection, sources: &BTreeSet<SourceId>) -> sqlx::Result<()> {
    let sources: Vec<i32> = sources.iter().map(|source| source.0).collect();
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtext('calls of a source'), id) from (select id from unnest($1::int[]) as id order by id) as ordered",
        &sources
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Waits until nothing is being taken over from the source of this call, and keeps it so until the transaction ends: whoever
/// moves a call to another tenant must not do it under the hands of who adds to it.
pub async fn hold_source_of(
    db: &mut PgConnection,
    tenant: TenantId,
    call: CallId,
    opened_at: Option<DateTime<Utc>>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtext('calls of a source'), source_id) from call
         where tenant_id = $1 and id = $2 and opened_at = coalesce($3, opened_at)",
        tenant as TenantId,
        call as CallId,
        opened_at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn find_intake(db: &mut PgConnection) -> sqlx::Result<TenantId> {
    sqlx::query_scalar!(r#"select id as "id: TenantId" from tenant where kind = 'intake'"#).fetch_one(db).await
}

pub async fn load_directory(db: &mut PgConnection) -> sqlx::Result<Directory> {
    let mut directory = Directory::default();
    let lines = sqlx::query!(r#"select tenant_id as "tenant: TenantId", id as "id: LineId", number from line"#)
        .fetch_all(&mut *db);
    lines.await?.into_iter().for_each(|line| directory.add_line(line.number, line.tenant, line.id));
    let blocks = sqlx::query!(r#"select id as "tenant: TenantId", unnest(number_blocks) as "block!" from tenant"#);
    blocks.fetch_all(&mut *db).await?.into_iter().for_each(|row| directory.add_block(row.block, row.tenant));
    let queues = sqlx::query!(
        r#"select source_id as "source: SourceId", queue, tenant_id as "tenant: TenantId" from source_queue"#
    );
    queues.fetch_all(db).await?.into_iter().for_each(|row| directory.add_queue(row.source, row.queue, row.tenant));
    Ok(directory)
}

pub async fn ensure_months(db: &mut PgConnection, touched: &[Touched<'_>]) -> sqlx::Result<()> {
    let new = touched.iter().filter(|call| call.is_new).map(|call| call.key.opened_at);
    let days: BTreeSet<_> = new.map(|at| at.duration_trunc(TimeDelta::days(1)).unwrap_or(at)).collect();
    if days.is_empty() {
        return Ok(());
    }
    let days: Vec<_> = days.into_iter().collect();
    sqlx::query!(
        "select ensure_call_month(month) from (
             select distinct date_trunc('month', day, 'UTC') as month from unnest($1::timestamptz[]) as day
         ) as months",
        &days
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// Numbers that were dialled and belong to nobody, for the page that shows what is missing.
pub async fn note_unassigned(db: &mut PgConnection, touched: &[Touched<'_>], now: DateTime<Utc>) -> sqlx::Result<()> {
    let mut times: BTreeMap<(SourceId, &str), i64> = BTreeMap::new();
    for call in touched.iter().filter(|call| call.is_new && call.owner.is_none()) {
        if let Some(number) = &call.folded.to {
            *times.entry((call.reference.0, number)).or_default() += 1;
        }
    }
    if times.is_empty() {
        return Ok(());
    }
    let times: Vec<_> = times.into_iter().collect();
    sqlx::query!(
        "insert into source_oddity (source_id, kind, name, times, first_at, last_at)
         select source_id, 'number', named, sum(times), $4, $4 from (
             select source_id, times, case
                 when exists (select from source_oddity known
                              where (known.source_id, known.kind, known.name) = (new.source_id, 'number', new.name))
                   or (select count(*) from source_oddity known
                       where known.source_id = new.source_id and known.kind = 'number') < $5 then name
                 else '…' end as named
             from unnest($1::int[], $2::text[], $3::bigint[]) as new (source_id, name, times)
         ) as bounded group by source_id, named
         on conflict (source_id, kind, name) do update set
             times = source_oddity.times + excluded.times, last_at = excluded.last_at",
        &column(&times, |row| row.0.0) as &[SourceId],
        &column(&times, |row| row.0.1.to_owned()),
        &column(&times, |row| row.1),
        now,
        MOST_NAMES
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How much came in this hour, and how far off the source's clock is at best: a way can only make a message later.
pub async fn note_traffic(
    db: &mut PgConnection,
    messages: &[&Incoming],
    fresh: &[bool],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut sums: BTreeMap<SourceId, (i32, i32, Option<i64>)> = BTreeMap::new();
    for (message, is_fresh) in messages.iter().zip(fresh) {
        let sum = sums.entry(message.source).or_default();
        sum.0 += 1;
        sum.1 += i32::from(!is_fresh);
        if message.event.clock == EventClock::Source && !message.event.facts.adopted && !message.event.facts.coarse {
            let skew = (now - message.event.at).num_milliseconds();
            sum.2 = Some(sum.2.map_or(skew, |known| known.min(skew)));
        }
    }
    let sums: Vec<_> = sums.into_iter().collect();
    sqlx::query!(
        "insert into source_traffic (source_id, hour, messages, duplicates, last_at, skew_ms)
         select source_id, date_trunc('hour', $1::timestamptz), messages, duplicates, $1, skew_ms
         from unnest($2::int[], $3::int[], $4::int[], $5::bigint[]) as new (source_id, messages, duplicates, skew_ms)
         on conflict (source_id, hour) do update set
             messages = source_traffic.messages + excluded.messages,
             duplicates = source_traffic.duplicates + excluded.duplicates, last_at = excluded.last_at,
             skew_ms = coalesce(excluded.skew_ms, source_traffic.skew_ms)",
        now,
        &column(&sums, |sum| sum.0) as &[SourceId],
        &column(&sums, |sum| sum.1.0),
        &column(&sums, |sum| sum.1.1),
        &column(&sums, |sum| sum.1.2) as &[Option<i64>]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Callers' numbers by their own day; marks when nobody can need them any more.
pub async fn delete_old(db: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let numbers = sqlx::query!("delete from caller_number where delete_at <= $1", now).execute(&mut *db).await?;
    sqlx::query!("delete from call_event_key where received_at < $1", now - MARKS_KEPT).execute(db).await?;
    Ok(numbers.rows_affected())
}

/// Running calls of telephone systems that said nothing about them since.
pub async fn list_silent(
    db: &mut PgConnection,
    since: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<(SourceId, String, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        r#"select source_id as "source: SourceId", call_ref as "call_ref!", heard_at as "heard_at!" from call
           where result = 'open' and call_ref is not null and heard_at < $1 order by heard_at limit $2"#,
        since,
        limit
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.source, row.call_ref, row.heard_at)).collect())
}
