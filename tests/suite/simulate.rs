//! History in bulk: stored exactly as it would be row by row, and written by the verb.

use ortsgespraech::calls::{self, Disposition, PastCall};
use ortsgespraech::db::Scope;
use ortsgespraech::demo;
use ortsgespraech::demo::traffic::{Traffic, Volume};
use sqlx::PgConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::empty_app;
use crate::verbs::{CommandLine, done, refused};

/// Everything stored about calls but their ids, as text that can be compared.
async fn stored(db: &mut PgConnection) -> Vec<String> {
    let sql = "select row_to_json(row)::text from (
            select to_jsonb(call) - 'id' as call,
                   array(select to_jsonb(leg) - 'call_id' from queue_leg leg
                         where leg.opened_at = call.opened_at and leg.call_id = call.id order by position) as legs,
                   array(select to_jsonb(shown) - 'call_id' from call_entry shown
                         where shown.opened_at = call.opened_at and shown.call_id = call.id
                         order by shown_at, entry_id) as entries
            from call order by call.opened_at, call.call_ref) row";
    sqlx::query_scalar(sql).fetch_all(db).await.expect("the stored calls")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn bulk_load_stores_what_single_rows_would_be(_: PgPoolOptions, database: PgConnectOptions) {
    let app = empty_app(database).await;
    demo::fill(&app).await.expect("the demo");
    let mut db = app.begin(&Scope::system()).await.unwrap();
    let scene = demo::load_scene(&mut db, &[]).await.unwrap();
    // Over the end of a month, so that two partitions take part.
    let traffic = Traffic::new(
        scene,
        Volume { days: 3, calls_per_day: 120, seed: 9 },
        "2026-12-02T11:00:00Z".parse().expect("a moment"),
    );
    let calls: Vec<_> = traffic.days().flat_map(|day| traffic.calls_of(day)).collect();
    assert!(calls.len() > 100);
    sqlx::query("delete from call_entry").execute(&mut *db).await.unwrap();
    sqlx::query("delete from queue_leg").execute(&mut *db).await.unwrap();
    sqlx::query("delete from call").execute(&mut *db).await.unwrap();

    sqlx::query("savepoint empty").execute(&mut *db).await.unwrap();
    calls::bulk_load(&mut db, demo::SOURCE, &calls).await.unwrap();
    let in_bulk = stored(&mut db).await;
    sqlx::query("rollback to empty").execute(&mut *db).await.unwrap();
    for call in &calls {
        insert_row_by_row(&mut db, call).await;
    }
    let one_by_one = stored(&mut db).await;
    assert_eq!(in_bulk.len(), calls.len());
    for (bulk, single) in in_bulk.iter().zip(&one_by_one) {
        assert_eq!(bulk, single);
    }
}

async fn insert_row_by_row(db: &mut PgConnection, call: &PastCall) {
    sqlx::query("select ensure_call_month($1)").bind(call.started_at).execute(&mut *db).await.unwrap();
    let id: i64 = sqlx::query_scalar(
        "insert into call (tenant_id, opened_at, source_id, call_ref, dialled, line_tenant_id, line_id, tenant_caller,
                           tenant_competent, started_at, connected_at, ended_at, wait_ms, talk_ms, result, agent_seat,
                           account_id, disposition, disposition_detail, topic_tenant_id, topic_entry_id)
         select $1, $2, id, $3, $4, $5, $6, $7, $8, $2, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19
         from source where name = $20 returning id",
    )
    .bind(call.tenant)
    .bind(call.started_at)
    .bind(&call.call_ref)
    .bind(&call.dialled)
    .bind(call.line.0)
    .bind(call.line.1)
    .bind(call.tenant_caller)
    .bind(call.tenant_competent)
    .bind(call.connected_at)
    .bind(call.ended_at)
    .bind(call.wait_ms)
    .bind(call.talk_ms)
    .bind(call.result.as_str())
    .bind(&call.agent_seat)
    .bind(call.account)
    .bind(call.disposition.map(Disposition::as_str))
    .bind(&call.disposition_detail)
    .bind(call.topic.map(|topic| topic.0))
    .bind(call.topic.map(|topic| topic.1))
    .bind(demo::SOURCE)
    .fetch_one(&mut *db)
    .await
    .expect("a call");
    for (position, leg) in (1i32..).zip(&call.legs) {
        sqlx::query("insert into queue_leg values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(call.tenant)
            .bind(call.started_at)
            .bind(id)
            .bind(position)
            .bind(&leg.queue)
            .bind(leg.joined_at)
            .bind(leg.outcome.as_str())
            .bind(leg.wait_ms)
            .bind(leg.talk_ms)
            .bind(&leg.agent_seat)
            .execute(&mut *db)
            .await
            .expect("a leg");
    }
    for entry in &call.entries {
        sqlx::query("insert into call_entry values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind(call.tenant)
            .bind(call.started_at)
            .bind(id)
            .bind(entry.key.tenant)
            .bind(entry.key.entry)
            .bind(entry.key.version)
            .bind(entry.shown_for)
            .bind(entry.shown_at)
            .bind(entry.answered_at)
            .execute(&mut *db)
            .await
            .expect("an entry");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn legs_and_entries_cannot_point_to_a_call_that_is_not_there(_: PgPoolOptions, database: PgConnectOptions) {
    let app = empty_app(database).await;
    demo::fill(&app).await.expect("the demo");
    for table in ["queue_leg", "call_entry", "call_event"] {
        let mut db = app.begin(&Scope::system()).await.unwrap();
        let orphan = sqlx::AssertSqlSafe(match table {
            "call_event" => "insert into call_event (tenant_id, opened_at, call_id, type, occurred_at, clock, received_at)
                             select tenant_id, opened_at, -1, 'call.started', opened_at, 'source', opened_at from call limit 1"
                .to_owned(),
            _ => format!(
                "insert into {table} select moved.* from {table} as one,
                 jsonb_populate_record(one, '{{\"call_id\": -1}}') as moved limit 1"
            ),
        });
        let refused = sqlx::query(orphan).execute(&mut *db).await.expect_err("no such call");
        assert!(
            refused.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation),
            "{table}: {refused}"
        );
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn verb_writes_history_of_the_named_tenants(_: PgPoolOptions, database: PgConnectOptions) {
    let program = CommandLine::of(&database);
    let nothing = refused(&program.run("simulate|--days|7|--calls-per-day|50|--seed|1").await);
    assert_eq!(nothing, "there is no line yet; `line create` makes one");
    done(&program.run("tenant|create|--slug|stadt-a|--name|Stadt A|--kind|stadt").await);
    done(&program.run("tenant|create|--slug|stadt-b|--name|Stadt B|--kind|stadt").await);
    done(&program.run("line|create|--number|069 90009-100|--label|Zentrale|--tenant|stadt-a").await);
    let written = done(&program.run("simulate|--days|14|--calls-per-day|50|--seed|1|--tenant|stadt-a").await);
    let calls: i64 = written.trim().strip_prefix("calls=").expect("the count").parse().expect("a number");
    assert!((300..700).contains(&calls), "{calls}");
    let mut db = empty_app(database).await.begin(&Scope::system()).await.unwrap();
    let stored: i64 =
        sqlx::query_scalar("select count(*) from call join tenant on tenant.id = tenant_id where slug = 'stadt-a'")
            .fetch_one(&mut *db)
            .await
            .unwrap();
    assert_eq!(stored, calls);
    let lineless = refused(&program.run("simulate|--days|7|--calls-per-day|50|--seed|1|--tenant|stadt-b").await);
    assert!(lineless.starts_with("stadt-b has no line"), "{lineless}");
    let unknown = refused(&program.run("simulate|--days|7|--calls-per-day|50|--seed|1|--tenant|c").await);
    assert!(unknown.contains("no tenant 'c'"), "{unknown}");
    assert_eq!(program.run("simulate|--days|0|--calls-per-day|50|--seed|1").await.status.code(), Some(2));
    assert_eq!(program.run("simulate").await.status.code(), Some(2));
}
