//! Real SIP calls, told by a real exchange: what the record says, and what the desk in a real browser shows meanwhile.

use chrono::{DateTime, Utc};
use ortsgespraech::clock::Clock;
use ortsgespraech::telephony::{self, Adapter, DoorRules, Way, door_path};
use ortsgespraech::work::Work;
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::net::TcpListener;

use crate::support::browser::in_chromium;
use crate::support::sip::{Call, Exchange, SEAT};
use crate::support::{TestApp, cast};

/// Stadt A and Stadt B with a number each, a source, and the time of day; where its door is, seen from this machine.
async fn center(options: PgPoolOptions, database: PgConnectOptions) -> (TestApp, String) {
    let test = TestApp::start(options, database).await.with_clock(Clock::system());
    let mut db = test.begin_as_system().await;
    for (tenant, number) in [(test.cast.stadt_a, "+496990009100"), (test.cast.stadt_b, "+494066969100")] {
        let insert = sqlx::query("insert into line (tenant_id, number, label) values ($1, $2, 'Zentrale')");
        insert.bind(tenant).bind(number).execute(&mut *db).await.expect("a line");
    }
    let way = Way::Door(DoorRules::default());
    let source = telephony::insert_source(&mut db, "anlage", Adapter::Zammad, &way, test.app.clock.now()).await;
    let token = telephony::insert_token(&mut db, source.expect("a source"), test.app.clock.now()).await;
    db.commit().await.expect("commit");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let router = test.router();
    tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
    let path = door_path(&token.expect("no error").expect("a token"));
    (test, format!("http://{address}{path}"))
}

async fn calls(test: &TestApp) -> Vec<Value> {
    let mut db = test.begin_as_system().await;
    let scopes = ["calls".to_owned()];
    let token = ortsgespraech::accounts::create_token(&mut db, "Test", &scopes, None, test.app.clock.now()).await;
    db.commit().await.expect("commit");
    let answer = test.with_token(&token.expect("a token")).get("/api/v1/calls?source=anlage").await.is(200);
    answer.json()["calls"].as_array().expect("a list").clone()
}

/// Within what a busy machine adds to the time that was told to the telephones.
fn lasts(value: &Value, milliseconds: i64) -> bool {
    value.as_i64().is_some_and(|ms| (milliseconds - 50..milliseconds + 2_500).contains(&ms))
}

fn moment(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value} is no time"))
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn records_of_real_calls_are_exact(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, door) = center(options, database).await;
    let exchange = Exchange::start(&door).await;
    let plain = Call::default();
    let diversion = "Diversion: <sip:04066969100@127.0.0.1>;reason=unconditional";
    for call in [
        plain,
        Call { caller: "patient_caller", seat: "hanging_up_seat", seat_ms: 900, ..plain },
        Call { caller: "refused_caller", seat: "busy_seat", ..plain },
        Call { caller: "impatient_caller", seat: "ringing_seat", caller_ms: 800, ..plain },
        Call { from: "anonymous", extra: "Privacy: id", ..plain },
        Call { extra: diversion, ..plain },
    ] {
        exchange.call(call).await;
    }
    let calls = calls(&test).await;
    let told: Vec<_> = calls.iter().map(|call| (call["result"].as_str(), call["tenant_dialled"].as_str())).collect();
    let answered = (Some("answered"), Some("stadt-a"));
    let (busy, abandoned) = ((Some("busy"), Some("stadt-a")), (Some("abandoned"), Some("stadt-a")));
    let diverted = (Some("answered"), Some("stadt-b"));
    assert_eq!(told, [answered, answered, busy, abandoned, answered, diverted]);
    assert!(calls.iter().all(|call| call["dialled"] == "+496990009100" && call["incomplete"] == false), "{calls:#?}");
    for call in calls.iter().filter(|call| call["result"] == "answered") {
        assert_eq!(call["agent"], SEAT);
        assert!(lasts(&call["wait_ms"], 700) && lasts(&call["talk_ms"], 900), "{call:#}");
        let (wait, talk) = (call["wait_ms"].as_i64().unwrap_or(0), call["talk_ms"].as_i64().unwrap_or(0));
        let whole = (moment(&call["ended_at"]) - moment(&call["started_at"])).num_milliseconds();
        assert!((whole - wait - talk).abs() <= 2, "{call:#}");
    }
    assert!(lasts(&calls[3]["wait_ms"], 800) && calls[3]["talk_ms"].is_null(), "{:#}", calls[3]);
    let mut db = test.begin_as_system().await;
    let numbers: Vec<String> = sqlx::query_scalar("select number from caller_number order by call_id")
        .fetch_all(&mut *db)
        .await
        .expect("numbers");
    assert_eq!(numbers, ["+496990009777"; 5], "whoever shows none has none");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn desk_shows_a_real_call_from_ring_to_end(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, door) = center(options, database).await;
    let exchange = Exchange::start(&door).await;
    let work = Work::start(&test.app).expect("background work");
    let mut db = test.begin_as_system().await;
    let seat =
        "with seat as (insert into seat (source_id, name) select id, $1 from source where name = 'anlage' returning id)
                insert into desk (account_id, seat_id) select account.id, seat.id from account, seat where email = $2";
    sqlx::query(seat).bind(SEAT).bind(cast::AGENT).execute(&mut *db).await.expect("a seat");
    db.commit().await.expect("commit");
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        browser.until_text("Bereit").await;
        // Long enough for a busy machine to see each state.
        let ring = exchange.call(Call { seat_ms: 10_000, caller_ms: 6_000, ..Call::default() });
        let look = async {
            browser.until_text("Es klingelt").await;
            browser.until_text("Stadt A").await;
            browser
                .until("somebody talks", "document.querySelector('[data-desk]')?.dataset.desk === 'Im Gespräch'")
                .await;
            browser.until_text("Gespräch beendet").await;
        };
        tokio::join!(ring, look);
    })
    .await;
    work.stop().await;
    let [call] = &calls(&test).await[..] else { panic!("one call") };
    assert_eq!((call["result"].as_str(), call["agent"].as_str()), (Some("answered"), Some(SEAT)));
    let mut db = test.begin_as_system().await;
    let agent: String = sqlx::query_scalar(
        "select account.email from call join account on account.id = call.account_id where call.call_ref is not null",
    )
    .fetch_one(&mut *db)
    .await
    .expect("the record is the agent's");
    assert_eq!(agent, cast::AGENT);
}
