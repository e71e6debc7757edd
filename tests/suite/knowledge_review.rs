//! Imports where a town wants a second person: who uploaded a file does not apply it, and hears why it was refused.

use ortsgespraech::knowledge::import::Format;
use ortsgespraech::knowledge::{Field, Html};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::cast::{ADMIN_OF_A, EDITOR_OF_A, EDITOR_OF_B, OPERATOR};
use crate::support::forms::fields_of;
use crate::support::runs::{apply, preview, record, work};
use crate::support::{Client, TestApp};

const TASKS: &str = "/knowledge/stadt-a/tasks";

/// Stadt A wants a second person from now on.
async fn require_review(test: &TestApp) -> (Client, Client) {
    let (uploader, second) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(ADMIN_OF_A).await);
    second.post("/knowledge/stadt-a/editorial", &[("requires_review", "on")]).await.is(303);
    (uploader, second)
}

async fn fee(test: &TestApp, id: &str) -> String {
    test.content(test.cast.stadt_a, id).await.html(Field::Fees).map(Html::to_plain).unwrap_or_default()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn uploader_does_not_apply_the_own_file(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    test.import(test.cast.stadt_a, Format::Jsonl, record("a", "5 €", "alt")).await;
    let (uploader, second) = require_review(&test).await;
    let run = preview(&test, &uploader, &record("a", "6 €", "alt")).await;
    let page = uploader.get(&run).await.is(200).body;
    for words in
        ["wartet auf eine zweite Person", "Sie haben diese Datei hochgeladen.", "Admin A", "Vorschau verwerfen"]
    {
        assert!(page.contains(words), "{words} is missing: {page}");
    }
    assert!(!page.contains("Übernehmen</span>"), "{page}");
    let refused = uploader.post(&format!("{run}/application"), &[]).await.is(422).body;
    assert!(refused.contains("Übernehmen muss sie eine zweite Person."), "{refused}");
    uploader.post(&format!("{run}/refusal"), &[("reason", "doch nicht")]).await.is(409);
    work(&test).await;
    assert_eq!(fee(&test, "a").await, "5 €");
    assert!(!uploader.get(TASKS).await.is(200).body.contains("wartet auf eine zweite Person"));
    assert!(second.get(TASKS).await.is(200).body.contains("Ein Import wartet"));
    test.sign_in(EDITOR_OF_B).await.post(&format!("{run}/application"), &[]).await.is(404);
    let page = second.get(&run).await.is(200).body;
    assert!(page.contains("Redaktion A hat die Datei hochgeladen.") && page.contains("Übernehmen</span>"), "{page}");
    assert!(second.get(&format!("{run}/records/1")).await.is(200).body.contains("<ins>6</ins>"));
    second.post(&format!("{run}/removal"), &[]).await.is(409);
    apply(&test, &second, &run).await;
    assert_eq!(fee(&test, "a").await, "6 €");
    assert_eq!(test.entry(test.cast.stadt_a, "a").await.expect("a").author, "Admin A");
    let acts =
        "select count(*) from audit where (action, actor) in (('created', 'Redaktion A'), ('imported', 'Admin A'))
                and thing in ('import_run', 'entry')";
    assert_eq!(test.number(acts).await, 2);
    // Taking back restores released words: one person is enough.
    uploader.post(&format!("{run}/reversal"), &[]).await.is(303);
    work(&test).await;
    assert_eq!(fee(&test, "a").await, "5 €");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn second_person_refuses_with_a_reason_that_the_uploader_reads(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let (uploader, second) = require_review(&test).await;
    let run = preview(&test, &uploader, &record("a", "6 €", "alt")).await;
    let refusal = format!("{run}/refusal");
    let empty = second.post(&refusal, &[("reason", "")]).await.is(422).body;
    assert!(empty.contains("Der Grund fehlt."), "{empty}");
    let long = second.post(&refusal, &[("reason", &"x".repeat(501))]).await.is(422).body;
    assert!(long.contains("höchstens 500") && long.contains(&"x".repeat(501)), "what was typed is kept");
    test.sign_in(EDITOR_OF_B).await.post(&refusal, &[("reason", "fremd")]).await.is(404);
    second.post(&refusal, &[("reason", "Die Gebühren sind von 2024.")]).await.is(303);
    let page = uploader.get(&run).await.is(200).body;
    assert!(page.contains("Die Gebühren sind von 2024.") && page.contains("Abgelehnt von Admin A"), "{page}");
    assert!(uploader.get("/knowledge/stadt-a/imports?state=refused").await.is(200).body.contains("katalog.jsonl"));
    second.post(&format!("{run}/application"), &[]).await.is(409);
    second.post(&refusal, &[("reason", "noch einmal")]).await.is(409);
    second.post(&format!("{run}/removal"), &[]).await.is(409);
    work(&test).await;
    assert!(test.entry(test.cast.stadt_a, "a").await.is_none());
    let acts = "select count(*) from audit where action = 'refused' and thing = 'import_run' and actor = 'Admin A'
                and details ->> 'reason' = 'Die Gebühren sind von 2024.'";
    assert_eq!(test.number(acts).await, 1);
    uploader.post(&format!("{run}/removal"), &[]).await.is(303);
    uploader.get(&run).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn where_one_person_is_enough_nobody_is_asked(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (uploader, second) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(ADMIN_OF_A).await);
    let run = preview(&test, &uploader, &record("a", "6 €", "alt")).await;
    assert!(!uploader.get(&run).await.is(200).body.contains("zweite Person"));
    second.post(&format!("{run}/refusal"), &[("reason", "nein")]).await.is(409);
    apply(&test, &uploader, &run).await;
    assert_eq!(fee(&test, "a").await, "6 €");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn files_text_in_a_conflict_waits_for_the_second_person_too(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    test.import(test.cast.stadt_a, Format::Jsonl, record("a", "5 €", "alt")).await;
    let mut content = test.content(test.cast.stadt_a, "a").await;
    content.set(Field::Fees, Html::from_plain("7 €"));
    test.publish(test.cast.stadt_a, "a", &content).await;
    let (uploader, second) = require_review(&test).await;
    let run = preview(&test, &uploader, &record("a", "6 €", "alt")).await;
    apply(&test, &second, &run).await;
    let decision = [("part", "fees"), ("decision", "theirs"), ("version", "2")];
    second.post(&format!("{run}/records/1"), &decision).await.is(303);
    assert_eq!(fee(&test, "a").await, "7 €", "nothing is public yet");
    let drafts = uploader.get(&format!("{TASKS}?what=drafts")).await.is(200).body;
    assert!(drafts.contains("wartet auf Prüfung"), "{drafts}");
    let entry = test.entry(test.cast.stadt_a, "a").await.expect("a").id;
    let draft = format!("/knowledge/stadt-a/entries/stadt-a/{entry}/draft");
    let fields = fields_of(&uploader.get(&draft).await.is(200).body);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    second.post(&format!("{draft}/release"), &fields).await.is(422);
    uploader.post(&format!("{draft}/release"), &fields).await.is(303);
    assert_eq!(fee(&test, "a").await, "6 €");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn draft_from_before_the_import_does_not_take_its_other_changes_back(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let stadt_a = test.cast.stadt_a;
    test.import(stadt_a, Format::Jsonl, record("a", "5 €", "alt")).await;
    let mut content = test.content(stadt_a, "a").await;
    content.set(Field::Fees, Html::from_plain("7 €"));
    test.publish(stadt_a, "a", &content).await;
    let (uploader, second) = require_review(&test).await;
    let entry = test.entry(stadt_a, "a").await.expect("a").id;
    let url = format!("/knowledge/stadt-a/entries/stadt-a/{entry}");
    let form = fields_of(&uploader.get(&format!("{url}/edit")).await.is(200).body);
    let typed = |name: &str, value: &str| match name {
        "body" => "Entwurf".to_owned(),
        "act" => "save".to_owned(),
        _ => value.to_owned(),
    };
    let mut form: Vec<_> = form.into_iter().map(|(name, value)| (typed(&name, &value), name)).collect();
    form.push(("save".to_owned(), "act".to_owned()));
    let form: Vec<_> = form.iter().map(|(value, name)| (name.as_str(), value.as_str())).collect();
    uploader.post(&url, &form).await.is(303);
    let run = preview(&test, &uploader, &record("a", "6 €", "neu")).await;
    apply(&test, &second, &run).await;
    let decision = [("part", "fees"), ("decision", "theirs"), ("version", "3")];
    second.post(&format!("{run}/records/1"), &decision).await.is(303);
    let third = test.sign_in(OPERATOR).await;
    let draft = third.get(&format!("{url}/draft")).await.is(200).body;
    assert!(draft.contains("Entwurf") && draft.contains("<ins>6</ins>"), "{draft}");
    let fields = fields_of(&draft);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let refused = third.post(&format!("{url}/draft/release"), &fields).await.is(422).body;
    assert!(refused.contains("Inzwischen gilt eine andere Fassung"), "{refused}");
    assert_eq!(test.content(stadt_a, "a").await.html(Field::Body).map(Html::to_plain).as_deref(), Some("neu"));
}
