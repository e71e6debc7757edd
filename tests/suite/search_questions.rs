//! Questions show the part of an entry that they ask for, and a page says why a hit stands where it does.

use ortsgespraech::knowledge::{Content, Field, Html};
use ortsgespraech::search::Hit;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::catalogue::entry;
use crate::support::{TestApp, cast};

fn pass() -> Content {
    let mut content = entry("Reisepass beantragen am Zwiebelmarkt");
    for (field, text) in [
        (Field::ShortAnswer, "Den Reisepass beantragen Sie im Bürgerbüro."),
        (Field::Fees, "70,00 Euro, unter 24 Jahren 37,50 Euro"),
        (Field::Documents, "Biometrisches Foto und alter Ausweis"),
        (Field::Deadlines, "Die Herstellung braucht vier Wochen"),
        (Field::Internal, "Geheimer Hinweis zu Gebühren"),
    ] {
        content.set(field, Html::from_plain(text));
    }
    content
}

async fn catalogue(options: PgPoolOptions, database: PgConnectOptions) -> TestApp {
    let test = TestApp::start(options, database).await;
    test.publish(test.cast.stadt_a, "pass", &pass()).await;
    test.publish_titles(test.cast.kreis, &["Gebührenbescheid anfechten", "Kostenübernahme Klassenfahrt"]).await;
    test.publish_titles(test.cast.stadt_b, &["Reisepass in Stadt B"]).await;
    test.index().await;
    test
}

fn first(test: &TestApp, query: &str) -> Hit {
    test.search(test.cast.stadt_a, query).hits.remove(0)
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn a_question_shows_the_part_that_answers_it(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    for (query, part, text) in [
        ("was kostet ein Reisepass", "Gebühr", "70,00 Euro"),
        ("reisepass gebuehren", "Gebühr", "70,00 Euro"),
        ("welche Unterlagen für den Reisepass", "Unterlagen", "Biometrisches Foto"),
        ("wie lange dauert der Reisepass", "Frist", "vier Wochen"),
    ] {
        let hit = first(&test, query);
        assert_eq!((hit.title.as_str(), hit.answers), ("Reisepass beantragen am Zwiebelmarkt", Some(part)), "{query}");
        assert!(hit.snippet.to_string().contains(text), "{query}: {}", hit.snippet);
        assert!(!hit.snippet.to_string().contains("Geheim"), "{query}");
    }
    assert_eq!(first(&test, "reisepass").answers, None);
    // The entry says nothing about forms: the answer it has is shown.
    let hit = first(&test, "reisepass formular");
    assert_eq!(hit.answers, None);
    assert!(hit.snippet.to_string().contains("Bürgerbüro"), "{}", hit.snippet);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn page_and_desk_say_which_part_is_shown(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let body = editor.get("/knowledge/stadt-a/search?q=was+kostet+ein+reisepass").await.is(200).body;
    assert!(body.contains("Gebühr:</strong>") && body.contains("70,00 Euro"), "{body}");
    assert!(body.contains("/explanation?q=was+kostet+ein+reisepass"), "{body}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn explanation_adds_up_to_the_score_of_the_hit(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    for query in ["reisepass", "reisepas beantragen", "pass verloren"] {
        let hit = first(&test, query);
        let path = format!("/knowledge/stadt-a/entries/stadt-a/{}/explanation", hit.entry);
        let body = editor.get(&format!("{path}?q={}", query.replace(' ', "+"))).await.is(200).body;
        let score = format!("<strong>{}</strong>", format!("{:.2}", hit.score).replace('.', ","));
        assert!(body.contains(&score) && body.contains("Platz 1 von"), "{query} {score}: {body}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn explanation_names_where_and_how_a_word_was_found(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let entry = first(&test, "reisepass").entry;
    let path = format!("/knowledge/stadt-a/entries/stadt-a/{entry}/explanation");
    for (query, words) in [
        ("reisepass", "Titel, wie getippt"),
        ("reisep", "Titel, als Wortanfang"),
        ("reisepsas", "über das Wörterbuch"),
        ("zwiebelmrkt", "Titel, mit Tippfehler"),
        ("biometrisches", "übriger Text"),
    ] {
        let body = editor.get(&format!("{path}?q={}", query.replace(' ', "+"))).await.is(200).body;
        assert!(body.contains(words), "{query}: {body}");
    }
    let empty = editor.get(&path).await.is(200).body;
    assert!(empty.contains("Tippen Sie eine Suche ein"), "{empty}");
    let other = editor.get(&format!("{path}?q=klassenfahrt")).await.is(200).body;
    assert!(other.contains("kein Treffer"), "{other}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn an_entry_of_another_town_is_never_explained(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let foreign = test.search(test.cast.stadt_b, "reisepass").hits.remove(0);
    for owner in ["stadt-a", "kreis", "stadt-b"] {
        let path = format!("/knowledge/stadt-a/entries/{owner}/{}/explanation?q=reisepass", foreign.entry);
        editor.get(&path).await.is(404);
    }
    editor.get(&format!("/knowledge/stadt-b/entries/stadt-b/{}/explanation?q=reisepass", foreign.entry)).await.is(404);
}
