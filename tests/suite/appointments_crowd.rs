//! Two hundred callers at once want the same fifty slots.

use std::sync::Arc;

use chrono::Weekday;
use futures_util::future::join_all;
use ortsgespraech::access::Role;
use ortsgespraech::app::App;
use ortsgespraech::calls::Intake;
use ortsgespraech::db;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::Barrier;

use crate::desk_keyboard::center;
use crate::support::bookings::{Wish, open_office};
use crate::support::{Answer, Client, TestApp, cast};

const CALLERS: usize = 200;
const SLOTS: usize = 50;
const FORM: &str = "application/x-www-form-urlencoded";

/// As htmx asks: the desk itself comes back.
async fn press(agent: &Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = serde_html_form::to_string(fields).expect("fields");
    let request = agent.request("POST", path).header("content-type", FORM).header("hx-request", "true");
    agent.send(request.body(body.into()).expect("a request")).await
}

/// The value of the first thing of this name.
fn value(page: &str, name: &str) -> Option<String> {
    let rest = page.split_once(&format!("name=\"{name}\" value=\""))?.1;
    Some(rest.split('"').next()?.to_owned())
}

fn starts(page: &str) -> Vec<String> {
    let parts = page.split("name=\"start\" value=\"").skip(1);
    parts.filter_map(|part| part.split('"').next()).map(str::to_owned).collect()
}

/// Books whatever is left: the reference, or None where nothing was. How often another was faster.
async fn book_something(agent: &Client, call: i64, number: usize) -> (Option<String>, usize) {
    let mut page = agent.get("/desk?panel=appointment").await.is(200).body;
    let mut lost = 0;
    loop {
        let free = starts(&page);
        let Some(start) = free.get((number * 7 + lost) % free.len().max(1)) else {
            assert!(page.contains("ist kein Termin frei"), "a loser is told what is left: {page}");
            return (None, lost);
        };
        let (kind, key) = (value(&page, "kind").expect("a type"), value(&page, "key").expect("a key"));
        let fields = [("kind", kind.as_str()), ("key", &key), ("start", start)];
        let held = press(agent, &format!("/desk/calls/{call}/appointments/holds"), &fields).await.is(200).body;
        let Some(appointment) = value(&held, "appointment") else {
            assert!(held.contains("ist gerade vergeben"), "{held}");
            lost += 1;
            page = held;
            continue;
        };
        let check = value(&held, "check").expect("a check");
        let fields =
            [("appointment", appointment.as_str()), ("check", &check), ("channel", "mail"), ("mail", "a@example.org")];
        let path = format!("/desk/calls/{call}/appointments/bookings");
        let booked = press(agent, &path, &fields).await.is(200).body;
        assert!(booked.contains("Gebucht: Vorgangsnummer"), "{booked}");
        return (Some(appointment), lost);
    }
}

/// The same program with as many connections as a server has.
async fn with_connections(test: &TestApp, database: PgConnectOptions) -> App {
    let pool = db::pool_options().max_connections(16).connect_with(database).await.expect("connections");
    App { intake: Intake::new(pool.clone(), test.app.clock.clone()), pool, ..test.app.clone() }
}

/// An agent with a caller on the line.
async fn answer_a_call(app: &App, number: usize, line: &str) -> (Client, i64) {
    let agent = Client::of(app).sign_in(&format!("agent{number}@kreis.example"), cast::PASSWORD).await;
    agent.post("/desk/calls", &[("line", line)]).await.is(303);
    let desk = agent.get("/desk").await.is(200).body;
    let call = desk.split_once("data-call=\"").and_then(|(_, rest)| rest.split('"').next()?.parse().ok());
    (agent, call.expect("a call"))
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn two_hundred_callers_get_fifty_slots_once_each_and_the_others_what_is_left(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = center(options, database.clone()).await;
    // 500 minutes at one counter, in the coming week only.
    let hours = &[(Weekday::Wed, "08:00", "16:20")];
    let wish = Wish { minutes: 10, hours, max_days: 6, ..Wish::default() };
    open_office(&test, test.cast.stadt_a, wish).await;
    let mut db = test.begin_as_system().await;
    for number in 0..CALLERS {
        let email = format!("agent{number}@kreis.example");
        cast::insert_person(&mut db, &test.app, &email, "Agent", &[(Role::Agent, None)]).await;
    }
    let line: String = sqlx::query_scalar("select tenant_id || '-' || id from line where tenant_id = $1")
        .bind(test.cast.stadt_a)
        .fetch_one(&mut *db)
        .await
        .expect("a line");
    db.commit().await.expect("commit");
    let app = with_connections(&test, database).await;
    let mut agents = Vec::new();
    for number in 0..CALLERS {
        agents.push(answer_a_call(&app, number, &line).await);
    }

    let start = Arc::new(Barrier::new(CALLERS));
    let callers = agents.iter().enumerate().map(async |(number, (agent, call))| {
        start.wait().await;
        book_something(agent, *call, number).await
    });
    let results = join_all(callers).await;

    let mut booked: Vec<_> = results.iter().filter_map(|(appointment, _)| appointment.clone()).collect();
    booked.sort();
    booked.dedup();
    assert_eq!(booked.len(), SLOTS, "each of them booked one of its own");
    let times_lost: usize = results.iter().map(|(_, lost)| lost).sum();
    assert!(times_lost > 0, "nobody wanted the same as another: this proves nothing");
    let mut db = test.begin_as_system().await;
    let (slots, mails): (i64, i64) = sqlx::query_as(
        "select (select count(distinct lower(during)) from appointment where state = 'booked'),
                (select count(*) from mail where dedupe_key like 'appointment:%')",
    )
    .fetch_one(&mut *db)
    .await
    .expect("counts");
    assert_eq!((slots, mails), (50, 50), "as many times and letters");
    let left: i64 = sqlx::query_scalar("select count(*) from appointment where state <> 'booked'")
        .fetch_one(&mut *db)
        .await
        .expect("a count");
    assert_eq!(left, 0, "nothing is held by somebody who has gone");
    println!("{times_lost} times somebody else was faster");
}
