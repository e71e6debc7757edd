//! Cases for those who sign in: who sees which, filters, deeds, conflicts, and the month's figures.

use ortsgespraech::access::Role;
use ortsgespraech::cases::{Channel, Contact, Kind, NewCase, Taken};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Answer, Client, TestApp, cast};

async fn version(test: &TestApp, case: &Taken) -> String {
    let mut db = test.begin_as_system().await;
    let version: i32 = sqlx::query_scalar("select version from case_file where id = $1")
        .bind(case.id)
        .fetch_one(&mut *db)
        .await
        .expect("one");
    version.to_string()
}

async fn act(test: &TestApp, who: &Client, case: &Taken, noun: &str, fields: &[(&str, &str)]) -> Answer {
    let version = version(test, case).await;
    let fields = [&[("version", version.as_str())], fields].concat();
    who.post(&format!("/cases/stadt-a/{}/{noun}", case.id), &fields).await
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn everybody_sees_what_is_theirs(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let of_a = test.promise_callback(test.cast.stadt_a, None).await;
    let of_b = test.promise_callback(test.cast.stadt_b, None).await;
    let (a, b) = (of_a.reference.to_string(), of_b.reference.to_string());
    for (person, sees) in [
        (cast::AGENT, [true, true]),
        (cast::AGENT_OF_B, [false, true]),
        (cast::ADMIN_OF_A, [true, false]),
        (cast::ADMIN_OF_B, [false, true]),
    ] {
        let page = test.sign_in(person).await.get("/cases").await.is(200).body;
        assert_eq!([page.contains(&a), page.contains(&b)], sees, "{person}");
    }
    let agent_of_b = test.sign_in(cast::AGENT_OF_B).await;
    agent_of_b.get(&format!("/cases/stadt-a/{}", of_a.id)).await.is(404);
    agent_of_b.get(&format!("/cases/stadt-b/{}", of_a.id)).await.is(404);
    agent_of_b.post(&format!("/cases/stadt-b/{}/taking", of_a.id), &[("version", "1")]).await.is(404);
    for person in [cast::EDITOR_OF_A, cast::OPERATOR] {
        test.sign_in(person).await.get("/cases").await.is(403);
    }
    let mut db = test.begin_as_system().await;
    let roles = [(Role::Unit, Some(test.cast.stadt_a))];
    cast::insert_person(&mut db, &test.app, "amt@stadt-a.example", "Amt", &roles).await;
    db.commit().await.expect("commit");
    let page = test.sign_in("amt@stadt-a.example").await.get("/cases").await.is(200).body;
    assert!(page.contains(&a) && !page.contains(&b), "nobody named an office: it is all of the town");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn list_is_narrowed_by_what_stands_in_the_address(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let unit = test.open_office(test.cast.stadt_a, "Bürgerbüro", None).await;
    let callback = test.promise_callback(test.cast.stadt_a, Some(unit)).await;
    let complaint = NewCase {
        kind: Kind::Complaint,
        concern: "Lange Schlange am Schalter".to_owned(),
        channel: Channel::None,
        contact: Contact::default(),
        ..test.callback(test.cast.stadt_a, None)
    };
    let complaint = test.take_down(complaint).await;
    let agent = test.sign_in(cast::AGENT).await;
    act(&test, &agent, &callback, "taking", &[]).await.is(303);
    let shows = async |query: &str| {
        let page = agent.get(&format!("/cases?{query}")).await.is(200).body;
        [&callback, &complaint].map(|case| page.contains(&case.reference.to_string()))
    };
    assert_eq!(shows("").await, [true, true]);
    assert_eq!(shows("kind=complaint").await, [false, true]);
    assert_eq!(shows("state=working").await, [true, false]);
    assert_eq!(shows("state=closed").await, [false, false]);
    assert_eq!(shows("mine=1").await, [true, false]);
    assert_eq!(shows(&format!("town=stadt-a&unit={unit}")).await, [true, false]);
    assert_eq!(shows("q=schlange").await, [false, true]);
    assert_eq!(shows(&format!("q={}", callback.reference)).await, [true, false]);
    assert_eq!(shows("due=late").await, [false, false]);
    assert!(!agent.get("/cases").await.body.contains("nav-count"), "nothing is urgent");
    // Nine days later the callback is late; the complaint has a fortnight.
    test.later(chrono::TimeDelta::days(9));
    let agent = test.sign_in(cast::AGENT).await;
    let page = agent.get("/cases?due=late").await.is(200).body;
    assert!(page.contains("überfällig") && page.contains(&callback.reference.to_string()), "{page}");
    assert!(!page.contains(&complaint.reference.to_string()) && page.contains("nav-count"), "{page}");
    assert!(agent.get("/cases?due=late&kind=praise").await.body.contains("Kein Vorgang passt zu den Filtern."));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn case_is_taken_answered_closed_and_opened_again(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let unit = test.open_office(test.cast.stadt_a, "Bürgerbüro", Some("amt@stadt-a.example")).await;
    let case = test.promise_callback(test.cast.stadt_a, Some(unit)).await;
    let agent = test.sign_in(cast::AGENT).await;
    let url = format!("/cases/stadt-a/{}", case.id);
    let page = agent.get(&url).await.is(200).body;
    assert!(!page.contains("4710999") && !page.contains("Musterfrau"), "not before it is taken: {page}");
    act(&test, &agent, &case, "taking", &[]).await.is(303);
    let page = agent.get(&url).await.is(200).body;
    assert!(page.contains("0221 4710999") && page.contains("Zurückrufen"), "{page}");
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    assert!(!admin.get(&url).await.is(200).body.contains("4710999"), "it lies with somebody else");
    act(&test, &agent, &case, "closing", &[("outcome", "done")]).await.is(422);
    act(&test, &agent, &case, "closing", &[("outcome", "done"), ("note", "Der Pass ist da.")]).await.is(303);
    let page = agent.get(&url).await.is(200).body;
    assert!(page.contains("abgeschlossen: Erledigt") && page.contains("Der Pass ist da."), "{page}");
    act(&test, &agent, &case, "answer", &[("note", "zu spät")]).await.is(409);
    act(&test, &agent, &case, "reopening", &[]).await.is(303);
    act(&test, &agent, &case, "reopening", &[]).await.is(409);
    let history = ["taken down", "told", "taken", "closed", "reopened", "told"];
    assert_eq!(test.history(&case).await, history);
    agent.post(&format!("{url}/unsinn"), &[("version", "1")]).await.is(404);
    let praise = NewCase { kind: Kind::Praise, channel: Channel::None, ..test.callback(test.cast.stadt_a, None) };
    let praise = test.take_down(praise).await;
    act(&test, &agent, &praise, "closing", &[("outcome", "done")]).await.is(303);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn slower_one_of_two_sees_what_the_faster_did(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let case = test.promise_callback(test.cast.stadt_a, None).await;
    let (agent, admin) = (test.sign_in(cast::AGENT).await, test.sign_in(cast::ADMIN_OF_A).await);
    let old = version(&test, &case).await;
    act(&test, &agent, &case, "taking", &[]).await.is(303);
    let fields = [("version", old.as_str()), ("note", "Der Pass ist da.")];
    let page = admin.post(&format!("/cases/stadt-a/{}/answer", case.id), &fields).await.is(409).body;
    assert!(page.contains("in Arbeit, bei: Frau Weber") && page.contains("Der Pass ist da."), "{page}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn figures_count_what_was_kept_as_it_was_promised(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let unit = test.open_office(test.cast.stadt_a, "Bürgerbüro", None).await;
    let agent = test.sign_in(cast::AGENT).await;
    for _ in 0..6 {
        let case = test.promise_callback(test.cast.stadt_a, Some(unit)).await;
        act(&test, &agent, &case, "answer", &[("note", "Der Pass ist da.")]).await.is(303);
    }
    let mistaken = test.promise_callback(test.cast.stadt_a, Some(unit)).await;
    act(&test, &agent, &mistaken, "closing", &[("outcome", "mistaken"), ("note", "doppelt")]).await.is(303);
    let extended = test.promise_callback(test.cast.stadt_a, Some(unit)).await;
    act(&test, &agent, &extended, "extension", &[("hours", "40"), ("note", "Urlaub")]).await.is(303);
    let complaint = NewCase {
        kind: Kind::Complaint,
        category: Some("Wartezeit".to_owned()),
        channel: Channel::None,
        contact: Contact::default(),
        ..test.callback(test.cast.stadt_a, Some(unit))
    };
    test.take_down(complaint).await;
    let page = agent.get("/cases/stadt-a/figures").await.is(200).body;
    assert!(page.contains("<b>100,0 %</b>") && page.contains("(6 ÷ 6)"), "what runs is not judged: {page}");
    test.later(chrono::TimeDelta::days(9));
    let agent = test.sign_in(cast::AGENT).await;
    act(&test, &agent, &extended, "answer", &[("note", "Der Pass ist da.")]).await.is(303);
    let page = agent.get("/cases/stadt-a/figures?month=2026-11").await.is(200).body;
    assert!(page.contains("<b>85,7 %</b>") && page.contains("(6 ÷ 7)"), "extending keeps no promise: {page}");
    assert!(page.contains("Wartezeit") && page.contains("So ist das gerechnet"), "{page}");
    assert!(agent.get("/cases/stadt-a/figures?month=2026-10").await.is(200).body.contains("kein Rückruf zugesagt"));
    agent.get("/cases/stadt-a/figures?month=unsinn").await.is(200);
    test.sign_in(cast::AGENT_OF_B).await.get("/cases/stadt-a/figures").await.is(404);
}
