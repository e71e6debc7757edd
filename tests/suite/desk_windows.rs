//! The desk lives in the database: reloads, second windows, lost networks and slow answers change nothing.

use chrono::TimeDelta;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::{center, mark, open_entry, record, take, texts};
use crate::support::browser::{Key, in_chromium};
use crate::support::cast;

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn reload_keeps_call_entry_and_words(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        browser.reload().await;
        browser.until_focus("query").await;
        assert_eq!(browser.text(".tenant-name").await, "Stadt A");
        assert_eq!(browser.text("#entry-title").await, "Reisepass beantragen");
        mark(browser).await;
        browser.until_text("Damit beantwortet").await;
        browser.until("the undo bar", "document.querySelector('.band-bar')").await;
        browser.reload().await;
        browser.until("the undo bar again", "document.querySelector('.band-bar')").await;
        assert_eq!(record(&test).await, texts(["open", "answered", "", "", "Reisepass beantragen"]));
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn second_window_shows_the_same_call(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        let second = browser.open_tab().await;
        browser.visit("/desk").await;
        assert_eq!(browser.text("#entry-title").await, "Reisepass beantragen");
        browser.until_focus("query").await;
        mark(browser).await;
        browser.until_text("Gespräch beenden").await;
        mark(browser).await;
        browser.until("after-call work", "document.querySelector('[data-refresh-at]')").await;
        browser.switch_to(1 - second).await;
        // Whoever looks at the first window again sees the present.
        browser.run("document.dispatchEvent(new Event('visibilitychange'))", &[]).await;
        browser.until("after-call work here too", "document.querySelector('[data-refresh-at]')").await;
        assert_eq!(record(&test).await, texts(["answered", "answered", "", "", "Reisepass beantragen"]));
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn late_act_is_told(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let elsewhere = test.sign_in(cast::AGENT).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        let mut db = test.begin_as_system().await;
        let call: i64 = sqlx::query_scalar("select call_id from desk").fetch_one(&mut *db).await.expect("the call");
        drop(db);
        for act in ["mark", "end"] {
            elsewhere.post(&format!("/desk/calls/{call}/answer"), &[("act", act)]).await.is(303);
        }
        // A refresh that the page began by itself must not swallow what the act is answered.
        let both = "document.dispatchEvent(new Event('visibilitychange')); document.querySelector('[name=act] + button').click()";
        browser.run(both, &[]).await;
        browser.until_text("Dieses Gespräch ist schon beendet").await;
        assert_eq!(record(&test).await, texts(["answered", "answered", "", "", "Reisepass beantragen"]));
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn taking_back_after_ten_seconds_is_refused_in_words(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        mark(browser).await;
        browser.until("the undo bar", "document.querySelector('.band-bar')").await;
        test.app.clock.advance(TimeDelta::seconds(11));
        browser.press_letter('z').await;
        browser.until_text("Zurücknehmen war nur zehn Sekunden lang möglich").await;
        assert_eq!(record(&test).await, texts(["open", "answered", "", "", "Reisepass beantragen"]));
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn lost_network_is_told_and_the_step_works_again(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let network =
        |offline: bool| json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        browser.chromium("Network.enable", json!({})).await;
        browser.chromium("Network.emulateNetworkConditions", network(true)).await;
        mark(browser).await;
        browser.until_text("Keine Verbindung zum Server").await;
        assert_eq!(browser.text("#entry-title").await, "Reisepass beantragen");
        browser.chromium("Network.emulateNetworkConditions", network(false)).await;
        mark(browser).await;
        browser.until("the undo bar", "document.querySelector('.band-bar')").await;
        assert_eq!(browser.text("#problem").await, "");
        let complaints = browser.complaints().await;
        assert!(
            complaints
                .iter()
                .all(|line| line.contains("ERR_INTERNET_DISCONNECTED") || line.contains("Failed to fetch")),
            "{complaints:?}"
        );
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn enter_faster_than_the_results_opens_what_was_typed(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        browser.press_letter('/').await;
        browser.until_focus("query").await;
        let slow = json!({"offline": false, "latency": 300, "downloadThroughput": -1, "uploadThroughput": -1});
        browser.chromium("Network.enable", json!({})).await;
        browser.chromium("Network.emulateNetworkConditions", slow).await;
        browser.type_text("sperrm").await;
        browser.press(Key::Enter).await;
        browser
            .until("the other entry", "document.getElementById('entry-title')?.innerText === 'Sperrmüll anmelden'")
            .await;
        browser.until_focus("entry").await;
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn single_keys_can_be_switched_off(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    agent.post("/account/desk", &[]).await.is(303);
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        browser.press_letter('1').await;
        browser.press(Key::F2).await;
        browser.until_focus("town").await;
        assert_eq!(browser.text(".tenant-line b").await, "Behördennummer", "F2 takes the first line, and 1 took none");
        browser.type_text("stadt-a").await;
        browser.press(Key::Enter).await;
        browser.until_focus("query").await;
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        for letter in ['1', 't', 'n', 'o', '?'] {
            browser.press_letter(letter).await;
        }
        assert_eq!(browser.focus().await, "entry");
        browser.press(Key::F4).await;
        browser.until_focus("detail").await;
        browser.press(Key::Escape).await;
        browser.until_focus("entry").await;
        mark(browser).await;
        browser.until("the undo bar", "document.querySelector('.band-bar')").await;
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn another_town_is_heard_once_and_can_be_silent(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        let listen = "window.tones = 0; const start = OscillatorNode.prototype.start;
                      OscillatorNode.prototype.start = function (at) { window.tones += 1; start.call(this, at); };";
        browser.run(listen, &[]).await;
        let tones = async || browser.run("return window.tones", &[]).await;
        let hang_up = async || {
            browser.press(Key::F4).await;
            browser.until("the panel", "document.activeElement?.closest('#panel')").await;
            browser.type_text("Amt").await;
            mark(browser).await;
            browser.until("after-call work", "document.querySelector('[data-refresh-at]')").await;
            browser.press(Key::Enter).await;
            browser.until("ready", "document.querySelector('[data-desk=Bereit]')").await;
        };
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        hang_up().await;
        assert_eq!(tones().await, 0, "the first call is no change");
        take(browser, "Zentrale").await;
        browser.until_text("anderer Ort als zuletzt").await;
        browser.until("two tones", "window.tones === 2").await;
        hang_up().await;
        assert_eq!(tones().await, 2, "once a call");
        agent.post("/account/desk", &[("single_keys", "on")]).await.is(303);
        take(browser, "Bürgerbüro").await;
        browser.until_text("anderer Ort als zuletzt").await;
        browser.until_focus("query").await;
        assert_eq!(tones().await, 2, "it was switched off");
    })
    .await;
}
