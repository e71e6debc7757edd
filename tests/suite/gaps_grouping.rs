//! What becomes one gap: the same entry, the same and similar words, whoever says it and in whatever order.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use ortsgespraech::access::Viewer;
use ortsgespraech::accounts;
use ortsgespraech::gaps::{self, About, Kind, Report};
use ortsgespraech::ids::{GapId, TenantId};
use ortsgespraech::search;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::gaps::{catalogue, gaps_of, reports};
use crate::support::{TestApp, cast};

pub async fn viewer(test: &TestApp, email: &str) -> Viewer {
    let client = test.sign_in(email).await;
    let secret = client.cookie().and_then(|cookie| cookie.split_once('=')).map(|(_, secret)| secret.to_owned());
    accounts::find_viewer(&test.app, &secret.expect("a cookie")).await.expect("a query").expect("a person")
}

async fn say(test: &TestApp, viewer: &Viewer, town: TenantId, words: &str) -> GapId {
    let report = Report {
        kind: Kind::Missing,
        about: About::Words(words.to_owned()),
        line: String::new(),
        call: None,
        reporter: None,
    };
    gaps::file(&test.app, viewer, town, &report).await.expect("filed").expect("a gap")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn same_and_similar_words_are_one_gap(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let viewer = viewer(&test, cast::AGENT).await;
    let town = test.cast.stadt_a;
    let first = say(&test, &viewer, town, "grüne tonne bestellen").await;
    for words in [
        "Bestellen grüne Tonne",
        "Bestellung gruener Tonnen",
        "wie kann ich eine grüne Tonne bestellen?",
        "grüne tonne",
    ] {
        assert_eq!(say(&test, &viewer, town, words).await, first, "{words}");
    }
    for words in ["tonne", "braune tonne", "grüne welle", "hydrant"] {
        assert_ne!(say(&test, &viewer, town, words).await, first, "{words}");
    }
    assert_ne!(say(&test, &viewer, test.cast.stadt_b, "grüne tonne bestellen").await, first, "another town's queue");
    assert_eq!(gaps_of(&test, town).await.len(), 5);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn grouping_follows_one_rule_for_any_words(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let viewer = viewer(&test, cast::AGENT).await;
    let town = test.cast.stadt_a;
    let word = prop::sample::select(vec!["hydrant", "xylophon", "zwirbel", "quitte", "fagott", "kolibri"]);
    let question = prop::collection::vec(word, 1..5);
    let mut runner = TestRunner::deterministic();
    let mut known: BTreeMap<GapId, BTreeSet<String>> = BTreeMap::new();
    for _ in 0..120 {
        let words = question.new_tree(&mut runner).expect("words").current();
        let stems: BTreeSet<_> = search::stems(&words.join(" ")).into_iter().collect();
        let expected = expected_gap(&known, &stems);
        let found = say(&test, &viewer, town, &words.join(" ")).await;
        match expected {
            Some(expected) => assert_eq!(found, expected, "{stems:?} of {known:?}"),
            None => assert!(known.insert(found, stems).is_none(), "a gap of its own"),
        }
        let mut turned = words.clone();
        turned.reverse();
        assert_eq!(say(&test, &viewer, town, &turned.join(" ")).await, found, "the order says nothing");
    }
    assert!(known.len() > 6, "the words were too much alike to prove anything: {known:?}");
}

/// The rule in plain words: the same stems; otherwise two shared at least, three fifths of all, the most alike, the oldest.
fn expected_gap(known: &BTreeMap<GapId, BTreeSet<String>>, stems: &BTreeSet<String>) -> Option<GapId> {
    if let Some((gap, _)) = known.iter().find(|(_, theirs)| *theirs == stems) {
        return Some(*gap);
    }
    let likeness = |theirs: &BTreeSet<String>| (theirs.intersection(stems).count(), theirs.union(stems).count());
    let alike = known.iter().map(|(gap, theirs)| (likeness(theirs), *gap));
    let alike = alike.filter(|((shared, all), _)| *shared >= 2 && shared * 5 >= all * 3);
    // The map is in the order of ids: of equals the first one stays.
    let better = |best: ((usize, usize), GapId), other: ((usize, usize), GapId)| {
        if other.0.0 * best.0.1 > best.0.0 * other.0.1 { other } else { best }
    };
    alike.reduce(better).map(|(_, gap)| gap)
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn agents_who_report_at_once_make_one_gap(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, of_kreis, _) = catalogue(options, database).await;
    let agent = viewer(&test, cast::AGENT).await;
    let words = ["grüne tonne bestellen", "tonne grün bestellen", "grüne tonnen", "bestellung grüne tonne"];
    let said = words.iter().map(|words| say(&test, &agent, test.cast.stadt_a, words));
    let gaps: BTreeSet<GapId> = futures_util::future::join_all(said).await.into_iter().collect();
    assert_eq!(gaps.len(), 1, "similar words");
    let about = About::Entry { owner: test.cast.kreis, entry: of_kreis, title: "Hundesteuer".to_owned() };
    let report = Report { kind: Kind::Wrong, about, line: "alt".to_owned(), call: None, reporter: None };
    let said = (0..4).map(|_| gaps::file(&test.app, &agent, test.cast.stadt_b, &report));
    for filed in futures_util::future::join_all(said).await {
        filed.expect("filed").expect("a gap");
    }
    assert_eq!(gaps_of(&test, test.cast.kreis).await, [("Hundesteuer".to_owned(), "open".to_owned())]);
    assert_eq!(reports(&test, test.cast.kreis).await.len(), 4);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn searches_without_a_hit_come_into_the_queue_once(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, ..) = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let search = async |words: &str| {
        test.app.clock.advance(TimeDelta::minutes(2));
        editor.post("/knowledge/stadt-a/misses", &[("q", words)]).await.is(204);
    };
    search("grüne tonne").await;
    search("grüne tonne").await;
    search("tonne, grün").await;
    for _ in 0..2 {
        gaps::collect(&test.app).await.expect("collected");
        assert_eq!(counts(&test).await, [("grüne tonne".to_owned(), 3)]);
    }
    search("grüne tonne").await;
    let (one, other) = tokio::join!(gaps::collect(&test.app), gaps::collect(&test.app));
    one.and(other).expect("collected");
    gaps::collect(&test.app).await.expect("collected");
    assert_eq!(counts(&test).await, [("grüne tonne".to_owned(), 4)]);
}

/// Title and searches of every gap.
async fn counts(test: &TestApp) -> Vec<(String, i64)> {
    let mut db = test.begin_as_system().await;
    sqlx::query_as(
        "select title, sum(count) from gap join gap_report report on report.gap_id = gap.id
         group by gap.id, title order by gap.id",
    )
    .fetch_all(&mut *db)
    .await
    .expect("gaps")
}
