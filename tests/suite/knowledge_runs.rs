//! Imports as runs: looked at before, brought together with what was changed here, taken back.

use axum::http::header;
use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::import::Format;
use ortsgespraech::knowledge::{Field, Html};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::TestApp;
use crate::support::cast::EDITOR_OF_A;
use crate::support::exchange::counts;
use crate::support::runs::{IMPORTS, apply, preview, record, upload, work};
use crate::support::xzufi::{file, services};

async fn field(test: &TestApp, tenant: TenantId, id: &str, field: Field) -> String {
    test.content(tenant, id).await.html(field).map(Html::to_plain).unwrap_or_default()
}

/// Somebody writes another text into one field.
async fn write(test: &TestApp, tenant: TenantId, id: &str, field: Field, text: &str) {
    let mut content = test.content(tenant, id).await;
    content.set(field, Html::from_plain(text));
    test.publish(tenant, id, &content).await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn who_alone_changed_a_field_is_right(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    test.import(kreis, Format::Jsonl, record("a", "5 €", "alt") + &record("b", "1 €", "b")).await;
    write(&test, kreis, "a", Field::Fees, "7 €").await;
    // The same file again: here something else stands since, and it stays.
    let again = test.import(kreis, Format::Jsonl, record("a", "5 €", "alt") + &record("b", "1 €", "b")).await;
    assert_eq!((counts(&again), again.conflicts), ([0, 0, 2, 0], 0));
    // The file changes another field: both changes stand.
    let other = test.import(kreis, Format::Jsonl, record("a", "5 €", "neu")).await;
    assert_eq!((counts(&other), other.conflicts), ([0, 1, 0, 0], 0));
    assert_eq!(field(&test, kreis, "a", Field::Fees).await, "7 €");
    assert_eq!(field(&test, kreis, "a", Field::Body).await, "neu");
    // The file changes the same field otherwise: what stands here stays, and it is told.
    let clash = test.import(kreis, Format::Jsonl, record("a", "6 €", "neuer")).await;
    assert_eq!((counts(&clash), clash.conflicts), ([0, 1, 0, 0], 1));
    assert_eq!(field(&test, kreis, "a", Field::Fees).await, "7 €");
    assert_eq!(field(&test, kreis, "a", Field::Body).await, "neuer");
    // Once told, the same file is no news.
    let told = test.import(kreis, Format::Jsonl, record("a", "6 €", "neuer")).await;
    assert_eq!((counts(&told), told.conflicts), ([0, 0, 1, 0], 0));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn first_import_over_own_texts_takes_their_place(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    test.publish(kreis, "a", &crate::support::catalogue::answering("Selbst geschrieben", "Hallo")).await;
    let report = test.import(kreis, Format::Jsonl, record("a", "5 €", "Text")).await;
    assert_eq!((counts(&report), report.conflicts), ([0, 1, 0, 0], 0));
    assert_eq!(test.content(kreis, "a").await.title, "Eintrag a");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn preview_shows_and_changes_nothing_until_it_is_applied(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (editor, stadt_a) = (test.sign_in(EDITOR_OF_A).await, test.cast.stadt_a);
    test.import(stadt_a, Format::Jsonl, record("a", "5 €", "alt") + &record("b", "1 €", "b")).await;
    let text = record("a", "6 €", "alt") + &record("b", "1 €", "b") + &record("c", "0 €", "c") + "{\"id\": \"d\"}\n";
    let run = preview(&test, &editor, &text).await;
    let page = editor.get(&run).await.is(200).body;
    for words in ["Vorschau", "Übernehmen", "Eintrag c", "„title“: Der Titel fehlt", "katalog.jsonl"] {
        assert!(page.contains(words), "{words} is missing: {page}");
    }
    let changes = editor.get(&format!("{run}/records/1")).await.is(200).body;
    assert!(changes.contains("<del>5</del>") && changes.contains("<ins>6</ins>"), "{changes}");
    assert_eq!(field(&test, stadt_a, "a", Field::Fees).await, "5 €");
    apply(&test, &editor, &run).await;
    assert_eq!(field(&test, stadt_a, "a", Field::Fees).await, "6 €");
    assert_eq!(test.content(stadt_a, "c").await.title, "Eintrag c");
    let page = editor.get(&run).await.is(200).body;
    assert!(page.contains("übernommen") && page.contains("Lauf rückgängig machen"), "{page}");
    assert_eq!(test.entry(stadt_a, "a").await.expect("a").author, "Redaktion A");
    assert_eq!(editor.post(&format!("{run}/application"), &[]).await.status, 409);
    assert_eq!(editor.post(&format!("{run}/removal"), &[]).await.status, 409);
    let list = editor.get(IMPORTS).await.is(200).body;
    assert!(list.contains("katalog.jsonl"), "{list}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn run_is_taken_back_except_where_somebody_went_on(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (editor, stadt_a) = (test.sign_in(EDITOR_OF_A).await, test.cast.stadt_a);
    let first = record("a", "5 €", "alt") + &record("b", "1 €", "b");
    test.import(stadt_a, Format::Jsonl, &first).await;
    let text = record("a", "6 €", "neu") + &record("b", "2 €", "b") + &record("c", "0 €", "c");
    let run = preview(&test, &editor, &text).await;
    apply(&test, &editor, &run).await;
    write(&test, stadt_a, "b", Field::Body, "weitergeschrieben").await;
    assert!(editor.get(&format!("{run}/reversal")).await.is(200).body.contains("Rückgängig machen"));
    editor.post(&format!("{run}/reversal"), &[]).await.is(303);
    work(&test).await;
    assert_eq!(field(&test, stadt_a, "a", Field::Fees).await, "5 €");
    assert_eq!(field(&test, stadt_a, "a", Field::Body).await, "alt");
    assert_eq!(field(&test, stadt_a, "b", Field::Fees).await, "2 €");
    assert!(test.entry(stadt_a, "c").await.is_none(), "what was new is withdrawn");
    let page = editor.get(&run).await.is(200).body;
    assert!(page.contains("2 Einträge sind wie vorher. 1 Einträge wurden seither geändert"), "{page}");
    // As if it had not been: the first file is again what was imported last.
    let again = test.import(stadt_a, Format::Jsonl, &first).await;
    assert_eq!((counts(&again), again.conflicts), ([0, 0, 2, 0], 0));
    assert_eq!(test.number("select count(*) from audit where action = 'undone'").await, 1);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn conflict_is_decided_part_by_part(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (editor, stadt_a) = (test.sign_in(EDITOR_OF_A).await, test.cast.stadt_a);
    test.import(stadt_a, Format::Jsonl, record("a", "5 €", "alt")).await;
    write(&test, stadt_a, "a", Field::Fees, "7 €").await;
    write(&test, stadt_a, "a", Field::Body, "eigener Text").await;
    let run = preview(&test, &editor, &record("a", "6 €", "neuer Text")).await;
    apply(&test, &editor, &run).await;
    let page = format!("{run}/records/1");
    let html = editor.get(&page).await.is(200).body;
    assert!(html.contains("Text der Datei nehmen") && html.contains("Eigenen Text behalten"), "{html}");
    let decide = async |part: &str, decision: &str, version: &str| {
        editor.post(&page, &[("part", part), ("decision", decision), ("version", version)]).await
    };
    assert_eq!(decide("fees", "theirs", "1").await.status, 409, "the entry is at another version");
    decide("fees", "theirs", "3").await.is(303);
    assert_eq!(field(&test, stadt_a, "a", Field::Fees).await, "6 €");
    assert_eq!(decide("fees", "ours", "4").await.status, 409, "it is decided");
    decide("body", "ours", "4").await.is(303);
    assert_eq!(field(&test, stadt_a, "a", Field::Body).await, "eigener Text");
    assert_eq!(decide("title", "ours", "4").await.status, 404);
    assert_eq!(decide("unsinn", "ours", "4").await.status, 422);
    assert!(editor.get(&run).await.is(200).body.contains("Konflikt entschieden"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn broken_upload_is_explained_and_its_file_is_gone(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let whole = file(&services(1..=3));
    let run = upload(&editor, IMPORTS, "C:\\Daten\\leistungen.xml", &whole[..whole.len() / 2])
        .await
        .is(303)
        .location()
        .to_owned();
    let mut db = test.begin_as_system().await;
    let path: String = sqlx::query_scalar("select path from import_run").fetch_one(&mut *db).await.expect("a path");
    drop(db);
    assert!(std::path::Path::new(&path).exists());
    assert!(editor.get(&run).await.is(200).body.contains("wird gelesen"));
    work(&test).await;
    assert!(!std::path::Path::new(&path).exists());
    let page = editor.get(&run).await.is(200).body;
    assert!(page.contains("Die Datei endet mittendrin") && page.contains("leistungen.xml"), "{page}");
    assert!(!page.contains("C:\\Daten"), "{page}");
    editor.post(&format!("{run}/removal"), &[]).await.is(303);
    assert_eq!(editor.get(&run).await.status, 404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn upload_without_a_usable_file_comes_back(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    for (name, text, words) in [
        ("", "", "Bitte wählen Sie eine Datei aus."),
        ("bild.png", "x", "Das Format ist am Namen der Datei nicht zu erkennen."),
        ("leer.csv", "", "Die Datei ist leer."),
    ] {
        let answer = upload(&editor, IMPORTS, name, text).await.is(422);
        assert!(answer.body.contains(words), "{name}: {}", answer.body);
    }
    let cut = editor
        .post_raw(
            IMPORTS,
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nab",
        )
        .await;
    assert_eq!(cut.status, 422);
    assert_eq!(cut.header(header::CONTENT_TYPE.as_str()), Some("text/html; charset=utf-8"));
    assert_eq!(test.number("select count(*) from import_run").await, 0);
}
