//! From the entry to the right office in three keys, in a real browser.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::{center, open_entry, record, take, texts};
use crate::directory_desk::{entry_id, office, run};
use crate::support::browser::{Key, in_chromium};
use crate::support::cast;

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn t_enter_enter_is_enough_and_one_key_tells_the_result(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let unit = office(&test, test.cast.stadt_a, "Meldestelle", "069 90009-210").await;
    office(&test, test.cast.stadt_a, "Ordnungsamt", "069 90009-155").await;
    let (owner, entry) = entry_id(&test, "muell").await;
    let rule = "insert into responsibility (tenant_id, topic_tenant_id, topic_entry_id, unit_id, narrows)";
    run(&test, &format!("{rule} values ({}, {owner}, {entry}, {unit}, 'all')", test.cast.stadt_a)).await;
    test.index_directory().await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "sperrm", "Sperrmüll anmelden").await;
        browser.press_letter('t').await;
        browser.until("the responsible office", "document.activeElement?.matches('[data-target]')").await;
        browser.until("no scrolling frame", "document.documentElement.scrollHeight <= innerHeight").await;
        browser.screenshot("desk-transfer").await;
        browser.press(Key::Enter).await;
        browser.until("the number large", "document.querySelector('.number-to-dial strong')").await;
        browser.until("the button that saves", "document.activeElement?.name === 'end'").await;
        browser.screenshot("desk-transfer-chosen").await;
        browser.press(Key::Enter).await;
        browser.until("after-call work", "document.querySelector('[data-refresh-at]')").await;
        assert_eq!(record(&test).await, texts(["answered", "transferred", "Meldestelle", "", ""]));
        browser.until("the question", "document.querySelector('.band-tell')").await;
        browser.press_letter('2').await;
        browser.until("the answer", "!document.querySelector('.band-tell')").await;
        let mut db = test.begin_as_system().await;
        let told: String =
            sqlx::query_scalar("select result from transfer").fetch_one(&mut *db).await.expect("a result");
        assert_eq!(told, "missed");
        drop(db);
        browser.press(Key::Enter).await;
        browser.until("ready", "document.querySelector('[data-desk=Bereit]')").await;

        // Somebody else, by a mistyped name: down from the responsible one, type, Enter.
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "sperrm", "Sperrmüll anmelden").await;
        browser.press_letter('t').await;
        browser.until("the responsible office", "document.activeElement?.matches('[data-target]')").await;
        browser.press(Key::Down).await;
        browser.until_focus("detail").await;
        browser.type_text("ordnugsamt").await;
        browser.press(Key::Enter).await;
        browser
            .until("the number large", "document.querySelector('.number-to-dial strong')?.innerText.includes('155')")
            .await;
    })
    .await;
}
