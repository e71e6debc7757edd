//! Imports as people do them on the pages.

use ortsgespraech::db::Follows;
use ortsgespraech::knowledge::import::ImportFollower;

use super::{Answer, Client, TestApp};

pub const IMPORTS: &str = "/knowledge/stadt-a/imports";

/// A line of a catalogue.
pub fn record(id: &str, fees: &str, body: &str) -> String {
    format!("{}\n", serde_json::json!({ "id": id, "title": format!("Eintrag {id}"), "fees": fees, "body": body }))
}

pub async fn upload(client: &Client, imports: &str, name: &str, text: &str) -> Answer {
    let body = format!(
        "--grenze\r\nContent-Disposition: form-data; name=\"format\"\r\n\r\n\r\n--grenze\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n{text}\r\n--grenze--\r\n"
    );
    client.post_raw(imports, "multipart/form-data; boundary=grenze", body).await
}

/// The server's part.
pub async fn work(test: &TestApp) {
    ImportFollower::new(&test.app).follow().await.expect("the server's part");
}

/// Uploads for Stadt A and lets the server read; the run's address.
pub async fn preview(test: &TestApp, client: &Client, text: &str) -> String {
    let run = upload(client, IMPORTS, "katalog.jsonl", text).await.is(303).location().to_owned();
    work(test).await;
    run
}

pub async fn apply(test: &TestApp, client: &Client, run: &str) {
    client.post(&format!("{run}/application"), &[]).await.is(303);
    work(test).await;
}
