//! The desk's rules, act by act.

use chrono::TimeDelta;
use ortsgespraech::audit::Actor;
use ortsgespraech::ids::{EntryId, TenantId};
use ortsgespraech::knowledge::{self, Content, Target};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Client, TestApp, cast};

struct Desk {
    test: TestApp,
    agent: Client,
    line_a: String,
    line_shared: String,
    entry: String,
    entry_of_kreis: String,
}

pub async fn insert_line(test: &TestApp, tenant: TenantId, number: &str) -> String {
    let mut db = test.begin_as_system().await;
    let id: i64 =
        sqlx::query_scalar("insert into line (tenant_id, number, label) values ($1, $2, 'Zentrale') returning id")
            .bind(tenant)
            .bind(number)
            .fetch_one(&mut *db)
            .await
            .expect("a new line");
    db.commit().await.expect("commit");
    format!("{tenant}-{id}")
}

async fn publish(test: &TestApp, tenant: TenantId, title: &str) -> EntryId {
    let mut db = test.begin_as_system().await;
    let content = Content { title: title.to_owned(), ..Content::default() };
    let now = test.app.clock.now();
    let published = knowledge::publish(&mut db, tenant, Target::New, &content, &Actor::command_line(), now).await;
    db.commit().await.expect("commit");
    published.expect("a published entry").id
}

impl Desk {
    async fn open(options: PgPoolOptions, database: PgConnectOptions) -> Self {
        let test = TestApp::start(options, database).await;
        let line_a = insert_line(&test, test.cast.stadt_a, "+4969900090100").await;
        let line_shared = insert_line(&test, test.cast.intake, "115").await;
        let entry = format!("{}/{}", test.cast.stadt_a, publish(&test, test.cast.stadt_a, "Sperrmüll").await);
        let entry_of_kreis = format!("{}/{}", test.cast.kreis, publish(&test, test.cast.kreis, "Führerschein").await);
        let agent = test.sign_in(cast::AGENT).await;
        Self { test, agent, line_a, line_shared, entry, entry_of_kreis }
    }

    async fn take(&self, line: &str) -> i64 {
        self.agent.post("/desk/calls", &[("line", line)]).await.is(303);
        let mut db = self.test.begin_as_system().await;
        sqlx::query_scalar("select call_id from desk").fetch_one(&mut *db).await.expect("an open call")
    }

    async fn act(&self, path: String, fields: &[(&str, &str)]) {
        self.agent.post(&path, fields).await.is(303);
    }

    async fn open_entry(&self, call: i64, entry: &str) {
        self.act(format!("/desk/calls/{call}/entries/{entry}"), &[]).await;
    }

    async fn mark(&self, call: i64) {
        self.act(format!("/desk/calls/{call}/answer"), &[("act", "mark")]).await;
    }

    async fn end(&self, call: i64) {
        self.act(format!("/desk/calls/{call}/answer"), &[("act", "end")]).await;
    }

    /// Result, disposition, topic's title, tenant's slug.
    async fn record(&self, call: i64) -> (String, Option<String>, Option<String>, String) {
        let mut db = self.test.begin_as_system().await;
        sqlx::query_as(
            "select result, disposition, version.title, tenant.slug
             from call join tenant on tenant.id = call.tenant_id
             left join entry_version version on version.tenant_id = topic_tenant_id and version.entry_id = topic_entry_id
             where call.id = $1",
        )
        .bind(call)
        .fetch_one(&mut *db)
        .await
        .expect("the call's record")
    }

    async fn page(&self) -> String {
        self.agent.get("/desk").await.is(200).body
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn one_act_stores_entry_version_topic_and_first_contact(options: PgPoolOptions, database: PgConnectOptions) {
    let desk = Desk::open(options, database).await;
    let call = desk.take(&desk.line_a).await;
    desk.open_entry(call, &desk.entry).await;
    desk.mark(call).await;
    let open = desk.record(call).await;
    assert_eq!(open, ("open".into(), Some("answered".into()), Some("Sperrmüll".into()), "stadt-a".into()));
    desk.test.app.clock.advance(TimeDelta::seconds(42));
    desk.end(call).await;
    assert_eq!(desk.record(call).await.0, "answered");
    let mut db = desk.test.begin_as_system().await;
    let talked: (i32, i32) = sqlx::query_as(
        "select call.talk_ms, shown.version from call join call_entry shown on shown.call_id = call.id
         where call.id = $1 and shown.answered_at is not null",
    )
    .bind(call)
    .fetch_one(&mut *db)
    .await
    .expect("what was said");
    assert_eq!(talked, (42_000, 1));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn repeated_mark_neither_ends_nor_counts_twice(options: PgPoolOptions, database: PgConnectOptions) {
    let desk = Desk::open(options, database).await;
    let call = desk.take(&desk.line_a).await;
    desk.open_entry(call, &desk.entry).await;
    desk.mark(call).await;
    desk.mark(call).await;
    assert_eq!(desk.record(call).await.0, "open");
    let mut db = desk.test.begin_as_system().await;
    let marks: i64 = sqlx::query_scalar("select count(*) from call_event where type = 'entry.answered'")
        .fetch_one(&mut *db)
        .await
        .expect("a count");
    assert_eq!(marks, 1);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn several_entries_answer_one_call(options: PgPoolOptions, database: PgConnectOptions) {
    let desk = Desk::open(options, database).await;
    let call = desk.take(&desk.line_a).await;
    for entry in [&desk.entry, &desk.entry_of_kreis] {
        desk.open_entry(call, entry).await;
        desk.mark(call).await;
        desk.test.app.clock.advance(TimeDelta::seconds(5));
    }
    assert_eq!(desk.record(call).await.2.as_deref(), Some("Führerschein"));
    desk.act("/desk/undo".into(), &[]).await;
    assert_eq!(desk.record(call).await.2.as_deref(), Some("Sperrmüll"), "the earlier answer is the topic again");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn end_can_be_taken_back_for_ten_seconds(options: PgPoolOptions, database: PgConnectOptions) {
    let desk = Desk::open(options, database).await;
    let call = desk.take(&desk.line_a).await;
    desk.open_entry(call, &desk.entry).await;
    desk.mark(call).await;
    desk.end(call).await;
    desk.test.app.clock.advance(TimeDelta::seconds(9));
    desk.act("/desk/undo".into(), &[]).await;
    assert_eq!(desk.record(call).await.0, "open");
    desk.end(call).await;
    desk.test.app.clock.advance(TimeDelta::seconds(11));
    desk.act("/desk/undo".into(), &[]).await;
    assert_eq!(desk.record(call).await.0, "answered");
    assert!(desk.page().await.contains("Zurücknehmen war nur zehn Sekunden lang möglich"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_without_a_result_is_not_ended(options: PgPoolOptions, database: PgConnectOptions) {
    let desk = Desk::open(options, database).await;
    let call = desk.take(&desk.line_a).await;
    desk.end(call).await;
    assert_eq!(desk.record(call).await.0, "open");
    assert!(desk.page().await.contains("wählen Sie rechts ein anderes Ergebnis"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn other_results_keep_to_whom_and_why(options: PgPoolOptions, database: PgConnectOptions) {
    let desk = Desk::open(options, database).await;
    let call = desk.take(&desk.line_a).await;
    let path = format!("/desk/calls/{call}/outcome");
    let missing = desk.agent.post(&path, &[("disposition", "transferred"), ("note", "ruft später an")]).await.is(422);
    assert!(missing.body.contains("Bitte angeben: An wen wurde verbunden?"));
    assert!(missing.body.contains("ruft später an"), "what was typed stays");
    let fields = [("disposition", "transferred"), ("detail", "Bürgerbüro"), ("note", "ruft später an"), ("end", "1")];
    desk.act(path, &fields).await;
    let mut db = desk.test.begin_as_system().await;
    let row: (String, String, String) = sqlx::query_as(
        "select disposition, disposition_detail, text from call join call_note note on note.call_id = call.id where id = $1",
    )
    .bind(call)
    .fetch_one(&mut *db)
    .await
    .expect("the record");
    assert_eq!(row, ("transferred".into(), "Bürgerbüro".into(), "ruft später an".into()));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn shared_line_asks_for_the_town_and_the_call_follows_it(options: PgPoolOptions, database: PgConnectOptions) {
    let desk = Desk::open(options, database).await;
    let call = desk.take(&desk.line_shared).await;
    assert!(desk.page().await.contains("Um welchen Ort geht es?"));
    assert_eq!(desk.record(call).await.3, "intake");
    desk.agent.post(&format!("/desk/calls/{call}/entries/{}", desk.entry), &[]).await.is(404);
    desk.act(format!("/desk/calls/{call}/town"), &[("town", "b")]).await;
    assert_eq!(desk.record(call).await.3, "stadt-b");
    desk.agent.post(&format!("/desk/calls/{call}/entries/{}", desk.entry), &[]).await.is(404);
    desk.open_entry(call, &desk.entry_of_kreis).await;
}

/// A word beside the town says so, because the bands of twelve towns look alike.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_for_another_town_than_the_last_is_told(options: PgPoolOptions, database: PgConnectOptions) {
    let desk = Desk::open(options, database).await;
    let line_b = insert_line(&desk.test, desk.test.cast.stadt_b, "+4940669690100").await;
    let mut told = Vec::new();
    for line in [&desk.line_a, &desk.line_a, &line_b, &desk.line_shared, &line_b, &desk.line_a] {
        let call = desk.take(line).await;
        told.push(desk.page().await.contains("anderer Ort als zuletzt"));
        desk.act(format!("/desk/calls/{call}/outcome"), &[("disposition", "misdialled"), ("end", "1")]).await;
        desk.act("/desk/ready".to_owned(), &[]).await;
    }
    assert_eq!(told, [false, false, true, false, false, true]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn postcode_chooses_the_town_of_a_shared_line(options: PgPoolOptions, database: PgConnectOptions) {
    let desk = Desk::open(options, database).await;
    let mut db = desk.test.begin_as_system().await;
    sqlx::query("update tenant set postcodes = '{99001,99002}' where slug = 'stadt-b'")
        .execute(&mut *db)
        .await
        .expect("postcodes");
    db.commit().await.expect("commit");
    let call = desk.take(&desk.line_shared).await;
    assert!(desk.page().await.contains("Stadt B 99001 99002"), "the list narrows by them");
    desk.act(format!("/desk/calls/{call}/town"), &[("typed", "99003")]).await;
    assert_eq!(desk.record(call).await.3, "intake");
    desk.act(format!("/desk/calls/{call}/town"), &[("typed", "99002")]).await;
    assert_eq!(desk.record(call).await.3, "stadt-b");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn change_of_town_keeps_the_dialled_tenant(options: PgPoolOptions, database: PgConnectOptions) {
    let desk = Desk::open(options, database).await;
    let call = desk.take(&desk.line_a).await;
    desk.act(format!("/desk/calls/{call}/town"), &[("town", "stadt-b")]).await;
    assert_eq!(desk.record(call).await.3, "stadt-a");
    assert!(desk.page().await.contains("Stadt B"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn act_on_a_call_that_is_over_changes_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let desk = Desk::open(options, database).await;
    let call = desk.take(&desk.line_a).await;
    desk.open_entry(call, &desk.entry).await;
    desk.mark(call).await;
    desk.end(call).await;
    desk.act(format!("/desk/calls/{call}/outcome"), &[("disposition", "misdialled")]).await;
    assert!(desk.page().await.contains("Dieses Gespräch ist schon beendet"));
    assert_eq!(desk.record(call).await.1.as_deref(), Some("answered"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn own_call_is_corrected_within_a_day_and_audited(options: PgPoolOptions, database: PgConnectOptions) {
    let desk = Desk::open(options, database).await;
    let call = desk.take(&desk.line_a).await;
    desk.open_entry(call, &desk.entry).await;
    desk.mark(call).await;
    desk.end(call).await;
    let path = format!("/calls/{call}");
    let page = desk.agent.get(&path).await.is(200).body;
    let version =
        page.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a version");
    let fields = [("version", version), ("disposition", "callback")];
    desk.agent.post(&path, &fields).await.is(303);
    let stale = desk.agent.post(&path, &[("version", version), ("disposition", "misdialled")]).await.is(409);
    assert!(stale.body.contains("Rückruf nötig"), "the other's change is shown");
    let mut db = desk.test.begin_as_system().await;
    let audited: i64 = sqlx::query_scalar("select count(*) from audit where thing = 'call' and action = 'corrected'")
        .fetch_one(&mut *db)
        .await
        .expect("a count");
    assert_eq!(audited, 1);
    desk.test.app.clock.advance(TimeDelta::hours(25));
    let agent = desk.test.sign_in(cast::AGENT).await;
    agent.post(&path, &fields).await.is(403);
    let other = desk.test.sign_in(cast::AGENT_OF_B).await;
    other.get(&path).await.is(404);
}
