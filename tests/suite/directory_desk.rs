//! T at the desk: who is responsible, what has to be asked, everybody else by a search, and what became of it.

use chrono::TimeDelta;
use ortsgespraech::desk::settle_transfers;
use ortsgespraech::ids::{EntryId, TenantId};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::center;
use crate::desk_settle::{seated, to_a};
use crate::gaps_desk::take_call;
use crate::support::telephone::Exchange;
use crate::support::{Client, TestApp, cast};

/// An office of a town with its number and, where it is one, the office above a person.
pub async fn office(test: &TestApp, tenant: TenantId, name: &str, phone: &str) -> i64 {
    let mut db = test.begin_as_system().await;
    let id = sqlx::query_scalar("insert into unit (tenant_id, name, phone) values ($1, $2, $3) returning id")
        .bind(tenant)
        .bind(name)
        .bind(phone)
        .fetch_one(&mut *db)
        .await
        .expect("an office");
    db.commit().await.expect("commit");
    id
}

pub async fn run(test: &TestApp, statement: &str) {
    let mut db = test.begin_as_system().await;
    sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut *db).await.expect(statement);
    db.commit().await.expect("commit");
}

pub async fn entry_id(test: &TestApp, external_id: &str) -> (TenantId, EntryId) {
    let mut db = test.begin_as_system().await;
    let (tenant, id): (i32, i64) = sqlx::query_as("select tenant_id, id from entry where external_id = $1")
        .bind(external_id)
        .fetch_one(&mut *db)
        .await
        .expect("an entry");
    (TenantId(tenant), EntryId(id))
}

/// A call of Stadt A with this entry open.
async fn call_about(test: &TestApp, agent: &Client, external_id: &str) -> i64 {
    let call = take_call(test, agent).await;
    let (owner, entry) = entry_id(test, external_id).await;
    agent.post(&format!("/desk/calls/{call}/entries/{owner}/{entry}"), &[]).await.is(303);
    call
}

/// A rule of Stadt A for an entry.
async fn rule(test: &TestApp, external_id: &str, columns: &str, values: &str, unit: i64) {
    let (owner, entry) = entry_id(test, external_id).await;
    run(
        test,
        &format!(
            "insert into responsibility (tenant_id, topic_tenant_id, topic_entry_id, unit_id, {columns})
             values ({}, {owner}, {entry}, {unit}, {values})",
            test.cast.stadt_a
        ),
    )
    .await;
}

/// Result and source of each transfer, with the office.
async fn transfers(test: &TestApp) -> Vec<(String, Option<String>, Option<String>)> {
    let mut db = test.begin_as_system().await;
    sqlx::query_as(
        "select unit.name, result, source from transfer
         join unit on unit.tenant_id = transfer.tenant_id and unit.id = unit_id order by transfer.id",
    )
    .fetch_all(&mut *db)
    .await
    .expect("transfers")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn panel_asks_only_for_what_the_rules_need(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let nord = office(&test, test.cast.stadt_a, "Bezirk Nord", "2210").await;
    let sued = office(&test, test.cast.stadt_a, "Bezirk Süd", "2220").await;
    let initials = "narrows, initial_from, initial_to";
    rule(&test, "pass", initials, "'initials', 'A', 'K'", nord).await;
    rule(&test, "pass", initials, "'initials', 'L', 'Z'", sued).await;
    let street = "narrows, street, street_key, side";
    rule(&test, "muell", street, "'street', 'Hauptstraße', 'hauptstrasse', 'odd'", nord).await;
    rule(&test, "muell", street, "'street', 'Hauptstraße', 'hauptstrasse', 'even'", sued).await;
    let agent = test.sign_in(cast::AGENT).await;
    call_about(&test, &agent, "pass").await;
    let asks = agent.get("/desk?panel=transferred").await.is(200).body;
    assert!(asks.contains("Anfang des Nachnamens") && !asks.contains("Straße und Hausnummer"));
    assert!(asks.contains("Bezirk Nord") && asks.contains("Bezirk Süd"), "both are a key away");
    let known = agent.get("/desk?panel=transferred&initial=Meier").await.is(200).body;
    assert!(known.contains("Bezirk Süd") && !known.contains("Bezirk Nord") && !known.contains("Anfang des Nachnamens"));
    assert!(known.contains("data-target data-first"), "the focus stands on it");

    agent.post("/desk/calls/0/end", &[]).await.is(303);
    let (owner, entry) = entry_id(&test, "muell").await;
    let mut db = test.begin_as_system().await;
    let call: i64 = sqlx::query_scalar("select call_id from desk where call_id is not null")
        .fetch_one(&mut *db)
        .await
        .expect("a call");
    drop(db);
    agent.post(&format!("/desk/calls/{call}/entries/{owner}/{entry}"), &[]).await.is(303);
    assert!(agent.get("/desk?panel=transferred").await.body.contains("Straße und Hausnummer"));
    assert!(agent.get("/desk?panel=transferred&street=Hauptstr.").await.body.contains("Welche Hausnummer?"));
    let even = agent.get("/desk?panel=transferred&street=Hauptstr.+12a").await.is(200).body;
    assert!(even.contains("Bezirk Süd") && !even.contains("Bezirk Nord"));
    let nowhere = agent.get("/desk?panel=transferred&street=Waldweg+3").await.is(200).body;
    assert!(nowhere.contains("Keine Regel nennt diesen Anrufer."));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn deputy_stands_first_while_nobody_may_be_connected(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let town = test.cast.stadt_a;
    let main = office(&test, town, "Meldestelle", "2210").await;
    let deputy = office(&test, town, "Bürgerservice", "2220").await;
    run(
        &test,
        &format!("update unit set hold_until = '2026-11-24T23:00:00Z', hold_reason = 'Umzug', deputy_unit_id = {deputy} where id = {main}"),
    )
    .await;
    rule(&test, "pass", "narrows", "'all'", main).await;
    let agent = test.sign_in(cast::AGENT).await;
    call_about(&test, &agent, "pass").await;
    let beside = agent.get("/desk").await.is(200).body;
    assert!(beside.contains("nicht verbinden bis Mi 25.11. (Umzug)") && beside.contains("Vertretung: Bürgerservice"));
    let panel = agent.get("/desk?panel=transferred").await.is(200).body;
    let place = |name: &str| panel.find(&format!("<b>{name}</b>")).expect("in the list");
    assert!(place("Bürgerservice") < place("Meldestelle"));
    run(
        &test,
        &format!("update unit set hold_until = '2026-11-24T23:00:00Z', deputy_unit_id = {main} where id = {deputy}"),
    )
    .await;
    let circle = agent.get("/desk?panel=transferred").await.is(200).body;
    assert!(circle.contains("Meldestelle") && !circle.contains("<b>Bürgerservice</b>"), "each stands in for the other");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn search_in_the_panel_knows_the_town_and_its_bases_alone(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    office(&test, test.cast.stadt_a, "Standesamt", "2210").await;
    office(&test, test.cast.kreis, "Straßenverkehrsamt", "2220").await;
    office(&test, test.cast.stadt_b, "Standesamt B", "2230").await;
    test.index_directory().await;
    let agent = test.sign_in(cast::AGENT).await;
    assert!(
        !agent.get("/desk/directory?detail=standesamt").await.is(200).body.contains("Standesamt"),
        "no call, no town"
    );
    take_call(&test, &agent).await;
    let found = agent.get("/desk/directory?detail=Standesmt").await.is(200).body;
    assert!(found.contains("<b>Standesamt</b>") && !found.contains("Standesamt B"));
    assert!(agent.get("/desk/directory?detail=2220").await.body.contains("Straßenverkehrsamt"));
    assert!(agent.get("/desk/directory?detail=xyzxyz").await.body.contains("Niemand gefunden."));
    let page = agent.get("/desk?panel=transferred&detail=standes").await.is(200).body;
    assert!(page.contains("<b>Standesamt</b>"), "also without scripts");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn result_is_asked_after_the_call_and_told_once(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let unit = office(&test, test.cast.stadt_a, "Standesamt", "2210").await;
    let foreign = office(&test, test.cast.stadt_b, "Amt von B", "2230").await;
    let agent = test.sign_in(cast::AGENT).await;
    let call = take_call(&test, &agent).await;
    let to = format!("{}-{unit}-0", test.cast.stadt_a);
    let chosen = agent.get(&format!("/desk?panel=transferred&to={to}")).await.is(200).body;
    assert!(chosen.contains("<strong>2210</strong>"), "the number large");
    let fields = [
        ("disposition", "transferred"),
        ("to", to.as_str()),
        ("detail", "Standesamt"),
        ("number", "2210"),
        ("end", "1"),
    ];
    let path = format!("/desk/calls/{call}/outcome");
    agent.post(&path, &fields).await.is(303);
    assert_eq!(transfers(&test).await, [("Standesamt".to_owned(), None, None)]);
    let after = agent.get("/desk").await.is(200).body;
    assert!(after.contains("band-tell") && after.contains("nicht erreicht"));
    let mut db = test.begin_as_system().await;
    let id: i64 = sqlx::query_scalar("select id from transfer").fetch_one(&mut *db).await.expect("a transfer");
    drop(db);
    let tell = format!("/desk/transfers/{id}/result");
    let other = test.sign_in(cast::AGENT_OF_B).await;
    other.post(&tell, &[("result", "reached")]).await.is(303);
    assert_eq!(transfers(&test).await[0].1, None, "somebody else's call");
    agent.post(&tell, &[("result", "missed")]).await.is(303);
    agent.post(&tell, &[("result", "reached")]).await.is(303);
    let told = ("Standesamt".to_owned(), Some("missed".to_owned()), Some("agent".to_owned()));
    assert_eq!(transfers(&test).await, std::slice::from_ref(&told), "told once");
    assert!(!agent.get("/desk").await.body.contains("band-tell"));
    agent.post("/desk/ready", &[]).await.is(303);
    take_call(&test, &agent).await;
    let again = agent.get(&format!("/desk?panel=transferred&to={to}")).await.is(200).body;
    assert!(again.contains("heute 1 × nicht erreicht"));
    let nobody = [("disposition", "transferred"), ("to", "7-7-7"), ("detail", "Irgendwer")];
    let mut db = test.begin_as_system().await;
    let call: i64 = sqlx::query_scalar("select call_id from desk where call_id is not null")
        .fetch_one(&mut *db)
        .await
        .expect("a call");
    drop(db);
    agent.post(&format!("/desk/calls/{call}/outcome"), &nobody).await.is(303);
    let elsewhere = format!("{}-{foreign}-0", test.cast.stadt_a);
    let wrong_town = [("disposition", "transferred"), ("to", elsewhere.as_str()), ("detail", "Irgendwer")];
    agent.post(&format!("/desk/calls/{call}/outcome"), &wrong_town).await.is(303);
    assert_eq!(transfers(&test).await, [told], "what is not there is kept in words alone");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn telephone_system_that_tells_the_result_is_believed(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let unit = office(&test, test.cast.stadt_a, "Standesamt", "069 90009-210").await;
    let exchange = Exchange::connect(&test).await;
    exchange.allow_control().await;
    let agent = seated(&test, &exchange).await;
    let mut calls = Vec::new();
    for told in [json!([{"kind": "blind", "target": "210", "result": "busy", "at": "x"}]), json!([])] {
        let call = exchange.ring(to_a(&test)).await;
        exchange.talk(call).await;
        agent.get("/desk").await.is(200);
        let to = format!("{}-{unit}-0", test.cast.stadt_a);
        let fields = [
            ("disposition", "transferred"),
            ("to", to.as_str()),
            ("detail", "Standesamt"),
            ("number", "069 90009-210"),
            ("connect", "transfer"),
        ];
        agent.post(&format!("/desk/calls/{call}/outcome"), &fields).await.is(303);
        run(&test, &format!("update call set transfers = '{told}' where id = {call}")).await;
        test.app.clock.advance(TimeDelta::seconds(30));
        exchange.hang_up(call).await;
        calls.push((call, agent.get("/desk").await.is(200).body.contains("band-tell")));
        agent.post("/desk/ready", &[]).await.is(303);
    }
    assert_eq!(calls.iter().map(|(_, asks)| *asks).collect::<Vec<_>>(), [false, true], "asked only where nobody told");
    let office = || "Standesamt".to_owned();
    let busy = (office(), Some("busy".to_owned()), Some("pbx".to_owned()));
    assert_eq!(transfers(&test).await, [busy.clone(), (office(), None, None)]);
    let late = json!([{"kind": "attended", "target": "+496990009210", "result": "Success", "at": "x"}]);
    run(&test, &format!("update call set transfers = '{late}' where id = {}", calls[1].0)).await;
    settle_transfers(&test.app).await.expect("what was told later");
    let reached = (office(), Some("reached".to_owned()), Some("pbx".to_owned()));
    assert_eq!(transfers(&test).await, [busy, reached]);
}
