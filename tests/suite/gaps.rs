//! Reporting at an entry, the queue, and who may see it.

use ortsgespraech::gaps;
use ortsgespraech::ids::{EntryId, TenantId};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{TestApp, cast};

/// Kind, line, who reported it, of every report of a tenant, oldest first.
pub async fn reports(test: &TestApp, tenant: TenantId) -> Vec<(String, Option<String>, Option<String>)> {
    let mut db = test.begin_as_system().await;
    sqlx::query_as(
        "select report.kind, report.line, account.email from gap_report report
         left join account on account.id = report.account_id where tenant_id = $1 order by report.id",
    )
    .bind(tenant)
    .fetch_all(&mut *db)
    .await
    .expect("reports")
}

/// Title and state of every gap of a tenant, oldest first.
pub async fn gaps_of(test: &TestApp, tenant: TenantId) -> Vec<(String, String)> {
    let mut db = test.begin_as_system().await;
    let gaps = sqlx::query_as("select title, state from gap where tenant_id = $1 and merged_into is null order by id");
    gaps.bind(tenant).fetch_all(&mut *db).await.expect("gaps")
}

pub async fn only_gap(test: &TestApp, tenant: TenantId) -> (i64, i32) {
    let mut db = test.begin_as_system().await;
    let gap = sqlx::query_as("select id, version from gap where tenant_id = $1").bind(tenant);
    gap.fetch_one(&mut *db).await.expect("one gap")
}

/// A Kreis with one entry and a town with one.
pub async fn catalogue(options: PgPoolOptions, database: PgConnectOptions) -> (TestApp, EntryId, EntryId) {
    let test = TestApp::start(options, database).await;
    let of_kreis = test.publish(test.cast.kreis, "hund", &crate::support::catalogue::entry("Hundesteuer")).await;
    let of_a = test.publish(test.cast.stadt_a, "muell", &crate::support::catalogue::entry("Sperrmüll")).await;
    test.index().await;
    (test, of_kreis, of_a)
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn report_goes_to_the_owner_of_the_text(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, of_kreis, of_a) = catalogue(options, database).await;
    let reader = test.sign_in(cast::EDITOR_OF_A).await;
    for (owner, entry, line) in [("kreis", of_kreis, "Gebühr ist 90 €"), ("stadt-a", of_a, "Termin fehlt")] {
        let page = format!("/knowledge/stadt-a/entries/{owner}/{entry}");
        assert!(reader.get(&page).await.is(200).body.contains(&format!("{page}/report")));
        assert!(reader.get(&format!("{page}/report")).await.is(200).body.contains("Fehler melden"));
        reader.post(&format!("{page}/report"), &[("kind", "wrong"), ("line", line)]).await.is(303);
    }
    let editor = Some(cast::EDITOR_OF_A.to_owned());
    let wrong = |line: &str| [("wrong".to_owned(), Some(line.to_owned()), editor.clone())];
    assert_eq!(reports(&test, test.cast.kreis).await, wrong("Gebühr ist 90 €"));
    assert_eq!(reports(&test, test.cast.stadt_a).await, wrong("Termin fehlt"));
    let queue = reader.get("/knowledge/stadt-a/gaps").await.is(200).body;
    assert!(queue.contains("Sperrmüll") && !queue.contains("Hundesteuer"), "{queue}");
    let operator = test.sign_in(cast::OPERATOR).await;
    assert!(operator.get("/knowledge/kreis/gaps").await.is(200).body.contains("Hundesteuer"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_cannot_be_kept_comes_back_with_a_sentence(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, _, of_a) = catalogue(options, database).await;
    let reader = test.sign_in(cast::EDITOR_OF_A).await;
    let path = format!("/knowledge/stadt-a/entries/stadt-a/{of_a}/report");
    for (kind, line, sentence) in [
        ("wrong", "", "in einer Zeile"),
        ("missing", "", "in einer Zeile"),
        ("miss", "Termin fehlt", "was nicht in Ordnung ist"),
        ("", "Termin fehlt", "was nicht in Ordnung ist"),
        ("wrong", "Anruferin hat 0171 1234567", "ohne Telefonnummern"),
        ("unclear", "max@example.org fragt", "ohne E-Mail-Adresse"),
        ("unclear", "Herr Müller wartet", "ohne Namen"),
        ("wrong", &"x".repeat(201), "höchstens 200"),
    ] {
        let answer = reader.post(&path, &[("kind", kind), ("line", line)]).await.is(422);
        assert!(answer.body.contains(sentence), "{kind} {line}: {}", answer.body);
        assert!(answer.body.contains(&format!("value=\"{line}\"")), "the line is gone");
    }
    assert!(reports(&test, test.cast.stadt_a).await.is_empty());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn queue_is_seen_by_its_editors_alone(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, _, of_a) = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let report = format!("/knowledge/stadt-a/entries/stadt-a/{of_a}/report");
    editor.post(&report, &[("kind", "wrong"), ("line", "Termin fehlt")]).await.is(303);
    let (gap, version) = only_gap(&test, test.cast.stadt_a).await;
    let version = version.to_string();
    for stranger in [cast::EDITOR_OF_B, cast::ADMIN_OF_B, cast::AGENT_OF_B, cast::VIEWER_OF_B] {
        let stranger = test.sign_in(stranger).await;
        stranger.post(&report, &[("kind", "wrong"), ("line", "Termin fehlt")]).await.is(404);
        for tenant in ["stadt-a", "stadt-b"] {
            let page = format!("/knowledge/{tenant}/gaps/{gap}");
            assert!([403, 404].contains(&stranger.get(&page).await.status.as_u16()));
            for act in ["assignment", "answer", "reopening", "merging", "separation", "handover"] {
                let fields = [("version", version.as_str()), ("outcome", "words"), ("answer", "x"), ("into", "1")];
                let answer = stranger.post(&format!("{page}/{act}"), &fields).await;
                assert!([403, 404].contains(&answer.status.as_u16()), "{act}: {}", answer.status);
            }
        }
    }
    assert_eq!(only_gap(&test, test.cast.stadt_a).await, (gap, 1));
    let agent = test.sign_in(cast::AGENT).await;
    agent.get("/knowledge/stadt-a/gaps").await.is(403);
    assert!(!agent.get("/knowledge/stadt-a").await.is(200).body.contains("Wissenslücken"));
    assert!(editor.get("/knowledge/stadt-a").await.is(200).body.contains("Wissenslücken"));
    // An entry that the town does not read cannot be reported in its name.
    let foreign = format!("/knowledge/stadt-b/entries/stadt-a/{of_a}/report");
    test.sign_in(cast::EDITOR_OF_B).await.post(&foreign, &[("kind", "wrong"), ("line", "x")]).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn own_report_is_seen_by_nobody_else(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, of_kreis, _) = catalogue(options, database).await;
    let reader = test.sign_in(cast::EDITOR_OF_A).await;
    let report = format!("/knowledge/stadt-a/entries/kreis/{of_kreis}/report");
    reader.post(&report, &[("kind", "unclear"), ("line", "Ab wann gilt das?")]).await.is(303);
    assert!(reader.get("/gaps/mine").await.is(200).body.contains("Ab wann gilt das?"));
    let other = test.sign_in(cast::EDITOR_OF_B).await;
    assert!(!other.get("/gaps/mine").await.is(200).body.contains("Ab wann gilt das?"));
    let id: i64 = sqlx::query_scalar("select id from gap_report")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("a report");
    other.post(&format!("/gaps/mine/{id}/acknowledgement"), &[]).await.is(404);
    // Nothing was told yet.
    reader.post(&format!("/gaps/mine/{id}/acknowledgement"), &[]).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn queue_is_filtered_and_paged(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, _, of_a) = catalogue(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    assert!(editor.get("/knowledge/stadt-a/gaps").await.body.contains("keine Lücke offen"));
    let mut db = test.begin_as_system().await;
    sqlx::query(
        "insert into search_miss (tenant_id, words, folded, first_at, last_at, count)
         select $1, 'quatsch' || chr(96 + n) || 'wort', 'q' || n, $2, $2, n from generate_series(1, 26) n",
    )
    .bind(test.cast.stadt_a)
    .bind(test.app.clock.now())
    .execute(&mut *db)
    .await
    .expect("misses");
    sqlx::query(
        "insert into search_miss (tenant_id, words, folded, first_at, last_at, count)
         select $1, 'nochmal' || chr(96 + n) || 'wort', 'n' || n, $2, $2, 1 from generate_series(1, 26) n",
    )
    .bind(test.cast.stadt_a)
    .bind(test.app.clock.now())
    .execute(&mut *db)
    .await
    .expect("misses");
    db.commit().await.expect("commit");
    gaps::collect(&test.app).await.expect("collected");
    let report = format!("/knowledge/stadt-a/entries/stadt-a/{of_a}/report");
    editor.post(&report, &[("kind", "wrong"), ("line", "Termin fehlt")]).await.is(303);
    let page = |query: &'static str| format!("/knowledge/stadt-a/gaps?{query}");
    let first = editor.get(&page("")).await.is(200).body;
    assert!(first.contains("1–50 von 53 Lücken"), "{first}");
    let places = ["quatschzwort", "quatschywort"].map(|word| first.find(word).expect("on the first page"));
    assert!(places[0] < places[1], "what was looked for most comes first");
    assert!(editor.get(&page("page=2")).await.is(200).body.contains("51–53 von 53 Lücken"));
    assert!(editor.get(&page("kind=wrong")).await.body.contains("1–1 von 1 Lücken"));
    assert!(editor.get(&page("q=QUATSCHZ")).await.body.contains("1–1 von 1 Lücken"));
    assert!(editor.get(&page("mine=1")).await.body.contains("Keine Lücke passt"));
    assert!(editor.get(&page("state=closed")).await.body.contains("Keine Lücke passt"));
    assert!(editor.get(&page("state=unfug&kind=unfug&page=-3")).await.is(200).body.contains("53 Lücken"));
}
