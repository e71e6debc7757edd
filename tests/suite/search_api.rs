//! The search of other programs and its page for people.

use ortsgespraech::accounts;
use ortsgespraech::ids::TenantId;
use ortsgespraech::routes;
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::catalogue::{answering, entry};
use crate::support::{Client, TestApp, cast};

async fn token(test: &TestApp, scopes: &[&str], tenants: Option<&[TenantId]>) -> Client {
    let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
    let mut db = test.begin_as_system().await;
    let secret =
        accounts::create_token(&mut db, "Test", &scopes, tenants, test.app.clock.now()).await.expect("a token");
    db.commit().await.expect("commit");
    test.with_token(&secret)
}

async fn catalogue(options: PgPoolOptions, database: PgConnectOptions) -> TestApp {
    let test = TestApp::start(options, database).await;
    test.publish(test.cast.kreis, "k1", &answering("Hundesteuer", "Die Steuer für den Hund zahlt man jährlich.")).await;
    test.publish(test.cast.stadt_a, "a1", &answering("Hund anmelden", "Im Rathaus & <online>.")).await;
    test.publish(test.cast.stadt_b, "b1", &entry("Hundewiese")).await;
    test.index().await;
    test
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["hits"].as_array().expect("hits").iter().filter_map(|hit| hit["external_id"].as_str()).collect()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn answer_has_the_promised_fields(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let program = token(&test, &["search"], None).await;
    let answer = program.get("/api/v1/tenants/stadt-a/search?q=hund").await.is(200).json();
    assert_eq!(answer["query"], "hund");
    assert!(answer["took_us"].is_u64());
    assert_eq!(ids(&answer), ["a1", "k1"]);
    let hit = &answer["hits"][0];
    assert!(hit["id"].is_string() && hit["score"].as_f64().is_some_and(|score| score > 0.0));
    assert_eq!(hit["title"], "Hund anmelden");
    assert_eq!((&hit["tenant"], &hit["origin"]), (&"stadt-a".into(), &"own".into()));
    assert_eq!(hit["snippet"], "Im Rathaus &amp; &lt;online&gt;.");
    let hit = &answer["hits"][1];
    assert_eq!((&hit["tenant"], &hit["origin"]), (&"kreis".into(), &"inherited".into()));
    assert_eq!(hit["snippet"], "Die Steuer für den <mark>Hund</mark> zahlt man jährlich.");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn odd_queries_and_limits_are_answered(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let program = token(&test, &["search"], None).await;
    let long = format!("q=hund+{}", "wort+".repeat(1_500));
    for query in ["", "q=", "q=%20", "q=%ff%fe", "q=%00", "limit=zehn", "q=*:*&limit=-1", "foo=bar"] {
        let answer = program.get(&format!("/api/v1/tenants/stadt-a/search?{query}")).await.is(200).json();
        assert!(ids(&answer).is_empty(), "{query}");
    }
    for (query, hits) in [
        ("q=hund&limit=1", 1),
        ("q=hund&limit=0", 1),
        ("q=hund&limit=x", 2),
        ("q=hund&limit=999", 2),
        ("q=hund&q=katze", 2),
        (&long, 2),
    ] {
        let answer = program.get(&format!("/api/v1/tenants/stadt-a/search?{query}")).await.is(200).json();
        assert_eq!(ids(&answer).len(), hits, "{query}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn programs_reach_their_tenants_only(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let of_b = token(&test, &["search"], Some(&[test.cast.stadt_b])).await;
    of_b.get("/api/v1/tenants/stadt-b/search?q=hund").await.is(200);
    for foreign in ["stadt-a", "kreis", "intake", "unbekannt", "..%2F", "%00"] {
        of_b.get(&format!("/api/v1/tenants/{foreign}/search?q=hund")).await.is(404);
    }
    token(&test, &["knowledge"], None).await.get("/api/v1/tenants/kreis/search?q=hund").await.is(200);
    token(&test, &["calls"], None).await.get("/api/v1/tenants/kreis/search?q=hund").await.is(401);
    test.with_token("falsch").get("/api/v1/tenants/kreis/search?q=hund").await.is(401);
    test.signed_out().get("/api/v1/tenants/kreis/search?q=hund").await.is(401);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn page_shows_hits_with_their_origin(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let page = editor.get("/knowledge/stadt-a/search?q=hund").await.is(200).body;
    assert!(page.contains("<mark>Hund</mark> anmelden") && page.contains("Hundesteuer"), "{page}");
    assert!(page.contains("2 Treffer") && !page.contains("Hundewiese"));
    let own = editor.get("/knowledge/stadt-a/search?q=hund&origin=own").await.is(200).body;
    assert!(own.contains("anmelden") && !own.contains("Hundesteuer"));
    let inherited = editor.get("/knowledge/stadt-a/search?q=hund&origin=inherited").await.is(200).body;
    assert!(!inherited.contains("anmelden") && inherited.contains("Hundesteuer"));
    editor.get("/knowledge/stadt-b/search?q=hund").await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn page_says_what_to_do_when_nothing_is_found(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let page = editor.get("/knowledge/stadt-a/search").await.is(200).body;
    assert!(page.contains("Tippen Sie, wonach gefragt wird."));
    let page = editor.get("/knowledge/stadt-a/search?q=%3Cscript%3Exylophon&page=99").await.is(200).body;
    assert!(page.contains("Kein Treffer für „&#60;script&#62;xylophon“."), "{page}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn page_beyond_the_end_is_the_last_one(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let titles: Vec<String> = (0..60).map(|number| format!("Antrag Nummer {number}")).collect();
    for title in &titles {
        test.publish(test.cast.stadt_a, title, &entry(title)).await;
    }
    test.index().await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let hits = |body: &str| body.matches("hit-link").count();
    let pages = ["1", "2", "99", "-4", "x", "99999999999999999999"];
    let mut shown = Vec::new();
    for page in pages {
        let body = editor.get(&format!("/knowledge/stadt-a/search?q=antrag&page={page}")).await.is(200).body;
        shown.push(hits(&body));
    }
    assert_eq!(shown, [50, 10, 10, 50, 50, 50]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn probes_tell_whether_the_server_may_be_asked(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let monitor = test.signed_out();
    monitor.get("/readyz").await.is(503);
    test.index().await;
    assert_eq!(monitor.get("/readyz").await.is(200).body, "database: ready\nsearch index: ready\n");
    monitor.get("/metrics").await.is(200);
    let figures = monitor.get("/metrics").await.is(200).body;
    assert!(
        figures.contains("ortsgespraech_http_requests_total{method=\"GET\",route=\"/metrics\",status=\"200\"}"),
        "{figures}"
    );
    assert!(!figures.contains("stadt-a"), "a figure names a tenant");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_api_route_is_described(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let document = test.signed_out().get("/api/v1/openapi.json").await.is(200).json();
    assert_eq!(document["openapi"], "3.1.0");
    let described: Vec<String> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().expect("methods").keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    for line in routes::routes().table().iter().filter(|line| line.path.starts_with("/api/")) {
        let route = format!("{} {}", line.method, line.path);
        assert!(described.contains(&route), "{route} is not in openapi.json");
    }
}
