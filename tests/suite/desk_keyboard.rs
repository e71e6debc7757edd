//! The agent's call in a real browser, keys only, no mouse.

use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::{Content, Field, Html};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::browser::{Browser, Key, in_chromium};
use crate::support::{TestApp, cast, catalogue};

const LINES: &str = "insert into line (tenant_id, number, label) values ($1, $2, $3)";

/// Stadt A with its line and texts, and a line of the center that all towns share.
pub async fn center(options: PgPoolOptions, database: PgConnectOptions) -> TestApp {
    let test = TestApp::start(options, database).await;
    for (tenant, number, label) in [
        (test.cast.stadt_a, "+4969900090100", "Bürgerbüro"),
        (test.cast.stadt_b, "+4940669690100", "Zentrale"),
        (test.cast.intake, "115", "Behördennummer"),
    ] {
        insert_line(&test, tenant, number, label).await;
    }
    let mut pass = catalogue::answering("Reisepass beantragen", "Das geht im Bürgerbüro.");
    for field in Field::NUMBERED {
        pass.set(field, Html::from_plain(&format!("{}: siehe Merkblatt", field.label())));
    }
    test.publish(test.cast.stadt_a, "pass", &pass).await;
    test.publish(test.cast.stadt_a, "muell", &catalogue::answering("Sperrmüll anmelden", "Zweimal im Jahr frei."))
        .await;
    test.publish(test.cast.kreis, "fs", &Content { title: "Führerschein umtauschen".to_owned(), ..Content::default() })
        .await;
    test.index().await;
    test
}

async fn insert_line(test: &TestApp, tenant: TenantId, number: &str, label: &str) {
    let mut db = test.begin_as_system().await;
    sqlx::query(LINES).bind(tenant).bind(number).bind(label).execute(&mut *db).await.expect("a line");
    db.commit().await.expect("commit");
}

/// Takes the call of a line by its digit, as it stands beside it.
pub async fn take(browser: &Browser, line: &str) {
    let script = "return [...document.querySelectorAll('.line-button')].find(b => b.innerText.includes(arguments[0])).dataset.key";
    let digit = browser.run(script, &[line.into()]).await;
    browser.press_letter(digit.as_str().and_then(|digit| digit.chars().next()).expect("a digit")).await;
}

pub async fn open_entry(browser: &Browser, words: &str, title: &str) {
    browser.type_text(words).await;
    browser
        .until("the first hit", &format!("document.querySelector('[data-hit]')?.innerText.includes('{title}')"))
        .await;
    browser.press(Key::Enter).await;
    browser.until_focus("entry").await;
}

pub async fn mark(browser: &Browser) {
    browser.chord(&[Key::Control, Key::Enter]).await;
}

/// Result, disposition, detail, note, title of the topic, of the last call.
pub async fn record(test: &TestApp) -> [Option<String>; 5] {
    let mut db = test.begin_as_system().await;
    let row: (String, Option<String>, Option<String>, Option<String>, Option<String>) = sqlx::query_as(
        "select result, disposition, disposition_detail, note.text, entry.title
         from call left join call_note note on note.call_id = call.id
         left join entry on entry.tenant_id = topic_tenant_id and entry.id = topic_entry_id
         order by call.id desc limit 1",
    )
    .fetch_one(&mut *db)
    .await
    .expect("a call");
    [Some(row.0), row.1, row.2, row.3, row.4]
}

pub fn texts<const N: usize>(texts: [&str; N]) -> [Option<String>; N] {
    texts.map(|text| (!text.is_empty()).then(|| text.to_owned()))
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn agent_answers_calls_without_the_mouse(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        assert_eq!(browser.text(".tenant-name").await, "Stadt A");
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        for digit in '1'..='6' {
            browser.press_letter(digit).await;
            browser.until_focus(&format!("block-{digit}")).await;
        }
        mark(browser).await;
        browser.until_text("Damit beantwortet").await;
        browser.until("the undo bar", "document.querySelector('.band-bar')").await;
        assert_eq!(record(&test).await, texts(["open", "answered", "", "", "Reisepass beantragen"]));

        browser.press_letter('z').await;
        browser.until("the greeting again", "!document.querySelector('.band-bar')").await;
        assert_eq!(record(&test).await, texts(["open", "", "", "", ""]));

        mark(browser).await;
        browser.until_text("Gespräch beenden").await;
        mark(browser).await;
        browser.until("after-call work", "document.querySelector('[data-refresh-at]')").await;
        assert_eq!(record(&test).await, texts(["answered", "answered", "", "", "Reisepass beantragen"]));

        browser.press(Key::Space).await;
        browser.until("thirty seconds more", "document.querySelector('[data-refresh-at] progress').max > 30").await;
        browser.press(Key::Enter).await;
        browser.until("ready", "document.querySelector('[data-desk=Bereit]')").await;

        browser.press(Key::F2).await;
        browser.until_focus("query").await;
        assert_eq!(browser.text(".tenant-name").await, "Stadt A", "the line taken last");
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn other_results_are_a_letter_away(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        for (letter, typed, expected) in [
            ('t', "Bürgerbüro", ["transferred", "Bürgerbüro"]),
            ('r', "0221 4710999", ["callback", ""]),
            ('b', "", ["complaint", ""]),
            ('f', "", ["misdialled", ""]),
        ] {
            take(browser, "Bürgerbüro").await;
            browser.until_focus("query").await;
            open_entry(browser, "sperrm", "Sperrmüll anmelden").await;
            browser.press_letter(letter).await;
            browser.until("the panel with the focus in it", "document.activeElement?.closest('#panel')").await;
            if letter == 'r' {
                for _ in 0..3 {
                    browser.press(Key::Tab).await;
                }
                browser.until_focus("reach").await;
            }
            browser.type_text(typed).await;
            mark(browser).await;
            if matches!(letter, 'r' | 'b') {
                // The number is read back before the call ends.
                browser.until("the number to read back", "document.querySelector('.case-read-back')").await;
                mark(browser).await;
            }
            browser.until("after-call work", "document.querySelector('[data-refresh-at]')").await;
            assert_eq!(record(&test).await, texts(["answered", expected[0], expected[1], "", ""]), "{letter}");
            browser.press(Key::Enter).await;
            browser.until("ready", "document.querySelector('[data-desk=Bereit]')").await;
        }
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn unanswered_call_keeps_its_reason_and_note(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "sperrm", "Sperrmüll anmelden").await;
        browser.press_letter('n').await;
        browser.until_focus("note").await;
        browser.type_text("fragt nach Grünschnitt").await;
        mark(browser).await;
        browser.until("the note is kept", "!document.getElementById('panel')").await;
        browser.until_focus("entry").await;
        browser.press(Key::Escape).await;
        browser.until_focus("query").await;
        browser.press(Key::Escape).await;
        browser.press(Key::Enter).await;
        browser.until_focus("entry").await;
        browser.press_letter('u').await;
        browser.until("the reasons", "document.activeElement?.name === 'detail'").await;
        browser.press(Key::Down).await;
        let reason = browser.run("return document.activeElement.value", &[]).await;
        mark(browser).await;
        browser.until("after-call work", "document.querySelector('[data-refresh-at]')").await;
        let [_, disposition, detail, note, _] = record(&test).await;
        assert_eq!(disposition.as_deref(), Some("unanswered"));
        assert_eq!(detail.as_deref(), reason.as_str());
        assert_eq!(note.as_deref(), Some("fragt nach Grünschnitt"));
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn shared_line_asks_for_the_town_and_it_can_be_changed(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Behördennummer").await;
        browser.until_focus("town").await;
        browser.type_text("jobc").await;
        browser.press(Key::Enter).await;
        browser.until_focus("query").await;
        assert_eq!(browser.text(".tenant-name").await, "Jobcenter");
        open_entry(browser, "führersch", "Führerschein umtauschen").await;
        browser.press_letter('o').await;
        browser.until_focus("town").await;
        browser.press(Key::Escape).await;
        browser.until("the old town", "!document.getElementById('panel')").await;
        assert_eq!(browser.text(".tenant-name").await, "Jobcenter");
        browser.until_focus("entry").await;
        browser.press_letter('o').await;
        browser.until_focus("town").await;
        browser.type_text("stadt-a").await;
        browser.press(Key::Enter).await;
        browser.until_focus("query").await;
        assert_eq!(browser.text(".tenant-name").await, "Stadt A");
    })
    .await;
}
