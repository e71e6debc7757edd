//! The door at which telephone systems knock: who gets in, what they hear, and what is said of them.

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header;
use chrono::TimeDelta;
use ortsgespraech::telephony::{Adapter, DoorRules};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::conventions::{FORM, JSON};
use crate::support::doors::Door;
use crate::support::log::Log;
use crate::support::{Answer, TestApp};

const NEW_CALL: &str = "event=newCall&direction=in&from=022147109001&to=06990009100&callId=c1";

pub async fn knock(test: &TestApp, door: &Door, content_type: &str, body: impl Into<Body>) -> Answer {
    test.signed_out().post_raw(&door.path, content_type, body).await
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_kind_of_telephone_system_hears_what_it_expects(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let zammad = test.open_door("Zentrale", Adapter::Zammad).await;
    for body in
        [NEW_CALL, NEW_CALL, "event=answer&callId=c1&user=Platz-11", "event=hangup&callId=nie", "event=transfer"]
    {
        let answer = knock(&test, &zammad, FORM, body).await.is(200);
        assert_eq!((answer.body.as_str(), answer.header("content-type")), ("{}", Some(JSON)), "{body}");
    }
    let placetel = test.open_door("Placetel", Adapter::Placetel).await;
    let body = "event=IncomingCall&from=022147109001&to=06990009100&call_id=p1";
    assert_eq!(knock(&test, &placetel, FORM, body).await.is(200).body, "{}");
    let native = test.open_door("Eigene", Adapter::Native).await;
    let events = r#"{"events":[{"type":"call.started","call_ref":"n1"},{"type":"call.gone","call_ref":"n1"}]}"#;
    let answer = knock(&test, &native, JSON, events).await.is(200).json();
    assert_eq!((&answer["accepted"], &answer["duplicates"]), (&1.into(), &0.into()));
    assert_eq!(answer["rejected"][0]["index"], 1);
    assert_eq!(answer["rejected"][0]["error"], "There is no event of this 'type'.");
    let completed = test.open_door("3CX", Adapter::Completed).await;
    let report = r#"{"call_ref":"f1","started_at":"2026-11-16T08:00:00Z","result":"answered","talk_ms":1000}"#;
    assert_eq!(knock(&test, &completed, JSON, report).await.is(200).json()["accepted"], 1);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn sipgate_is_told_where_the_rest_of_the_call_goes(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let door = test.open_door("sipgate", Adapter::Sipgate).await;
    let answer = knock(&test, &door, FORM, NEW_CALL).await.is(200);
    assert_eq!(answer.header("content-type"), Some("application/xml"));
    let url = format!("http://127.0.0.1{}", door.path);
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    assert_eq!(answer.body, format!("{head}<Response onAnswer=\"{url}\" onHangup=\"{url}\" />"));
    for body in ["event=hangup&callId=c1", "event=dtmf&dtmf=1&callId=c1", "event=sonstwas"] {
        assert_eq!(knock(&test, &door, FORM, body).await.is(200).body, format!("{head}<Response />"));
    }
    for (host, seen) in [("anrufe.example", "https://anrufe.example/api/"), ("a\"><x>", "https://127.0.0.1:8080/api/")]
    {
        let request = test.signed_out().request("POST", &door.path).header("x-forwarded-proto", "https");
        let request = request.header("x-forwarded-host", host).body(Body::from(NEW_CALL)).expect("a request");
        let answer = test.signed_out().send(request).await.is(200);
        assert!(answer.body.contains(seen), "{}", answer.body);
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn token_may_stand_in_a_header(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let door = test.open_door("Zentrale", Adapter::Zammad).await;
    let basic =
        |password: &str| format!("Basic {}", data_encoding::BASE64.encode(format!("anlage:{password}").as_bytes()));
    for (value, status) in [
        (format!("Bearer {}", door.token), 200),
        (basic(&door.token), 200),
        (basic("falsch"), 401),
        ("Basic %%%".to_owned(), 401),
        ("Digest a".to_owned(), 401),
        ("Bearer".to_owned(), 401),
    ] {
        let request = test.signed_out().request("POST", "/api/v1/cti").header(header::AUTHORIZATION, &value);
        test.signed_out().send(request.body(Body::from(NEW_CALL)).expect("a request")).await.is(status);
    }
    test.signed_out().post_raw("/api/v1/cti", FORM, NEW_CALL).await.is(401);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn nobody_gets_in_without_a_valid_token(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let door = test.open_door("Zentrale", Adapter::Zammad).await;
    let long = "a".repeat(5000);
    for token in ["falsch", "%00", "ä", &long, &door.token[1..]] {
        let path = format!("/api/v1/cti/{}", crate::support::site::percent_encoded(token));
        let answer = test.signed_out().post_raw(&path, FORM, NEW_CALL).await.is(401);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let problem = answer.json();
        assert!(problem["detail"].is_string() && problem["detail_en"].is_string(), "{problem}");
    }
    knock(&test, &door, FORM, NEW_CALL).await.is(200);
    for statement in ["update source set active = false", "update source set active = true"] {
        let mut db = test.begin_as_system().await;
        sqlx::query(statement).execute(&mut *db).await.expect(statement);
        db.commit().await.expect("commit");
        let status = if statement.ends_with("true") { 200 } else { 401 };
        knock(&test, &door, FORM, NEW_CALL).await.is(status);
    }
    test.signed_out().get(&door.path).await.is(405);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn door_with_a_list_of_networks_is_shut_for_others(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let networks = vec!["203.0.113.0/24".to_owned(), "2001:db8::/32".to_owned()];
    let rules = DoorRules { networks, ..DoorRules::default() };
    let door = test.open_door_with("Zentrale", Adapter::Zammad, rules).await;
    let from = async |peer: &str, forwarded: Option<&str>| {
        let mut request = test.signed_out().request("POST", &door.path);
        if let Some(list) = forwarded {
            request = request.header("x-forwarded-for", list);
        }
        let mut request = request.body(Body::from(NEW_CALL)).expect("a request");
        let peer: std::net::IpAddr = peer.parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::new(peer, 1)));
        test.signed_out().send(request).await
    };
    for address in ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8:1::1"] {
        from(address, None).await.is(200);
        from("127.0.0.1", Some(&format!("10.0.0.1, {address}"))).await.is(200);
    }
    for address in ["203.0.114.9", "127.0.0.1", "::1", "2001:db9::1"] {
        let answer = from(address, None).await.is(403);
        assert_eq!(answer.json()["detail"], "Aus diesem Netz nimmt die Telefonanlage keine Meldungen an.");
    }
    // Only a proxy of the same machine is believed.
    from("198.51.100.1", Some("203.0.113.9")).await.is(403);
    knock(&test, &door, FORM, NEW_CALL).await.is(403);
    let counted = test.oddities(&door, "refused").await;
    assert_eq!(counted, [("Aus diesem Netz nimmt die Telefonanlage keine Meldungen an.".to_owned(), 6)]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn flood_is_slowed_down_and_goes_on_later(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let rules = DoorRules { per_second: 5, ..DoorRules::default() };
    let door = test.open_door_with("Zentrale", Adapter::Zammad, rules).await;
    let other = test.open_door("Andere", Adapter::Zammad).await;
    for _ in 0..10 {
        knock(&test, &door, FORM, NEW_CALL).await.is(200);
    }
    let answer = knock(&test, &door, FORM, NEW_CALL).await.is(429);
    assert_eq!(answer.header("retry-after"), Some("1"));
    knock(&test, &other, FORM, NEW_CALL).await.is(200);
    test.app.clock.advance(TimeDelta::seconds(1));
    for status in [200, 200, 200, 200, 200, 429] {
        knock(&test, &door, FORM, NEW_CALL).await.is(status);
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn tokens_last_use_is_noted_once_an_hour(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let door = test.open_door("Zentrale", Adapter::Zammad).await;
    let used = async || -> Option<chrono::DateTime<chrono::Utc>> {
        let mut db = test.begin_as_system().await;
        sqlx::query_scalar("select last_used_at from source_token").fetch_one(&mut *db).await.expect("a token")
    };
    assert_eq!(used().await, None);
    let first = test.app.clock.now();
    for (minutes, noted) in [(0, first), (59, first), (1, first + TimeDelta::hours(1))] {
        test.app.clock.advance(TimeDelta::minutes(minutes));
        knock(&test, &door, FORM, NEW_CALL).await.is(200);
        assert_eq!(used().await, Some(noted));
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn log_names_neither_caller_nor_token(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let rules = DoorRules { signing_secret: Some("siegelgeheimnis".to_owned()), ..DoorRules::default() };
    let doors = [
        test.open_door("Zentrale", Adapter::Zammad).await,
        test.open_door_with("Versiegelt", Adapter::Sipgate, rules).await,
    ];
    let log = Log::listen();
    for door in &doors {
        for body in [NEW_CALL, "event=newCall&from=022147109001", "022147109001", "event=022147109001"] {
            knock(&test, door, FORM, body).await;
        }
    }
    let lines = log.lines();
    for secret in ["022147109001", "siegelgeheimnis", &doors[0].token.to_lowercase(), &doors[1].token.to_lowercase()] {
        let said = lines.lines().find(|line| line.contains(secret));
        assert!(said.is_none(), "the log says {secret}: {said:?}");
    }
}
