//! A list is read in after a look at what it would change, and given away as a table and as vCards.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::directory::make;
use crate::support::{Answer, Client, TestApp, cast};

const TABLE: &str = "Stelle;Person;gehört zu;Telefon;E-Mail\n\
    Bürgerbüro;;Rathaus;069 90009-111;\n\
    Rathaus;;;069 90009-100;info@stadt-a.example\n\
    Bürgerbüro;Frau Yilmaz;;2212;\n\
    ;;;;\n\
    Bauamt;;;keine Nummer;\n\
    Bauhof;;Gibtesnicht;;\n";

async fn upload(client: &Client, text: &str) -> Answer {
    let body = format!(
        "--grenze\r\nContent-Disposition: form-data; name=\"file\"; filename=\"liste.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{text}\r\n--grenze--\r\n"
    );
    client.post_raw("/directory/stadt-a/exchange", "multipart/form-data; boundary=grenze", body).await
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn list_is_shown_before_it_is_written(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    make(&editor, &[("name", "Bürgerbüro"), ("phone", "069 90009-110"), ("room", "3")]).await;
    let preview = upload(&editor, TABLE).await.is(200).body;
    assert!(preview.contains("2 neu, 1 geändert, 0 unverändert, 3 nicht zu übernehmen"), "{preview}");
    assert!(preview.contains("Telefon: 069 90009-110 → 069 90009-111"));
    for why in ["Die Stelle hat keinen Namen.", "„keine Nummer“ ist keine Rufnummer.", "„Gibtesnicht“ gibt es nicht."]
    {
        assert!(preview.contains(why), "{why}");
    }
    assert!(!editor.get("/directory/stadt-a").await.body.contains("Rathaus"), "nothing is written yet");
    editor.post("/directory/stadt-a/exchange/import", &[("text", TABLE)]).await.is(303);
    let list = editor.get("/directory/stadt-a").await.is(200).body;
    assert!(list.contains("2 neu, 1 geändert, 0 unverändert, 3 nicht übernommen"));
    assert!(list.find(">Rathaus<") < list.find(">Bürgerbüro<") && list.contains("069 90009-111"));
    let unit = crate::directory::id_of(&test, "Bürgerbüro").await;
    let page = editor.get(&format!("/directory/stadt-a/units/{unit}")).await.is(200).body;
    assert!(page.contains("Frau Yilmaz") && page.contains("Zimmer 3"), "what the file leaves empty stays");
    assert!(upload(&editor, TABLE).await.is(200).body.contains("0 neu, 0 geändert, 3 unverändert"));
    assert!(upload(&editor, "").await.is(422).body.contains("Bitte wählen Sie eine Datei."));
    assert!(upload(&editor, "Spalte A;Spalte B\n1;2\n").await.is(200).body.contains("Es fehlt die Spalte"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_is_given_away_is_read_in_again(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    editor.post("/directory/stadt-a/exchange/import", &[("text", TABLE)]).await.is(303);
    for (format, kind) in [("csv", "text/csv"), ("vcard", "text/vcard")] {
        let file = editor.get(&format!("/directory/stadt-a/export?format={format}")).await.is(200);
        assert!(file.header("content-type").is_some_and(|found| found.starts_with(kind)));
        let preview = upload(&editor, &file.body).await.is(200).body;
        assert!(preview.contains("0 neu, 0 geändert, 3 unverändert, 0 nicht"), "{format}: {preview}");
    }
    let other = test.sign_in(cast::EDITOR_OF_B).await;
    assert!(!other.get("/directory/stadt-b/export").await.is(200).body.contains("Yilmaz"));
    other.get("/directory/stadt-a/export").await.is(404);
}
