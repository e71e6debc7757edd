//! The frame around every page, in a real browser.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::browser::{Key, in_chromium};
use crate::support::{TestApp, cast};

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn person_signs_in_by_keyboard(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    in_chromium(&test, async |browser| {
        browser.visit("/calls").await;
        browser.until_text("Anmelden").await;
        browser.press(Key::Tab).await;
        browser.press(Key::Tab).await;
        browser.until_focus("email").await;
        browser.type_text(cast::AGENT).await;
        browser.press(Key::Tab).await;
        browser.type_text(cast::PASSWORD).await;
        browser.press(Key::Enter).await;
        browser.until_text("Meine Anrufe").await;
        browser.press(Key::Tab).await;
        assert_eq!(browser.text("a:focus").await, "Zum Inhalt springen");
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn page_that_does_not_exist_keeps_the_navigation(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        browser.visit("/gibt-es-nicht").await;
        browser.accept_refusal(404).await;
        assert_eq!(browser.text(".failure-code").await, "404");
        browser.press(Key::Tab).await;
        browser.press(Key::Enter).await;
        browser.until_focus("main").await;
    })
    .await;
}
