//! A telephone rings, and the desk in a real browser shows it: keys only.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::{center, mark, open_entry, record, texts};
use crate::desk_settle::{seated, to_a};
use crate::support::browser::{Browser, Key, in_chromium};
use crate::support::cast;
use crate::support::telephone::{Exchange, Ringing, later};

/// The stream is open: what happens from now on is heard, not found by chance.
async fn listens(browser: &Browser) {
    let open = "performance.getEntriesByType('resource').some(e => e.name.includes('/desk/results')) || document.readyState === 'complete'";
    browser.until("the page", open).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
}

async fn until_state(browser: &Browser, state: &str) {
    browser.until(state, &format!("document.querySelector('[data-desk]')?.dataset.desk === '{state}'")).await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_is_answered_by_f2_and_ended_by_hanging_up(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    seated(&test, &exchange).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        listens(browser).await;
        let top = "return document.querySelector('.desk-main').getBoundingClientRect().top";
        let before = browser.run(top, &[]).await;
        let rang = Instant::now();
        let call = exchange.ring(to_a(&test)).await;
        until_state(browser, "Es klingelt").await;
        assert!(rang.elapsed() < Duration::from_secs(1), "{:?}", rang.elapsed());
        assert_eq!(browser.text(".ringing .tenant-name").await, "Stadt A");
        assert_eq!(browser.run(top, &[]).await, before, "nothing else moves");
        browser.screenshot("desk-ringing").await;
        browser.press(Key::F2).await;
        browser.until_focus("query").await;
        exchange.talk(call).await;
        browser.until_text("0151").await;
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        browser.screenshot("desk-talking").await;
        later(&test, 60);
        exchange.hang_up(call).await;
        browser.until_text("Gespräch beendet – Ergebnis?").await;
        assert_eq!(browser.focus().await, "entry", "the next key is expected where it was");
        browser.screenshot("desk-after-hanging-up").await;
        mark(browser).await;
        let ready = "document.querySelector('.key-bar [data-key=\"ctrl+enter\"]')?.innerText.includes('Bereit')";
        browser.until("the next act", ready).await;
        assert_eq!(record(&test).await, texts(["answered", "answered", "", "", "Reisepass beantragen"]));
        browser.screenshot("desk-after-result").await;
        mark(browser).await;
        until_state(browser, "Bereit").await;
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_accepted_at_the_telephone_opens_by_itself(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    seated(&test, &exchange).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        listens(browser).await;
        let call = exchange.ring(Ringing { tenant: test.cast.intake, number: "115", caller: None }).await;
        until_state(browser, "Es klingelt").await;
        exchange.talk(call).await;
        browser.until_focus("town").await;
        browser.type_text("stadt-a").await;
        browser.press(Key::Enter).await;
        browser.until_focus("query").await;
        assert_eq!(browser.text(".tenant-name").await, "Stadt A");
        browser.until_text("Nummer unterdrückt").await;
        // An open panel is not taken away, but what happens is seen above it.
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        browser.press_letter('n').await;
        browser.until_focus("note").await;
        browser.type_text("halb").await;
        exchange.hang_up(call).await;
        browser.until_text("Gespräch beendet – Ergebnis?").await;
        browser.type_text(" fertig").await;
        mark(browser).await;
        browser.until("the note is kept", "!document.getElementById('panel')").await;
        assert_eq!(record(&test).await[3].as_deref(), Some("halb fertig"));
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn ringing_stays_with_whom_it_rings(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let _other = seated(&test, &exchange).await;
    crate::support::desks::new_agent(&test, "nebenan")
        .await
        .post("/desk/seat", &[("seat", &exchange.other_seat.to_string())])
        .await
        .is(303);
    in_chromium(&test, async |browser| {
        browser.sign_in("nebenan@kreis.example").await;
        listens(browser).await;
        let call = exchange.ring(to_a(&test)).await;
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert_eq!(browser.text("h1").await, "Bereit");
        exchange.hang_up(call).await;
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_that_stops_ringing_goes_quietly(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    seated(&test, &exchange).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        listens(browser).await;
        let second = browser.open_tab().await;
        browser.visit("/desk").await;
        listens(browser).await;
        let call = exchange.ring(to_a(&test)).await;
        until_state(browser, "Es klingelt").await;
        browser.switch_to(1 - second).await;
        until_state(browser, "Es klingelt").await;
        exchange.hang_up(call).await;
        until_state(browser, "Bereit").await;
        browser.switch_to(second).await;
        until_state(browser, "Bereit").await;
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn lost_stream_is_told_and_catches_up(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    seated(&test, &exchange).await;
    let network =
        |offline: bool| json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        listens(browser).await;
        browser.chromium("Network.enable", json!({})).await;
        browser.chromium("Network.emulateNetworkConditions", network(true)).await;
        // What is open already is not cut by that.
        test.app.desks.close();
        browser.until_text("Verbindung zum Server unterbrochen").await;
        browser.screenshot("desk-connection-lost").await;
        let complaints = browser.complaints().await;
        assert!(complaints.iter().all(|line| line.contains("ERR_INTERNET_DISCONNECTED")), "{complaints:?}");
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn seat_is_chosen_with_the_keyboard(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        browser.run("document.getElementById('seat-page').focus()", &[]).await;
        browser.type_text("Platz-11").await;
        browser.press(Key::Tab).await;
        browser.press(Key::Tab).await;
        browser.press(Key::Enter).await;
        browser.until_text("Telefon Platz-11, Telefonanlage verbunden").await;
        browser.screenshot("desk-idle").await;
        listens(browser).await;
        exchange.ring(to_a(&test)).await;
        until_state(browser, "Es klingelt").await;
        exchange.link_is("lost").await;
        browser.until_text("Verbindung zur Telefonanlage gestört").await;
        browser.screenshot("desk-disturbed").await;
        test.app.clock.advance(TimeDelta::seconds(60));
        exchange.link_is("connected").await;
        until_state(browser, "Es klingelt").await;
    })
    .await;
}
