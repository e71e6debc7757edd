//! SQL of the connections: which there shall be, who holds one, how it stands, and what it is asked to do.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::center::{Oddity, Standing};
use super::link::Link;
use super::orders::{Order, OrderDetails, Outcome};
use super::{SeatStanding, SeatState};
use crate::app::App;
use crate::db::Scope;
use crate::ids::SourceId;

pub async fn list_links(app: &App) -> sqlx::Result<Vec<Link>> {
    let mut db = app.begin(&Scope::system()).await?;
    sqlx::query_as!(
        Link,
        r#"select source.id as "source: SourceId", address, account, secret, tls, tls_authority, trunk_context, may_control,
                  inside_context
           from source join source_link on source_id = source.id
           where active and adapter = 'asterisk-ami' order by source.id"#
    )
    .fetch_all(&mut *db)
    .await
}

/// Takes or renews the connection of a source for one process. The database's clock decides, because servers' clocks differ.
pub async fn hold(app: &App, source: SourceId, holder: &str) -> sqlx::Result<bool> {
    let now = app.clock.now();
    let mut db = app.begin(&Scope::system()).await?;
    let before = sqlx::query!(
        r#"select state, coalesce(holder <> $2::text::uuid, true) as "is_other!", held_until
           from source_state where source_id = $1 for update"#,
        source as SourceId,
        holder
    )
    .fetch_optional(&mut *db)
    .await?;
    let held = sqlx::query!(
        "insert into source_state (source_id, state, since, holder, held_until)
         values ($1, 'lost', $3, $2::text::uuid, now() + interval '15 seconds')
         on conflict (source_id) do update set holder = excluded.holder, held_until = excluded.held_until
         where source_state.holder is null or source_state.holder = excluded.holder or source_state.held_until < now()",
        source as SourceId,
        holder,
        now
    )
    .execute(&mut *db)
    .await?;
    let is_held = held.rows_affected() > 0;
    if let Some(before) = before.filter(|before| is_held && before.is_other && before.state == "connected") {
        // Its holder died without a word; it lived when it renewed last.
        let lost_at = before.held_until.map_or(now, |until| (until - super::links::LEASE).min(now));
        set_state(&mut db, source, "lost", lost_at, None).await?;
    }
    db.commit().await?;
    Ok(is_held)
}

pub async fn release(app: &App, source: SourceId, holder: &str) -> sqlx::Result<()> {
    let mut db = app.begin(&Scope::system()).await?;
    sqlx::query!(
        "update source_state set holder = null, held_until = null where source_id = $1 and holder = $2::text::uuid",
        source as SourceId,
        holder
    )
    .execute(&mut *db)
    .await?;
    db.commit().await
}

/// Only the holder's word counts.
pub async fn report(app: &App, source: SourceId, holder: &str, standing: Standing) -> sqlx::Result<()> {
    let now = app.clock.now();
    let mut db = app.begin(&Scope::system()).await?;
    let held = sqlx::query_scalar!(
        "select source_id from source_state where source_id = $1 and holder = $2::text::uuid for update",
        source as SourceId,
        holder
    );
    if held.fetch_optional(&mut *db).await?.is_none() {
        return Ok(());
    }
    match standing {
        Standing::Connected => set_state(&mut db, source, "connected", now, None).await?,
        Standing::Lost(detail) => set_state(&mut db, source, "lost", now, Some(detail)).await?,
        Standing::Refused(detail) => set_state(&mut db, source, "refused", now, Some(detail)).await?,
        Standing::Resynced => close_gap(&mut *db, source, now).await?,
    }
    db.commit().await
}

async fn set_state(
    db: &mut PgConnection,
    source: SourceId,
    state: &str,
    now: DateTime<Utc>,
    detail: Option<&str>,
) -> sqlx::Result<()> {
    let before = sqlx::query_scalar!("select state from source_state where source_id = $1", source as SourceId);
    let before = before.fetch_one(&mut *db).await?;
    sqlx::query!(
        "update source_state set state = $2, detail = $3, since = case when state = $2 then since else $4 end
         where source_id = $1",
        source as SourceId,
        state,
        detail,
        now
    )
    .execute(&mut *db)
    .await?;
    if before == state {
        return Ok(());
    }
    if before == "connected" {
        open_gap(&mut *db, source, now).await?;
    }
    ring_seats(db, source, now).await
}

async fn open_gap(db: impl PgExecutor<'_>, source: SourceId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into source_gap (source_id, lost_at) values ($1, $2)
         on conflict (source_id, lost_at) do update set back_at = null",
        source as SourceId,
        now
    )
    .execute(db)
    .await
    .map(drop)
}

async fn close_gap(db: impl PgExecutor<'_>, source: SourceId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update source_gap set back_at = $2 where source_id = $1 and back_at is null", source as SourceId, now)
        .execute(db)
        .await
        .map(drop)
}

/// Desks at the source's seats show that nothing is heard of their telephones, or that it is again.
async fn ring_seats(db: &mut PgConnection, source: SourceId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "with rung as (update seat set signal = signal + 1 where source_id = $1 returning id, signal)
         insert into seat_signal (seat_id, signal, kind, at) select id, signal, 'source', $2 from rung",
        source as SourceId,
        now
    )
    .execute(&mut *db)
    .await?;
    sqlx::query("notify seat_signal").execute(db).await.map(drop)
}

pub async fn count_oddities(app: &App, source: SourceId, oddities: &[Oddity]) -> sqlx::Result<()> {
    let (mut kinds, mut names, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for oddity in oddities {
        kinds.push(oddity.kind.as_str().to_owned());
        names.push(oddity.name.clone());
        times.push(oddity.times);
    }
    let mut db = app.begin(&Scope::system()).await?;
    sqlx::query!(
        "insert into source_oddity (source_id, kind, name, times, first_at, last_at)
         select $1, kind, name, times, $5, $5 from unnest($2::text[], $3::text[], $4::bigint[]) as odd (kind, name, times)
         on conflict (source_id, kind, name) do update
         set times = source_oddity.times + excluded.times, last_at = excluded.last_at",
        source as SourceId,
        &kinds,
        &names,
        &times,
        app.clock.now()
    )
    .execute(&mut *db)
    .await?;
    db.commit().await
}

pub async fn list_open_calls(app: &App, source: SourceId) -> sqlx::Result<Vec<String>> {
    let mut db = app.begin(&Scope::system()).await?;
    sqlx::query_scalar!(
        r#"select call_ref as "call_ref!" from call
           where source_id = $1 and result = 'open' and call_ref is not null"#,
        source as SourceId
    )
    .fetch_all(&mut *db)
    .await
}

pub async fn list_seats(app: &App, source: SourceId) -> sqlx::Result<Vec<SeatStanding>> {
    let mut db = app.begin(&Scope::system()).await?;
    let rows = sqlx::query!(
        r#"select name, state as "state!", reason from seat where source_id = $1 and state is not null"#,
        source as SourceId
    );
    let rows = rows.fetch_all(&mut *db).await?;
    let seats = rows.into_iter().filter_map(|row| {
        let state = SeatState::parse(&row.state)?;
        Some(SeatStanding { seat: row.name, state, note: row.reason })
    });
    Ok(seats.collect())
}

/// Orders that wait, oldest first. Who takes one has to settle it.
pub async fn take_orders(app: &App, source: SourceId) -> sqlx::Result<Vec<Order>> {
    let mut db = app.begin(&Scope::system()).await?;
    let rows = sqlx::query!(
        "update source_order set taken_at = $2::timestamptz
         where source_id = $1 and done_at is null and taken_at is null and created_at > $2::timestamptz - interval '30 seconds'
         returning id, act, details",
        source as SourceId,
        app.clock.now()
    );
    let rows = rows.fetch_all(&mut *db).await?;
    db.commit().await?;
    let orders = rows.into_iter().map(|row| {
        let details: OrderDetails = serde_json::from_value(row.details).unwrap_or_default();
        Order { id: row.id, act: row.act, details }
    });
    let mut orders: Vec<Order> = orders.collect();
    orders.sort_by_key(|order| order.id);
    Ok(orders)
}

pub async fn settle_order(app: &App, order: i64, outcome: &Outcome) -> sqlx::Result<()> {
    let mut db = app.begin(&Scope::system()).await?;
    sqlx::query!(
        "update source_order set done_at = $2, succeeded = $3, outcome = $4 where id = $1 and done_at is null",
        order,
        app.clock.now(),
        outcome.succeeded,
        outcome.words
    )
    .execute(&mut *db)
    .await?;
    db.commit().await
}

/// Nobody took it in time, or who took it is gone.
pub async fn expire_orders(app: &App) -> sqlx::Result<()> {
    let mut db = app.begin(&Scope::system()).await?;
    sqlx::query!(
        "update source_order
         set done_at = $1::timestamptz, succeeded = case when taken_at is null then false end,
             outcome = case when taken_at is null then 'Die Telefonanlage war nicht erreichbar.'
                            else 'Die Telefonanlage hat nicht geantwortet.' end
         from source
         where source.id = source_id and adapter = 'asterisk-ami' and done_at is null
           and case when taken_at is null then source_order.created_at <= $1::timestamptz - interval '30 seconds'
                    else taken_at <= $1::timestamptz - interval '90 seconds' end",
        app.clock.now()
    )
    .execute(&mut *db)
    .await?;
    db.commit().await
}
