//! The rank and the effect, computed by hand.

use chrono::{DateTime, TimeDelta, Utc};
use ortsgespraech::calls::CallKey;
use ortsgespraech::gaps::{self, About, Kind, Report};
use ortsgespraech::ids::{CallId, EntryId, TenantId};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::gaps::{catalogue, only_gap};
use crate::gaps_grouping::viewer;
use crate::support::{TestApp, cast};

/// A call that is over.
struct Past {
    tenant: TenantId,
    at: DateTime<Utc>,
    seconds: i32,
    disposition: Option<&'static str>,
    detail: Option<&'static str>,
    shown: Option<(TenantId, EntryId)>,
}

async fn insert(test: &TestApp, call: Past) -> CallKey {
    let mut db = test.begin_as_system().await;
    sqlx::query("select ensure_call_month($1)").bind(call.at).execute(&mut *db).await.expect("a month");
    let id: i64 = sqlx::query_scalar(
        "insert into call (tenant_id, opened_at, source_id, started_at, connected_at, ended_at, result, talk_ms,
                           disposition, disposition_detail)
         select $1, $2, id, $2, $2, $2 + make_interval(secs => $3), 'answered', $3 * 1000, $4, $5
         from source where adapter = 'desk' returning call.id",
    )
    .bind(call.tenant)
    .bind(call.at)
    .bind(call.seconds)
    .bind(call.disposition)
    .bind(call.detail)
    .fetch_one(&mut *db)
    .await
    .expect("a call");
    if let Some((owner, entry)) = call.shown {
        sqlx::query(
            "insert into call_entry (tenant_id, opened_at, call_id, entry_tenant_id, entry_id, version, shown_for, shown_at)
             values ($1, $2, $3, $4, $5, 1, $1, $2)",
        )
        .bind(call.tenant)
        .bind(call.at)
        .bind(id)
        .bind(owner)
        .bind(entry)
        .execute(&mut *db)
        .await
        .expect("an entry");
    }
    db.commit().await.expect("commit");
    CallKey { tenant: call.tenant, opened_at: call.at, id: CallId(id) }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn rank_is_the_sum_of_what_each_case_cost(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, _, entry) = catalogue(options, database).await;
    let tenant = test.cast.stadt_a;
    let at = test.app.clock.now() - TimeDelta::hours(2);
    let answered =
        |seconds: i32| Past { tenant, at, seconds, disposition: Some("answered"), detail: None, shown: None };
    // The median of 60, 70, 100, 140 and 220 seconds is 100.
    for seconds in [60, 100, 140] {
        insert(&test, answered(seconds)).await;
    }
    let long = insert(&test, answered(220)).await;
    let short = insert(&test, answered(70)).await;
    let shown = Some((tenant, entry));
    let unanswered = (Some("unanswered"), Some("knowledge-missing"));
    insert(&test, Past { seconds: 90, disposition: unanswered.0, detail: unanswered.1, shown, ..answered(0) }).await;
    let agent = viewer(&test, cast::AGENT).await;
    // Said twice, the long call counts once: 120 s above the median. The short one costs 30 s at least, no call exactly that.
    for (kind, call) in
        [(Kind::Wrong, Some(long)), (Kind::Unclear, Some(long)), (Kind::Wrong, Some(short)), (Kind::Wrong, None)]
    {
        let about = About::Entry { owner: tenant, entry, title: "Sperrmüll".to_owned() };
        let report = Report { kind, about, line: "alt".to_owned(), call, reporter: None };
        gaps::file(&test.app, &agent, tenant, &report).await.expect("filed");
    }
    gaps::collect(&test.app).await.expect("collected");
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let queue = editor.get("/knowledge/stadt-a/gaps").await.is(200).body;
    // 120 + 90 + 30 + 30 s are 4.5 minutes of 4 cases.
    assert!(queue.contains("<b>4,5</b>") && queue.contains("4 × 1,1"), "{queue}");
    assert!(queue.contains("01:40 min (Median von 5 beantworteten Anrufen"), "{queue}");
    let (gap, _) = only_gap(&test, tenant).await;
    let page = editor.get(&format!("/knowledge/stadt-a/gaps/{gap}")).await.is(200).body;
    assert!(page.contains("4,5 Minuten") && page.contains("davon 3 Anrufe") && page.contains("01:30"), "{page}");
    test.app.clock.advance(TimeDelta::days(29));
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let queue = editor.get("/knowledge/stadt-a/gaps").await.is(200).body;
    assert!(queue.contains("<b>0,0</b>"), "after the window it costs nothing: {queue}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn first_contact_resolution_is_compared_in_windows_of_the_same_length(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let (test, entry, _) = catalogue(options, database).await;
    let (kreis, reported_at) = (test.cast.kreis, test.app.clock.now());
    let closed_at = reported_at + TimeDelta::days(2);
    let shown = async |at: DateTime<Utc>, disposition: Option<&'static str>| {
        let (tenant, shown) = (test.cast.stadt_b, Some((kreis, entry)));
        insert(&test, Past { tenant, at, seconds: 60, disposition, detail: None, shown }).await;
    };
    // Five days before the report: 2 of 5 answered; too early, without a result and in between do not count.
    shown(reported_at - TimeDelta::days(6), Some("answered")).await;
    for (hours, disposition) in
        [(96, "answered"), (72, "transferred"), (48, "unanswered"), (24, "answered"), (1, "callback")]
    {
        shown(reported_at - TimeDelta::hours(hours), Some(disposition)).await;
    }
    shown(reported_at - TimeDelta::hours(2), None).await;
    shown(reported_at + TimeDelta::days(1), Some("answered")).await;
    // Five days after closing: 3 of 4.
    for (hours, disposition) in
        [(1, "answered"), (24, "answered"), (72, "answered"), (96, "transferred"), (121, "answered")]
    {
        shown(closed_at + TimeDelta::hours(hours), Some(disposition)).await;
    }
    let agent = viewer(&test, cast::AGENT).await;
    let about = About::Entry { owner: kreis, entry, title: "Hundesteuer".to_owned() };
    let report = Report { kind: Kind::Wrong, about, line: "alt".to_owned(), call: None, reporter: None };
    gaps::file(&test.app, &agent, test.cast.stadt_b, &report).await.expect("filed");
    test.app.clock.advance(TimeDelta::days(2));
    let content = crate::support::catalogue::answering("Hundesteuer", "90 € im Jahr.");
    test.publish(kreis, "hund", &content).await;
    let (gap, version) = only_gap(&test, kreis).await;
    let page = format!("/knowledge/kreis/gaps/{gap}");
    let fields = [("version", &*version.to_string()), ("outcome", "version")];
    test.sign_in(cast::OPERATOR).await.post(&format!("{page}/answer"), &fields).await.is(303);
    test.app.clock.advance(TimeDelta::days(5));
    gaps::collect(&test.app).await.expect("collected");
    let page = test.sign_in(cast::OPERATOR).await.get(&page).await.is(200).body;
    for words in ["40,0 % (2 von 5)", "3 von 4 (n &#60; 5)", "5 Tage"] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn searches_are_compared_by_the_day(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, ..) = catalogue(options, database).await;
    let search = async |words: &str| {
        let editor = test.sign_in(cast::EDITOR_OF_A).await;
        editor.post("/knowledge/stadt-a/misses", &[("q", words)]).await.is(204);
        gaps::collect(&test.app).await.expect("collected");
        test.app.clock.advance(TimeDelta::days(1));
    };
    for _ in 0..3 {
        search("grüne tonne").await;
    }
    let (gap, version) = only_gap(&test, test.cast.stadt_a).await;
    let page = format!("/knowledge/stadt-a/gaps/{gap}");
    let fields = [("version", &*version.to_string()), ("outcome", "no_error"), ("answer", "gibt es hier nicht")];
    test.sign_in(cast::EDITOR_OF_A).await.post(&format!("{page}/answer"), &fields).await.is(303);
    test.app.clock.advance(TimeDelta::hours(1));
    search("grüne tonne").await;
    test.app.clock.advance(TimeDelta::hours(23));
    // Two days after closing: 2 searches before, 1 after; the first one was three days before.
    let page = test.sign_in(cast::EDITOR_OF_A).await.get(&page).await.is(200).body;
    for words in ["1,0 am Tag (2 Suchen)", "0,5 am Tag (1 Suchen)", "2 Tage"] {
        assert!(page.contains(words), "{words}: {page}");
    }
}
