//! Which entries a query finds, and in what order.

use ortsgespraech::knowledge::{Content, Field, Html};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::TestApp;
use crate::support::catalogue::{answering, entry};

pub async fn kreis_with(options: PgPoolOptions, database: PgConnectOptions, titles: &[&str]) -> TestApp {
    let test = TestApp::start(options, database).await;
    test.publish_titles(test.cast.kreis, titles).await;
    test.index().await;
    test
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn umlauts_meet_in_every_spelling_on_both_sides(options: PgPoolOptions, database: PgConnectOptions) {
    let spellings = ["Führerschein für Straße", "Fuehrerschein fuer Strasse", "Fuhrerschein fur Strasse"];
    let test = kreis_with(options, database, &spellings).await;
    for query in ["führerschein straße", "FUEHRERSCHEIN STRASSE", "fuhrerschein strasse", "Fu\u{308}hrerschein"] {
        assert_eq!(test.search(test.cast.kreis, query).total, 3, "{query}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_beginning_of_a_word_finds_its_entry(options: PgPoolOptions, database: PgConnectOptions) {
    let titles = ["Anmeldung einer Wohnung", "Übermittlungssperre", "Grünanlagen-Ausnahmegenehmigung", "Hund"];
    let test = kreis_with(options, database, &titles).await;
    for word in
        ["anmeldung", "übermittlungssperre", "uebermittlungssperre", "ausnahmegenehmigung", "grünanlagen", "hund"]
    {
        let title = test.titles(test.cast.kreis, word).remove(0);
        for (end, character) in word.char_indices() {
            let typed = &word[..end + character.len_utf8()];
            assert!(test.titles(test.cast.kreis, typed).contains(&title), "{typed} does not find {title}");
        }
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn forms_of_a_word_meet(options: PgPoolOptions, database: PgConnectOptions) {
    let titles = ["Anmeldung einer Wohnung", "Ausweise für Kinder", "Kfz-Kennzeichen", "Erlaubnis nach § 34a GewO"];
    let test = kreis_with(options, database, &titles).await;
    let cases = [
        ("anmelden", titles[0]),
        ("wohnungen", titles[0]),
        ("ausweis", titles[1]),
        ("kennzeichen", titles[2]),
        ("kfzkennzeichen", titles[2]),
        ("kfz kennzeichen", titles[2]),
        ("§ 34a", titles[3]),
        ("34a", titles[3]),
        ("§34a gewo", titles[3]),
    ];
    for (query, title) in cases {
        assert_eq!(test.titles(test.cast.kreis, query), [title], "{query}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn words_written_apart_or_turned_round_find_the_compound(options: PgPoolOptions, database: PgConnectOptions) {
    let test = kreis_with(options, database, &["Hundesteuer", "Führerschein", "Gewerbe"]).await;
    for (query, title) in
        [("führer schein", "Führerschein"), ("schein führer", "Führerschein"), ("hunde-steuer", "Hundesteuer")]
    {
        assert_eq!(test.titles(test.cast.kreis, query)[0], title, "{query}");
    }
}

/// A word of the catalogue with one slip of the fingers.
fn mistyped() -> impl Strategy<Value = (String, String)> {
    let words = ["personalausweis", "wohngeld", "führungszeugnis", "hundesteuer", "reisepass"];
    let letter = prop::char::range('a', 'z');
    (prop::sample::select(words.to_vec()), 0usize..4, any::<prop::sample::Index>(), letter).prop_map(
        |(word, kind, place, letter)| {
            let mut letters: Vec<char> = word.chars().collect();
            let place = place.index(letters.len());
            match kind {
                0 => drop(letters.remove(place)),
                1 => letters.insert(place, letter),
                2 => letters[place] = letter,
                _ => letters.swap(place, (place + 1).min(word.chars().count() - 1)),
            }
            (word.to_owned(), letters.into_iter().collect())
        },
    )
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn one_slip_of_the_fingers_is_forgiven(options: PgPoolOptions, database: PgConnectOptions) {
    let titles = ["Personalausweis", "Wohngeld", "Führungszeugnis", "Hundesteuer", "Reisepass"];
    let test = kreis_with(options, database, &titles).await;
    let mut runner = TestRunner::new(Config::with_cases(300));
    let found = runner.run(&mistyped(), |(word, typed)| {
        let titles = test.titles(test.cast.kreis, &typed);
        prop_assert!(titles.first().is_some_and(|title| title.to_lowercase() == word), "{typed}: {titles:?}");
        Ok(())
    });
    found.expect("every slip");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn short_words_and_numbers_are_taken_literally(options: PgPoolOptions, database: PgConnectOptions) {
    let test = kreis_with(options, database, &["Pass", "Hartz 4", "Paragraph 1155"]).await;
    for query in ["pas5", "pus", "1156", "115x"] {
        assert!(test.titles(test.cast.kreis, query).is_empty(), "{query}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn title_ranks_above_synonym_above_answer_above_text(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut in_text = answering("Im Text", "Anderes zuerst.");
    in_text.set(Field::Body, Html::from_plain("Sperrmüll Sperrmüll Sperrmüll, und noch einmal Sperrmüll."));
    let in_names = Content { synonyms: vec!["Sperrmüll".to_owned()], ..entry("Im Synonym") };
    let contents =
        [in_text, answering("In der Antwort", "Sperrmüll holen wir ab."), in_names, entry("Sperrmüll im Titel")];
    for content in contents {
        test.publish(test.cast.kreis, &content.title, &content).await;
    }
    test.index().await;
    let expected = ["Sperrmüll im Titel", "Im Synonym", "In der Antwort", "Im Text"];
    assert_eq!(test.titles(test.cast.kreis, "sperrmüll"), expected);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn whole_word_ranks_above_stem_above_beginning_above_typo(options: PgPoolOptions, database: PgConnectOptions) {
    let titles = ["Tonnen", "Tonnengröße", "Sonnen", "Tonne"];
    let test = kreis_with(options, database, &titles).await;
    assert_eq!(test.titles(test.cast.kreis, "tonne"), ["Tonne", "Tonnen", "Tonnengröße"]);
    assert_eq!(test.titles(test.cast.kreis, "tonnen")[0], "Tonnen");
    assert_eq!(test.titles(test.cast.kreis, "tonnen").last().expect("a hit"), "Sonnen");
    let slip = test.titles(test.cast.kreis, "tonnwn");
    assert!(slip[0] == "Tonnen" && !slip.contains(&"Tonnengröße".to_owned()), "{slip:?}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn a_word_that_means_something_else_than_its_parts_is_not_split(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let titles = ["Kinder an der frischen Luft", "Garten pachten", "Müll trennen", "Gebühren erfragen"];
    let test = kreis_with(options, database, &titles).await;
    let found = test.titles(test.cast.kreis, "kindergarten");
    assert!(!found.contains(&titles[1].to_owned()), "{found:?}");
    assert_eq!(test.titles(test.cast.kreis, "müllgebühren").len(), 2);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn main_entry_ranks_above_its_special_cases(options: PgPoolOptions, database: PgConnectOptions) {
    let titles = ["Reisepass für Kinder unter zwölf Jahren beantragen", "Reisepass – Verlust", "Reisepass"];
    let test = kreis_with(options, database, &titles).await;
    assert_eq!(test.titles(test.cast.kreis, "reisepass"), [titles[2], titles[1], titles[0]]);
    assert_eq!(test.titles(test.cast.kreis, "reisepass verlust")[0], titles[1]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn all_words_rank_above_most_words_and_something_always_fits(options: PgPoolOptions, database: PgConnectOptions) {
    let titles = ["Hund anmelden", "Auto anmelden", "Wohnung anmelden", "Hund"];
    let test = kreis_with(options, database, &titles).await;
    assert_eq!(test.titles(test.cast.kreis, "hund anmelden")[0], "Hund anmelden");
    assert_eq!(test.titles(test.cast.kreis, "hund quietscheentchen xylophon")[0], "Hund");
    assert!(test.titles(test.cast.kreis, "quietscheentchen xylophon").is_empty());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn spoken_questions_lose_their_fillers(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let lost = Content { synonyms: vec!["Perso verloren".to_owned()], ..entry("Personalausweis: Verlust anzeigen") };
    test.publish(test.cast.kreis, "verlust", &lost).await;
    let noise = answering("Was muss ich machen?", "Ich hab meinen Antrag, was muss ich jetzt machen?");
    test.publish(test.cast.kreis, "noise", &noise).await;
    test.index().await;
    let question = "ich hab meinen perso verloren was muss ich machen";
    assert_eq!(test.titles(test.cast.kreis, question), ["Personalausweis: Verlust anzeigen"]);
    // Nothing but fillers: they count after all.
    assert_eq!(test.titles(test.cast.kreis, "was muss ich machen")[0], "Was muss ich machen?");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn own_entry_ranks_above_an_equal_inherited_one(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    test.publish(test.cast.kreis, "kreis", &entry("Hundesteuer")).await;
    test.publish(test.cast.stadt_a, "stadt", &entry("Hundesteuer")).await;
    test.index().await;
    let hits = test.search(test.cast.stadt_a, "hundesteuer").hits;
    let found: Vec<_> = hits.iter().map(|hit| (hit.external_id.as_str(), hit.inherited)).collect();
    assert_eq!(found, [("stadt", false), ("kreis", true)]);
}
