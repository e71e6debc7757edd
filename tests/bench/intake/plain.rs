//! The limit: the same rows in the same tables, made up inside the database, with the same commits.

use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};

use super::messages::{CALLS_A_BATCH, EVENTS_A_CALL};

/// What a batch of whole calls leaves behind.
const STATEMENTS: [&str; 6] = [
    "insert into call (tenant_id, opened_at, id, source_id, call_ref, dialled, started_at, connected_at, ended_at, wait_ms,
                       talk_ms, result, agent_seat, heard_at)
     select (select id from tenant where kind = 'intake'), now() - interval '1 hour' + n * interval '1 millisecond',
            nextval('call_id'), (select min(id) from source), 'plain-' || $1 || '-' || n, '+496990009100', now(), now(), now(), 5700,
            84000, 'answered', 'Platz-11', now() from generate_series(1, $2) n",
    "insert into call_reference (source_id, call_ref, generation, tenant_id, opened_at, call_id, first_at, last_at)
     select source_id, call_ref, 1, tenant_id, opened_at, id, opened_at, opened_at from call
     where opened_at between now() - interval '1 hour' and now() and call_ref like 'plain-' || $1 || '-%' and $2 > 0",
    "insert into call_event (tenant_id, opened_at, call_id, type, occurred_at, clock, received_at, payload)
     select tenant_id, opened_at, id, 'agent.ringing', now(), 'source', now(), '{\"queue\": \"sc-kreis\", \"agent\": \"Platz-11\"}'
     from call, generate_series(1, 5) where opened_at between now() - interval '1 hour' and now() and call_ref like 'plain-' || $1 || '-%' and $2 > 0",
    "insert into call_event_key (source_id, dedupe_key, received_at)
     select (select min(id) from source), decode(md5($1 || ' ' || n), 'hex'), now() from generate_series(1, $2 * 5) n",
    "insert into queue_leg (tenant_id, opened_at, call_id, position, queue, joined_at, outcome, wait_ms, talk_ms, agent_seat)
     select tenant_id, opened_at, id, 1, 'sc-kreis', now(), 'answered', 5700, 84000, 'Platz-11' from call
     where opened_at between now() - interval '1 hour' and now() and call_ref like 'plain-' || $1 || '-%' and $2 > 0",
    "insert into caller_number (tenant_id, opened_at, call_id, number, delete_at)
     select tenant_id, opened_at, id, '+492214710100', now() from call
     where opened_at between now() - interval '1 hour' and now() and call_ref like 'plain-' || $1 || '-%' and $2 > 0",
];

pub async fn write(address: &str, of: &str, batches: usize) -> anyhow::Result<Duration> {
    let mut db = PgConnection::connect(address).await?;
    sqlx::query("select ensure_call_month(now() - interval '1 hour')").execute(&mut db).await?;
    assert_eq!(EVENTS_A_CALL, 5, "the statements write five events a call");
    let mut took = Duration::ZERO;
    for batch in 0..batches {
        let name = format!("{of}-{batch}");
        let started = Instant::now();
        let mut transaction = db.begin().await?;
        for statement in STATEMENTS {
            sqlx::query(statement).bind(&name).bind(i32::try_from(CALLS_A_BATCH)?).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        took += started.elapsed();
        // The next one finds its own calls as fast as this one did.
        sqlx::query("delete from call_event_key where dedupe_key in (select decode(md5($1 || ' ' || n), 'hex') from generate_series(1, 500) n)")
            .bind(&name)
            .execute(&mut db)
            .await?;
    }
    Ok(took)
}
