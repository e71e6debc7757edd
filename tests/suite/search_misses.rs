//! Searches without a hit: what is kept of them, for whom, and what never is.

use std::time::Duration;

use axum::body::Body;
use chrono::TimeDelta;
use ortsgespraech::ids::TenantId;
use ortsgespraech::search;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::{center, take};
use crate::support::browser::in_chromium;
use crate::support::log::Log;
use crate::support::{Answer, Client, TestApp, cast};

async fn catalogue(options: PgPoolOptions, database: PgConnectOptions) -> TestApp {
    let test = TestApp::start(options, database).await;
    test.publish_titles(test.cast.kreis, &["Hundesteuer", "Weber-Siedlung: Bauplätze"]).await;
    test.index().await;
    test
}

/// Words and count, oldest first.
async fn misses(test: &TestApp, tenant: TenantId) -> Vec<(String, i32)> {
    let mut db = test.begin_as_system().await;
    let rows = sqlx::query_as("select words, count from search_miss where tenant_id = $1 order by id").bind(tenant);
    rows.fetch_all(&mut *db).await.expect("rows")
}

async fn search_page(client: &Client, query: &str) -> Answer {
    let fields = serde_html_form::to_string([("q", query)]).expect("a query");
    client.get(&format!("/knowledge/stadt-a/search?{fields}")).await.is(200)
}

async fn typed(client: &Client, query: &str) -> String {
    let fields = serde_html_form::to_string([("q", query)]).expect("a query");
    let request = client.request("GET", &format!("/knowledge/stadt-a/search?{fields}")).header("hx-request", "true");
    client.send(request.body(Body::empty()).expect("a request")).await.is(200).body
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn submitted_search_without_a_hit_is_kept_once_with_its_count(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    for query in
        ["Grüne Quietsche-Entchen?", "  gruene   quietsche entchen", "hundesteuer", "hundesteur", "", "?!", "xy"]
    {
        search_page(&editor, query).await;
        test.app.clock.advance(TimeDelta::minutes(2));
    }
    assert_eq!(misses(&test, test.cast.stadt_a).await, [("grüne quietsche-entchen".to_owned(), 2)]);
    // A reload is no second question.
    search_page(&editor, "xylophon").await;
    search_page(&editor, "xylophon").await;
    assert_eq!(misses(&test, test.cast.stadt_a).await[1], ("xylophon".to_owned(), 1));
    assert!(misses(&test, test.cast.kreis).await.is_empty());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn typed_search_is_kept_only_when_the_page_reports_it(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let fragment = typed(&editor, "xylophon").await;
    assert!(fragment.contains(r#"hx-trigger="load delay:2s""#), "{fragment}");
    assert!(!typed(&editor, "hund").await.contains("load delay"));
    assert!(!search_page(&editor, "hund").await.body.contains("load delay"));
    assert!(misses(&test, test.cast.stadt_a).await.is_empty());
    let report = "/knowledge/stadt-a/misses";
    editor.post(report, &[("q", "xylophon")]).await.is(204);
    // The server looks for itself.
    editor.post(report, &[("q", "hund")]).await.is(204);
    editor.post(report, &[]).await.is(204);
    editor.post("/knowledge/stadt-b/misses", &[("q", "xylophon")]).await.is(404);
    assert_eq!(misses(&test, test.cast.stadt_a).await, [("xylophon".to_owned(), 1)]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn names_numbers_and_addresses_never_reach_the_table(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    for query in [
        "xylophon 12",
        "max@xylophon.example",
        "xylophon müller",
        "Ayşe xylophon",
        "Frau Xylander",
        "mein name ist xylander",
        "Frau Weber xylophon",
        "oleksandr",
        &"xylophon ".repeat(13),
        &"x".repeat(201),
    ] {
        search_page(&editor, query).await;
        editor.post("/knowledge/stadt-a/misses", &[("q", query)]).await.is(204);
    }
    assert_eq!(misses(&test, test.cast.stadt_a).await, []);
    let kept: i64 = sqlx::query_scalar("select count(*) from search_miss")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("a count");
    assert_eq!(kept, 0);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn programs_and_the_reserved_tenant_leave_no_miss(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let mut db = test.begin_as_system().await;
    let scopes = ["search".to_owned()];
    let token = ortsgespraech::accounts::create_token(&mut db, "Test", &scopes, None, test.app.clock.now()).await;
    db.commit().await.expect("commit");
    let program = test.with_token(&token.expect("a token"));
    program.get("/api/v1/tenants/stadt-a/search?q=xylophon").await.is(200);
    let agent = test.sign_in(cast::AGENT).await;
    agent.post("/knowledge/intake/misses", &[("q", "xylophon")]).await.is(204);
    agent.post("/desk/misses", &[("q", "xylophon")]).await.is(204);
    assert!(misses(&test, test.cast.stadt_a).await.is_empty() && misses(&test, test.cast.intake).await.is_empty());
}

async fn note(test: &TestApp, client: &Client, town: &str, words: &[&str]) {
    for words in words {
        client.post(&format!("/knowledge/{town}/misses"), &[("q", words)]).await.is(204);
        test.app.clock.advance(TimeDelta::minutes(2));
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn editors_see_their_own_towns_misses_and_remove_them(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let list = "/knowledge/stadt-a/misses";
    let empty = editor.get(list).await.is(200).body;
    assert!(empty.contains("Bisher hat jede Suche etwas gefunden."), "{empty}");
    note(&test, &editor, "stadt-a", &["xylophon", "glockenspiel", "xylophon", "grünspecht"]).await;
    test.app.clock.advance(TimeDelta::days(3));
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    note(&test, &editor, "stadt-a", &["trommelwirbel"]).await;

    let page = editor.get(list).await.is(200).body;
    let places =
        ["xylophon</a>", "trommelwirbel</a>", "grünspecht</a>", "glockenspiel</a>"].map(|words| page.find(words));
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{page}");
    assert!(page.contains("/knowledge/stadt-a/search?q=xylophon\""));
    let filtered = editor.get(&format!("{list}?q=GRUENSP")).await.is(200).body;
    assert!(filtered.contains("grünspecht") && !filtered.contains("xylophon"), "{filtered}");
    let recent = editor.get(&format!("{list}?from=2026-11-19&to=20.11.2026")).await.is(200).body;
    assert!(recent.contains("trommelwirbel") && !recent.contains("xylophon"), "{recent}");
    assert!(editor.get(&format!("{list}?q=nichts")).await.body.contains("Keine Suche passt zu den Filtern."));

    let id: i64 = sqlx::query_scalar("select id from search_miss where words = 'xylophon'")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("the miss");
    let removal = format!("{list}/{id}/removal");
    assert!(editor.get(&removal).await.is(200).body.contains("„xylophon“, 2 mal gesucht"));
    for stranger in [cast::EDITOR_OF_B, cast::ADMIN_OF_B, cast::AGENT_OF_B] {
        let stranger = test.sign_in(stranger).await;
        stranger.get(list).await.is(404);
        stranger.get(&removal).await.is(404);
        stranger.post(&removal, &[]).await.is(404);
    }
    let editor_of_b = test.sign_in(cast::EDITOR_OF_B).await;
    let foreign = format!("/knowledge/stadt-b/misses/{id}/removal");
    editor_of_b.get(&foreign).await.is(404);
    editor_of_b.post(&foreign, &[]).await.is(404);
    assert!(!editor_of_b.get("/knowledge/stadt-b/misses").await.is(200).body.contains("xylophon"));
    editor.post(&removal, &[]).await.is(303);
    editor.post(&removal, &[]).await.is(404);
    assert!(!editor.get(list).await.body.contains("xylophon</a>"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn only_those_who_edit_are_shown_the_list(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    assert!(editor.get("/knowledge/stadt-a").await.body.contains("/knowledge/stadt-a/misses\">Ohne Treffer"));
    let viewer = test.sign_in(cast::VIEWER_OF_B).await;
    viewer.get("/knowledge/stadt-b/misses").await.is(403);
    assert!(!viewer.get("/knowledge/stadt-b").await.is(200).body.contains("Ohne Treffer"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_nobody_looked_for_in_half_a_year_is_forgotten(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    note(&test, &editor, "stadt-a", &["xylophon", "glockenspiel"]).await;
    test.app.clock.advance(TimeDelta::days(100));
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    note(&test, &editor, "stadt-a", &["glockenspiel"]).await;
    test.app.clock.advance(TimeDelta::days(81));
    assert_eq!(search::forget_old_misses(&test.app).await.expect("deleted"), 1);
    assert_eq!(misses(&test, test.cast.stadt_a).await, [("glockenspiel".to_owned(), 2)]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn no_line_of_the_log_says_what_was_looked_for(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let log = Log::listen();
    search_page(&editor, "xylophon").await;
    typed(&editor, "xylophon").await;
    note(&test, &editor, "stadt-a", &["xylophon"]).await;
    editor.get("/knowledge/stadt-a/misses?q=xylophon").await.is(200);
    assert!(!log.lines().contains("xylophon"), "{}", log.lines());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn desk_keeps_what_stays_on_the_screen_and_not_what_is_typed_on(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        for beginning in ["xyloph", "on", "schule"] {
            browser.type_text(beginning).await;
            browser.until("no hit", "document.querySelector('[hx-trigger=\"load delay:2s\"]')").await;
        }
        while misses(&test, test.cast.stadt_a).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(misses(&test, test.cast.stadt_a).await, [("xylophonschule".to_owned(), 1)]);
    })
    .await;
}
