//! SQL on seats and what their desks have to look at.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::super::seats::Signal;
use super::column;
use crate::calls::Incoming;
use crate::ids::{CallId, SeatId, SourceId};

/// A source that invents seats does not fill the table.
const MOST_SEATS: i64 = 2_000;

pub async fn signal_seats(
    db: &mut PgConnection,
    signals: &[Signal],
    states: &[&Incoming],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if signals.is_empty() {
        return Ok(());
    }
    insert_seats(&mut *db, signals).await?;
    if !states.is_empty() {
        update_states(&mut *db, states).await?;
    }
    let last = count_up(&mut *db, signals).await?;
    insert_signals(&mut *db, signals, last, now).await?;
    sqlx::query!("select pg_notify('seat_signal', '')").execute(db).await?;
    Ok(())
}

async fn insert_seats(db: &mut PgConnection, signals: &[Signal]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into seat (source_id, name)
         select distinct source_id, name from unnest($1::int[], $2::text[]) as named (source_id, name)
         where not exists (select from seat where seat.source_id = named.source_id and seat.name = named.name)
           and (select count(*) from seat where seat.source_id = named.source_id) < $3
         on conflict do nothing",
        &column(signals, |signal| signal.source) as &[SourceId],
        &column(signals, |signal| signal.seat.clone()),
        MOST_SEATS
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The latest word counts, whatever came last.
async fn update_states(db: &mut PgConnection, states: &[&Incoming]) -> sqlx::Result<()> {
    sqlx::query!(
        "with told as (
             select seat.id, told.at, told.state, told.reason
             from unnest($1::int[], $2::text[], $3::timestamptz[], $4::text[], $5::text[])
                  as told (source_id, name, at, state, reason)
             join seat using (source_id, name) where told.state in ('available', 'paused', 'logged_out')
         ), kept as (
             insert into seat_state (seat_id, at, state, reason) select id, at, state, reason from told
             on conflict do nothing
         )
         update seat set state = latest.state, reason = latest.reason, state_since = latest.at
         from (select distinct on (id) * from told order by id, at desc) latest
         where seat.id = latest.id and (seat.state_since is null or seat.state_since <= latest.at)",
        &column(states, |message| message.source) as &[SourceId],
        &column(states, |message| message.event.facts.agent.clone()) as &[Option<String>],
        &column(states, |message| message.event.at),
        &column(states, |message| message.event.facts.reason.clone()) as &[Option<String>],
        &column(states, |message| message.event.facts.note.clone()) as &[Option<String>]
    )
    .execute(db)
    .await?;
    Ok(())
}

type LastSignals = HashMap<(SourceId, String), (SeatId, i64)>;

/// The row's lock holds until the commit: signals of a seat become visible in the order of their numbers.
async fn count_up(db: &mut PgConnection, signals: &[Signal]) -> sqlx::Result<LastSignals> {
    let mut counts: HashMap<(SourceId, &str), i64> = HashMap::new();
    for signal in signals {
        *counts.entry((signal.source, &signal.seat)).or_default() += 1;
    }
    let counts: Vec<_> = counts.into_iter().collect();
    let rows = sqlx::query!(
        r#"update seat set signal = signal + counted.count
           from unnest($1::int[], $2::text[], $3::bigint[]) as counted (source_id, name, count)
           where seat.source_id = counted.source_id and seat.name = counted.name
           returning seat.source_id as "source: SourceId", seat.name, seat.id as "id: SeatId", seat.signal"#,
        &column(&counts, |count| count.0.0) as &[SourceId],
        &column(&counts, |count| count.0.1.to_owned()),
        &column(&counts, |count| count.1)
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.source, row.name), (row.id, row.signal))).collect())
}

async fn insert_signals(
    db: &mut PgConnection,
    signals: &[Signal],
    mut last: LastSignals,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut rows = Vec::with_capacity(signals.len());
    // From the last to the first, each takes the number before.
    for signal in signals.iter().rev() {
        let Some((seat, number)) = last.get_mut(&(signal.source, signal.seat.clone())) else { continue };
        rows.push((*seat, *number, signal));
        *number -= 1;
    }
    sqlx::query!(
        "insert into seat_signal (seat_id, signal, kind, call_id, at)
         select seat_id, signal, kind, call_id, $5
         from unnest($1::int[], $2::bigint[], $3::text[], $4::bigint[]) as new (seat_id, signal, kind, call_id)",
        &column(&rows, |row| row.0) as &[SeatId],
        &column(&rows, |row| row.1),
        &column(&rows, |row| row.2.kind.to_owned()),
        &column(&rows, |row| row.2.call) as &[Option<CallId>],
        now
    )
    .execute(db)
    .await?;
    Ok(())
}
