//! From the editor's table to the agent's screen, in real Chromium: a town's own fee is written, released by a second
//! person, seen at once in a call for that town, and nowhere else.

use std::time::{Duration, Instant};

use ortsgespraech::knowledge::{Content, Field, Html};
use ortsgespraech::work::Work;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::{center, open_entry, take};
use crate::support::browser::{Browser, Key, in_chromium};
use crate::support::cast::{ADMIN_OF_A, AGENT, EDITOR_OF_A};
use crate::support::catalogue::answering;
use crate::support::forms::fields_of;

fn dog(fee: &str) -> Content {
    let mut content = answering("Hundesteuer anmelden", "Melden Sie den Hund an.");
    content.set(Field::Fees, Html::from_plain(fee));
    content
}

async fn click(browser: &Browser, words: &str) {
    let script = "[...document.querySelectorAll('button')].find(b => b.innerText.trim() === arguments[0]).click()";
    browser.run(script, &[json!(words)]).await;
}

const FEE: &str = "#block-2";

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn own_fee_reaches_the_running_call_within_a_second(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let base = test.publish(test.cast.kreis, "hund", &dog("90 Euro im Jahr")).await;
    let work = Work::start(&test.app).expect("what runs beside the requests");
    let (editor, second) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(ADMIN_OF_A).await);
    let agent = test.sign_in(AGENT).await;
    second.post("/knowledge/stadt-a/editorial", &[("requires_review", "on")]).await.is(303);
    in_chromium(&test, async |browser| {
        // The editor writes the town's own fee beside the Kreis's and asks a second person.
        browser.become_person(&editor).await;
        browser.visit(&format!("/knowledge/stadt-a/entries/kreis/{base}/edit")).await;
        browser.run("document.querySelector('[name=mode_fees][value=own]').click()", &[]).await;
        browser.until("the own field", "document.querySelector('#fees').offsetParent !== null").await;
        browser.run("document.querySelector('#fees').select()", &[]).await;
        browser.type_text("120 Euro im Jahr").await;
        click(browser, "Zur Prüfung geben").await;
        browser.until_text("wartet auf Prüfung").await;
        let draft = browser.run("return location.pathname", &[]).await;
        let draft = draft.as_str().expect("an address").to_owned();

        // An agent is in a call for that town with the entry open, still the Kreis's words.
        browser.become_person(&agent).await;
        browser.visit("/desk").await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "hundesteuer", "Hundesteuer").await;
        assert!(browser.text(FEE).await.contains("90 Euro im Jahr"));

        let page = second.get(&draft).await.is(200).body;
        assert!(page.contains("<del>90</del><ins>120</ins>"), "{page}");
        let fields = fields_of(&page);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        second.post(&format!("{draft}/release"), &fields).await.is(303);
        let released = Instant::now();
        browser.until_text("Text wurde inzwischen geändert").await;
        let took = released.elapsed();
        println!("the running call knew after {took:?}");
        assert!(took < Duration::from_secs(1), "it took {took:?}");
        click(browser, "Neu laden").await;
        browser.until("the own fee", "document.querySelector('#block-2').innerText.includes('120 Euro im Jahr')").await;
        assert_eq!(browser.text("#block-2 .origin-own").await, "Stadt A");

        // A call for Stadt B reads the Kreis's fee.
        browser.press(Key::Escape).await;
        let other = test.sign_in(AGENT).await;
        let seen = other.get(&format!("/knowledge/stadt-b/entries/kreis/{base}")).await.is(200).body;
        assert!(seen.contains("90 Euro im Jahr") && !seen.contains("120 Euro"), "{seen}");

        // The Kreis changes its text: the town's editors are told, with the difference.
        test.publish(test.cast.kreis, "hund", &dog("96 Euro im Jahr")).await;
        browser.become_person(&editor).await;
        browser.visit("/knowledge/stadt-a/tasks").await;
        browser.until_text("Text geändert").await;
        browser.run("document.querySelector('.data-table a').click()", &[]).await;
        browser.until_text("Ihre Angabe").await;
        let difference = browser.text(".diff-row-own").await;
        assert!(
            difference.contains("90") && difference.contains("96") && difference.contains("120 Euro"),
            "{difference}"
        );
    })
    .await;
    work.stop().await;
}
