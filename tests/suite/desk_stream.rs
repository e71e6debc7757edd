//! The stream that tells a desk when to look: nothing missed, nothing twice, and an end when there is one.

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::time::{Instant, timeout};

use crate::desk_keyboard::center;
use crate::desk_settle::{seated, to_a};
use crate::support::desks::new_agent;
use crate::support::telephone::Exchange;
use crate::support::{Client, cast};

struct Stream {
    body: Body,
    heard: String,
}

impl Stream {
    async fn open(agent: &Client, after: &str, last_heard: Option<&str>) -> Self {
        let mut request = agent.request("GET", &format!("/desk/stream?after={after}"));
        if let Some(id) = last_heard {
            request = request.header("last-event-id", id);
        }
        let response = agent.open(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(!response.headers().contains_key("content-encoding"), "a packed stream would be held back");
        Self { body: response.into_body(), heard: String::new() }
    }

    /// Id and kind of the next event; None when there is none for a while, or never again.
    async fn next_within(&mut self, patience: Duration) -> Option<(String, String)> {
        let end = Instant::now() + patience;
        loop {
            while let Some((message, rest)) = self.heard.split_once("\n\n") {
                let field = |name: &str| {
                    let line = message.lines().find_map(|line| line.strip_prefix(name));
                    line.map(|value| value.trim_start_matches([':', ' ']).to_owned())
                };
                let event = field("event").map(|kind| (field("id").unwrap_or_default(), kind));
                self.heard = String::from(rest);
                if event.is_some() {
                    return event;
                }
            }
            let frame = timeout(end.saturating_duration_since(Instant::now()), self.body.frame()).await.ok()??;
            let data = frame.expect("no error").into_data().expect("data");
            self.heard += std::str::from_utf8(&data).expect("text");
        }
    }

    async fn next(&mut self) -> Option<(String, String)> {
        self.next_within(Duration::from_secs(5)).await
    }

    async fn is_silent(&mut self) -> bool {
        self.next_within(Duration::from_millis(400)).await.is_none()
    }

    /// Until the stream ends by itself.
    async fn ends_within(mut self, patience: Duration) -> bool {
        timeout(patience, async { while self.body.frame().await.is_some() {} }).await.is_ok()
    }
}

fn place(exchange: &Exchange<'_>, signal: i64) -> String {
    format!("{}-{signal}", exchange.seat)
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn signal_is_heard_within_a_second(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let mut stream = Stream::open(&agent, &place(&exchange, 0), None).await;
    // The second one is no longer the first.
    for (signal, kind) in [(1, "ringing"), (2, "connected")] {
        let before = Instant::now();
        match kind {
            "ringing" => _ = exchange.ring(to_a(&test)).await,
            _ => exchange.signal_only(kind).await,
        }
        assert_eq!(stream.next().await, Some((place(&exchange, signal), kind.to_owned())));
        assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn lost_stream_goes_on_where_it_was(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    for kind in ["ringing", "silent", "ringing"] {
        exchange.signal_only(kind).await;
    }
    let mut stream = Stream::open(&agent, &place(&exchange, 0), Some(&place(&exchange, 1))).await;
    assert_eq!(stream.next().await, Some((place(&exchange, 2), "silent".to_owned())));
    assert_eq!(stream.next().await, Some((place(&exchange, 3), "ringing".to_owned())));
    assert!(stream.is_silent().await, "each of them once");
    exchange.signal_only("connected").await;
    assert_eq!(stream.next().await, Some((place(&exchange, 4), "connected".to_owned())));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_cannot_be_told_any_more_is_one_look(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    for _ in 0..3 {
        exchange.signal_only("ringing").await;
    }
    let mut db = test.begin_as_system().await;
    sqlx::query("delete from seat_signal where signal = 2").execute(&mut *db).await.expect("a deletion");
    db.commit().await.expect("commit");
    let changed = Some((place(&exchange, 3), "changed".to_owned()));
    for known in [place(&exchange, 1), format!("{}-1", exchange.other_seat), place(&exchange, 99)] {
        let mut stream = Stream::open(&agent, &known, None).await;
        assert_eq!(stream.next().await, changed, "{known}");
        assert!(stream.is_silent().await, "{known}");
    }
    let mut fresh = Stream::open(&agent, "", None).await;
    assert!(fresh.is_silent().await);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn slow_reader_gets_one_look_instead_of_a_queue(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let mut stream = Stream::open(&agent, &place(&exchange, 0), None).await;
    assert!(stream.is_silent().await);
    let mut quick = Stream::open(&agent, &place(&exchange, 0), None).await;
    for signal in 1..=100 {
        exchange.signal_only("ringing").await;
        assert_eq!(quick.next().await.expect("each").0, place(&exchange, signal));
    }
    assert_eq!(stream.next().await, Some((place(&exchange, 100), "changed".to_owned())));
    assert!(stream.is_silent().await);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn stream_ends_with_the_server(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let stream = Stream::open(&agent, "", None).await;
    test.app.desks.close();
    assert!(stream.ends_within(Duration::from_secs(1)).await);
    let late = Stream::open(&agent, "", None).await;
    assert!(late.ends_within(Duration::from_secs(1)).await, "also one that was opened while it stops");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn stream_ends_with_the_session(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let stream = Stream::open(&agent, "", None).await;
    let without_seat = test.sign_in(cast::AGENT_OF_B).await;
    let other = Stream::open(&without_seat, "", None).await;
    for client in [&agent, &without_seat] {
        client.post("/sign-out", &[]).await.is(303);
    }
    assert!(stream.ends_within(Duration::from_secs(15)).await);
    assert!(other.ends_within(Duration::from_secs(15)).await);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn stream_ends_when_somebody_else_sits_down(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let mut stream = Stream::open(&agent, "", None).await;
    let other = new_agent(&test, "Nachfolge").await;
    other.post("/desk/seat", &[("seat", &exchange.seat.to_string())]).await.is(303);
    assert_eq!(stream.next().await, Some((place(&exchange, 1), "changed".to_owned())), "to look at the own desk");
    assert!(stream.ends_within(Duration::from_secs(2)).await);
    let mut new_one = Stream::open(&other, &place(&exchange, 1), None).await;
    exchange.signal_only("ringing").await;
    assert_eq!(new_one.next().await, Some((place(&exchange, 2), "ringing".to_owned())));
}
