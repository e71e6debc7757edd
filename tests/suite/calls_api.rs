//! `GET /api/v1/calls`.

use ortsgespraech::accounts;
use ortsgespraech::ids::TenantId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Client, TestApp, cast};

async fn token(test: &TestApp, tenants: Option<&[TenantId]>) -> Client {
    let mut db = test.begin_as_system().await;
    let secret =
        accounts::create_token(&mut db, "Auswertung", &["calls".to_owned()], tenants, test.app.clock.now()).await;
    db.commit().await.expect("commit");
    test.with_token(&secret.expect("a token"))
}

/// Three calls for Stadt A, one for Stadt B, one of a shared line.
async fn with_calls(options: PgPoolOptions, database: PgConnectOptions) -> TestApp {
    let test = TestApp::start(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    let lines = [(test.cast.stadt_a, "+49699000901"), (test.cast.stadt_b, "+49406696901"), (test.cast.intake, "115")];
    let mut keys = Vec::new();
    for (tenant, number) in lines {
        let mut db = test.begin_as_system().await;
        let id: i64 =
            sqlx::query_scalar("insert into line (tenant_id, number, label) values ($1, $2, 'Zentrale') returning id")
                .bind(tenant)
                .bind(number)
                .fetch_one(&mut *db)
                .await
                .expect("a line");
        db.commit().await.expect("commit");
        keys.push(format!("{tenant}-{id}"));
    }
    for key in [&keys[0], &keys[0], &keys[0], &keys[1], &keys[2]] {
        agent.post("/desk/calls", &[("line", key)]).await.is(303);
        let mut db = test.begin_as_system().await;
        let call: i64 = sqlx::query_scalar("select call_id from desk").fetch_one(&mut *db).await.expect("a call");
        drop(db);
        test.app.clock.advance(chrono::TimeDelta::seconds(30));
        agent
            .post(&format!("/desk/calls/{call}/outcome"), &[("disposition", "misdialled"), ("end", "1")])
            .await
            .is(303);
    }
    test
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn token_of_one_town_lists_its_calls_alone(options: PgPoolOptions, database: PgConnectOptions) {
    let test = with_calls(options, database).await;
    let town = token(&test, Some(&[test.cast.stadt_b])).await;
    let calls = town.get("/api/v1/calls").await.is(200).json()["calls"].clone();
    assert_eq!(calls.as_array().map(Vec::len), Some(1));
    assert_eq!(calls[0]["tenant_dialled"], "stadt-b");
    assert_eq!(calls[0]["talk_ms"], 30_000);
    assert_eq!(calls[0]["result"], "answered");
    assert_eq!(calls[0]["disposition"], "misdialled");
    town.get("/api/v1/calls?tenant=stadt-a").await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn pages_follow_each_other_without_gap_or_repeat(options: PgPoolOptions, database: PgConnectOptions) {
    let test = with_calls(options, database).await;
    let center = token(&test, None).await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/calls?limit=2".to_owned();
    loop {
        let answer = center.get(&path).await.is(200).json();
        seen.extend(
            answer["calls"]
                .as_array()
                .expect("calls")
                .iter()
                .map(|call| call["id"].as_str().unwrap_or_default().to_owned()),
        );
        let Some(next) = answer["next"].as_str() else { break };
        path = format!("/api/v1/calls?limit=2&cursor={next}");
    }
    let mut once = seen.clone();
    once.dedup();
    assert_eq!((seen.len(), once.len()), (5, 5));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_without_a_town_is_null_and_for_all_tenant_tokens_alone(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = with_calls(options, database).await;
    let all = token(&test, None).await.get("/api/v1/calls").await.is(200).json();
    let unassigned =
        all["calls"].as_array().expect("calls").iter().filter(|call| call["tenant_dialled"].is_null()).count();
    assert_eq!(unassigned, 1);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn odd_questions_get_clear_answers(options: PgPoolOptions, database: PgConnectOptions) {
    let test = with_calls(options, database).await;
    let center = token(&test, None).await;
    let all = |answer: serde_json::Value| answer["calls"].as_array().map(Vec::len);
    assert_eq!(all(center.get("/api/v1/calls?limit=viele").await.is(200).json()), Some(5));
    assert_eq!(all(center.get("/api/v1/calls?direction=out").await.is(200).json()), Some(0));
    assert_eq!(all(center.get("/api/v1/calls?to=2026-11-17T09:30:30Z").await.is(200).json()), Some(1));
    assert_eq!(all(center.get("/api/v1/calls?from=2026-11-17T10:30:30+01:00").await.is(200).json()), Some(4));
    let wrong = center.get("/api/v1/calls?from=gestern").await.is(422);
    assert_eq!(wrong.header("content-type"), Some("application/problem+json"));
    center.get("/api/v1/calls?cursor=%ff").await.is(422);
    test.signed_out().get("/api/v1/calls").await.is(401);
    test.with_token("falsch").get("/api/v1/calls").await.is(401);
}
