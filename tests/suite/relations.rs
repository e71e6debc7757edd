//! What tenants are to each other, where it shows: whose texts are read here, and who decides.

use ortsgespraech::access::KnowledgeSource;
use ortsgespraech::audit::Actor;
use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::{self, Content, Target};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::catalogue::entry;
use crate::support::{TestApp, cast};

fn about(title: &str, situation: &str) -> Content {
    Content { life_situations: vec![situation.to_owned()], ..entry(title) }
}

/// The Jobcenter takes over only what the Kreis says about moving.
async fn test_with_topics(options: PgPoolOptions, database: PgConnectOptions) -> TestApp {
    let test = TestApp::start(options, database).await;
    let mut db = test.begin_as_system().await;
    sqlx::query("update knowledge_base set topics = '{Umzug,Geld}' where tenant_id = $1")
        .bind(test.cast.jobcenter)
        .execute(&mut *db)
        .await
        .expect("a limit");
    db.commit().await.expect("commit");
    test.publish(test.cast.kreis, "um", &about("Wohnung antragen", "Umzug")).await;
    test.publish(test.cast.kreis, "hund", &about("Hund antragen", "Tiere")).await;
    test.publish(test.cast.kreis, "ohne", &entry("Fisch antragen")).await;
    test.publish(test.cast.jobcenter, "eigen", &about("Geld antragen", "Arbeit")).await;
    test.index().await;
    test
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn base_limited_to_topics_shows_nothing_else(options: PgPoolOptions, database: PgConnectOptions) {
    let test = test_with_topics(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    for page in ["", "/search?q=antragen", "/search?q=antr&origin=inherited", "/life-situations", "?situation=Tiere"] {
        let body = agent.get(&format!("/knowledge/jobcenter{page}")).await.is(200).body.replace("<mark>", "");
        assert!(!body.contains("Hund") && !body.contains("Fisch"), "{page}: {body}");
        assert!(page != "/life-situations" || !body.contains("Tiere"), "{body}");
        let expected = if page == "/life-situations" { "Umzug" } else { "Wohnung" };
        assert!(page.contains("Tiere") || body.contains(expected), "{page}: {body}");
    }
    let everything = agent.get("/knowledge/stadt-a").await.is(200).body;
    assert!(everything.contains("Hund antragen") && everything.contains("Fisch antragen"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn entry_outside_the_topics_is_not_found(options: PgPoolOptions, database: PgConnectOptions) {
    let test = test_with_topics(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    let mut db = test.begin_as_system().await;
    for (key, status) in [("um", 200), ("hund", 404), ("ohne", 404)] {
        let id = knowledge::find_entry_id(&mut *db, test.cast.kreis, key).await.expect("a query").expect("an entry");
        agent.get(&format!("/knowledge/jobcenter/entries/kreis/{id}")).await.is(status);
        agent.get(&format!("/knowledge/jobcenter/entries/kreis/{id}/versions/1")).await.is(status);
        agent.get(&format!("/knowledge/kreis/entries/kreis/{id}")).await.is(200);
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn changed_topics_are_found_by_the_next_version(options: PgPoolOptions, database: PgConnectOptions) {
    let test = test_with_topics(options, database).await;
    let source = |tenant: TenantId, topics: Option<&str>| KnowledgeSource {
        id: tenant,
        slug: String::new(),
        short_name: String::new(),
        topics: topics.map(|topic| vec![topic.to_owned()]),
    };
    let found = |topic: &str| {
        let sources = [source(test.cast.jobcenter, None), source(test.cast.kreis, Some(topic))];
        test.app.search.search(&ortsgespraech::search::Request::new("hund", &sources, 10, test.app.clock.now())).total
    };
    assert_eq!([found("Tiere"), found("Umzug"), found("tier")], [1, 0, 0]);
    test.publish(test.cast.kreis, "hund", &about("Hund antragen", "Umzug")).await;
    test.index().await;
    assert_eq!([found("Tiere"), found("Umzug")], [0, 1]);
}

/// The town decides on its own text, whatever it says about the topic; else the body named for the topic, else the owner.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn competent_is_town_then_named_body_then_owner(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let [kreis, stadt_a, jobcenter] = [test.cast.kreis, test.cast.stadt_a, test.cast.jobcenter];
    let mut db = test.begin_as_system().await;
    sqlx::query("insert into authority (tenant_id, topic, body_tenant_id) values ($1, 'Geld', $2)")
        .bind(stadt_a)
        .bind(jobcenter)
        .execute(&mut *db)
        .await
        .expect("an authority");
    let mut line: Vec<i64> = Vec::new();
    for (number, owner, content) in [
        (1, stadt_a, about("Zuschuss der Stadt", "Geld")),
        (2, kreis, about("Zuschuss des Kreises", "Geld")),
        (3, kreis, about("Hund", "Tiere")),
    ] {
        let (actor, now) = (Actor::command_line(), test.app.clock.now());
        let entry = knowledge::publish(&mut db, owner, Target::New, &content, &actor, now).await.expect("published").id;
        let id = sqlx::query_scalar(
            "insert into line (tenant_id, number, label, preset_entry_tenant_id, preset_entry_id)
             values ($1, $2, 'Thema', $3, $4) returning id",
        )
        .bind(stadt_a)
        .bind(format!("+496990009{number}"))
        .bind(owner)
        .bind(entry)
        .fetch_one(&mut *db)
        .await;
        line.push(id.expect("a line"));
    }
    db.commit().await.expect("commit");
    let agent = test.sign_in(cast::AGENT).await;
    for (line, competent) in line.into_iter().zip([stadt_a, jobcenter, kreis]) {
        agent.post("/desk/calls", &[("line", &format!("{stadt_a}-{line}"))]).await.is(303);
        let mut db = test.begin_as_system().await;
        let call: i64 = sqlx::query_scalar("select call_id from desk").fetch_one(&mut *db).await.expect("a call");
        drop(db);
        for act in ["mark", "end"] {
            agent.post(&format!("/desk/calls/{call}/answer"), &[("act", act)]).await.is(303);
        }
        let mut db = test.begin_as_system().await;
        let stored: Option<i32> = sqlx::query_scalar("select tenant_competent from call where id = $1")
            .bind(call)
            .fetch_one(&mut *db)
            .await
            .expect("the record");
        assert_eq!(stored, Some(competent.0));
    }
}
