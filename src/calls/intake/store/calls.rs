//! SQL on `call` and `queue_leg`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;

use super::super::group::Touched;
use super::super::seats::Before;
use super::column;
use crate::calls::{CallKey, CallResult, Direction, Event, EventClock, EventKind, Facts, Leg};
use crate::ids::{CallId, LineId, TenantId};
use crate::tenants::Number;

/// What is stored about a call so far.
#[derive(Debug, Default)]
pub struct Known {
    pub tenant: Option<TenantId>,
    pub is_assigned: bool,
    pub events: Vec<Event>,
    pub before: Before,
}

pub async fn take_ids(db: &mut PgConnection, count: usize) -> sqlx::Result<Vec<CallId>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    sqlx::query_scalar!(r#"select nextval('call_id') as "id!: CallId" from generate_series(1, $1)"#, count)
        .fetch_all(db)
        .await
}

/// Bounds of the months concerned, so that the plan leaves the others out.
fn span(keys: &[CallKey]) -> (DateTime<Utc>, DateTime<Utc>) {
    let moments = || keys.iter().map(|key| key.opened_at);
    (moments().min().unwrap_or_default(), moments().max().unwrap_or_default())
}

pub async fn find_calls(db: &mut PgConnection, keys: &[CallKey]) -> sqlx::Result<HashMap<CallId, Known>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let (first, last) = span(keys);
    let (tenants, moments, ids) = (column(keys, |k| k.tenant), column(keys, |k| k.opened_at), column(keys, |k| k.id));
    let rows = sqlx::query!(
        r#"select call.id as "id: CallId", call.tenant_id as "tenant: TenantId", call.is_assigned, call.ringing,
                  call.talking, call.result
           from unnest($1::int[], $2::timestamptz[], $3::bigint[]) as wanted (tenant_id, opened_at, id)
           join call using (tenant_id, opened_at, id) where call.opened_at between $4 and $5"#,
        &tenants as &[TenantId],
        &moments,
        &ids as &[CallId],
        first,
        last
    )
    .fetch_all(&mut *db)
    .await?;
    let calls = rows.into_iter().map(|row| {
        let is_over = row.result != CallResult::Open.as_str();
        let before = Before { ringing: row.ringing, talking: row.talking, is_over };
        (row.id, Known { tenant: Some(row.tenant), is_assigned: row.is_assigned, events: Vec::new(), before })
    });
    let mut calls: HashMap<_, _> = calls.collect();
    let rows = sqlx::query!(
        r#"select event.call_id as "id: CallId", event.type as kind, event.occurred_at, event.clock,
                  event.payload as "facts: Json<Facts>"
           from unnest($1::int[], $2::timestamptz[], $3::bigint[]) as wanted (tenant_id, opened_at, call_id)
           join call_event event using (tenant_id, opened_at, call_id) where event.opened_at between $4 and $5
             and event.type = any ($6)"#,
        &tenants as &[TenantId],
        &moments,
        &ids as &[CallId],
        first,
        last,
        &EventKind::ALL.map(|kind| kind.as_str().to_owned())
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        let (Some(call), Some(kind)) = (calls.get_mut(&row.id), EventKind::parse(&row.kind)) else { continue };
        let clock = if row.clock == EventClock::Source.as_str() { EventClock::Source } else { EventClock::Received };
        call.events.push(Event { kind, at: row.occurred_at, clock, facts: row.facts.0 });
    }
    Ok(calls)
}

/// Calls of which only now is known whose they are.
pub async fn move_calls(db: &mut PgConnection, touched: &[Touched<'_>]) -> sqlx::Result<()> {
    let moved: Vec<_> = touched.iter().filter(|call| call.known.is_elsewhere(call.key)).collect();
    if moved.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update call set tenant_id = moved.to_tenant
         from unnest($1::int[], $2::timestamptz[], $3::bigint[], $4::int[]) as moved (tenant_id, opened_at, id, to_tenant)
         where call.tenant_id = moved.tenant_id and call.opened_at = moved.opened_at and call.id = moved.id",
        &column(&moved, |call| call.known.tenant.unwrap_or(call.key.tenant)) as &[TenantId],
        &column(&moved, |call| call.key.opened_at),
        &column(&moved, |call| call.key.id) as &[CallId],
        &column(&moved, |call| call.key.tenant) as &[TenantId]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A citizen's number is no part of the record: for calls that go out `dialled` stays empty.
fn dialled(call: &Touched<'_>) -> Option<String> {
    let to = call.folded.to.as_deref().filter(|_| call.folded.direction == Direction::In)?;
    Some(Number::of_exchange(to).as_stored())
}

/// New calls are inserted, the others get what their events say now; what an agent put in stays.
pub async fn upsert_calls(db: &mut PgConnection, calls: &[Touched<'_>]) -> sqlx::Result<()> {
    let line = |call: &Touched<'_>| call.owner.and_then(|owner| Some((owner.tenant, owner.line?)));
    sqlx::query!(
        "insert into call (tenant_id, opened_at, id, source_id, call_ref, generation, parent_ref, direction, dialled,
                           line_tenant_id, line_id, tenant_caller, started_at, connected_at, ended_at, wait_ms, talk_ms,
                           result, agent_seat, transfers, ringing, talking, waiting_queue, waiting_since, heard_at,
                           incomplete)
         select new.tenant_id, opened_at, new.id, source_id, call_ref, generation, parent_ref, direction, dialled,
                line_tenant_id, line_id, case when tenant.kind <> 'intake' then tenant.id end, started_at, connected_at,
                ended_at, wait_ms, talk_ms, result, agent_seat, transfers, string_to_array(ringing, chr(10)), talking,
                waiting_queue, waiting_since, heard_at, incomplete
         from unnest($1::int[], $2::timestamptz[], $3::bigint[], $4::int[], $5::text[], $6::int[], $7::text[], $8::text[],
                     $9::text[], $10::int[], $11::bigint[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[],
                     $15::int[], $16::int[], $17::text[], $18::text[], $19::jsonb[], $20::text[], $21::text[],
                     $22::text[], $23::timestamptz[], $24::timestamptz[], $25::bool[])
              as new (tenant_id, opened_at, id, source_id, call_ref, generation, parent_ref, direction, dialled,
                      line_tenant_id, line_id, started_at, connected_at, ended_at, wait_ms, talk_ms, result, agent_seat,
                      transfers, ringing, talking, waiting_queue, waiting_since, heard_at, incomplete)
         join tenant on tenant.id = new.tenant_id
         on conflict (tenant_id, opened_at, id) do update set
             parent_ref = excluded.parent_ref, direction = excluded.direction, dialled = excluded.dialled,
             line_tenant_id = excluded.line_tenant_id, line_id = excluded.line_id,
             tenant_caller = coalesce(call.tenant_caller, excluded.tenant_caller), started_at = excluded.started_at,
             connected_at = excluded.connected_at, ended_at = excluded.ended_at, wait_ms = excluded.wait_ms,
             talk_ms = excluded.talk_ms, result = excluded.result, agent_seat = excluded.agent_seat,
             transfers = excluded.transfers, ringing = excluded.ringing, talking = excluded.talking,
             waiting_queue = excluded.waiting_queue, waiting_since = excluded.waiting_since,
             heard_at = excluded.heard_at, incomplete = excluded.incomplete",
        &column(calls, |c| c.key.tenant) as &[TenantId],
        &column(calls, |c| c.key.opened_at),
        &column(calls, |c| c.key.id) as &[CallId],
        &column(calls, |c| c.reference.0.0),
        &column(calls, |c| c.reference.1.clone()),
        &column(calls, |c| c.generation.number),
        &column(calls, |c| c.folded.parent_ref.clone()) as &[Option<String>],
        &column(calls, |c| c.folded.direction.as_str().to_owned()),
        &column(calls, dialled) as &[Option<String>],
        &column(calls, |c| line(c).map(|line| line.0)) as &[Option<TenantId>],
        &column(calls, |c| line(c).map(|line| line.1)) as &[Option<LineId>],
        &column(calls, |c| c.folded.started_at),
        &column(calls, |c| c.folded.connected_at) as &[Option<DateTime<Utc>>],
        &column(calls, |c| c.folded.ended_at) as &[Option<DateTime<Utc>>],
        &column(calls, |c| c.folded.wait_ms) as &[Option<i32>],
        &column(calls, |c| c.folded.talk_ms) as &[Option<i32>],
        &column(calls, |c| c.folded.result.as_str().to_owned()),
        &column(calls, |c| c.folded.agent.clone()) as &[Option<String>],
        &column(calls, |c| serde_json::json!(c.folded.transfers)),
        &column(calls, |c| c.folded.ringing.join("\n")),
        &column(calls, |c| c.folded.talking.clone()) as &[Option<String>],
        &column(calls, |c| c.folded.waiting.clone().and_then(|waiting| waiting.1)) as &[Option<String>],
        &column(calls, |c| c.folded.waiting.clone().map(|waiting| waiting.0)) as &[Option<DateTime<Utc>>],
        &column(calls, |c| c.heard_at),
        &column(calls, |c| c.folded.incomplete)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The legs as the fold has them now.
pub async fn replace_legs(db: &mut PgConnection, touched: &[Touched<'_>]) -> sqlx::Result<()> {
    let keys: Vec<CallKey> = touched.iter().filter(|call| !call.is_new).map(|call| call.key).collect();
    if !keys.is_empty() {
        let (first, last) = span(&keys);
        sqlx::query!(
            "delete from queue_leg leg
             using unnest($1::int[], $2::timestamptz[], $3::bigint[]) as old (tenant_id, opened_at, call_id)
             where leg.tenant_id = old.tenant_id and leg.opened_at = old.opened_at and leg.call_id = old.call_id
               and leg.opened_at between $4 and $5",
            &column(&keys, |key| key.tenant) as &[TenantId],
            &column(&keys, |key| key.opened_at),
            &column(&keys, |key| key.id) as &[CallId],
            first,
            last
        )
        .execute(&mut *db)
        .await?;
    }
    let legs: Vec<(CallKey, i32, &Leg)> = touched
        .iter()
        .flat_map(|call| (1..).zip(&call.folded.legs).map(|(place, leg)| (call.key, place, leg)))
        .collect();
    if legs.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into queue_leg (tenant_id, opened_at, call_id, position, queue, joined_at, outcome, wait_ms, talk_ms,
                                agent_seat, rings)
         select * from unnest($1::int[], $2::timestamptz[], $3::bigint[], $4::int[], $5::text[], $6::timestamptz[],
                              $7::text[], $8::int[], $9::int[], $10::text[], $11::jsonb[])",
        &column(&legs, |leg| leg.0.tenant) as &[TenantId],
        &column(&legs, |leg| leg.0.opened_at),
        &column(&legs, |leg| leg.0.id) as &[CallId],
        &column(&legs, |leg| leg.1),
        &column(&legs, |leg| leg.2.queue.clone()),
        &column(&legs, |leg| leg.2.joined_at),
        &column(&legs, |leg| leg.2.outcome.as_str().to_owned()),
        &column(&legs, |leg| leg.2.wait_ms) as &[Option<i32>],
        &column(&legs, |leg| leg.2.talk_ms) as &[Option<i32>],
        &column(&legs, |leg| leg.2.agent.clone()) as &[Option<String>],
        &column(&legs, |leg| serde_json::json!(leg.2.rings))
    )
    .execute(db)
    .await?;
    Ok(())
}
