//! Files of entries: taken in by what they contain, seen by whoever reads the entry, removed and brought back.

use axum::http::header;
use chrono::TimeDelta;
use ortsgespraech::clock::Clock;
use ortsgespraech::ids::EntryId;
use ortsgespraech::knowledge::attachments::forget_removed_attachments;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Answer, Client, TestApp, app::test_time, cast, catalogue};

pub const PDF: &[u8] = b"%PDF-1.7\nMerkblatt";

pub async fn attach(editor: &Client, list: &str, name: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Answer {
    let mut body = Vec::new();
    for (field, value) in fields {
        let part = format!("--x\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let request = editor.request("POST", list).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    editor.send(request.body(body.into()).expect("a request")).await
}

pub async fn publish(test: &TestApp, tenant: ortsgespraech::ids::TenantId, key: &str, title: &str) -> EntryId {
    let entry = test.publish(tenant, key, &catalogue::answering(title, "Das geht im Bürgerbüro.")).await;
    test.index().await;
    entry
}

async fn latest(test: &TestApp) -> i64 {
    let mut db = test.begin_as_system().await;
    sqlx::query_scalar("select max(id) from attachment").fetch_one(&mut *db).await.expect("a file")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn file_hangs_on_the_entry_and_is_only_kept(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let entry = publish(&test, test.cast.stadt_a, "pass", "Reisepass").await;
    let page = format!("/knowledge/stadt-a/entries/stadt-a/{entry}");
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    attach(&editor, &format!("{page}/attachments"), "C:\\Büro\\Antrag für Pass.pdf", PDF, &[]).await.is(303);
    let shown = test.sign_in(cast::AGENT).await.get(&page).await.is(200).body;
    let file = format!("/knowledge/stadt-a/attachments/stadt-a/{}", latest(&test).await);
    assert!(shown.contains(&file) && shown.contains("Antrag für Pass</a>") && shown.contains("PDF, 1 KB"), "{shown}");
    let answer = test.sign_in(cast::AGENT).await.get(&file).await.is(200);
    assert_eq!(answer.body.as_bytes(), PDF);
    assert_eq!(answer.header("content-type"), Some("application/pdf"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert!(answer.header("content-security-policy").is_some_and(|policy| policy.starts_with("sandbox")));
    let name = "attachment; filename=\"Antrag f_r Pass.pdf\"; filename*=UTF-8''Antrag%20f%C3%BCr%20Pass.pdf";
    assert_eq!(answer.header("content-disposition"), Some(name));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn file_is_what_its_bytes_say(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let entry = publish(&test, test.cast.stadt_a, "pass", "Reisepass").await;
    let list = format!("/knowledge/stadt-a/entries/stadt-a/{entry}/attachments");
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let large = [PDF, &vec![b' '; 10 * 1024 * 1024]].concat();
    for (name, bytes, message) in [
        ("leer.pdf", &b""[..], "Bitte wählen Sie eine Datei."),
        ("seite.pdf", b"<html><script>alert(1)</script>", "Nur PDF, PNG und JPEG sind möglich."),
        ("bild.png", PDF, "enthält ein PDF"),
        ("viel.pdf", &large, "Höchstens 10 MB"),
    ] {
        let answer = attach(&editor, &list, name, bytes, &[("label", "So heißt es")]).await.is(422);
        assert!(answer.body.contains(message), "{message}: {}", answer.body);
    }
    let barely = [PDF, &vec![b' '; 10 * 1024 * 1024 - PDF.len()]].concat();
    attach(&editor, &list, "gerade.pdf", &barely, &[]).await.is(303);
    attach(&editor, &list, "klein.pdf", PDF, &[]).await.is(303);
    let again = attach(&editor, &list, "noch einmal.pdf", PDF, &[]).await.is(422);
    assert!(again.body.contains("hängt schon an diesem Eintrag"), "{}", again.body);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn file_is_seen_where_its_entry_is_seen(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let of_a = publish(&test, test.cast.stadt_a, "pass", "Reisepass").await;
    let list = format!("/knowledge/stadt-a/entries/stadt-a/{of_a}/attachments");
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    attach(&editor, &list, "a.pdf", PDF, &[]).await.is(303);
    let file_of_a = latest(&test).await;
    let of_kreis = publish(&test, test.cast.kreis, "fs", "Führerschein").await;
    let operator = test.sign_in(cast::OPERATOR).await;
    let list_of_kreis = format!("/knowledge/kreis/entries/kreis/{of_kreis}/attachments");
    attach(&operator, &list_of_kreis, "k.pdf", PDF, &[]).await.is(303);
    let file_of_kreis = latest(&test).await;
    let reader = test.sign_in(cast::VIEWER_OF_B).await;
    reader.get(&format!("/knowledge/stadt-b/attachments/kreis/{file_of_kreis}")).await.is(200);
    for path in [
        format!("/knowledge/stadt-b/attachments/stadt-a/{file_of_a}"),
        format!("/knowledge/stadt-b/attachments/stadt-b/{file_of_a}"),
        format!("/knowledge/stadt-b/attachments/kreis/{file_of_a}"),
        format!("/knowledge/stadt-a/attachments/stadt-a/{file_of_a}"),
    ] {
        reader.get(&path).await.is(404);
    }
    let other = test.sign_in(cast::EDITOR_OF_B).await;
    for list in [list, format!("/knowledge/stadt-b/entries/kreis/{of_kreis}/attachments")] {
        other.get(&list).await.is(404);
        attach(&other, &list, "b.pdf", PDF, &[]).await.is(404);
    }
    other.post(&format!("/knowledge/stadt-b/attachments/kreis/{file_of_kreis}/removal"), &[]).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn removed_file_comes_back_for_a_month(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await.with_clock(Clock::fixed(test_time()));
    let entry = publish(&test, test.cast.stadt_a, "pass", "Reisepass").await;
    let list = format!("/knowledge/stadt-a/entries/stadt-a/{entry}/attachments");
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    attach(&editor, &list, "a.pdf", PDF, &[("label", "Lageplan")]).await.is(303);
    let file = format!("/knowledge/stadt-a/attachments/stadt-a/{}", latest(&test).await);
    assert!(editor.get(&format!("{file}/removal")).await.is(200).body.contains("Anhang entfernen?"));
    editor.post(&format!("{file}/removal"), &[]).await.is(303);
    editor.get(&file).await.is(404);
    let shown = editor.get(&list).await.is(200).body;
    assert!(shown.contains("Rückgängig") && shown.contains("Wiederherstellen"), "{shown}");
    editor.post(&format!("{file}/restoration"), &[]).await.is(303);
    editor.get(&file).await.is(200);
    editor.post(&format!("{file}/removal"), &[]).await.is(303);
    for (days, deleted) in [(29, 0), (2, 1)] {
        test.app.clock.advance(TimeDelta::days(days));
        assert_eq!(forget_removed_attachments(&test.app).await.expect("a count"), deleted);
    }
}
