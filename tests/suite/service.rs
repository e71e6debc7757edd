//! What the center may say for a town: by topic, by the agreement's stage, on the desk and in the API.

use chrono::NaiveDate;
use ortsgespraech::accounts;
use ortsgespraech::knowledge::Content;
use ortsgespraech::tenants::{self, ANY_TOPIC, Level, ServiceLevel, Stage, TopicScope};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk::insert_line;
use crate::support::cast::{ADMIN_OF_A, ADMIN_OF_B, AGENT, EDITOR_OF_A};
use crate::support::catalogue::answering;
use crate::support::forms::fields_of;
use crate::support::{Answer, Client, TestApp};

const PAGE: &str = "/tenants/stadt-a/service";

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// Stage 1 of old, stage 2 as a test since yesterday, stage 3 planned.
async fn agree(test: &TestApp) {
    let stage = |from: &str, stage, is_test| Stage { valid_from: day(from), stage, is_test };
    let stages = [stage("2026-01-01", 1, false), stage("2026-11-16", 2, true), stage("2027-01-01", 3, false)];
    let row = |topic: &str, levels| TopicScope { topic: topic.to_owned(), levels };
    let (refer, basic, full) = (Some(Level::Refer), Some(Level::Basic), Some(Level::Full));
    let scope =
        [row(ANY_TOPIC, [refer, basic, full]), row("Umzug", [None, full, full]), row("Geburt", [None, refer, None])];
    let mut db = test.begin_as_system().await;
    tenants::replace_service_scope(&mut db, test.cast.stadt_a, &stages, &scope).await.expect("an agreement");
    db.commit().await.expect("commit");
}

async fn level(test: &TestApp, topics: &[&str], today: &str) -> Option<ServiceLevel> {
    let topics: Vec<String> = topics.iter().map(ToString::to_string).collect();
    let mut db = test.begin_as_system().await;
    tenants::service_level(&mut *db, test.cast.stadt_a, &topics, day(today)).await.expect("a query")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn level_follows_topic_stage_and_day(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    assert_eq!(level(&test, &["Umzug"], "2026-11-17").await, None, "nothing is agreed");
    agree(&test).await;
    let at = |stage, is_test, level| Some(ServiceLevel { stage, is_test, level });
    assert_eq!(level(&test, &[], "2025-12-31").await, None);
    assert_eq!(level(&test, &["Umzug"], "2026-11-15").await, at(1, false, Level::Refer));
    assert_eq!(level(&test, &["Umzug"], "2026-11-17").await, at(2, true, Level::Full));
    assert_eq!(level(&test, &["Tiere"], "2026-11-17").await, at(2, true, Level::Basic));
    assert_eq!(level(&test, &["Umzug", "Geburt"], "2026-11-17").await, at(2, true, Level::Refer), "the careful one");
    assert_eq!(level(&test, &["Geburt"], "2027-01-01").await, at(3, false, Level::Full));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn desk_and_api_say_how_far_an_answer_may_go(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    agree(&test).await;
    let content = Content { life_situations: vec!["Umzug".to_owned()], ..answering("Anmeldung", "Gern.") };
    let id = test.publish(test.cast.kreis, "a", &content).await;
    let line = insert_line(&test, test.cast.stadt_a, "+4969900090100").await;
    let agent = test.sign_in(AGENT).await;
    agent.post("/desk/calls", &[("line", &line)]).await.is(303);
    let mut db = test.begin_as_system().await;
    let call: i64 = sqlx::query_scalar("select call_id from desk").fetch_one(&mut *db).await.expect("a call");
    let token = accounts::create_token(&mut db, "Suche", &["search".to_owned()], None, test.app.clock.now()).await;
    db.commit().await.expect("commit");
    agent.post(&format!("/desk/calls/{call}/entries/{}/{id}", test.cast.kreis), &[]).await.is(303);
    let desk = agent.get("/desk").await.is(200).body;
    assert!(desk.contains("Stufe 2, Testphase: Grundauskunft"), "{desk}");
    assert!(desk.contains(">Abschließend beantworten</span>"), "{desk}");
    let program = test.with_token(&token.expect("a token"));
    let entry = program.get(&format!("/api/v1/tenants/stadt-a/entries/{id}")).await.is(200).json();
    assert_eq!(entry["service_level"], "full");
    let entry = program.get(&format!("/api/v1/tenants/stadt-b/entries/{id}")).await.is(200).json();
    assert_eq!(entry["service_level"], serde_json::Value::Null);
}

/// What the form sends: days with their stages, and what holds for all topics, stage by stage.
async fn save(client: &Client, before: &str, stages: &[(&str, &str)], levels: [&str; 3]) -> Answer {
    let mut fields = vec![("before", before), ("topic", ANY_TOPIC)];
    fields.extend(stages.iter().flat_map(|(from, stage)| [("from", *from), ("stage", *stage)]));
    fields.extend(["level_1", "level_2", "level_3"].into_iter().zip(levels));
    client.post(PAGE, &fields).await
}

/// What the page showed to who opened it.
fn before(page: &str) -> String {
    let fields = fields_of(page);
    fields.into_iter().find(|(name, _)| name == "before").expect("the field").1
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn admin_writes_stages_and_levels_on_one_page(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(ADMIN_OF_A).await;
    let empty = before(&admin.get(PAGE).await.is(200).body);
    save(&admin, &empty, &[("2026-11-01", "2"), ("", "")], ["", "basic", ""]).await.is(303);
    let page = admin.get(PAGE).await.is(200).body;
    assert!(page.contains("Stufe 2</span> seit 01.11.2026"), "{page}");
    assert_eq!(level(&test, &[], "2026-11-17").await.map(|level| level.level), Some(Level::Basic));
    let refused = save(&admin, &empty, &[], ["", "full", ""]).await.is(409);
    assert!(refused.body.contains("inzwischen gespeichert"), "{}", refused.body);
    let twice = [("2026-11-01", "2"), ("2026-11-01", "3-test")];
    let refused = save(&admin, &before(&page), &twice, ["", "basic", ""]).await.is(422);
    assert!(refused.body.contains("Zwei Stufen beginnen am 01.11.2026."), "{}", refused.body);
    test.sign_in(ADMIN_OF_B).await.get(PAGE).await.is(404);
    test.sign_in(EDITOR_OF_A).await.get(PAGE).await.is(403);
    let audit = admin.get("/tenants/stadt-a/audit").await.is(200).body;
    assert!(audit.contains("Leistungsspektrum"), "{audit}");
}
