//! The G key, results that tell of missing knowledge, and the answer on the idle desk.

use chrono::TimeDelta;
use ortsgespraech::gaps;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::{center, mark, open_entry, take};
use crate::gaps::{gaps_of, only_gap, reports};
use crate::support::browser::{Key, in_chromium};
use crate::support::forms::fields_of;
use crate::support::{Client, TestApp, cast};

/// Takes a call of Stadt A by hand.
pub async fn take_call(test: &TestApp, agent: &Client) -> i64 {
    let mut db = test.begin_as_system().await;
    let line: String = sqlx::query_scalar("select tenant_id || '-' || id from line where tenant_id = $1")
        .bind(test.cast.stadt_a)
        .fetch_one(&mut *db)
        .await
        .expect("a line");
    drop(db);
    agent.post("/desk/calls", &[("line", &line)]).await.is(303);
    let mut db = test.begin_as_system().await;
    sqlx::query_scalar("select call_id from desk where call_id is not null").fetch_one(&mut *db).await.expect("a call")
}

async fn entry(test: &TestApp, external_id: &str) -> String {
    let mut db = test.begin_as_system().await;
    let entry = sqlx::query_scalar("select tenant_id || '/' || id from entry where external_id = $1").bind(external_id);
    entry.fetch_one(&mut *db).await.expect("an entry")
}

async fn outcome(agent: &Client, call: i64, fields: &[(&str, &str)]) {
    agent.post(&format!("/desk/calls/{call}/outcome"), fields).await.is(303);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn gap_is_reported_by_keyboard_in_a_call_and_without_one(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        browser.press_letter('g').await;
        browser.until_focus("gap-wrong").await;
        browser.press(Key::Tab).await;
        browser.until_focus("gap-line").await;
        browser.type_text("Gebühr ist gestiegen").await;
        browser.press(Key::Enter).await;
        browser.until_text("Ihre Meldung liegt bei der Redaktion").await;
        browser.until_focus("entry").await;
        let agent = Some(cast::AGENT.to_owned());
        let first = ("wrong".to_owned(), Some("Gebühr ist gestiegen".to_owned()), agent.clone());
        assert_eq!(reports(&test, test.cast.stadt_a).await, std::slice::from_ref(&first));

        // From the search field by its function key; what was typed stands in the panel.
        browser.press(Key::Escape).await;
        browser.until_focus("query").await;
        browser.type_text("xylophonschule").await;
        browser.until_text("Kein Treffer").await;
        mark(browser).await;
        browser.until_text("Gespräch beenden").await;
        mark(browser).await;
        browser.until("after-call work", "document.querySelector('[data-refresh-at]')").await;
        browser.press(Key::Enter).await;
        browser.until("ready", "document.querySelector('[data-desk=Bereit]')").await;
        browser.press_letter('g').await;
        browser.until_focus("gap-missing").await;
        mark(browser).await;
        browser.until_text("Bitte sagen Sie, wonach gefragt wurde.").await;
        browser.accept_refusal(422).await;
        browser.run("document.getElementById('gap-words').focus()", &[]).await;
        browser.type_text("xylophonschule").await;
        mark(browser).await;
        browser.until_text("Ihre Meldung liegt bei der Redaktion").await;
        let second = ("missing".to_owned(), None, agent);
        assert_eq!(reports(&test, test.cast.stadt_a).await, [first, second]);
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn unanswered_call_is_a_gap_of_the_open_entry_or_of_the_typed_words(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = center(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    let fs = entry(&test, "fs").await;
    for (opened, typed, detail) in [
        (Some(&fs), "lappen", "knowledge-unclear"),
        (None, "xylophonschule", "knowledge-missing"),
        (None, "Herr Müller", "knowledge-missing"),
        (None, "glockenspiel", "caller-gone"),
    ] {
        let call = take_call(&test, &agent).await;
        if let Some(entry) = opened {
            agent.post(&format!("/desk/calls/{call}/entries/{entry}"), &[]).await.is(303);
        }
        outcome(&agent, call, &[("disposition", "unanswered"), ("detail", detail), ("q", typed), ("end", "1")]).await;
        agent.post("/desk/ready", &[]).await.is(303);
        test.app.clock.advance(TimeDelta::minutes(1));
    }
    let open = |title: &str| (title.to_owned(), "open".to_owned());
    let expected = [open("xylophonschule"), open("Anrufe ohne Eintrag und Suchwort")];
    assert_eq!(gaps_of(&test, test.cast.kreis).await, [open("Führerschein umtauschen")]);
    assert_eq!(gaps_of(&test, test.cast.stadt_a).await, expected);
    // What the desk has reported is not reported again.
    for _ in 0..2 {
        gaps::collect(&test.app).await.expect("collected");
    }
    assert_eq!(reports(&test, test.cast.kreis).await.len(), 1);
    assert_eq!(reports(&test, test.cast.stadt_a).await.len(), 2);
    // The call that names nothing stands beside the queue and not in it.
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let queue = editor.get("/knowledge/stadt-a/gaps").await.is(200).body;
    assert!(queue.contains("xylophonschule") && !queue.contains("Anrufe ohne Eintrag und Suchwort"), "{queue}");
    assert!(queue.contains(" von 1 Lücke") && queue.contains("In 28 Tagen 1 mit 0,5 Minuten"), "{queue}");
    let link = queue.split("id=\"nameless\"").nth(1).and_then(|rest| rest.split("href=\"").nth(1)).expect("its link");
    let page = editor.get(link.split('"').next().expect("an address")).await.is(200).body;
    assert!(page.contains("Anrufe ohne Eintrag und Suchwort"), "{page}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn connected_call_says_that_knowledge_is_missing_only_where_the_agent_says_so(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = center(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    let pass = entry(&test, "pass").await;
    let call = take_call(&test, &agent).await;
    agent.post(&format!("/desk/calls/{call}/entries/{pass}"), &[]).await.is(303);
    let panel = agent.get("/desk?panel=transferred").await.is(200).body;
    assert!(panel.contains("Verbunden, weil Wissen fehlt"));
    outcome(&agent, call, &[("disposition", "transferred"), ("detail", "Bürgerbüro")]).await;
    assert!(gaps_of(&test, test.cast.stadt_a).await.is_empty());
    let lacking = [("disposition", "transferred"), ("detail", "Bürgerbüro"), ("lacks_knowledge", "1")];
    outcome(&agent, call, &lacking).await;
    outcome(&agent, call, &lacking).await;
    let agent_email = Some(cast::AGENT.to_owned());
    assert_eq!(reports(&test, test.cast.stadt_a).await, [("transferred".to_owned(), None, agent_email)]);
    assert!(agent.get("/desk").await.body.contains("weil Wissen fehlt"));
    // It was a slip: the report goes with it, and the gap that nothing else speaks of.
    outcome(&agent, call, &[("disposition", "callback"), ("end", "1")]).await;
    gaps::collect(&test.app).await.expect("collected");
    assert!(gaps_of(&test, test.cast.stadt_a).await.is_empty());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn corrected_call_is_collected_with_the_entry_that_was_open(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    let pass = entry(&test, "pass").await;
    let call = take_call(&test, &agent).await;
    agent.post(&format!("/desk/calls/{call}/entries/{pass}"), &[]).await.is(303);
    outcome(&agent, call, &[("disposition", "misdialled"), ("end", "1")]).await;
    gaps::collect(&test.app).await.expect("collected");
    assert!(gaps_of(&test, test.cast.stadt_a).await.is_empty());
    let version: i32 = sqlx::query_scalar("select version from call where id = $1")
        .bind(call)
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("a call");
    let version = version.to_string();
    let fields = [("version", version.as_str()), ("disposition", "unanswered"), ("reason", "knowledge-missing")];
    agent.post(&format!("/calls/{call}"), &fields).await.is(303);
    gaps::collect(&test.app).await.expect("collected");
    let expected = [("Reisepass beantragen".to_owned(), "open".to_owned())];
    assert_eq!(gaps_of(&test, test.cast.stadt_a).await, expected);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn correction_says_that_a_call_was_connected_for_want_of_knowledge(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = center(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    let pass = entry(&test, "pass").await;
    let call = take_call(&test, &agent).await;
    agent.post(&format!("/desk/calls/{call}/entries/{pass}"), &[]).await.is(303);
    outcome(&agent, call, &[("disposition", "transferred"), ("detail", "Bürgerbüro"), ("end", "1")]).await;
    gaps::collect(&test.app).await.expect("collected");
    assert!(gaps_of(&test, test.cast.stadt_a).await.is_empty());
    let page = format!("/calls/{call}");
    let correct = async |fields: &[(&str, &str)]| {
        let fields_there = fields_of(&agent.get(&page).await.is(200).body);
        let version = fields_there.iter().find(|(name, _)| name == "version").expect("a version").1.clone();
        let fields = [("version", version.as_str())].into_iter().chain(fields.iter().copied());
        agent.post(&page, &fields.collect::<Vec<_>>()).await
    };
    let transferred = [("disposition", "transferred"), ("detail", "Bürgerbüro"), ("lacks_knowledge", "on")];
    correct(&transferred).await.is(303);
    let shown = agent.get(&page).await.is(200).body;
    assert!(fields_of(&shown).contains(&("lacks_knowledge".to_owned(), "on".to_owned())), "{shown}");
    for _ in 0..2 {
        gaps::collect(&test.app).await.expect("collected");
    }
    assert_eq!(reports(&test, test.cast.stadt_a).await, [("transferred".to_owned(), None, None)]);
    // Another result needs a reason of the list, and only one that blames the knowledge is a gap.
    correct(&[("disposition", "unanswered"), ("reason", "")]).await.is(422);
    correct(&[("disposition", "unanswered"), ("reason", "weil")]).await.is(422);
    correct(&[("disposition", "unanswered"), ("reason", "knowledge-unclear"), ("lacks_knowledge", "on")]).await.is(303);
    gaps::collect(&test.app).await.expect("collected");
    assert_eq!(reports(&test, test.cast.stadt_a).await, [("unanswered".to_owned(), None, None)]);
    correct(&[("disposition", "unanswered"), ("reason", "caller-gone")]).await.is(303);
    gaps::collect(&test.app).await.expect("collected");
    assert!(gaps_of(&test, test.cast.stadt_a).await.is_empty());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn report_begins_with_the_part_that_was_looked_at(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        browser.press_letter('2').await;
        browser.until_focus("block-2").await;
        browser.press_letter('g').await;
        browser.until_focus("gap-line").await;
        browser.type_text("ist gestiegen").await;
        browser.press(Key::Enter).await;
        browser.until_text("Ihre Meldung liegt bei der Redaktion").await;
        let agent = Some(cast::AGENT.to_owned());
        let said = ("wrong".to_owned(), Some("Gebühr: ist gestiegen".to_owned()), agent);
        assert_eq!(reports(&test, test.cast.stadt_a).await, [said]);
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn answer_stands_on_the_idle_desk_until_it_was_read(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    let fields = [("kind", "missing"), ("town", "stadt-a"), ("words", "Xylophonschule")];
    assert!(agent.get("/desk?panel=gap").await.is(200).body.contains("Für welchen Ort?"));
    agent.post("/desk/gaps", &[("kind", "missing"), ("words", "Xylophonschule")]).await.is(422);
    agent.post("/desk/gaps", &fields).await.is(303);
    let (gap, version) = only_gap(&test, test.cast.stadt_a).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let version = version.to_string();
    let answer = [("version", version.as_str()), ("outcome", "words"), ("answer", "Bitte nach Musikschule suchen.")];
    editor.post(&format!("/knowledge/stadt-a/gaps/{gap}/answer"), &answer).await.is(303);
    let desk = agent.get("/desk").await.is(200).body;
    let sentence = "Ihre Meldung zu „xylophonschule“: Suchwort ergänzt: Bitte nach Musikschule suchen.";
    assert!(desk.contains(sentence), "{desk}");
    let other = test.sign_in(cast::AGENT_OF_B).await;
    assert!(!other.get("/desk").await.is(200).body.contains("Ihre Meldung"));
    let report: i64 = sqlx::query_scalar("select id from gap_report")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("a report");
    other.post(&format!("/desk/gaps/{report}/acknowledgement"), &[]).await.is(404);
    agent.post(&format!("/desk/gaps/{report}/acknowledgement"), &[]).await.is(303);
    assert!(!agent.get("/desk").await.is(200).body.contains("Ihre Meldung"));
    gaps::collect(&test.app).await.expect("collected");
    assert_eq!(reports(&test, test.cast.stadt_a).await, [("missing".to_owned(), None, None)], "the name is forgotten");
}
