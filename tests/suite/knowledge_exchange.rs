//! Out of one tenant and into another: nothing is lost, and nothing internal leaves where it must not.

use std::io::{Cursor, Read};

use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::export::ExportFormat;
use ortsgespraech::knowledge::import::Format;
use ortsgespraech::knowledge::{Adaptation, Content, Field, Html, Link, Part};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::cast::{ADMIN_OF_A, EDITOR_OF_A};
use crate::support::exchange::counts;
use crate::support::xzufi::{file, services};
use crate::support::{Client, TestApp, berlin};

/// Everything that an entry can have, and what is hard to write in a table or in XML.
fn rich() -> Content {
    let mut content = Content {
        title: "Hund & Katze: \"anmelden\" <sofort>".to_owned(),
        synonyms: vec!["Hund|Katze".to_owned(), "a; b".to_owned(), "Fiffi".to_owned()],
        keywords: vec!["Steuer".to_owned()],
        life_situations: vec!["Tiere".to_owned(), "Umzug".to_owned()],
        leika: Some("99115005104000".to_owned()),
        unit: Some("Steueramt & Kasse".to_owned()),
        links: vec![Link { label: "Antrag; Bogen | A".to_owned(), url: "https://a.example/x?a=1&b=2".to_owned() }],
        valid_from: "2026-01-01".parse().ok(),
        valid_until: "2027-12-31".parse().ok(),
        ..Content::default()
    };
    for field in Field::ALL {
        let html = format!(
            "<h3>{}</h3><p>Text mit <strong>Zeichen</strong> &amp; &lt;b&gt; \"x\"; 5 €</p><ul><li>eins</li><li>zwei</li></ul>",
            field.label()
        );
        content.set(field, Html::from_html(&html));
    }
    content
}

async fn fill(test: &TestApp, tenant: TenantId) {
    test.publish(tenant, "hund", &rich()).await;
    test.publish(tenant, "stelle:17", &Content { title: "Nur ein Titel".to_owned(), ..Content::default() }).await;
    let mut internal = Content { title: "Mit Hinweis".to_owned(), ..Content::default() };
    internal.set(Field::Internal, Html::from_plain("Geheimnis der Kollegen"));
    test.publish(tenant, "hinweis", &internal).await;
    test.import(tenant, Format::Xzufi, file(&services(1..=3))).await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_format_carries_every_field_to_another_tenant(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, others) = (test.cast.kreis, [test.cast.stadt_a, test.cast.stadt_b, test.cast.jobcenter]);
    fill(&test, kreis).await;
    let whole = test.export(kreis, ExportFormat::Jsonl, true).await;
    let formats =
        [(ExportFormat::Xzufi, Format::Xzufi), (ExportFormat::Csv, Format::Csv), (ExportFormat::Jsonl, Format::Jsonl)];
    for ((out, back), tenant) in formats.into_iter().zip(others) {
        let text = test.export(kreis, out, true).await;
        assert_eq!(counts(&test.import(tenant, back, &text).await), [6, 0, 0, 0], "{back:?}");
        let there = test.export(tenant, ExportFormat::Jsonl, true).await;
        assert_eq!(String::from_utf8_lossy(&there), String::from_utf8_lossy(&whole), "{back:?}");
        // The own file again changes nothing.
        assert_eq!(counts(&test.import(kreis, back, &text).await), [0, 0, 6, 0], "{back:?}");
    }
}

fn unpacked(package: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(package)).expect("an archive");
    let names: Vec<String> = archive.file_names().map(|name| name.expect("a name").into_owned()).collect();
    let read = |name: String| {
        let mut bytes = Vec::new();
        archive.by_name(&name).expect("a file").read_to_end(&mut bytes).expect("its bytes");
        (name, bytes)
    };
    names.into_iter().map(read).collect()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn package_tells_what_is_in_it(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, stadt_a) = (test.cast.kreis, test.cast.stadt_a);
    fill(&test, kreis).await;
    fill(&test, stadt_a).await;
    adapt(&test).await;
    let files = unpacked(test.export(stadt_a, ExportFormat::Package, true).await);
    let manifest = files.iter().find(|(name, _)| name == "MANIFEST.json").expect("a list");
    let manifest: Value = serde_json::from_slice(&manifest.1).expect("JSON");
    let listed = manifest["files"].as_array().expect("files");
    assert_eq!(listed.len() + 1, files.len());
    for line in listed {
        let (_, bytes) = files.iter().find(|(name, _)| line["name"] == *name).expect("a listed file");
        assert_eq!(line["sha256"], data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)));
        assert_eq!(line["bytes"], bytes.len());
    }
    let records = |name: &str| listed.iter().find(|line| line["name"] == name).map(|line| line["records"].clone());
    assert_eq!(records("entries.jsonl"), Some(json!(6)));
    assert_eq!(records("adaptations.jsonl"), Some(json!(1)));
    let adaptation = files.iter().find(|(name, _)| name == "adaptations.jsonl").expect("adaptations");
    let adaptation: Value = serde_json::from_slice(&adaptation.1).expect("JSON");
    assert_eq!(adaptation["base"], json!({ "tenant": "kreis", "id": "hund" }));
    assert_eq!(adaptation["patch"]["content"]["fields"]["fees"], "<p>9 €</p>");
}

/// Stadt A says otherwise what the dog costs, and adds something for its agents.
async fn adapt(test: &TestApp) -> String {
    let mut patch = Adaptation::default();
    for (field, text) in [(Field::Fees, "9 €"), (Field::Internal, "Geheimnis")] {
        patch.parts.insert(Part::Text(field));
        patch.content.set(field, Html::from_plain(text));
    }
    let base = test.entry(test.cast.kreis, "hund").await.expect("the dog").id;
    let adaptation = test.adapt(test.cast.stadt_a, base, &patch).await;
    let mut db = test.begin_as_system().await;
    let key = sqlx::query_scalar("select external_id from entry where id = $1").bind(adaptation);
    key.fetch_one(&mut *db).await.expect("its key")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn file_does_not_replace_an_adaptation(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    fill(&test, test.cast.kreis).await;
    let key = adapt(&test).await;
    let text = json!({ "id": key, "title": "Überschrieben" }).to_string();
    let manner = ortsgespraech::knowledge::import::Manner::Apply { withdraws: false };
    let (report, rejects) = test.try_import(test.cast.stadt_a, Format::Jsonl, text, manner).await.expect("an import");
    assert_eq!(counts(&report), [0, 0, 0, 1]);
    assert!(rejects[0].contains("adaptation"), "{rejects:?}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn internal_hints_stay_where_they_are_asked_to(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let stadt_a = test.cast.stadt_a;
    fill(&test, test.cast.kreis).await;
    fill(&test, stadt_a).await;
    adapt(&test).await;
    for format in ExportFormat::ALL {
        for (with_internal, expected) in [(true, true), (false, false)] {
            let bytes = test.export(stadt_a, format, with_internal).await;
            let text = match format {
                ExportFormat::Package => unpacked(bytes).into_iter().flat_map(|(_, bytes)| bytes).collect(),
                _ => bytes,
            };
            assert_eq!(String::from_utf8_lossy(&text).contains("Geheimnis"), expected, "{format:?}");
        }
    }
}

async fn download(client: &Client, fields: &[(&str, &str)]) -> crate::support::Answer {
    client.post("/knowledge/stadt-a/export", fields).await
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn administration_downloads_and_the_audit_tells(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    fill(&test, test.cast.stadt_a).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    assert_eq!(download(&editor, &[("format", "csv")]).await.status, 403);
    let admin = test.sign_in(ADMIN_OF_A).await;
    assert_eq!(download(&admin, &[("format", "docx")]).await.status, 422);
    let table = download(&admin, &[("format", "csv"), ("without_internal", "on")]).await.is(200);
    assert_eq!(table.header("content-disposition"), Some("attachment; filename=\"wissen-stadt-a-2026-11-17.csv\""));
    assert!(table.body.contains("Nur ein Titel") && !table.body.contains("Geheimnis"));
    assert!(download(&admin, &[("format", "package")]).await.is(200).body.starts_with("PK"));
    assert_eq!(test.number("select count(*) from audit where action = 'exported'").await, 2);
    admin.get("/tenants/stadt-a/audit").await.is(200);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn real_services_come_in_as_html_and_change_once(options: PgPoolOptions, database: PgConnectOptions) {
    let [Some(first), Some(again)] = ["", "99 Euro"].map(berlin::records) else { return };
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    assert_eq!(counts(&test.import(kreis, Format::Jsonl, first.clone()).await), [104, 0, 0, 0]);
    assert_eq!(counts(&test.import(kreis, Format::Jsonl, first).await), [0, 0, 104, 0]);
    assert_eq!(counts(&test.import(kreis, Format::Jsonl, again).await), [0, 30, 74, 0]);
    let scripts =
        "select count(*) from entry_version where content::text ilike '%<script%' or content::text ilike '%onclick%'";
    assert_eq!(test.number(scripts).await, 0);
}
