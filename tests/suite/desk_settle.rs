//! The desk follows its telephone: what rings there, what talks, and what is over.

use chrono::TimeDelta;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::center;
use crate::support::telephone::{CALLER, Exchange, Ringing, later};
use crate::support::{Client, TestApp, cast};

pub const LINE_OF_A: &str = "+4969900090100";

pub fn to_a(test: &TestApp) -> Ringing<'static> {
    Ringing { tenant: test.cast.stadt_a, number: LINE_OF_A, caller: Some(CALLER) }
}

/// An agent at the first telephone.
pub async fn seated(test: &TestApp, exchange: &Exchange<'_>) -> Client {
    let agent = test.sign_in(cast::AGENT).await;
    agent.post("/desk/seat", &[("seat", &exchange.seat.to_string())]).await.is(303);
    agent
}

pub async fn page(agent: &Client) -> String {
    agent.get("/desk").await.is(200).body
}

/// What the badge says.
pub async fn state(agent: &Client) -> String {
    let page = page(agent).await;
    let rest = page.split_once("data-desk=\"").expect("a desk").1;
    rest.split('"').next().unwrap_or_default().to_owned()
}

pub async fn text(test: &TestApp, question: &'static str, call: i64) -> Option<String> {
    let mut db = test.begin_as_system().await;
    sqlx::query_scalar(question).bind(call).fetch_one(&mut *db).await.expect("an answer")
}

pub async fn disposition(test: &TestApp, call: i64) -> Option<String> {
    text(test, "select disposition from call where id = $1", call).await
}

async fn agent_of(test: &TestApp, call: i64) -> Option<String> {
    text(test, "select email from call left join account on account.id = account_id where call.id = $1", call).await
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_rings_is_shown_with_a_masked_number(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    assert_eq!(state(&agent).await, "Bereit");
    let call = exchange.ring(to_a(&test)).await;
    let ringing = page(&agent).await;
    for words in ["data-desk=\"Es klingelt\"", "Stadt A", "Bürgerbüro", "Annehmen <kbd>F2</kbd>", "mein Name ist Weber"]
    {
        assert!(ringing.contains(words), "{words}: {ringing}");
    }
    assert!(!ringing.contains("5678"), "the last digits are hidden");
    exchange.talk(call).await;
    let talking = page(&agent).await;
    assert!(talking.contains("data-desk=\"Im Gespräch\"") && talking.contains("5678"), "{talking}");
    exchange.hang_up(call).await;
    let after = page(&agent).await;
    assert!(after.contains("Gespräch beendet – Ergebnis?") && !after.contains("5678"), "{after}");
    assert_eq!(agent_of(&test, call).await.as_deref(), Some(cast::AGENT));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn suppressed_number_is_called_so(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    exchange.ring(Ringing { caller: None, ..to_a(&test) }).await;
    assert!(page(&agent).await.contains("Nummer unterdrückt"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn other_desk_sees_nothing_of_it(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let _first = seated(&test, &exchange).await;
    let other = crate::support::desks::new_agent(&test, "nebenan").await;
    other.post("/desk/seat", &[("seat", &exchange.other_seat.to_string())]).await.is(303);
    let call = exchange.ring(to_a(&test)).await;
    assert_eq!(state(&other).await, "Bereit");
    exchange.talk(call).await;
    assert_eq!(state(&other).await, "Bereit");
    other.post(&format!("/desk/calls/{call}/acceptance"), &[]).await.is(303);
    assert!(page(&other).await.contains("klingelt nicht mehr bei Ihnen"));
    assert_ne!(agent_of(&test, call).await.as_deref(), Some("nebenan@kreis.example"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_that_stops_ringing_leaves_no_trace(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    agent.post("/desk/pause", &[("reason", "Schulung")]).await.is(303);
    let call = exchange.ring(to_a(&test)).await;
    assert_eq!(state(&agent).await, "Es klingelt", "also in a pause");
    exchange.ring_elsewhere(call).await;
    assert_eq!(state(&agent).await, "Pause");
    assert!(page(&agent).await.contains("Schulung"));
    let call = exchange.ring(to_a(&test)).await;
    exchange.hang_up(call).await;
    assert_eq!(state(&agent).await, "Pause");
    assert_eq!(agent_of(&test, call).await, None);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn accepted_call_that_the_caller_gives_up_is_given_back(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    exchange.allow_control().await;
    let agent = seated(&test, &exchange).await;
    let call = exchange.ring(to_a(&test)).await;
    agent.post(&format!("/desk/calls/{call}/acceptance"), &[]).await.is(303);
    assert_eq!(state(&agent).await, "Im Gespräch", "at once, before the telephone system says so");
    assert_eq!(exchange.orders().await, ["answer Platz-11"]);
    exchange.hang_up(call).await;
    assert_eq!(state(&agent).await, "Bereit");
    assert_eq!(agent_of(&test, call).await, None);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn result_is_chosen_after_hanging_up(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let call = exchange.ring(to_a(&test)).await;
    exchange.talk(call).await;
    assert_eq!(state(&agent).await, "Im Gespräch");
    later(&test, 30);
    exchange.hang_up(call).await;
    later(&test, 10);
    assert_eq!(state(&agent).await, "Nachbearbeitung", "fifteen seconds from the end");
    let outcome = [("disposition", "callback"), ("note", "ab 14 Uhr"), ("end", "1")];
    agent.post(&format!("/desk/calls/{call}/outcome"), &outcome).await.is(303);
    assert_eq!(disposition(&test, call).await.as_deref(), Some("callback"));
    later(&test, 8);
    assert_eq!(state(&agent).await, "Nachbearbeitung", "whoever works on it has ten seconds more");
    later(&test, 8);
    assert_eq!(state(&agent).await, "Bereit");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn searching_prolongs_the_work_after_a_call(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let call = exchange.ring(to_a(&test)).await;
    exchange.talk(call).await;
    page(&agent).await;
    exchange.hang_up(call).await;
    page(&agent).await;
    for _ in 0..3 {
        later(&test, 9);
        agent.get("/desk/results?q=sperrm").await.is(200);
    }
    assert_eq!(state(&agent).await, "Nachbearbeitung");
    later(&test, 9);
    agent.post("/desk/after-call/keep", &[]).await.is(204);
    later(&test, 9);
    assert_eq!(state(&agent).await, "Nachbearbeitung");
    later(&test, 2);
    assert_eq!(state(&agent).await, "Bereit");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_of_a_telephone_is_ended_by_hanging_up(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let call = exchange.ring(to_a(&test)).await;
    exchange.talk(call).await;
    agent.post(&format!("/desk/calls/{call}/outcome"), &[("disposition", "misdialled"), ("end", "1")]).await.is(303);
    assert!(page(&agent).await.contains("Bitte legen Sie auf."));
    assert_eq!(state(&agent).await, "Im Gespräch");
    assert_eq!(disposition(&test, call).await.as_deref(), Some("misdialled"));
    exchange.hang_up(call).await;
    let after = page(&agent).await;
    assert!(after.contains("Falsch verbunden") && !after.contains("Bitte legen Sie auf."), "{after}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn handed_over_call_is_over_for_who_handed_it_over(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let call = exchange.ring(to_a(&test)).await;
    exchange.talk(call).await;
    assert_eq!(state(&agent).await, "Im Gespräch");
    exchange.hand_over(call).await;
    assert_eq!(state(&agent).await, "Nachbearbeitung");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn shared_line_asks_for_the_town_once_somebody_talks(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let call = exchange.ring(Ringing { tenant: test.cast.intake, number: "115", caller: None }).await;
    assert!(page(&agent).await.contains("Gemeinsame Rufnummer"));
    exchange.talk(call).await;
    assert!(page(&agent).await.contains("Um welchen Ort geht es?"));
    agent.post(&format!("/desk/calls/{call}/town"), &[("town", "stadt-b")]).await.is(303);
    assert!(page(&agent).await.contains("data-call=") && page(&agent).await.contains("Stadt B"));
    exchange.hang_up(call).await;
    assert_eq!(state(&agent).await, "Nachbearbeitung");
    let tenant =
        text(&test, "select slug from call join tenant on tenant.id = tenant_id where call.id = $1", call).await;
    assert_eq!(tenant.as_deref(), Some("stadt-b"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_that_nobody_looked_at_is_its_agents_all_the_same(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let call = exchange.ring(to_a(&test)).await;
    exchange.talk(call).await;
    exchange.hang_up(call).await;
    test.app.clock.advance(TimeDelta::seconds(5));
    assert_eq!(state(&agent).await, "Nachbearbeitung");
    assert_eq!(agent_of(&test, call).await.as_deref(), Some(cast::AGENT));
}
