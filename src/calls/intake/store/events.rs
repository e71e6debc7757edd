//! SQL on `call_event`, the marks that tell a repetition, the references and callers' numbers.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::super::generations::Generation;
use super::super::group::{Reference, Touched};
use super::column;
use crate::calls::{CallKey, Incoming};
use crate::ids::{CallId, SourceId, TenantId};

pub async fn find_generations(
    db: &mut PgConnection,
    references: &HashSet<Reference>,
) -> sqlx::Result<HashMap<Reference, Vec<Generation>>> {
    let wanted: Vec<&Reference> = references.iter().collect();
    let rows = sqlx::query!(
        r#"select known.source_id as "source: SourceId", known.call_ref, known.generation, known.first_at, known.last_at,
                  known.tenant_id as "tenant: TenantId", known.opened_at, known.call_id as "call: CallId", known.has_start
           from unnest($1::int[], $2::text[]) as wanted (source_id, call_ref)
           join call_reference known using (source_id, call_ref)"#,
        &column(&wanted, |reference| reference.0) as &[SourceId],
        &column(&wanted, |reference| reference.1.clone())
    )
    .fetch_all(db)
    .await?;
    let mut found: HashMap<Reference, Vec<Generation>> = HashMap::new();
    for row in rows {
        let call = Some(CallKey { tenant: row.tenant, opened_at: row.opened_at, id: row.call });
        let generation = Generation {
            number: row.generation,
            call,
            first_at: row.first_at,
            last_at: row.last_at,
            has_start: row.has_start,
        };
        found.entry((row.source, row.call_ref)).or_default().push(generation);
    }
    Ok(found)
}

pub type Mark = (SourceId, Vec<u8>);

/// Those that were not there yet; the others are counted as repetitions.
pub async fn insert_marks(
    db: &mut PgConnection,
    marks: &HashSet<Mark>,
    now: DateTime<Utc>,
) -> sqlx::Result<HashSet<Mark>> {
    let marks: Vec<&Mark> = marks.iter().collect();
    let rows = sqlx::query!(
        r#"insert into call_event_key (source_id, dedupe_key, received_at)
           select source_id, dedupe_key, $3 from unnest($1::int[], $2::bytea[]) as new (source_id, dedupe_key)
           order by source_id, dedupe_key
           on conflict (source_id, dedupe_key) do update set repeats = call_event_key.repeats + 1
           returning source_id as "source: SourceId", dedupe_key, repeats = 0 as "is_new!""#,
        &column(&marks, |mark| mark.0) as &[SourceId],
        &column(&marks, |mark| mark.1.clone()),
        now
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().filter(|row| row.is_new).map(|row| (row.source, row.dedupe_key)).collect())
}

pub async fn upsert_references(db: &mut PgConnection, calls: &[Touched<'_>]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into call_reference (source_id, call_ref, generation, tenant_id, opened_at, call_id, first_at, last_at,
                                     has_start)
         select * from unnest($1::int[], $2::text[], $3::int[], $4::int[], $5::timestamptz[], $6::bigint[],
                              $7::timestamptz[], $8::timestamptz[], $9::bool[])
         on conflict (source_id, call_ref, generation) do update set
             first_at = excluded.first_at, last_at = excluded.last_at, has_start = excluded.has_start",
        &column(calls, |call| call.reference.0) as &[SourceId],
        &column(calls, |call| call.reference.1.clone()),
        &column(calls, |call| call.generation.number),
        &column(calls, |call| call.key.tenant) as &[TenantId],
        &column(calls, |call| call.key.opened_at),
        &column(calls, |call| call.key.id) as &[CallId],
        &column(calls, |call| call.generation.first_at),
        &column(calls, |call| call.generation.last_at),
        &column(calls, |call| call.folded.saw_start)
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn insert_events(db: &mut PgConnection, calls: &[Touched<'_>], now: DateTime<Utc>) -> sqlx::Result<()> {
    let events: Vec<(CallKey, &Incoming)> =
        calls.iter().flat_map(|call| call.messages.iter().map(|message| (call.key, *message))).collect();
    sqlx::query!(
        "insert into call_event (tenant_id, opened_at, call_id, type, occurred_at, clock, received_at, payload)
         select tenant_id, opened_at, call_id, type, occurred_at, clock, $8, payload
         from unnest($1::int[], $2::timestamptz[], $3::bigint[], $4::text[], $5::timestamptz[], $6::text[], $7::jsonb[])
              as new (tenant_id, opened_at, call_id, type, occurred_at, clock, payload)",
        &column(&events, |event| event.0.tenant) as &[TenantId],
        &column(&events, |event| event.0.opened_at),
        &column(&events, |event| event.0.id) as &[CallId],
        &column(&events, |event| event.1.event.kind.as_str().to_owned()),
        &column(&events, |event| event.1.event.at),
        &column(&events, |event| event.1.event.clock.as_str().to_owned()),
        &column(&events, |event| serde_json::json!(event.1.event.facts)),
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The first number that was told stays.
pub async fn insert_numbers(
    db: &mut PgConnection,
    numbers: &[(CallKey, String)],
    delete_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into caller_number (tenant_id, opened_at, call_id, number, delete_at)
         select tenant_id, opened_at, call_id, number, $5
         from unnest($1::int[], $2::timestamptz[], $3::bigint[], $4::text[]) as new (tenant_id, opened_at, call_id, number)
         on conflict (tenant_id, opened_at, call_id) do nothing",
        &column(numbers, |number| number.0.tenant) as &[TenantId],
        &column(numbers, |number| number.0.opened_at),
        &column(numbers, |number| number.0.id) as &[CallId],
        &column(numbers, |number| number.1.clone()),
        delete_at
    )
    .execute(db)
    .await?;
    Ok(())
}
