//! The product's main job on a real catalogue: what people really ask, answered by an agent of Stadt A with the keyboard
//! alone. Keystrokes are counted as they are struck; a chord like Ctrl+Enter is one.

use std::collections::HashMap;
use std::fs;
use std::io::BufReader;

use chrono::TimeDelta;
use ortsgespraech::audit::Actor;
use ortsgespraech::knowledge::import;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::{center, mark, take};
use crate::support::browser::{Browser, Key, in_chromium};
use crate::support::{TestApp, cast};

const CATALOGUE: &str = "../shared/search-eval/berlin";
const CALLS: usize = 20;
/// An agent who sees the right entry first or second takes it; one that stands lower is typed for a little longer.
const TAKEN_FROM: usize = 2;
const MOST_BESIDES_WORDS: usize = 5;
const MEDIAN_OF_ALL: usize = 12;

/// What a caller asks, and the entries that answer it.
struct Concern {
    query: String,
    answers: Vec<i64>,
}

/// Keystrokes of one call.
struct Keys {
    query: String,
    words: usize,
    all: usize,
}

async fn import_catalogue(test: &TestApp) -> HashMap<String, i64> {
    let file = fs::File::open(format!("{CATALOGUE}/corpus.jsonl")).expect("the catalogue");
    let lines = Box::new(import::read_jsonl(BufReader::new(file)));
    let mut db = test.begin_as_system().await;
    let actor = Actor::command_line();
    let report = import::import(&mut db, test.cast.kreis, lines, &actor, test.app.clock.now(), |_| ()).await;
    assert_eq!(report.expect("an import").created, 1062);
    db.commit().await.expect("commit");
    test.index().await;
    let mut db = test.begin_as_system().await;
    let rows: Vec<(String, i64)> =
        sqlx::query_as("select external_id, id from entry").fetch_all(&mut *db).await.expect("entries");
    rows.into_iter().collect()
}

/// Evenly over the whole file, so every kind of question comes up.
fn concerns(ids: &HashMap<String, i64>) -> Vec<Concern> {
    let [queries, judged] = ["queries.tsv", "qrels.tsv"]
        .map(|file| fs::read_to_string(format!("{CATALOGUE}/{file}")).expect("the judged queries"));
    let mut answers: HashMap<&str, Vec<i64>> = HashMap::new();
    for line in judged.lines() {
        if let [query, entry, "2"] = line.split('\t').collect::<Vec<_>>()[..] {
            answers.entry(query).or_default().extend(ids.get(entry));
        }
    }
    let all: Vec<_> = queries
        .lines()
        .filter_map(|line| {
            let [id, _, query] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else { return None };
            Some(Concern { query: query.to_owned(), answers: answers.remove(id)? })
        })
        .collect();
    // Every sixteenth, so that a few are left where the search does not bring the answer.
    all.into_iter().step_by(16).collect()
}

/// Types as somebody does who reads while typing: how many letters it took, and at which place the right entry stands then.
/// None: it is never there.
async fn type_until_found(browser: &Browser, concern: &Concern) -> Option<(usize, usize)> {
    let script = "return [...document.querySelectorAll('[data-hit]')].map(hit => hit.form.action.split('/').pop())";
    let mut typed = String::new();
    for (words, letter) in (1..).zip(concern.query.chars()) {
        typed.push(letter);
        browser.type_text(&letter.to_string()).await;
        let shown = format!("document.querySelector('[data-query]')?.dataset.query === {}", json!(typed.trim()));
        browser.until("the results", &shown).await;
        let hits = browser.run(script, &[]).await;
        let hits = hits.as_array().expect("a list").iter().filter_map(|hit| hit.as_str()?.parse().ok());
        let places: Vec<i64> = hits.take(TAKEN_FROM).collect();
        if let Some(place) = places.iter().position(|hit| concern.answers.contains(hit)) {
            return Some((words, place));
        }
    }
    None
}

/// One call from its first key to its last. None: the search does not bring the answer, and the agent says so.
async fn answer(test: &TestApp, browser: &Browser, concern: &Concern) -> Option<Keys> {
    let before = browser.pressed();
    browser.press(Key::F2).await;
    browser.until_focus("query").await;
    test.app.clock.advance(TimeDelta::seconds(12));
    let Some((words, place)) = type_until_found(browser, concern).await else {
        browser.press(Key::F4).await;
        browser.until("the panel", "document.activeElement?.closest('#panel')").await;
        browser.type_text("Fachamt").await;
        mark(browser).await;
        browser.until("after-call work", "document.querySelector('[data-refresh-at]')").await;
        return None;
    };
    for _ in 0..place {
        browser.press(Key::Down).await;
    }
    browser.press(Key::Enter).await;
    browser.until_focus("entry").await;
    test.app.clock.advance(TimeDelta::seconds(30));
    mark(browser).await;
    browser.until("the mark", "document.querySelector('.key-bar [name=act]')?.value === 'end'").await;
    test.app.clock.advance(TimeDelta::seconds(15));
    mark(browser).await;
    browser.until("after-call work", "document.querySelector('[data-refresh-at]')").await;
    Some(Keys { query: concern.query.clone(), words, all: browser.pressed() - before })
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn agent_answers_twenty_real_questions_by_keyboard(options: PgPoolOptions, database: PgConnectOptions) {
    if !fs::exists(CATALOGUE).unwrap_or_default() {
        println!("{CATALOGUE} is not there: the main job is shown with the project's own entries only");
        return;
    }
    let test = center(options, database).await;
    let ids = import_catalogue(&test).await;
    let mut concerns = concerns(&ids).into_iter();
    let mut calls = Vec::new();
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        // The line of the calls to come is the one that was taken last.
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        browser.press(Key::F4).await;
        browser.until("the panel", "document.activeElement?.closest('#panel')").await;
        browser.type_text("Bürgerbüro").await;
        mark(browser).await;
        browser.until("after-call work", "document.querySelector('[data-refresh-at]')").await;
        for concern in concerns.by_ref() {
            match answer(&test, browser, &concern).await {
                Some(keys) => calls.push(keys),
                None => println!("not among the first hits: {}", concern.query),
            }
            if calls.len() == CALLS {
                break;
            }
        }
    })
    .await;
    assert_eq!(calls.len(), CALLS, "answered calls");
    assert_counted(&calls);
    assert_recorded(&test, &calls).await;
}

fn assert_counted(calls: &[Keys]) {
    for Keys { query, words, all } in calls {
        println!("{all:>3} keys, {words:>2} of them letters: {query}");
        assert!(all - words <= MOST_BESIDES_WORDS, "{query}: {} keys besides the words", all - words);
    }
    let mut all: Vec<_> = calls.iter().map(|keys| keys.all).collect();
    all.sort_unstable();
    let median = all[all.len() / 2];
    println!("median {median} keys");
    assert!(median <= MEDIAN_OF_ALL, "the median is {median} keys");
}

/// Entry and version as they were shown, and every time, from the database.
async fn assert_recorded(test: &TestApp, calls: &[Keys]) {
    let mut db = test.begin_as_system().await;
    let rows: Vec<(String, String, i32, String, String, i32)> = sqlx::query_as(
        "select tenant.slug, version.title, shown.version,
                to_char(call.started_at at time zone 'Europe/Berlin', 'HH24:MI:SS'),
                to_char(shown.answered_at at time zone 'Europe/Berlin', 'HH24:MI:SS'), call.talk_ms
         from call join tenant on tenant.id = call.tenant_id
         join call_entry shown on shown.call_id = call.id and shown.answered_at is not null
         join entry_version version on version.tenant_id = shown.entry_tenant_id
              and version.entry_id = shown.entry_id and version.version = shown.version
         where call.disposition = 'answered' and call.result = 'answered' order by call.id",
    )
    .fetch_all(&mut *db)
    .await
    .expect("the records");
    assert_eq!(rows.len(), calls.len());
    for (town, title, version, started, answered, talk_ms) in rows {
        println!("{town}  {started}  answered {answered}  {talk_ms} ms  version {version}  {title}");
        assert_eq!((town.as_str(), version, talk_ms), ("stadt-a", 1, 57_000), "{title}");
    }
}
