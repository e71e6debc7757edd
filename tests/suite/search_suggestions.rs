//! What was understood instead of a slip, and what a word may become.

use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::{Content, Field, Html};
use ortsgespraech::search::Request;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::{center, take};
use crate::support::browser::{Key, in_chromium};
use crate::support::catalogue::{answering, entry};
use crate::support::{TestApp, cast};

async fn kreis_with(options: PgPoolOptions, database: PgConnectOptions, titles: &[&str]) -> TestApp {
    let test = TestApp::start(options, database).await;
    test.publish_titles(test.cast.kreis, titles).await;
    test.index().await;
    test
}

fn corrections(test: &TestApp, tenant: TenantId, query: &str) -> Vec<(String, String)> {
    test.search(tenant, query).corrections.into_iter().map(|found| (found.typed, found.meant)).collect()
}

fn completions(test: &TestApp, tenant: TenantId, query: &str) -> Vec<String> {
    let mut request = Request::new(query, [tenant, test.cast.kreis], 10, test.app.clock.now());
    request.with_completions = true;
    test.app.search.search(&request).completions.into_iter().map(|completion| completion.query).collect()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn slip_is_named_as_the_word_that_was_understood(options: PgPoolOptions, database: PgConnectOptions) {
    let titles = ["Personalausweis beantragen", "Führerschein umtauschen", "Hundesteuer"];
    let test = kreis_with(options, database, &titles).await;
    for (query, typed, meant) in [
        ("Persnalausweis", "Persnalausweis", "Personalausweis"),
        ("fürherschein umtauschen", "fürherschein", "Führerschein"),
        ("hundestuer zahlen", "hundestuer", "Hundesteuer"),
    ] {
        let expected = [(typed.to_owned(), meant.to_owned())];
        assert_eq!(corrections(&test, test.cast.kreis, query), expected, "{query}");
    }
    for query in ["personalausweis", "personalausw", "fuehrerschein", "quietscheentchen", "perso", ""] {
        assert!(corrections(&test, test.cast.kreis, query).is_empty(), "{query}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn likeliest_word_is_the_closest_and_then_the_most_frequent(options: PgPoolOptions, database: PgConnectOptions) {
    let titles = ["Tonne leeren", "Sonnenschutz", "Sonne", "Sonne und Schatten", "Sonne im Mai"];
    let test = kreis_with(options, database, &titles).await;
    assert_eq!(corrections(&test, test.cast.kreis, "zonne")[0].1, "Sonne");
    // Where other words of the query say which one it is, it is that one.
    assert_eq!(corrections(&test, test.cast.kreis, "zonne leeren")[0].1, "Tonne");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn page_and_interface_say_what_was_understood(options: PgPoolOptions, database: PgConnectOptions) {
    let test = kreis_with(options, database, &["Personalausweis beantragen"]).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let page = editor.get("/knowledge/stadt-a/search?q=Persnalausweis").await.is(200).body;
    assert!(page.contains("„<b>Personalausweis</b>“ statt „Persnalausweis“ gesucht"), "{page}");
    let page = editor.get("/knowledge/stadt-a/search?q=personalausweis").await.is(200).body;
    assert!(!page.contains("statt „"));
    let mut db = test.begin_as_system().await;
    let scopes = ["search".to_owned()];
    let token = ortsgespraech::accounts::create_token(&mut db, "Test", &scopes, None, test.app.clock.now()).await;
    db.commit().await.expect("commit");
    let program = test.with_token(&token.expect("a token"));
    let answer = program.get("/api/v1/tenants/stadt-a/search?q=persnalausweis").await.is(200).json();
    assert_eq!(answer["corrections"][0]["meant"], "Personalausweis");
    let answer = program.get("/api/v1/tenants/stadt-a/search?q=personalausweis").await.is(200).json();
    assert!(answer.get("corrections").is_none());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn last_word_is_completed_as_it_is_written(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    test.publish(kreis, "1", &entry("Führerschein umtauschen")).await;
    test.publish(kreis, "2", &answering("Führerschein – Verlust", "Der Führungswechsel ist frei.")).await;
    let named = Content { synonyms: vec!["Führungszeugnis".to_owned()], ..entry("Auskunft aus dem Register") };
    test.publish(kreis, "3", &named).await;
    let in_text = answering("Vorstand", "Der Führungswechsel ist frei, ein Führungswexel nicht.");
    test.publish(kreis, "5", &in_text).await;
    test.publish(kreis, "4", &entry("Kfz-Kennzeichen für die Führerscheine")).await;
    test.index().await;
    assert_eq!(completions(&test, kreis, "fuehr"), ["Führerschein", "Führungszeugnis", "Führungswechsel"]);
    assert_eq!(completions(&test, kreis, "Alten führersch"), ["Alten Führerschein"]);
    assert_eq!(completions(&test, kreis, "kfz-kenn"), ["kfz-Kennzeichen"]);
    // Too short, ended, a number, unknown, nothing left to add.
    for query in ["fü", "führ?", "115", "xyl", "kennzeichen", ""] {
        assert!(completions(&test, kreis, query).is_empty(), "{query}");
    }
    assert!(test.search(kreis, "führ").completions.is_empty(), "nobody asked for them");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn five_completions_stand_in_the_order_of_their_frequency(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let words = ["Antrag", "Antenne", "Anteil", "Antwort", "Antike", "Antiquität", "Antritt"];
    for (number, word) in words.iter().enumerate() {
        for copy in number..words.len() {
            test.publish(test.cast.kreis, &format!("{word} {copy}"), &entry(word)).await;
        }
    }
    test.index().await;
    assert_eq!(completions(&test, test.cast.kreis, "ant"), words[..5]);
}

/// Neither as a word, nor by moving the others up or down.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn words_of_another_town_are_never_suggested(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let a = test.cast.stadt_a;
    test.publish_titles(a, &["Zaunbau", "Zaunbau genehmigen", "Zaunhöhe"]).await;
    test.index().await;
    let before = completions(&test, a, "zaun");
    assert_eq!(before, ["Zaunbau", "Zaunhöhe"]);
    for number in 0..20 {
        let mut secret = answering("Zaunkönig füttern", "Zaunlatte, Zaunpfahl.");
        secret.synonyms = vec!["Zaunhöhe".to_owned(), "Zaungast".to_owned()];
        secret.set(Field::Body, Html::from_plain("Zauneidechse"));
        test.publish(test.cast.stadt_b, &format!("b{number}"), &secret).await;
    }
    test.index().await;
    assert_eq!(completions(&test, a, "zaun"), before);
    assert_eq!(completions(&test, test.cast.stadt_b, "zaunk"), ["Zaunkönig"]);
    for query in ["zaunk", "zaunl", "zaung", "zaunei"] {
        assert!(completions(&test, a, query).is_empty(), "{query}");
    }
    assert!(corrections(&test, a, "zaunkönik").is_empty());
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let page = editor.get("/knowledge/stadt-a/search?q=zaun").await.is(200).body;
    assert!(page.contains("Zaunhöhe") && !page.contains("Zaunk") && !page.contains("Zaung"), "{page}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn completion_is_a_link_without_scripts(options: PgPoolOptions, database: PgConnectOptions) {
    let test = kreis_with(options, database, &["Führerschein umtauschen"]).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let page = editor.get("/knowledge/stadt-a/search?q=alter+f%C3%BChr&origin=kreis").await.is(200).body;
    let link = "href=\"/knowledge/stadt-a/search?q=alter+F%C3%BChrerschein&#38;origin=kreis\"";
    assert!(page.contains(link), "{page}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn agent_completes_a_word_with_the_right_arrow(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        browser.type_text("alter fuehr").await;
        browser
            .until("a completion", "document.querySelector('[data-completes]')?.innerText.includes('Führerschein')")
            .await;
        browser.press(Key::Left).await;
        browser.press(Key::Right).await;
        let value = browser.run("return document.getElementById('query').value", &[]).await;
        assert_eq!(value, "alter fuehr", "within the word the arrow only moves");
        browser.press(Key::Right).await;
        browser.until("the whole word", "document.getElementById('query').value === 'alter Führerschein '").await;
        browser.until("its hit", "document.querySelector('[data-hit]')?.innerText.includes('umtauschen')").await;
        browser.until("nothing left to add", "!document.querySelector('[data-completes]')").await;
        browser.until_focus("query").await;
        browser.press(Key::Enter).await;
        browser.until_focus("entry").await;
    })
    .await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn completion_is_taken_with_a_click_on_the_search_page(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::EDITOR_OF_A).await;
        browser.visit("/knowledge/stadt-a/search").await;
        browser.run("document.getElementById('query').focus()", &[]).await;
        browser.type_text("sperr").await;
        browser.until("a completion", "document.querySelector('[data-completes]')").await;
        browser.run("document.querySelector('[data-completes]').click()", &[]).await;
        browser.until("the whole word", "document.getElementById('query').value === 'Sperrmüll '").await;
        browser.until("its address", "location.search.includes('Sperrm')").await;
        browser.until_focus("query").await;
    })
    .await;
}
