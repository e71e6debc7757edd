//! SQL on `seat_signal`: what a desk at a seat has to look at. Signals of a seat are counted under its row's lock, so a
//! signal that can be seen has no gap before it.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgExecutor;

use crate::ids::{CallId, SeatId};

/// Whoever was away for longer looks at the present instead.
const KEPT: TimeDelta = TimeDelta::minutes(10);
const MOST: i64 = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatSignal {
    pub seat: SeatId,
    pub signal: i64,
    pub kind: String,
    pub call: Option<CallId>,
}

/// What is new for each of these seats since its last signal, of all of them at once.
pub async fn list_signals(db: impl PgExecutor<'_>, seats: &[SeatId], cursors: &[i64]) -> sqlx::Result<Vec<SeatSignal>> {
    sqlx::query_as!(
        SeatSignal,
        r#"select new.seat_id as "seat: SeatId", new.signal, new.kind, new.call_id as "call: CallId"
           from unnest($1::int[], $2::bigint[]) as followed (seat, cursor)
           join seat_signal new on new.seat_id = followed.seat and new.signal > followed.cursor
           order by new.seat_id, new.signal limit $3"#,
        seats as &[SeatId],
        cursors,
        MOST
    )
    .fetch_all(db)
    .await
}

pub async fn list_signals_between(
    db: impl PgExecutor<'_>,
    seat: SeatId,
    after: i64,
    up_to: i64,
) -> sqlx::Result<Vec<SeatSignal>> {
    sqlx::query_as!(
        SeatSignal,
        r#"select seat_id as "seat: SeatId", signal, kind, call_id as "call: CallId" from seat_signal
           where seat_id = $1 and signal > $2 and signal <= $3 order by signal"#,
        seat as SeatId,
        after,
        up_to
    )
    .fetch_all(db)
    .await
}

/// Calls that this telephone took since the desk looked the last time.
pub async fn list_connected(db: impl PgExecutor<'_>, seat: SeatId, after: i64) -> sqlx::Result<Vec<CallId>> {
    sqlx::query_scalar!(
        r#"select call_id as "call!: CallId" from seat_signal
           where seat_id = $1 and signal > $2 and kind = 'connected' and call_id is not null order by signal"#,
        seat as SeatId,
        after
    )
    .fetch_all(db)
    .await
}

pub async fn delete_old_signals(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from seat_signal where at < $1", now - KEPT).execute(db).await?;
    Ok(done.rows_affected())
}
