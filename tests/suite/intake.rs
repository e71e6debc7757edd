//! The intake: what comes is stored once, whoever sends it, in whatever order.

use chrono::TimeDelta;
use ortsgespraech::calls::{EventKind, Incoming, Taken};
use ortsgespraech::ids::SourceId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::TestApp;
use crate::support::events::{answered, event, messages, text};

/// What `GET /api/v1/calls` says to a program that may see everything.
pub async fn calls(test: &TestApp, query: &str) -> Vec<serde_json::Value> {
    let scopes = ["calls".to_owned()];
    let mut db = test.begin_as_system().await;
    let token = ortsgespraech::accounts::create_token(&mut db, "Test", &scopes, None, test.app.clock.now()).await;
    db.commit().await.expect("commit");
    let answer = test.with_token(&token.expect("a token")).get(&format!("/api/v1/calls?{query}")).await.is(200);
    answer.json()["calls"].as_array().expect("a list").clone()
}

pub async fn center(options: PgPoolOptions, database: PgConnectOptions) -> (TestApp, SourceId) {
    let test = TestApp::start(options, database).await;
    let mut db = test.begin_as_system().await;
    for (tenant, number) in [(test.cast.stadt_a, "+496990009100"), (test.cast.stadt_b, "+494066969100")] {
        let insert = sqlx::query("insert into line (tenant_id, number, label) values ($1, $2, 'Zentrale')");
        insert.bind(tenant).bind(number).execute(&mut *db).await.expect("a line");
    }
    db.commit().await.expect("commit");
    let source = test.insert_source("anlage", "native").await;
    (test, source)
}

pub async fn take(test: &TestApp, messages: Vec<Incoming>) -> Vec<Taken> {
    test.app.intake.take(messages).await.expect("taken")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_arrives_whole_with_its_town(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, source) = center(options, database).await;
    let sent = messages(source, "c1", answered("069 90009-100", "sc-a", "Platz-11"));
    assert!(take(&test, sent).await.iter().all(|taken| *taken == Taken::New));
    let [call] = &calls(&test, "source=anlage").await[..] else { panic!("one call") };
    let leg = serde_json::json!({
        "queue": "sc-a", "joined_at": "2026-11-17T09:00:00.500Z", "outcome": "answered", "wait_ms": 3500, "talk_ms": 60000,
        "agent": "Platz-11", "rings": [],
    });
    let expected = serde_json::json!({
        "id": call["id"], "source": "anlage", "call_ref": "c1", "parent_ref": null, "direction": "in",
        "dialled": "+496990009100", "line": "Zentrale", "tenant_dialled": "stadt-a", "tenant_caller": "stadt-a",
        "tenant_competent": null, "started_at": "2026-11-17T09:00:00.000Z", "ended_at": "2026-11-17T09:01:04.100Z",
        "wait_ms": 3500, "talk_ms": 60000, "result": "answered", "agent": "Platz-11", "queue_legs": [leg], "transfers": [],
        "disposition": null, "topic": null, "entries": [], "incomplete": false,
    });
    assert_eq!(*call, expected);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_order_of_single_messages_gives_the_same_call(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, source) = center(options, database).await;
    let whole = messages(source, "whole", answered("069 90009-100", "sc-a", "Platz-11"));
    take(&test, whole).await;
    for turn in 0..8 {
        let name = format!("turned {turn}");
        let mut sent = messages(source, &name, answered("069 90009-100", "sc-a", "Platz-11"));
        sent.rotate_left(turn);
        sent.extend(sent[..3].to_vec());
        for message in sent {
            take(&test, vec![message]).await;
        }
    }
    let mut calls = calls(&test, "source=anlage&tenant=stadt-a").await;
    assert_eq!(calls.len(), 9);
    for call in &mut calls {
        call["id"].take();
        call["call_ref"].take();
    }
    assert!(calls.iter().all(|call| *call == calls[0]), "{calls:#?}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn repetition_is_told_and_changes_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, source) = center(options, database).await;
    let sent = messages(source, "c1", answered("069 90009-100", "sc-a", "Platz-11"));
    take(&test, sent.clone()).await;
    let before = test.fingerprint(test.cast.stadt_a).await;
    let twice: Vec<_> = sent.iter().chain(&sent).cloned().collect();
    assert!(take(&test, twice).await.iter().all(|taken| *taken == Taken::Duplicate));
    assert_eq!(test.fingerprint(test.cast.stadt_a).await, before);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn reference_used_again_after_a_day_is_another_call(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, source) = center(options, database).await;
    let first = messages(source, "17", answered("069 90009-100", "sc-a", "Platz-11"));
    let mut second = first.clone();
    for message in &mut second {
        message.event.at += TimeDelta::hours(25);
        message.identity = ortsgespraech::calls::Identity::InCall(format!("{:?}", message.event.kind));
    }
    // The later call comes first, its end before its start.
    second.reverse();
    take(&test, second).await;
    take(&test, first).await;
    let calls = calls(&test, "source=anlage").await;
    let talks: Vec<_> = calls.iter().map(|call| (call["result"].clone(), call["talk_ms"].clone())).collect();
    assert_eq!(talks, [("answered".into(), 60_000.into()), ("answered".into(), 60_000.into())]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn number_that_was_dialled_first_says_whose_call_it_is(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, source) = center(options, database).await;
    let mut forwarded = answered("069 90009-100", "sc-a", "Platz-11");
    forwarded[1].facts.diversion = text("04066969100");
    take(&test, messages(source, "forwarded", forwarded)).await;
    take(&test, messages(source, "extension", answered("069 90009-1004", "sc-a", "Platz-11"))).await;
    take(&test, messages(source, "nobody's", answered("0221 999999", "sc-x", "Platz-11"))).await;
    let found = calls(&test, "source=anlage").await;
    let owners: Vec<_> = found.iter().map(|call| call["tenant_dialled"].as_str()).collect();
    assert_eq!(owners, [Some("stadt-b"), Some("stadt-a"), None]);
    let mut db = test.begin_as_system().await;
    let odd: Vec<String> = sqlx::query_scalar("select name from source_oddity where kind = 'number'")
        .fetch_all(&mut *db)
        .await
        .expect("oddities");
    assert_eq!(odd, ["0221 999999"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_moves_to_its_town_when_the_number_comes_late(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, source) = center(options, database).await;
    let mut sent = messages(source, "late", answered("069 90009-100", "sc-a", "Platz-11"));
    let start = sent.remove(0);
    take(&test, sent).await;
    let [call] = &calls(&test, "source=anlage").await[..] else { panic!("one call") };
    assert_eq!((call["tenant_dialled"].as_str(), call["incomplete"].as_bool()), (None, Some(true)));
    take(&test, vec![start]).await;
    let [call] = &calls(&test, "source=anlage&tenant=stadt-a").await[..] else { panic!("one call") };
    assert_eq!((call["incomplete"].as_bool(), call["queue_legs"].as_array().map(Vec::len)), (Some(false), Some(1)));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn callers_number_lies_apart_and_is_deleted_by_rule(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, source) = center(options, database).await;
    take(&test, messages(source, "c1", answered("069 90009-100", "sc-a", "Platz-11"))).await;
    let count = async |statement: &'static str| -> i64 {
        let mut db = test.begin_as_system().await;
        sqlx::query_scalar(statement).fetch_one(&mut *db).await.expect("a count")
    };
    assert_eq!(count("select count(*) from call_event where payload::text like '%777%'").await, 0);
    assert_eq!(count("select count(*) from call where call::text like '%777%'").await, 0);
    assert_eq!(count("select count(*) from caller_number where number = '+496990009777'").await, 1);
    let late = ortsgespraech::app::App {
        clock: ortsgespraech::clock::Clock::fixed(test.app.clock.now() + TimeDelta::days(8)),
        ..test.app.clone()
    };
    ortsgespraech::calls::forget_old_numbers(&late).await.expect("deleted");
    assert_eq!(count("select count(*) from caller_number").await, 0);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn seats_hear_of_their_own_calls_only(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, source) = center(options, database).await;
    for message in messages(source, "c1", answered("069 90009-100", "sc-a", "Platz-11")) {
        take(&test, vec![message]).await;
    }
    let paused = event(EventKind::AgentState, 5.0, |f| {
        (f.agent, f.reason, f.note) = (text("Platz-12"), text("paused"), text("Pause"));
    });
    take(&test, messages(source, "state", vec![paused])).await;
    let mut db = test.begin_as_system().await;
    let heard: Vec<(String, i64, String)> = sqlx::query_as(
        "select name, seat_signal.signal, kind from seat_signal join seat on seat.id = seat_id order by 1, 2",
    )
    .fetch_all(&mut *db)
    .await
    .expect("signals");
    let heard: Vec<_> = heard.iter().map(|(seat, signal, kind)| (seat.as_str(), *signal, kind.as_str())).collect();
    let expected = [
        ("Platz-11", 1, "ringing"),
        ("Platz-11", 2, "connected"),
        ("Platz-11", 3, "left"),
        ("Platz-11", 4, "ended"),
        ("Platz-12", 1, "state"),
    ];
    assert_eq!(heard, expected);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn many_senders_at_once_lose_and_double_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, source) = center(options, database).await;
    let sent: Vec<Incoming> = (0..40)
        .flat_map(|call| messages(source, &format!("c{call}"), answered("069 90009-100", "sc-a", "Platz-11")))
        .collect();
    let senders = (0..3).flat_map(|_| sent.iter().cloned()).map(|message| {
        let intake = test.app.intake.clone();
        async move { intake.take(vec![message]).await.expect("taken")[0] }
    });
    let taken = futures_util::future::join_all(senders).await;
    assert_eq!(taken.iter().filter(|taken| **taken == Taken::New).count(), sent.len());
    let calls = calls(&test, "source=anlage&limit=1000").await;
    assert_eq!(calls.len(), 40);
    assert!(calls.iter().all(|call| call["talk_ms"] == 60_000 && call["result"] == "answered"));
}
