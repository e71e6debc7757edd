//! SQL on `seat`: telephones as their sources name them.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::desk::present::{Link, Seat, SeatState};
use crate::ids::{AccountId, SeatId, SourceId};

/// A telephone that somebody may sit down at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatChoice {
    pub id: SeatId,
    pub name: String,
    pub source_name: String,
}

/// A telephone, and how it stands with the system it belongs to.
pub async fn find_seat(db: impl PgExecutor<'_>, seat: SeatId) -> sqlx::Result<Option<Seat>> {
    let row = sqlx::query!(
        r#"select seat.name, seat.source_id as "source: SourceId", source.adapter, seat.signal, seat.state, seat.reason,
                  seat.state_since, link.state as "link_state?", link.since as "link_since?", link.held_until,
                  may_control_source(source.id) as "may_control!"
           from seat join source on source.id = seat.source_id
           left join source_state link on link.source_id = source.id
           where seat.id = $1"#,
        seat as SeatId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Seat {
        id: seat,
        name: row.name,
        source: row.source,
        adapter: row.adapter,
        signal: row.signal,
        state: row.state.as_deref().and_then(SeatState::parse),
        reason: row.reason,
        may_control: row.may_control,
        state_since: row.state_since,
        link: row.link_state.zip(row.link_since).map(|(state, since)| Link {
            is_connected: state == "connected",
            since,
            held_until: row.held_until,
        }),
    }))
}

/// The telephone at which somebody sits, and its last signal.
pub async fn find_seat_of(db: impl PgExecutor<'_>, account: AccountId) -> sqlx::Result<Option<(SeatId, i64)>> {
    let row = sqlx::query!(
        r#"select seat.id as "id: SeatId", seat.signal from desk join seat on seat.id = desk.seat_id
           where desk.account_id = $1"#,
        account as AccountId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.id, row.signal)))
}

/// By source; numbers within a name in their order.
pub async fn list_seats(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<SeatChoice>> {
    sqlx::query_as!(
        SeatChoice,
        r#"select seat.id as "id: SeatId", seat.name, source.name as source_name
           from seat join source on source.id = seat.source_id
           where source.active order by source.name, length(seat.name), seat.name"#
    )
    .fetch_all(db)
    .await
}

/// The one telephone system there is; None where nobody could tell which one is meant.
pub async fn find_only_source(db: impl PgExecutor<'_>) -> sqlx::Result<Option<SourceId>> {
    let sources = sqlx::query_scalar!(
        r#"select id as "id: SourceId" from source where active and adapter <> 'desk' and name <> 'simulation' limit 2"#
    )
    .fetch_all(db)
    .await?;
    Ok(match sources.as_slice() {
        [only] => Some(*only),
        _ => None,
    })
}

/// A telephone that no source has named yet, or the one that has this name.
pub async fn insert_seat(db: &mut sqlx::PgConnection, source: SourceId, name: &str) -> sqlx::Result<SeatId> {
    sqlx::query!("insert into seat (source_id, name) values ($1, $2) on conflict do nothing", source as SourceId, name)
        .execute(&mut *db)
        .await?;
    sqlx::query_scalar!(
        r#"select id as "id: SeatId" from seat where source_id = $1 and name = $2"#,
        source as SourceId,
        name
    )
    .fetch_one(db)
    .await
}

/// Whoever sits there stands up and is told. True: somebody did.
pub async fn free_seat(
    db: impl PgExecutor<'_>,
    seat: SeatId,
    taker: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select free_seat($1, $2, $3) as "was_taken!""#, seat as SeatId, taker as AccountId, now)
        .fetch_one(db)
        .await
}
