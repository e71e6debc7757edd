//! What a desk orders from its telephone: only where the telephone system lets us, only for the own running call.

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::center;
use crate::desk_settle::{seated, to_a};
use crate::support::telephone::Exchange;
use crate::support::{Client, TestApp, cast};

/// Act and details of every order so far.
async fn orders(test: &TestApp) -> Vec<(String, serde_json::Value)> {
    let mut db = test.begin_as_system().await;
    sqlx::query_as("select act, details from source_order order by id").fetch_all(&mut *db).await.expect("orders")
}

async fn agent(test: &TestApp, exchange: &Exchange<'_>) -> (Client, i64) {
    let agent = seated(test, exchange).await;
    let call = exchange.ring(to_a(test)).await;
    exchange.talk(call).await;
    agent.get("/desk").await.is(200);
    (agent, call)
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn running_call_is_connected_and_held(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    exchange.allow_control().await;
    let (agent, call) = agent(&test, &exchange).await;
    let panel = agent.get("/desk?panel=transferred").await.is(200).body;
    assert!(panel.contains("Sofort verbinden") && panel.contains("Mit Rückfrage verbinden"));
    let fields = [("disposition", "transferred"), ("detail", "Bürgerbüro"), ("number", "0221 4710-300")];
    for act in ["transfer", "consult"] {
        let fields = [&fields[..], &[("connect", act)]].concat();
        agent.post(&format!("/desk/calls/{call}/outcome"), &fields).await.is(303);
    }
    agent.post(&format!("/desk/calls/{call}/hold"), &[]).await.is(303);
    let told: Vec<_> = orders(&test).await.into_iter().filter(|(act, _)| act != "enter_queue").collect();
    let acts: Vec<_> = told.iter().map(|(act, details)| (act.as_str(), details["target"].as_str())).collect();
    assert_eq!(acts, [("transfer", Some("02214710300")), ("consult", Some("02214710300")), ("hold", None)]);
    assert!(agent.get("/desk").await.body.contains("sofort verbinden: beauftragt"), "the record says it");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn number_that_cannot_be_dialled_comes_back_with_a_message(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    exchange.allow_control().await;
    let (agent, call) = agent(&test, &exchange).await;
    let fields =
        [("disposition", "transferred"), ("detail", "Bürgerbüro"), ("number", "Frau Meier"), ("connect", "transfer")];
    let answer = agent.post(&format!("/desk/calls/{call}/outcome"), &fields).await.is(422);
    assert!(answer.body.contains("Bitte geben Sie die Nummer an") && answer.body.contains("Frau Meier"));
    assert!(orders(&test).await.iter().all(|(act, _)| act != "transfer"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn telephone_system_that_only_reports_is_told_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let (agent, call) = agent(&test, &exchange).await;
    assert!(!agent.get("/desk?panel=transferred").await.body.contains("Sofort verbinden"));
    let fields = [("disposition", "transferred"), ("detail", "Bürgerbüro"), ("number", "115"), ("connect", "transfer")];
    agent.post(&format!("/desk/calls/{call}/outcome"), &fields).await.is(303);
    agent.post(&format!("/desk/calls/{call}/hold"), &[]).await.is(303);
    assert!(agent.get("/desk").await.body.contains("Bitte halten Sie am Telefon."));
    assert_eq!(orders(&test).await, []);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn caller_is_called_back_without_showing_the_number(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    exchange.allow_control().await;
    let (agent, call) = agent(&test, &exchange).await;
    let back = format!("/desk/calls/{call}/callback");
    agent.post(&back, &[]).await.is(303);
    assert!(agent.get("/desk").await.body.contains("Sie sind noch in einem Gespräch"));
    exchange.hang_up(call).await;
    agent.post("/desk/ready", &[]).await.is(303);
    let page = agent.get(&format!("/calls/{call}")).await.is(200).body;
    assert!(page.contains("Zurückrufen") && !page.contains("0151"), "masked: there is no number at all");
    agent.post(&back, &[]).await.is(303);
    let called = orders(&test).await.into_iter().rfind(|(act, _)| act == "call").expect("an order");
    assert!(called.1["target"].as_str().is_some_and(|target| target.starts_with("0151")), "{}", called.1);
    assert_eq!(called.1["seat"], json!("Platz-11"));
    let other = test.sign_in(cast::AGENT_OF_B).await;
    other.post(&back, &[]).await.is(303);
    assert_eq!(orders(&test).await.iter().filter(|(act, _)| act == "call").count(), 1, "somebody else's call");
}
