//! One entry for other programs: reading with origins, publishing, and clear answers to bad bodies.

use ortsgespraech::accounts::create_token;
use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::{Content, Field, Html};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::catalogue::{answering, entry};
use crate::support::{Client, TestApp};

async fn program(test: &TestApp, scope: &str, tenants: Option<&[TenantId]>) -> Client {
    let mut db = test.begin_as_system().await;
    let scopes = [scope.to_owned()];
    let secret = create_token(&mut db, "Amtsprogramm", &scopes, tenants, test.app.clock.now()).await.expect("a token");
    db.commit().await.expect("commit");
    test.with_token(&secret)
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn entry_tells_the_origin_of_each_field(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut content =
        Content { valid_until: "2027-12-31".parse().ok(), ..answering("Hund", "Bitte anmelden & zahlen.") };
    content.set(Field::Internal, Html::from_plain("nur hier"));
    let id = test.publish(test.cast.kreis, "hund", &content).await;
    let reader = program(&test, "search", None).await;
    let url = |tenant: &str| format!("/api/v1/tenants/{tenant}/entries/{id}");
    let seen = reader.get(&url("stadt-a")).await.is(200).json();
    assert_eq!((seen["id"].as_str(), seen["external_id"].as_str()), (Some(id.to_string().as_str()), Some("hund")));
    assert_eq!((seen["tenant"].as_str(), seen["origin"].as_str()), (Some("kreis"), Some("inherited")));
    let summary =
        serde_json::json!({"value": "<p>Bitte anmelden &amp; zahlen.</p>", "origin": "inherited", "tenant": "kreis"});
    assert_eq!(seen["fields"]["summary"], summary);
    assert_eq!(seen["fields"]["valid_until"]["value"], "2027-12-31");
    assert_eq!(seen["fields"]["fees"]["value"], serde_json::Value::Null);
    assert!(seen["fields"].get("internal").is_none(), "who may only search reads no internal hints");
    let own = program(&test, "knowledge", None).await.get(&url("kreis")).await.is(200).json();
    assert_eq!(own["origin"], "own");
    assert_eq!(own["fields"]["internal"]["value"], "<p>nur hier</p>");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn entry_is_created_updated_and_left_alone(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let program = program(&test, "knowledge", Some(&[test.cast.stadt_a])).await;
    let url = "/api/v1/tenants/stadt-a/entries/amt%2F1%20%C3%A4";
    let body = r#"{"title": "Sperrmüll", "fees": "25 €", "neu": 1}"#;
    let made = program.put_json(url, body).await.is(201);
    let answer = made.json();
    assert_eq!((answer["outcome"].as_str(), answer["version"].as_i64()), (Some("created"), Some(1)));
    assert_eq!((answer["external_id"].as_str(), &answer["unknown_keys"][0]), (Some("amt/1 ä"), &"neu".into()));
    assert_eq!(program.put_json(url, body).await.is(200).json()["outcome"], "unchanged");
    let second = program.put_json(url, body.replace("25", "30")).await.is(200).json();
    assert_eq!((second["outcome"].as_str(), second["version"].as_i64()), (Some("updated"), Some(2)));
    let read = program.get(made.location()).await.is(200).json();
    assert_eq!(read["fields"]["fees"]["value"], "<p>30 €</p>");
    let mut db = test.begin_as_system().await;
    let acts: Vec<(String, String)> =
        sqlx::query_as("select actor, action from audit where thing = 'entry' order by id")
            .fetch_all(&mut *db)
            .await
            .expect("the audit");
    let by_program = |action: &str| ("Programm Amtsprogramm".to_owned(), action.to_owned());
    assert_eq!(acts, [by_program("created"), by_program("published")]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn other_tenants_and_other_tokens_find_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let id = test.publish(test.cast.stadt_a, "a", &entry("Geheim in A")).await;
    let of_b = program(&test, "knowledge", Some(&[test.cast.stadt_b])).await;
    for path in [
        format!("/api/v1/tenants/stadt-a/entries/{id}"),
        format!("/api/v1/tenants/stadt-b/entries/{id}"),
        "/api/v1/tenants/gibtsnicht/entries/1".to_owned(),
        "/api/v1/tenants/intake/entries/1".to_owned(),
        "/api/v1/tenants/stadt-b/entries/x".to_owned(),
        "/api/v1/tenants/stadt-b/entries/99999999999999999999".to_owned(),
    ] {
        let answer = of_b.get(&path).await.is(404);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
        assert!(!answer.body.contains("Geheim"), "{path}");
    }
    of_b.put_json("/api/v1/tenants/stadt-a/entries/a", r#"{"title": "Fremd"}"#).await.is(404);
    let reader = program(&test, "search", None).await;
    reader.put_json("/api/v1/tenants/stadt-a/entries/a", r#"{"title": "Fremd"}"#).await.is(401);
    test.signed_out().get(&format!("/api/v1/tenants/stadt-a/entries/{id}")).await.is(401);
    test.with_token("falsch").put_json("/api/v1/tenants/stadt-a/entries/a", "{}").await.is(401);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn bad_bodies_are_refused_with_their_reason(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let program = program(&test, "knowledge", None).await;
    let url = "/api/v1/tenants/stadt-a/entries/1";
    let mut reasons = Vec::new();
    for body in ["", "{", "[]", "{}", r#"{"title": 1}"#, r#"{"title": "a", "id": "2"}"#, r#"{"title": "a\u0000"}"#] {
        let answer = program.put_json(url, body).await.is(422).json();
        reasons.push(format!(
            "{} | {}",
            answer["detail"].as_str().unwrap_or(""),
            answer["detail_en"].as_str().unwrap_or("")
        ));
    }
    insta::assert_snapshot!(reasons.join("\n"), @r"
    Der Inhalt ist kein gültiges JSON-Objekt (Zeile 1, Spalte 0). | The body is no valid JSON object: EOF while parsing a value at line 1 column 0.
    Der Inhalt ist kein gültiges JSON-Objekt (Zeile 1, Spalte 1). | The body is no valid JSON object: EOF while parsing an object at line 1 column 1.
    Der Inhalt ist kein gültiges JSON-Objekt (Zeile 1, Spalte 0). | The body is no valid JSON object: invalid type: sequence, expected a map at line 1 column 0.
    „title“: Der Titel fehlt. | Title is missing.
    „title“ muss ein Text sein. | Title must be a string.
    „id“ ist nicht die aus der Adresse. | Id differs from the address.
    „title“ enthält das Steuerzeichen U+0000. | Title contains the control character U+0000.
    ");
    program.put_json(url, vec![b'"', 0xff, b'"']).await.is(422);
    program.put_json(url, format!(r#"{{"title": "a", "body": "{}"}}"#, "x".repeat(1_000_000))).await.is(422);
    program.put_json(url, format!(r#"{{"title": "a", "body": "{}"}}"#, "x".repeat(9_000_000))).await.is(413);
    program
        .put_json(&format!("/api/v1/tenants/stadt-a/entries/{}", "x".repeat(201)), r#"{"title": "a"}"#)
        .await
        .is(422);
    let form = program.request("PUT", url).header("content-type", "text/plain").body("{}".into()).expect("a request");
    program.send(form).await.is(415);
    let mut db = test.begin_as_system().await;
    let count: i64 = sqlx::query_scalar("select count(*) from entry").fetch_one(&mut *db).await.expect("a count");
    assert_eq!(count, 0);
}
