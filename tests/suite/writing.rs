//! What the editor's page says about a text, and about the pages that it points to.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::{any, get};
use chrono::TimeDelta;
use ortsgespraech::knowledge::links::{self, Probe};
use ortsgespraech::knowledge::{Adaptation, Content, Field, Html, Link, Part};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::net::TcpListener;

use crate::support::TestApp;
use crate::support::cast::{AGENT, EDITOR_OF_A, EDITOR_OF_B};
use crate::support::catalogue::answering;

const REMARKS: &str = "/knowledge/stadt-a/remarks";

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn remarks_follow_what_stands_in_the_form(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let fields = [("title", "Wohngeld"), ("procedure", "Sie stellen einen Antrag bei Frau Meier. BAföG zählt mit.")];
    let part = editor.post(REMARKS, &fields).await.is(200).body;
    assert!(!part.contains("<html"), "a part only");
    for expected in ["href=\"#fees\"", "href=\"#documents\"", "Frau Meier", "(BAföG)", "LIX", "Amstad"] {
        assert!(part.contains(expected), "{expected} is missing in {part}");
    }
    let blank = editor.post(REMARKS, &[("title", "Wohngeld")]).await.is(200).body;
    assert!(blank.contains("Sobald Sie schreiben") && !blank.contains("href=\"#fees\""), "{blank}");
    test.sign_in(AGENT).await.post(REMARKS, &fields).await.is(403);
    test.sign_in(EDITOR_OF_B).await.post(REMARKS, &fields).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn editor_without_javascript_sees_the_remarks_on_the_page(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let id = test.publish(test.cast.stadt_a, "a", &answering("Pass", "Rufen Sie Herrn Kaya an.")).await;
    let page = editor.get(&format!("/knowledge/stadt-a/entries/stadt-a/{id}/edit")).await.is(200).body;
    assert!(page.contains("Herrn Kaya</q>"), "{page}");
    let fields = [("title", "Pass"), ("summary", "Den Antrag stellen Sie hier."), ("act", "preview")];
    let preview = editor.post("/knowledge/stadt-a/entries", &fields).await.is(200).body;
    assert!(preview.contains("href=\"#fees\""), "{preview}");
}

/// Pages of a web site on this machine.
async fn open_site() -> String {
    let pages = Router::new()
        .route("/gut", get(async || "gut"))
        .route("/nur-get", get(async || "gut").head(async || StatusCode::METHOD_NOT_ALLOWED))
        .route("/umgezogen", any(async || Redirect::permanent("/gut")))
        .route("/kreis", any(async || Redirect::permanent("/kreis")))
        .route("/kaputt", any(async || StatusCode::INTERNAL_SERVER_ERROR));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, pages).await });
    format!("http://{address}")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn dead_link_is_told_with_the_day_since_when(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let site = open_site().await;
    let link = |path: &str| Link { label: format!("Seite {path}"), url: format!("{site}/{path}") };
    let links = ["gut", "nur-get", "umgezogen", "kreis", "kaputt", "fehlt"].map(link).to_vec();
    let id = test.publish(test.cast.stadt_a, "a", &Content { links, ..answering("Pass", "Gern.") }).await;
    let probe = Probe::new().expect("a probe").into_own_network();
    assert_eq!(links::check_links(&test.app, &probe).await.expect("a look"), 6);
    test.app.clock.advance(TimeDelta::minutes(30));
    links::check_links(&test.app, &probe).await.expect("another look");
    let page = editor.get(&format!("/knowledge/stadt-a/entries/stadt-a/{id}/edit")).await.is(200).body;
    for reason in ["leitet immer weiter", "Fehler 500", "Seite nicht gefunden"] {
        assert!(page.contains(&format!("antwortet nicht seit 17.11.2026 ({reason})")), "{reason} is missing in {page}");
    }
    assert_eq!(page.matches("antwortet nicht seit").count(), 3, "{page}");
    test.publish(test.cast.stadt_a, "a", &answering("Pass", "Gern.")).await;
    test.app.clock.advance(TimeDelta::minutes(1));
    links::check_links(&test.app, &probe).await.expect("a look");
    let mut db = test.begin_as_system().await;
    let left: i64 = sqlx::query_scalar("select count(*) from link_check").fetch_one(&mut *db).await.expect("a count");
    assert_eq!(left, 0, "what no text points to any more is forgotten");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn adaptation_is_asked_about_its_own_words_alone(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let base = test.publish(test.cast.kreis, "a", &answering("Pass", "Rufen Sie Herrn Kaya an.")).await;
    let url = format!("/knowledge/stadt-a/entries/kreis/{base}/remarks");
    let editor = test.sign_in(EDITOR_OF_A).await;
    let follows = editor.post(&url, &[("mode_fees", "follow")]).await.is(200).body;
    assert!(!follows.contains("Herrn Kaya"), "the Kreis's words: {follows}");
    let typed = [("mode_fees", "below"), ("add_fees", "Bar bei Frau Meier. Näheres sagt die BAföG.")];
    let below = editor.post(&url, &typed).await.is(200).body;
    assert!(below.contains("Frau Meier") && !below.contains("Herrn Kaya"), "{below}");
    test.sign_in(EDITOR_OF_B).await.post(&url, &typed).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn links_of_adaptations_are_asked_too(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let site = open_site().await;
    let base = test.publish(test.cast.kreis, "a", &answering("Pass", "Gern.")).await;
    let mut patch = Adaptation::default();
    let links = vec![Link { label: "Termin".to_owned(), url: format!("{site}/kaputt") }];
    patch.replace(Part::Links, &Content { links, ..Content::default() });
    patch.add_below(Field::Fees, Html::from_notation(&format!("[Preise]({site}/fehlt)")));
    let own = test.adapt(test.cast.stadt_a, base, &patch).await;
    let probe = Probe::new().expect("a probe").into_own_network();
    assert_eq!(links::check_links(&test.app, &probe).await.expect("a look"), 2);
    let editor = test.sign_in(EDITOR_OF_A).await;
    let page = editor.get(&format!("/knowledge/stadt-a/entries/stadt-a/{own}/edit")).await.is(200).body;
    for reason in ["Fehler 500", "Seite nicht gefunden"] {
        assert!(page.contains(reason), "{reason} is missing in {page}");
    }
}
