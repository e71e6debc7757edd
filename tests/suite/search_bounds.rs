//! What may be typed, what may be found, and what a hit shows.

use ortsgespraech::knowledge::{Content, Field, Html};
use proptest::test_runner::{Config, TestRunner};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::search::kreis_with;
use crate::support::TestApp;
use crate::support::catalogue::{answering, entry};

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn signs_of_query_languages_are_only_signs(options: PgPoolOptions, database: PgConnectOptions) {
    let test = kreis_with(options, database, &["Hund", "Title"]).await;
    for query in [
        "+hund",
        "-hund",
        "title:hund",
        "hund*",
        "\"hund\"",
        "(hund",
        "hund~2",
        "hund^9",
        "[hund TO x]",
        "hund AND",
        "NOT hund",
        "hund\\",
        "hund & | !",
    ] {
        assert!(test.titles(test.cast.kreis, query).contains(&"Hund".to_owned()), "{query}");
    }
    for query in ["", "   ", "*", "?!", "\"", "§", "~~", "\u{0}", "💧", "-"] {
        assert_eq!(test.search(test.cast.kreis, query).total, 0, "{query}");
    }
    let mut runner = TestRunner::new(Config::with_cases(200));
    let survives = runner.run(&"\\PC{0,80}", |query| {
        test.search(test.cast.kreis, &query);
        Ok(())
    });
    survives.expect("no query breaks the search");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn ten_thousand_characters_are_a_query_too(options: PgPoolOptions, database: PgConnectOptions) {
    let test = kreis_with(options, database, &["Hund anmelden"]).await;
    for filling in ["wort ", "ä", "hund ", "-", "a b "] {
        let query = format!("hund {}", filling.repeat(10_000 / filling.len()));
        let results = test.search(test.cast.kreis, &query);
        assert_eq!(results.total, 1, "{filling:?}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn snippets_carry_no_markup_but_marks(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut content =
        answering("<b>Hund</b> & \"Katze\"", "Für <script>alert('hund')</script> gilt: 3 < 5 & Hunde > Katzen.");
    content.set(Field::Body, Html::from_plain(&"Ein langer Text ohne das Wort. ".repeat(30)));
    test.publish(test.cast.kreis, "hund", &content).await;
    test.index().await;
    let hit = test.search(test.cast.kreis, "hund").hits.remove(0);
    insta::assert_snapshot!(hit.title_marked, @"&lt;b&gt;<mark>Hund</mark>&lt;/b&gt; &amp; &quot;Katze&quot;");
    insta::assert_snapshot!(hit.snippet, @"Für &lt;script&gt;alert(&#39;<mark>hund</mark>&#39;)&lt;/script&gt; gilt: 3 &lt; 5 &amp; <mark>Hunde</mark> &gt; Katzen.");
    let without_marks = format!("{}{}", hit.title_marked, hit.snippet).replace("<mark>", "").replace("</mark>", "");
    assert!(!without_marks.contains(['<', '>', '"', '\'']));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn snippets_show_the_place_that_fits(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut content = answering("Personalausweis", "Kommen Sie persönlich vorbei.");
    let filling = "Der Ausweis wird in Berlin gedruckt. ".repeat(10);
    content.set(
        Field::Fees,
        Html::from_plain(&format!("{filling}Die Gebühr beträgt 37,00 Euro, unter 24 Jahren 22,80 Euro. {filling}")),
    );
    test.publish(test.cast.kreis, "perso", &content).await;
    test.index().await;
    let snippet = |query: &str| test.search(test.cast.kreis, query).hits.remove(0).snippet.to_string();
    insta::assert_snapshot!(snippet("gebuehr"), @"… Die <mark>Gebühr</mark> beträgt 37,00 Euro, unter 24 Jahren 22,80 Euro. Der Ausweis wird in Berlin gedruckt. Der Ausweis wird in Berlin gedruckt. Der Ausweis wird in Berlin …");
    insta::assert_snapshot!(snippet("personalausweis"), @"Kommen Sie persönlich vorbei.");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn only_what_may_be_said_today_is_found(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let day = |text: &str| Some(text.parse().expect("a day"));
    // The test's clock stands at 17.11.2026.
    for (title, from, until) in [
        ("Markt gestern", None, day("2026-11-16")),
        ("Markt heute", day("2026-11-17"), day("2026-11-17")),
        ("Markt morgen", day("2026-11-18"), None),
        ("Markt immer", None, None),
    ] {
        let content = Content { valid_from: from, valid_until: until, ..entry(title) };
        test.publish(test.cast.kreis, title, &content).await;
    }
    test.index().await;
    let found = |test: &TestApp| {
        let mut titles = test.titles(test.cast.kreis, "markt");
        titles.sort_unstable();
        titles
    };
    assert_eq!(found(&test), ["Markt heute", "Markt immer"]);
    test.app.clock.advance(chrono::TimeDelta::days(1));
    assert_eq!(found(&test), ["Markt immer", "Markt morgen"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn internal_hints_are_never_found(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut content = answering("Ausweis", "Kommen Sie vorbei.");
    content.set(Field::Internal, Html::from_plain("Sperrkennwort steht im Brief"));
    test.publish(test.cast.kreis, "ausweis", &content).await;
    test.index().await;
    assert_eq!(test.search(test.cast.kreis, "sperrkennwort").total, 0);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn pages_of_hits_follow_each_other(options: PgPoolOptions, database: PgConnectOptions) {
    let titles: Vec<String> = (0..25).map(|number| format!("Antrag {number}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let test = kreis_with(options, database, &titles).await;
    let mut request = ortsgespraech::search::Request::new("antrag", [test.cast.kreis], 10, test.app.clock.now());
    let mut all = Vec::new();
    for offset in [0, 10, 20, 30] {
        request.offset = offset;
        let results = test.app.search.search(&request);
        assert_eq!(results.total, 25);
        all.extend(results.hits.into_iter().map(|hit| hit.title));
    }
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 25);
}
