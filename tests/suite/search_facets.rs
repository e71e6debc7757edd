//! Narrowing hits down by office, life situation and owner.

use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::Content;
use ortsgespraech::search::{Narrowing, Request, Results};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::catalogue::entry;
use crate::support::{Client, TestApp, cast};

async fn publish(test: &TestApp, tenant: TenantId, title: &str, situations: &[&str], unit: &str) {
    let content = Content {
        life_situations: situations.iter().map(ToString::to_string).collect(),
        unit: (!unit.is_empty()).then(|| unit.to_owned()),
        ..entry(title)
    };
    test.publish(tenant, title, &content).await;
}

async fn catalogue(options: PgPoolOptions, database: PgConnectOptions) -> TestApp {
    let test = TestApp::start(options, database).await;
    let cast = test.cast;
    publish(&test, cast.stadt_a, "Hund anmelden", &["Tiere", "Umzug"], "Steueramt").await;
    publish(&test, cast.stadt_a, "Hund abmelden", &["Tiere"], "Bürgerbüro").await;
    publish(&test, cast.kreis, "Hund – gefährliche Rassen", &["Tiere"], "Veterinäramt").await;
    publish(&test, cast.kreis, "Hund im Wald", &[], "").await;
    publish(&test, cast.stadt_b, "Hund in Stadt B", &["Geheimlage"], "Geheimamt").await;
    test.index().await;
    test
}

fn find(test: &TestApp, query: &str, narrowing: Narrowing) -> Results {
    let sources = [test.cast.stadt_a, test.cast.kreis];
    let mut request = Request::new(query, sources, 20, test.app.clock.now());
    request.narrowing = narrowing;
    request.with_facets = true;
    test.app.search.search(&request)
}

fn by_unit(unit: &str) -> Narrowing {
    Narrowing { unit: Some(unit.to_owned()), ..Narrowing::default() }
}

fn by_topic(topic: &str) -> Narrowing {
    Narrowing { topic: Some(topic.to_owned()), ..Narrowing::default() }
}

fn titles(results: &Results) -> Vec<&str> {
    results.hits.iter().map(|hit| hit.title.as_str()).collect()
}

fn counted(counts: &[(String, usize)]) -> Vec<(&str, usize)> {
    counts.iter().map(|(word, count)| (word.as_str(), *count)).collect()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn counts_are_of_all_hits_and_not_of_the_page(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let mut request = Request::new("hund", [test.cast.stadt_a, test.cast.kreis], 1, test.app.clock.now());
    request.with_facets = true;
    let results = test.app.search.search(&request);
    assert_eq!((results.hits.len(), results.total), (1, 4));
    assert_eq!(counted(&results.facets.topics), [("Tiere", 3), ("Umzug", 1)]);
    assert_eq!(counted(&results.facets.units), [("Bürgerbüro", 1), ("Steueramt", 1), ("Veterinäramt", 1)]);
    let mut owners = results.facets.owners;
    owners.sort_unstable();
    let mut expected = [(test.cast.kreis, 2), (test.cast.stadt_a, 2)];
    expected.sort_unstable();
    assert_eq!(owners, expected);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_was_not_chosen_is_neither_hit_nor_counted(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let results = find(&test, "hund", by_unit("Steueramt"));
    assert_eq!((titles(&results), results.total), (vec!["Hund anmelden"], 1));
    // The other lists follow the choice, its own one does not.
    assert_eq!(counted(&results.facets.topics), [("Tiere", 1), ("Umzug", 1)]);
    assert_eq!(results.facets.units.len(), 3);
    assert_eq!(results.facets.owners, [(test.cast.stadt_a, 1)]);
    let both = Narrowing { owners: Some(vec![test.cast.kreis]), ..by_topic("Tiere") };
    let results = find(&test, "hund", both);
    assert_eq!(titles(&results), ["Hund – gefährliche Rassen"]);
    assert_eq!(counted(&results.facets.units), [("Veterinäramt", 1)]);
    assert_eq!(find(&test, "hund", by_unit("Gibt es nicht")).total, 0);
    assert_eq!(find(&test, "hund", by_unit("Geheimamt")).total, 0, "another town's office");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn order_and_scores_stay_when_hits_are_narrowed_down(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let figures =
        |results: &Results| -> Vec<_> { results.hits.iter().map(|hit| (hit.title.clone(), hit.score)).collect() };
    for query in ["hund", "hund anmelden", "hunt wald", "hu"] {
        let all = figures(&find(&test, query, Narrowing::default()));
        for narrowing in [
            by_topic("Tiere"),
            by_unit("Veterinäramt"),
            Narrowing { owners: Some(vec![test.cast.kreis]), ..Narrowing::default() },
        ] {
            let some = figures(&find(&test, query, narrowing.clone()));
            let kept: Vec<_> = all.iter().filter(|hit| some.contains(hit)).cloned().collect();
            assert_eq!(some, kept, "{query} {narrowing:?}");
        }
    }
}

async fn page(client: &Client, query: &str) -> String {
    client.get(&format!("/knowledge/stadt-a/search?{query}")).await.is(200).body
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn choices_are_links_that_keep_the_others(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let all = page(&editor, "q=hund").await;
    for heading in ["<h2>Herkunft</h2>", "<h2>Lebenslage</h2>", "<h2>Stelle</h2>"] {
        assert!(all.contains(heading), "{all}");
    }
    assert!(all.contains("?q=hund&#38;situation=Tiere\"") && all.contains("?q=hund&#38;origin=kreis\""), "{all}");
    let some = page(&editor, "q=hund&situation=Tiere&origin=stadt-a").await;
    assert!(some.contains("2 Treffer") && !some.contains("Rassen") && !some.contains("im Wald"), "{some}");
    // One more choice keeps both; a chosen one gives itself up and keeps the other.
    assert!(some.contains("?q=hund&#38;origin=stadt-a&#38;unit=Steueramt&#38;situation=Tiere\""), "{some}");
    assert!(some.contains("?q=hund&#38;situation=Tiere\" aria-current=\"true\""), "{some}");
    // Whoever types on keeps what was chosen.
    assert!(some.contains(r#"<input type="hidden" name="situation" value="Tiere">"#), "{some}");
    let none = page(&editor, "q=hund&unit=Jagdamt").await;
    assert!(none.contains("Kein Treffer") && none.contains("Überall suchen") && none.contains("Jagdamt"), "{none}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn at_most_eight_values_are_shown_and_always_the_chosen_one(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    for number in 10..30 {
        let unit = format!("Amt {number}");
        publish(&test, test.cast.stadt_a, &format!("Antrag {number}"), &[], &unit).await;
    }
    publish(&test, test.cast.stadt_a, "Antrag mehr", &[], "Amt 29").await;
    test.index().await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let shown = |body: &str| body.matches("facet-count").count();
    let all = page(&editor, "q=antrag").await;
    assert_eq!(shown(&all), 8, "{all}");
    assert!(all.find("Amt 29") < all.find("Amt 10"), "most hits first");
    let chosen = page(&editor, "q=antrag&unit=Amt+25").await;
    assert_eq!(shown(&chosen), 9);
    assert!(chosen.contains("Amt 25<span"), "{chosen}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn values_of_another_town_are_never_offered(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    for query in ["q=hund", "q=hund&origin=stadt-b", "q=hund&page=9", "q=geheim"] {
        let body = page(&editor, query).await;
        assert!(!body.contains("Geheim") && !body.contains("in Stadt B"), "{query}: {body}");
    }
    for query in ["q=hund&unit=Geheimamt", "q=hund&situation=Geheimlage"] {
        assert!(page(&editor, query).await.contains("Kein Treffer"), "{query}");
    }
}
