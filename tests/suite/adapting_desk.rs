//! From the editor's table to the agent's screen, in real Chromium: a town's own fee is written, released by a second
//! person, seen at once in a call for that town, and nowhere else.

use std::time::{Duration, Instant};

use ortsgespraech::ids::EntryId;
use ortsgespraech::knowledge::{Content, Field, Html};
use ortsgespraech::work::Work;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::{center, open_entry, take};
use crate::support::Client;
use crate::support::browser::{Browser, in_two_chromiums};
use crate::support::cast::{ADMIN_OF_A, AGENT, AGENT_OF_B, EDITOR_OF_A};
use crate::support::catalogue::answering;

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

/// The editor writes the town's own fee beside the Kreis's and asks a second person. Says where the working text stands.
async fn write_own_fee(browser: &Browser, base: EntryId) -> String {
    browser.visit(&format!("/knowledge/stadt-a/entries/kreis/{base}/edit")).await;
    browser.run("document.querySelector('[name=mode_fees][value=own]').click()", &[]).await;
    browser.until("the own field", "document.querySelector('#fees').offsetParent !== null").await;
    browser.run("document.querySelector('#fees').select()", &[]).await;
    browser.type_text("120 Euro im Jahr").await;
    click(browser, "Zur Prüfung geben").await;
    browser.until_text("wartet auf Prüfung").await;
    let draft = browser.run("return location.pathname", &[]).await;
    draft.as_str().expect("an address").to_owned()
}

/// An agent takes a call on this line and opens the entry.
async fn call_about_dogs(browser: &Browser, agent: &Client, line: &str) {
    browser.become_person(agent).await;
    browser.visit("/desk").await;
    take(browser, line).await;
    browser.until_focus("query").await;
    open_entry(browser, "hundesteuer", "Hundesteuer").await;
    assert!(browser.text(FEE).await.contains("90 Euro im Jahr"));
}

/// Another person reads the difference and publishes it; the running call says so.
async fn release(browser: &Browser, draft: &str, running: &Browser) {
    browser.visit(draft).await;
    let difference = browser.text(".diff-list").await;
    assert!(difference.contains("90") && difference.contains("120"), "{difference}");
    let pressed = Instant::now();
    click(browser, "Veröffentlichen").await;
    running.until_text("Text wurde inzwischen geändert").await;
    let took = pressed.elapsed();
    println!("the running call knew {took:?} after the second person pressed the button");
    assert!(took < Duration::from_secs(1), "it took {took:?}");
}

/// A desk that stays open would go on asking, as the next person.
async fn leave(desk: &Browser) {
    desk.run("location.replace('about:blank')", &[]).await;
    desk.until("an empty page", "location.href === 'about:blank'").await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn own_fee_reaches_the_running_call_within_a_second(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let base = test.publish(test.cast.kreis, "hund", &dog("90 Euro im Jahr")).await;
    let work = Work::start(&test.app).expect("what runs beside the requests");
    let (editor, second) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(ADMIN_OF_A).await);
    let (agent, agent_of_b) = (test.sign_in(AGENT).await, test.sign_in(AGENT_OF_B).await);
    second.post("/knowledge/stadt-a/editorial", &[("requires_review", "on")]).await.is(303);
    in_two_chromiums(&test, async |office, desk| {
        office.become_person(&editor).await;
        let draft = write_own_fee(office, base).await;
        call_about_dogs(desk, &agent, "Bürgerbüro").await;
        office.become_person(&second).await;
        release(office, &draft, desk).await;
        click(desk, "Neu laden").await;
        desk.until("the own fee", "document.querySelector('#block-2').innerText.includes('120 Euro im Jahr')").await;
        assert_eq!(desk.text("#block-2 .origin-own").await, "Stadt A");

        // A call for Stadt B, at the same time, is still answered with the Kreis's fee.
        call_about_dogs(office, &agent_of_b, "Zentrale").await;
        assert_eq!(office.text(".tenant-name").await, "Stadt B");
        assert!(!office.text("#entry").await.contains("120 Euro"));

        // The Kreis changes its text: the town's editors are told, with the difference.
        leave(office).await;
        test.publish(test.cast.kreis, "hund", &dog("96 Euro im Jahr")).await;
        office.become_person(&editor).await;
        office.visit("/knowledge/stadt-a/tasks").await;
        office.until_text("Text geändert").await;
        office.run("document.querySelector('.data-table a').click()", &[]).await;
        office.until_text("Ihre Angabe").await;
        let difference = office.text(".diff-row-own").await;
        for fee in ["90", "96", "120 Euro"] {
            assert!(difference.contains(fee), "{fee} is missing in {difference}");
        }
    })
    .await;
    work.stop().await;
}
