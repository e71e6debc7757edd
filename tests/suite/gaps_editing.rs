//! What editors do with a gap: assign, answer, close, reopen, merge; and two of them at once.

use chrono::TimeDelta;
use ortsgespraech::gaps;
use ortsgespraech::ids::EntryId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::gaps::{catalogue, gaps_of, reports};
use crate::support::{Answer, Client, TestApp, cast};

struct Queue {
    test: TestApp,
    editor: Client,
    entry: EntryId,
}

impl Queue {
    async fn open(options: PgPoolOptions, database: PgConnectOptions) -> Self {
        let (test, _, entry) = catalogue(options, database).await;
        let editor = test.sign_in(cast::EDITOR_OF_A).await;
        let queue = Self { test, editor, entry };
        queue.report("Termin fehlt").await;
        queue
    }

    async fn report(&self, line: &str) {
        let path = format!("/knowledge/stadt-a/entries/stadt-a/{}/report", self.entry);
        self.editor.post(&path, &[("kind", "wrong"), ("line", line)]).await.is(303);
    }

    /// The gap with this title.
    async fn gap(&self, title: &str) -> (i64, String) {
        let mut db = self.test.begin_as_system().await;
        let gap: (i64, i32) = sqlx::query_as("select id, version from gap where title = $1")
            .bind(title)
            .fetch_one(&mut *db)
            .await
            .expect("a gap");
        (gap.0, gap.1.to_string())
    }

    async fn act(&self, title: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
        let (gap, version) = self.gap(title).await;
        let fields: Vec<_> = [("version", version.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.editor.post(&format!("/knowledge/stadt-a/gaps/{gap}/{act}"), &fields).await
    }

    async fn page(&self, title: &str) -> String {
        let (gap, _) = self.gap(title).await;
        self.editor.get(&format!("/knowledge/stadt-a/gaps/{gap}")).await.is(200).body
    }

    async fn state(&self) -> String {
        gaps_of(&self.test, self.test.cast.stadt_a).await.remove(0).1
    }

    async fn missed(&self, words: &str) {
        self.test.app.clock.advance(TimeDelta::minutes(2));
        self.editor.post("/knowledge/stadt-a/misses", &[("q", words)]).await.is(204);
        gaps::collect(&self.test.app).await.expect("collected");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn gap_is_closed_by_the_version_that_came_after_it(options: PgPoolOptions, database: PgConnectOptions) {
    let queue = Queue::open(options, database).await;
    let close = [("outcome", "version"), ("answer", "Steht jetzt da.")];
    let early = queue.act("Sperrmüll", "answer", &close).await.is(422).body;
    assert!(early.contains("noch keine neue Fassung") && early.contains("Steht jetzt da."), "{early}");
    let content = crate::support::catalogue::answering("Sperrmüll", "Nur mit Termin.");
    queue.test.publish(queue.test.cast.stadt_a, "muell", &content).await;
    let page = queue.page("Sperrmüll").await;
    assert!(page.contains("inzwischen die Fassung 2"), "{page}");
    assert!(page.contains("value=\"version\" checked"), "the likely outcome is chosen");
    queue.act("Sperrmüll", "answer", &close).await.is(303);
    assert_eq!(queue.state().await, "closed");
    assert!(queue.editor.get("/gaps/mine").await.body.contains("Text geändert, Fassung 2: Steht jetzt da."));
    assert!(queue.editor.get("/knowledge/stadt-a/gaps").await.body.contains("keine Lücke offen"));
    assert!(queue.editor.get("/knowledge/stadt-a/gaps?state=closed").await.body.contains("Neue Fassung"));
    // Whoever reports it again opens it again.
    queue.test.app.clock.advance(TimeDelta::minutes(10));
    queue.report("Stimmt immer noch nicht").await;
    assert_eq!(queue.state().await, "open");
    assert!(queue.page("Sperrmüll").await.contains("wieder gemeldet"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn no_error_needs_a_reason_and_searches_do_not_reopen_it(options: PgPoolOptions, database: PgConnectOptions) {
    let queue = Queue::open(options, database).await;
    queue.missed("pizza bestellen").await;
    queue.act("pizza bestellen", "answer", &[("outcome", "no_error")]).await.is(422);
    queue.act("pizza bestellen", "answer", &[("outcome", "handed"), ("answer", "x")]).await.is(422);
    let reason = [("outcome", "no_error"), ("answer", "Nicht unser Thema")];
    queue.act("pizza bestellen", "answer", &reason).await.is(303);
    queue.missed("pizza bestellen").await;
    queue.missed("Bestellen, Pizza").await;
    let closed = gaps_of(&queue.test, queue.test.cast.stadt_a).await;
    assert!(closed.contains(&("pizza bestellen".to_owned(), "closed".to_owned())), "{closed:?}");
    queue.act("pizza bestellen", "reopening", &[]).await.is(303);
    queue.act("pizza bestellen", "reopening", &[]).await.is(409);
    // A word that was added and still finds nothing is no answer.
    queue.act("pizza bestellen", "answer", &[("outcome", "words")]).await.is(303);
    queue.missed("pizza bestellen").await;
    let open = gaps_of(&queue.test, queue.test.cast.stadt_a).await;
    assert!(open.contains(&("pizza bestellen".to_owned(), "open".to_owned())), "{open:?}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn gap_is_assigned_to_an_editor_of_the_tenant(options: PgPoolOptions, database: PgConnectOptions) {
    let queue = Queue::open(options, database).await;
    let mut db = queue.test.begin_as_system().await;
    let mut person = async |email: &str| -> String {
        let id: i64 = sqlx::query_scalar("select id from account where email = $1")
            .bind(email)
            .fetch_one(&mut *db)
            .await
            .expect("a person");
        id.to_string()
    };
    let (own, foreign) = (person(cast::EDITOR_OF_A).await, person(cast::EDITOR_OF_B).await);
    drop(db);
    queue.act("Sperrmüll", "assignment", &[("person", &foreign)]).await.is(422);
    queue.act("Sperrmüll", "assignment", &[("person", "unfug")]).await.is(422);
    queue.act("Sperrmüll", "assignment", &[("person", &own)]).await.is(303);
    assert_eq!(queue.state().await, "working");
    assert!(queue.editor.get("/knowledge/stadt-a/gaps?mine=1").await.body.contains("Sperrmüll"));
    queue.act("Sperrmüll", "assignment", &[("person", "")]).await.is(303);
    assert_eq!(queue.state().await, "open");
    let audit = queue.test.sign_in(cast::ADMIN_OF_A).await.get("/tenants/stadt-a/audit").await.is(200).body;
    assert!(audit.contains("Wissenslücke") && audit.contains("zugeordnet"), "{audit}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn second_editor_sees_what_the_first_one_did(options: PgPoolOptions, database: PgConnectOptions) {
    let queue = Queue::open(options, database).await;
    let (gap, version) = queue.gap("Sperrmüll").await;
    queue.act("Sperrmüll", "answer", &[("outcome", "no_error"), ("answer", "Ist richtig so")]).await.is(303);
    let path = format!("/knowledge/stadt-a/gaps/{gap}");
    let late = [("version", version.as_str()), ("answer", "Wir prüfen das")];
    let answer = queue.editor.post(&format!("{path}/answer"), &late).await.is(409).body;
    assert!(answer.contains("Ist richtig so") && answer.contains("Wir prüfen das"), "{answer}");
    queue.editor.post(&format!("{path}/assignment"), &[("version", &version)]).await.is(409);
    queue.editor.post(&format!("{path}/reopening"), &[("version", &version)]).await.is(409);
    assert_eq!(queue.state().await, "closed");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn merged_gaps_count_together_until_they_are_separated(options: PgPoolOptions, database: PgConnectOptions) {
    let queue = Queue::open(options, database).await;
    queue.missed("sofa abholen").await;
    let (root, _) = queue.gap("Sperrmüll").await;
    let (part, version) = queue.gap("sofa abholen").await;
    queue.act("sofa abholen", "merging", &[("into", &part.to_string())]).await.is(409);
    queue.act("sofa abholen", "merging", &[("into", "987654321")]).await.is(404);
    queue.act("sofa abholen", "merging", &[("into", &root.to_string())]).await.is(303);
    let late = [("version", version.as_str()), ("into", &root.to_string())];
    queue.editor.post(&format!("/knowledge/stadt-a/gaps/{part}/merging"), &late).await.is(409);
    assert_eq!(gaps_of(&queue.test, queue.test.cast.stadt_a).await.len(), 1);
    let page = queue.page("Sperrmüll").await;
    assert!(page.contains("sofa abholen") && page.contains("1–2 von 2 Meldungen"), "{page}");
    // Whoever searches for it again speaks of the same gap.
    queue.act("Sperrmüll", "answer", &[("outcome", "no_error"), ("answer", "geht so")]).await.is(303);
    queue.act("Sperrmüll", "reopening", &[]).await.is(303);
    queue.missed("abholen: Sofa").await;
    assert!(queue.page("Sperrmüll").await.contains("1–3 von 3 Meldungen"));
    queue.act("sofa abholen", "separation", &[]).await.is(303);
    queue.act("sofa abholen", "separation", &[]).await.is(303);
    assert_eq!(gaps_of(&queue.test, queue.test.cast.stadt_a).await.len(), 2);
    assert!(queue.page("Sperrmüll").await.contains("1–1 von 1 Meldungen"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn reporters_are_forgotten_and_old_reports_go(options: PgPoolOptions, database: PgConnectOptions) {
    let queue = Queue::open(options, database).await;
    let reporter = async || reports(&queue.test, queue.test.cast.stadt_a).await[0].2.clone();
    queue.act("Sperrmüll", "answer", &[("answer", "Wir prüfen das")]).await.is(303);
    let mine = queue.editor.get("/gaps/mine").await.is(200).body;
    assert!(mine.contains("Antwort der Redaktion: Wir prüfen das"), "{mine}");
    let report: i64 = sqlx::query_scalar("select id from gap_report")
        .fetch_one(&mut *queue.test.begin_as_system().await)
        .await
        .expect("a report");
    queue.editor.post(&format!("/gaps/mine/{report}/acknowledgement"), &[]).await.is(303);
    gaps::collect(&queue.test.app).await.expect("collected");
    assert!(reporter().await.is_some(), "the gap is open, there is more to tell");
    queue.test.app.clock.advance(TimeDelta::days(91));
    gaps::collect(&queue.test.app).await.expect("collected");
    assert!(reporter().await.is_none());
    queue.test.app.clock.advance(TimeDelta::days(640));
    assert_eq!(gaps::forget_old_reports(&queue.test.app).await.expect("forgotten"), 1);
    assert_eq!(gaps_of(&queue.test, queue.test.cast.stadt_a).await.len(), 1, "somebody worked on it");
}
