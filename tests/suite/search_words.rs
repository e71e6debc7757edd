//! Words that nobody wrote find what was written: the lexicon of Bürgerdeutsch at work.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::TestApp;

const TITLES: [&str; 8] = [
    "Außerbetriebsetzung eines Fahrzeugs",
    "Personalausweis beantragen",
    "Personalausweis – Verlust anzeigen",
    "Verwarnungsgeld bezahlen",
    "Fahrerlaubnis – Ersterteilung",
    "Sperrige Abfälle abholen lassen",
    "Eheschließung anmelden",
    "Bürgergeld beantragen",
];

async fn catalogue(options: PgPoolOptions, database: PgConnectOptions) -> TestApp {
    let test = TestApp::start(options, database).await;
    test.publish_titles(test.cast.kreis, &TITLES).await;
    test.index().await;
    test
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn everyday_word_finds_the_official_one(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    for (said, title) in [
        ("auto abmelden", TITLES[0]),
        ("karre abmelden", TITLES[0]),
        ("abmelden auto", TITLES[0]),
        ("perso", TITLES[1]),
        ("perso verloren", TITLES[2]),
        ("ich hab meinen perso verloren was muss ich machen", TITLES[2]),
        ("knöllchen", TITLES[3]),
        ("heiraten", TITLES[6]),
        ("hartz 4", TITLES[7]),
    ] {
        let found = test.titles(test.cast.kreis, said);
        assert_eq!(found.first().map(String::as_str), Some(title), "{said}: {found:?}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn slips_and_beginnings_of_everyday_words_are_forgiven(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    for (said, title) in [
        ("knölchen", TITLES[3]),
        ("knoellchen", TITLES[3]),
        ("knöll", TITLES[3]),
        ("auto abmel", TITLES[0]),
        ("perso verlor", TITLES[2]),
        ("personlausweis beantragen", TITLES[1]),
    ] {
        let found = test.titles(test.cast.kreis, said);
        assert_eq!(found.first().map(String::as_str), Some(title), "{said}: {found:?}");
    }
}

/// What the lexicon knows changes nothing at the tenant border: it only finds what may be read.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn everyday_word_finds_no_foreign_entry(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    test.publish_titles(test.cast.stadt_b, &TITLES).await;
    test.index().await;
    for said in ["perso", "auto abmelden", "knöllchen"] {
        assert_eq!(test.search(test.cast.stadt_a, said).total, 0, "{said}");
    }
}
