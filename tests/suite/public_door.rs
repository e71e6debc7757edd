//! The public door: closed until it is opened, and only what everybody may read passes it.

use axum::body::Body;
use ortsgespraech::knowledge::{Content, Field, Html};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::attachments::{PDF, attach};
use crate::support::{Client, TestApp, cast, catalogue};

const SWITCH: &str = "/knowledge/stadt-a/public";

/// Stadt A with a text of its own and one of the Kreis.
async fn town(options: PgPoolOptions, database: PgConnectOptions) -> (TestApp, [String; 2]) {
    let test = TestApp::start(options, database).await;
    let mut pass: Content = catalogue::answering("Reisepass beantragen", "Das geht im Bürgerbüro.");
    pass.set(Field::Internal, Html::from_plain("Geheimwort Zaunkönig"));
    pass.set(Field::Fees, Html::from_plain("70,00 €"));
    let pass = test.publish(test.cast.stadt_a, "pass", &pass).await;
    let license = catalogue::answering("Führerschein umtauschen", "Beim Kreis.");
    let license = test.publish(test.cast.kreis, "fs", &license).await;
    test.publish(test.cast.stadt_b, "hund", &catalogue::answering("Hund anmelden", "In B.")).await;
    test.index().await;
    (test, [pass.to_string(), license.to_string()])
}

async fn open(test: &TestApp) -> Client {
    test.sign_in(cast::ADMIN_OF_A).await.post(SWITCH, &[("door", "open")]).await.is(303);
    test.signed_out()
}

fn doors(entry: &str) -> [String; 4] {
    [
        "/public/stadt-a".to_owned(),
        format!("/public/stadt-a/entries/{entry}"),
        "/api/v1/public/stadt-a/search?q=reisepass".to_owned(),
        format!("/api/v1/public/stadt-a/entries/{entry}"),
    ]
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn closed_door_is_as_one_that_does_not_exist(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, [pass, _]) = town(options, database).await;
    let nobody = test.signed_out();
    let plain = |text: String| text.split("request_id").next().unwrap_or_default().to_owned();
    for path in doors(&pass) {
        let closed = nobody.get(&path).await.is(404);
        let unknown = nobody.get(&path.replace("stadt-a", "stadt-x")).await.is(404);
        assert_eq!(closed.header("content-type"), unknown.header("content-type"));
        assert_eq!(plain(closed.body).len(), plain(unknown.body).len(), "{path}");
    }
    // Who edits may not open it, and it is written down who did.
    test.sign_in(cast::EDITOR_OF_A).await.post(SWITCH, &[("door", "open")]).await.is(403);
    let nobody = open(&test).await;
    for path in doors(&pass) {
        nobody.get(&path).await.is(200);
    }
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let audit = admin.get("/tenants/stadt-a/audit").await.is(200).body;
    assert!(audit.contains("Öffentliches Lesen") && audit.contains("eingeschaltet"), "{audit}");
    admin.post(SWITCH, &[("door", "")]).await.is(303);
    for path in doors(&pass) {
        nobody.get(&path).await.is(404);
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn only_what_everybody_may_read_passes(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, [pass, license]) = town(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let list = format!("/knowledge/stadt-a/entries/stadt-a/{pass}/attachments");
    attach(&editor, &list, "offen.pdf", PDF, &[("label", "Merkblatt")]).await.is(303);
    let secret = [PDF, b" geheim"].concat();
    attach(&editor, &list, "intern.pdf", &secret, &[("label", "Zaunkönigplan"), ("internal", "on")]).await.is(303);
    let nobody = open(&test).await;
    for path in doors(&pass) {
        let answer = nobody.get(&path).await.is(200);
        assert!(!answer.body.contains("Zaunkönig") && !answer.body.contains("Redaktion A"), "{}", answer.body);
        assert!(answer.body.contains("Reisepass beantragen") && answer.header("set-cookie").is_none(), "{path}");
    }
    let page = nobody.get(&doors(&pass)[1]).await.is(200).body;
    assert!(page.contains("70,00 €") && page.contains("Merkblatt</a>"), "{page}");
    assert!(!page.contains("<script"), "a plain page");
    let json = nobody.get(&doors(&license)[3]).await.is(200).json();
    assert_eq!((&json["title"], &json["tenant"]), (&"Führerschein umtauschen".into(), &"kreis".into()));
    assert!(json["fields"].get("internal").is_none() && json.get("author").is_none());
    for query in ["Zaunkönig", "hund"] {
        let found = nobody.get(&format!("/api/v1/public/stadt-a/search?q={query}")).await.is(200).json();
        assert_eq!(found["hits"], serde_json::json!([]), "{query}");
    }
    let mut db = test.begin_as_system().await;
    let files: Vec<i64> =
        sqlx::query_scalar("select id from attachment order by id").fetch_all(&mut *db).await.expect("files");
    drop(db);
    nobody.get(&format!("/public/stadt-a/attachments/{}", files[0])).await.is(200);
    nobody.get(&format!("/public/stadt-a/attachments/{}", files[1])).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_is_kept_back_is_found_by_nobody(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, [pass, license]) = town(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let exclusions = format!("{SWITCH}/exclusions");
    let unknown = editor.post(&exclusions, &[("entry", "Gibt es nicht")]).await.is(422);
    assert!(unknown.body.contains("gibt es keinen Eintrag"), "{}", unknown.body);
    editor.post(&exclusions, &[("entry", "Reisepass beantragen")]).await.is(303);
    editor.post(&exclusions, &[("entry", &license)]).await.is(303);
    let nobody = open(&test).await;
    for entry in [&pass, &license] {
        let [_, page, _, json] = doors(entry);
        nobody.get(&page).await.is(404);
        nobody.get(&json).await.is(404);
    }
    for path in ["/public/stadt-a", "/public/stadt-a?q=reisepass", "/api/v1/public/stadt-a/search?q=umtauschen"] {
        let body = nobody.get(path).await.is(200).body;
        assert!(!body.contains("beantragen") && !body.contains("Führerschein"), "{path}: {body}");
    }
    editor.post(&format!("{exclusions}/{pass}/removal"), &[]).await.is(303);
    assert!(editor.get(SWITCH).await.is(200).body.contains("Rückgängig"));
    nobody.get(&doors(&pass)[1]).await.is(200);
    editor.post(&format!("{exclusions}/{pass}/restoration"), &[]).await.is(303);
    nobody.get(&doors(&pass)[1]).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn other_websites_may_ask_and_are_asked_for_patience(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, [pass, _]) = town(options, database).await;
    let nobody = open(&test).await;
    let path = &doors(&pass)[3];
    let answer = nobody.get(path).await.is(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=60"));
    let tag = answer.header("etag").expect("a tag").to_owned();
    let request = nobody.request("GET", path).header("if-none-match", &tag);
    let same = nobody.send(request.body(Body::empty()).expect("a request")).await.is(304);
    assert!(same.body.is_empty() && same.header("etag") == Some(&tag));
    let mut statuses = Vec::new();
    for _ in 0..60 {
        statuses.push(nobody.get(path).await.status.as_u16());
    }
    assert!(statuses.starts_with(&[200; 30]) && statuses.ends_with(&[429; 10]), "{statuses:?}");
}
