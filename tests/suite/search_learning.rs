//! Learning from answers: what rises, for whom and how far.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use ortsgespraech::app::App;
use ortsgespraech::ids::{EntryId, TenantId};
use ortsgespraech::search::Request;
use ortsgespraech::search::learning;
use ortsgespraech::work::Work;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk::insert_line;
use crate::support::catalogue::Scratch;
use crate::support::{Client, TestApp, cast};

/// Equal for whoever says "Museum"; the oldest comes first.
pub const TITLES: [&str; 8] = [
    "Museum Anfahrt",
    "Museum Führung",
    "Museum Konzert",
    "Museum Leihgabe",
    "Museum Spende",
    "Museum Verein",
    "Museum Eintritt",
    "Museum Garderobe",
];

/// Two towns that read the Kreis's catalogue, each with a line, and an agent of both.
pub struct School {
    pub test: TestApp,
    pub agent: Client,
    pub line_a: String,
    pub line_b: String,
}

impl School {
    pub async fn open(options: PgPoolOptions, database: PgConnectOptions) -> Self {
        let test = TestApp::start(options, database).await;
        let line_a = insert_line(&test, test.cast.stadt_a, "+4969900090100").await;
        let line_b = insert_line(&test, test.cast.stadt_b, "+4940669690100").await;
        test.publish_titles(test.cast.kreis, &TITLES).await;
        test.index().await;
        let agent = test.sign_in(cast::AGENT).await;
        Self { test, agent, line_a, line_b }
    }

    pub async fn entry(&self, title: &str) -> (TenantId, EntryId) {
        let mut db = self.test.begin_as_system().await;
        let found: (TenantId, EntryId) = sqlx::query_as("select tenant_id, id from entry where title = $1")
            .bind(title)
            .fetch_one(&mut *db)
            .await
            .expect(title);
        found
    }

    /// A call, up to the moment at which the answer is marked.
    pub async fn mark_for(&self, line: &str, typed: &str, title: &str) -> i64 {
        self.agent.post("/desk/calls", &[("line", line)]).await.is(303);
        let mut db = self.test.begin_as_system().await;
        let call: i64 = sqlx::query_scalar("select call_id from desk").fetch_one(&mut *db).await.expect("an open call");
        drop(db);
        self.mark(call, typed, title).await;
        call
    }

    pub async fn mark(&self, call: i64, typed: &str, title: &str) {
        let (owner, entry) = self.entry(title).await;
        let typed = [("q", typed)];
        self.agent.post(&format!("/desk/calls/{call}/entries/{owner}/{entry}"), &typed).await.is(303);
        let fields = [("act", "mark"), typed[0]];
        self.agent.post(&format!("/desk/calls/{call}/answer"), &fields).await.is(303);
    }

    pub async fn end(&self, call: i64) {
        self.agent.post(&format!("/desk/calls/{call}/answer"), &[("act", "end")]).await.is(303);
        self.agent.post("/desk/ready", &[]).await.is(303);
    }

    pub async fn answer(&self, typed: &str, title: &str) {
        let call = self.mark_for(&self.line_a, typed, title).await;
        self.end(call).await;
        self.test.learn().await;
    }

    /// Tenant's slug, words, title and weight.
    pub async fn learned(&self) -> Vec<(String, String, String, f32)> {
        let mut db = self.test.begin_as_system().await;
        let rows = sqlx::query_as(
            "select slug, array_to_string(words, ' '), title, weight from learned
             join tenant on tenant.id = learned.tenant_id
             join entry on entry.tenant_id = entry_tenant_id and entry.id = entry_id order by learned.id",
        );
        rows.fetch_all(&mut *db).await.expect("lessons")
    }

    pub fn score(&self, town: TenantId, title: &str) -> f32 {
        let hits = self.test.search(town, "museum").hits;
        hits.iter().find(|hit| hit.title == title).map_or(0.0, |hit| hit.score)
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn entry_that_answered_rises_for_similar_words_until_the_answer_is_taken_back(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let school = School::open(options, database).await;
    let (test, a) = (&school.test, school.test.cast.stadt_a);
    assert_eq!(test.titles(a, "museum"), TITLES);
    let call = school.mark_for(&school.line_a, "Das Museum, bitte", "Museum Verein").await;
    assert_eq!(school.learned().await, [("stadt-a".into(), "museum".into(), "Museum Verein".into(), 1.0)]);
    test.learn().await;
    for similar in ["museum", "Museums", "wo ist das Museum", "muse"] {
        assert_eq!(test.titles(a, similar)[0], "Museum Verein", "{similar}");
    }
    assert_eq!(test.titles(a, "Museum Eintritt")[0], "Museum Eintritt", "what was said in full stays first");
    school.agent.post("/desk/undo", &[]).await.is(303);
    test.learn().await;
    assert_eq!(test.titles(a, "museum"), TITLES);
    assert!(school.learned().await[0].3 <= 0.0);
    school.end(call).await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn another_town_gains_less_and_a_town_that_cannot_read_the_entry_nothing(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let school = School::open(options, database).await;
    let (test, cast) = (&school.test, school.test.cast);
    test.publish_titles(cast.stadt_a, &["Museum in A"]).await;
    test.index().await;
    let before = [cast.stadt_a, cast.stadt_b].map(|town| school.score(town, "Museum Verein"));
    school.answer("museum", "Museum Verein").await;
    let gained = [cast.stadt_a, cast.stadt_b].map(|town| school.score(town, "Museum Verein"));
    let [own, other] = [gained[0] - before[0], gained[1] - before[1]];
    assert!(own > other && other > 0.0, "{own} {other}");
    assert_eq!(test.titles(cast.stadt_b, "museum")[0], "Museum Verein");

    // What A learns about its own entry neither shows in B nor takes anything from what B has.
    let in_b = test.search(cast.stadt_b, "museum").hits;
    for _ in 0..3 {
        school.answer("museum", "Museum in A").await;
    }
    assert_eq!(test.titles(cast.stadt_a, "museum")[0], "Museum in A");
    let now = test.search(cast.stadt_b, "museum").hits;
    let places =
        |hits: &[ortsgespraech::search::Hit]| hits.iter().map(|hit| (hit.entry, hit.score)).collect::<Vec<_>>();
    assert_eq!(places(&now), places(&in_b));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn three_entries_rise_at_most_and_the_others_keep_their_order(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let school = School::open(options, database).await;
    let a = school.test.cast.stadt_a;
    for (times, title) in [(3, TITLES[7]), (4, TITLES[6]), (2, TITLES[5]), (1, TITLES[4]), (1, TITLES[2])] {
        for _ in 0..times {
            school.answer("museum", title).await;
        }
    }
    let expected = [6, 7, 5, 0, 1, 2, 3, 4].map(|place| TITLES[place]);
    assert_eq!(school.test.titles(a, "museum"), expected);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn old_answers_fade_and_are_deleted(options: PgPoolOptions, database: PgConnectOptions) {
    let school = School::open(options, database).await;
    let (test, a) = (&school.test, school.test.cast.stadt_a);
    let before = school.score(a, "Museum Verein");
    school.answer("museum", "Museum Verein").await;
    let mut scores = vec![school.score(a, "Museum Verein")];
    for _ in 0..4 {
        assert_eq!(learning::forget_old_lessons(&test.app).await.expect("deleted"), 0);
        test.app.clock.advance(TimeDelta::days(180));
        scores.push(school.score(a, "Museum Verein"));
    }
    assert!(scores.is_sorted_by(|one, other| one > other) && scores[4] > before, "{scores:?} {before}");
    test.app.clock.advance(TimeDelta::days(180));
    assert!((school.score(a, "Museum Verein") - before).abs() < f32::EPSILON);
    assert_eq!(learning::forget_old_lessons(&test.app).await.expect("deleted"), 1);
    assert!(school.learned().await.is_empty());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn withdrawn_entry_does_not_rise(options: PgPoolOptions, database: PgConnectOptions) {
    let school = School::open(options, database).await;
    let (test, a) = (&school.test, school.test.cast.stadt_a);
    for title in ["Museum Verein", "Museum Eintritt"] {
        school.answer("museum", title).await;
    }
    assert_eq!(test.titles(a, "museum")[..2], ["Museum Verein", "Museum Eintritt"]);
    let (_, entry) = school.entry("Museum Verein").await;
    let operator = test.sign_in(cast::OPERATOR).await;
    operator.post(&format!("/knowledge/kreis/entries/kreis/{entry}/withdrawal"), &[]).await.is(303);
    test.index().await;
    let titles = test.titles(a, "museum");
    assert!(titles[0] == "Museum Eintritt" && !titles.contains(&"Museum Verein".to_owned()), "{titles:?}");
}

fn first(app: &App, town: TenantId, kreis: TenantId, now: chrono::DateTime<chrono::Utc>) -> String {
    let hits = app.search.search(&Request::new("museum", [town, kreis], 1, now)).hits;
    hits.into_iter().next().map(|hit| hit.title).unwrap_or_default()
}

/// Two servers on one database, and nobody tells the second one but the database.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_server_notices_an_answer_and_a_forgetting_within_a_second(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let school = School::open(options, database).await;
    let (test, dir) = (&school.test, Scratch::new());
    let (a, kreis, now) = (test.cast.stadt_a, test.cast.kreis, test.app.clock.now());
    let servers = [test.app.clone(), test.with_index_in(dir.path())];
    let work = servers.each_ref().map(|app| Work::start(app).expect("background work"));
    let until = async |what: &str, title: &str| {
        let started = Instant::now();
        while servers.iter().any(|app| first(app, a, kreis, now) != title) {
            assert!(started.elapsed() < Duration::from_secs(10), "{what} is not noticed");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        started.elapsed()
    };
    until("the catalogue", TITLES[0]).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    school.mark_for(&school.line_a, "museum", "Museum Verein").await;
    let mut took = vec![until("an answer", "Museum Verein").await];
    editor.post("/knowledge/stadt-a/learned/removal", &[]).await.is(303);
    took.push(until("a forgetting", TITLES[0]).await);
    println!("noticed after {took:?}");
    assert!(took.iter().all(|took| *took < Duration::from_secs(1)), "{took:?}");
    for work in work {
        work.stop().await;
    }
}
