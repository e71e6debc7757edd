//! The demo: an empty database becomes four tenants with people, texts and a history that somebody could believe.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use ortsgespraech::access::Role;
use ortsgespraech::app::{App, Settings};
use ortsgespraech::calls::{self, OwnCalls};
use ortsgespraech::clock::Clock;
use ortsgespraech::db::Scope;
use ortsgespraech::demo::{self, DEMO_ACCOUNTS};
use ortsgespraech::ids::{AccountId, TenantId};
use ortsgespraech::search::learning::LearningFollower;
use ortsgespraech::search::{Follower, Request};
use ortsgespraech::tenants;
use sqlx::PgConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Client, TestApp, empty_app};

async fn filled(database: PgConnectOptions) -> App {
    let app = empty_app(database).await;
    assert!(demo::fill(&app).await.expect("the demo fills an empty database"));
    app
}

async fn filled_at(database: PgConnectOptions, now: &str) -> App {
    let now: DateTime<Utc> = now.parse().expect("a moment");
    let app = App { clock: Clock::fixed(now), ..empty_app(database).await };
    assert!(demo::fill(&app).await.expect("the demo fills an empty database"));
    app
}

async fn count(db: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(db).await.expect("a number")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn empty_database_is_filled_once(_: PgPoolOptions, database: PgConnectOptions) {
    let app = filled(database).await;
    let mut db = app.begin(&Scope::system()).await.unwrap();
    let slugs: Vec<_> = tenants::list_tenants(&mut *db).await.unwrap().into_iter().map(|tenant| tenant.slug).collect();
    assert_eq!(slugs, ["jobcenter", "kreis", "stadt-a", "stadt-b"]);
    let calls = count(&mut db, "select count(*) from call").await;
    assert!(!demo::fill(&app).await.unwrap(), "a second start finds the demo");
    assert_eq!(count(&mut db, "select count(*) from call").await, calls);
    assert_eq!(count(&mut db, "select count(*) from account").await, 24);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn database_with_tenants_is_left_alone(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut db = test.begin_as_system().await;
    let accounts = count(&mut db, "select count(*) from account").await;
    assert!(!demo::fill(&test.app).await.unwrap());
    assert_eq!(count(&mut db, "select count(*) from account").await, accounts);
    assert_eq!(count(&mut db, "select count(*) from call").await, 0);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_demo_query_has_its_entry_in_that_town(_: PgPoolOptions, database: PgConnectOptions) {
    let app = filled(database).await;
    let mut db = app.begin(&Scope::system()).await.unwrap();
    let names: Vec<(i32, i64, String)> = sqlx::query_as(
        "select entry.tenant_id, entry.id, slug || '/' || external_id from entry join tenant on tenant.id = tenant_id",
    )
    .fetch_all(&mut *db)
    .await
    .unwrap();
    let names: HashMap<_, _> = names.into_iter().map(|(tenant, entry, name)| ((tenant, entry), name)).collect();
    let scene = demo::load_scene(&mut db, &[]).await.unwrap();
    let mut visible = HashMap::new();
    for town in &scene.towns {
        let slug = tenants::find_tenant(&mut *db, town.tenant).await.unwrap().expect("a tenant").slug;
        let entries = town.topics.iter().map(|topic| names[&(topic.key.tenant.0, topic.key.entry.0)].clone());
        visible.insert(slug, entries.collect::<Vec<_>>());
    }
    for query in demo::queries() {
        assert!(visible[&query.tenant].contains(&query.entry), "{query:?}");
    }
    assert_eq!(demo::queries().count(), 150);
}

/// How many of the demo's queries have their answer in the first place.
async fn right_at_once(app: &App) -> usize {
    let mut db = app.begin(&Scope::system()).await.unwrap();
    let ids: HashMap<String, TenantId> =
        tenants::list_tenants(&mut *db).await.unwrap().into_iter().map(|tenant| (tenant.slug, tenant.id)).collect();
    let is_right = |query: &demo::DemoQuery| {
        let sources = [ids[&query.tenant], ids["kreis"]];
        let hits = app.search.search(&Request::new(&query.query, sources, 1, app.clock.now())).hits;
        hits.first().is_some_and(|hit| query.entry.ends_with(&format!("/{}", hit.external_id)))
    };
    demo::queries().filter(is_right).count()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn demo_has_learned_from_its_calls(_: PgPoolOptions, database: PgConnectOptions) {
    let app = filled(database).await;
    Follower::new(&app).unwrap().catch_up().await.unwrap();
    let before = right_at_once(&app).await;
    LearningFollower::new(&app).catch_up().await.unwrap();
    let after = right_at_once(&app).await;
    println!("right at once: {before} before, {after} after");
    assert!(after > before, "{before} {after}");
    let mut db = app.begin(&Scope::system()).await.unwrap();
    assert_eq!(count(&mut db, "select count(*) from learned").await, 26);
    assert_eq!(count(&mut db, "select count(distinct tenant_id) from learned").await, 3);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn demo_has_cases_in_every_state(_: PgPoolOptions, database: PgConnectOptions) {
    let app = filled_at(database, "2026-11-17T09:30:00Z").await;
    let mut db = app.begin(&Scope::system()).await.unwrap();
    let states: Vec<String> =
        sqlx::query_scalar("select distinct state from case_file order by 1").fetch_all(&mut *db).await.unwrap();
    assert_eq!(states, ["closed", "open", "working"]);
    let late = "select count(*) from case_file where state <> 'closed' and answered_at is null and due_at <= '2026-11-17T09:30:00Z'";
    assert!(count(&mut db, late).await >= 1, "somebody has to hurry");
    assert!(count(&mut db, "select count(*) from case_file where answered_at > promised_at").await <= 1);
    assert_eq!(count(&mut db, "select count(*) from case_file where closed_at > '2026-11-17T09:30:00Z'").await, 0);
    let foreign = "select count(*) from case_contact where phone !~ '^[+]492214710[0-9]{3}$'";
    assert_eq!(count(&mut db, foreign).await, 0);
}

/// Kept free by the Bundesnetzagentur for film and print.
const FREE_BLOCKS: [&str; 4] = ["02214710", "06990009", "04066969", "03023125"];

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_number_of_the_demo_is_nobodys(_: PgPoolOptions, database: PgConnectOptions) {
    let app = filled(database).await;
    let mut db = app.begin(&Scope::system()).await.unwrap();
    let texts: Vec<String> = sqlx::query_scalar(
        "select content::text from entry_version union all select phone from unit where phone is not null
         union all select text from greeting",
    )
    .fetch_all(&mut *db)
    .await
    .unwrap();
    let mut seen = 0;
    for number in texts.iter().flat_map(|text| written_numbers(text)) {
        assert!(
            FREE_BLOCKS.iter().any(|block| number.starts_with(block) && number.len() == block.len() + 3),
            "{number}"
        );
        seen += 1;
    }
    assert!(seen > 100, "{seen} numbers looked at");
    let lines: Vec<String> = sqlx::query_scalar("select number from line").fetch_all(&mut *db).await.unwrap();
    for line in lines.iter().filter(|line| *line != "115") {
        let national = line.replace("+49", "0");
        assert!(FREE_BLOCKS.iter().any(|block| national.starts_with(block)), "{line}");
    }
    assert_eq!(lines.iter().filter(|line| *line == "115").count(), 1);
}

/// Digits with the blanks, hyphens and slashes of a phone number, beginning as one that leaves town.
fn written_numbers(text: &str) -> impl Iterator<Item = String> {
    let runs = text.split(|c: char| !c.is_ascii_digit() && !" -/+()".contains(c));
    let digits = runs.map(|run| run.chars().filter(char::is_ascii_digit).collect::<String>());
    digits.filter(|digits| digits.len() >= 7 && digits.starts_with('0') && !digits.starts_with("00"))
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn everybody_of_the_demo_can_sign_in_and_start(_: PgPoolOptions, database: PgConnectOptions) {
    let app = filled(database).await;
    for person in &DEMO_ACCOUNTS {
        let client = Client::of(&app).sign_in(person.email, person.password).await;
        let mut page = client.get("/").await.is(303);
        while page.status.is_redirection() {
            page = client.get(page.location()).await;
        }
        assert!(
            page.is(200).body.contains("ServiceCenter Kreis Musterland"),
            "{} does not see the center",
            person.email
        );
    }
    for role in Role::ALL {
        assert!(DEMO_ACCOUNTS.iter().any(|person| person.role == role), "nobody is {role:?}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn accounts_are_offered_in_demo_mode_only(_: PgPoolOptions, database: PgConnectOptions) {
    let app = filled(database).await;
    assert!(!Client::of(&app).get("/sign-in").await.is(200).body.contains("Frau Weber"));
    let app = App { settings: Arc::new(Settings { demo_accounts: &DEMO_ACCOUNTS, ..Settings::default() }), ..app };
    let page = Client::of(&app).get("/sign-in").await.is(200).body;
    for person in &DEMO_ACCOUNTS {
        assert!(page.contains(person.email) && page.contains(person.name), "{} is missing", person.email);
    }
}

/// Saturday before noon, early on a Monday, and the morning after Easter Monday.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn agents_have_calls_of_the_last_day_on_a_saturday(_: PgPoolOptions, database: PgConnectOptions) {
    agents_have_calls_of_the_last_day(&filled_at(database, "2026-11-21T10:07:00Z").await).await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn agents_have_calls_of_the_last_day_early_on_a_monday(_: PgPoolOptions, database: PgConnectOptions) {
    agents_have_calls_of_the_last_day(&filled_at(database, "2026-11-23T05:30:00Z").await).await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn agents_have_calls_of_the_last_day_after_easter(_: PgPoolOptions, database: PgConnectOptions) {
    agents_have_calls_of_the_last_day(&filled_at(database, "2027-03-30T05:00:00Z").await).await;
}

async fn agents_have_calls_of_the_last_day(app: &App) {
    let mut db = app.begin(&Scope::system()).await.unwrap();
    let filter = OwnCalls { since: app.clock.now() - TimeDelta::hours(24), ..OwnCalls::default() };
    for person in DEMO_ACCOUNTS.iter().filter(|person| person.role == Role::Agent) {
        let id: i64 = sqlx::query_scalar("select id from account where email = $1")
            .bind(person.email)
            .fetch_one(&mut *db)
            .await
            .unwrap();
        let calls = calls::list_own(&mut *db, AccountId(id), filter, 50, 0).await.unwrap();
        assert!(!calls.is_empty(), "{} had no call in the last day", person.name);
        assert!(calls.iter().all(|call| !call.open && call.disposition.is_some()));
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn history_looks_like_a_center_at_work(_: PgPoolOptions, database: PgConnectOptions) {
    let app = filled(database).await;
    let mut db = app.begin(&Scope::system()).await.unwrap();
    let answered = count(&mut db, "select count(*) from call where result = 'answered'").await;
    let all = count(&mut db, "select count(*) from call").await;
    let solved = count(&mut db, "select count(*) from call where disposition = 'answered'").await;
    assert!((75..85).contains(&(solved * 100 / answered)), "{solved} of {answered} solved");
    assert!((88..97).contains(&(answered * 100 / all)), "{answered} of {all} answered");
    // Tuesdays to Thursdays are the most ordinary days; the last one was still going on.
    let ordinary = count(
        &mut db,
        "select avg(calls)::bigint from (
             select count(*) as calls from call
             where extract(isodow from started_at) in (2, 3, 4) and started_at < '2026-11-17' group by started_at::date) days",
    )
    .await;
    assert!((340..430).contains(&ordinary), "{ordinary} calls on an ordinary day");
    let impossible = "select count(*) from call where ended_at > '2026-11-17T09:30:00Z' or ended_at < started_at";
    assert_eq!(count(&mut db, impossible).await, 0);
    let without_proof = "select count(*) from call where disposition = 'answered' and not exists (
        select from call_entry shown join entry_version version
            on version.tenant_id = shown.entry_tenant_id and version.entry_id = shown.entry_id and version.version = shown.version
        where shown.tenant_id = call.tenant_id and shown.opened_at = call.opened_at and shown.call_id = call.id
          and shown.entry_id = call.topic_entry_id and version.created_at < shown.shown_at
          and shown.shown_at between call.connected_at and shown.answered_at and shown.answered_at <= call.ended_at)";
    assert_eq!(count(&mut db, without_proof).await, 0, "an answer names the text that was read");
    assert!(
        count(&mut db, "select count(distinct topic_entry_id) from call").await > 60,
        "nearly every entry is asked for"
    );
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn greetings_can_be_read_aloud(_: PgPoolOptions, database: PgConnectOptions) {
    let app = filled(database).await;
    let mut db = app.begin(&Scope::system()).await.unwrap();
    let texts: Vec<String> = sqlx::query_scalar("select text from greeting").fetch_all(&mut *db).await.unwrap();
    assert!(texts.len() >= 15);
    for text in &texts {
        assert_eq!(tenants::unknown_placeholder(text), None, "{text}");
        assert!(text.chars().next().is_some_and(|first| first.is_uppercase() || first == '{'), "{text}");
    }
    let all: Vec<_> = tenants::list_tenants(&mut *db).await.unwrap().into_iter().map(|tenant| tenant.id).collect();
    let greeter = tenants::Greeter { name: "Frau Weber", wording: None };
    let situations = tenants::line_situations(&mut db, &all, app.clock.now(), greeter).await.unwrap();
    let open = situations.values().filter(|situation| situation.is_open).count();
    assert_eq!((situations.len(), open), (13, 12), "on a Tuesday morning all but the evening's line are open");
    assert!(situations.values().all(|situation| !situation.greeting.contains('{')));
}
