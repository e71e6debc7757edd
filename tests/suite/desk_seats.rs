//! At which telephone somebody sits, pauses that go both ways, and a telephone system that cannot be heard.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::center;
use crate::desk_settle::{seated, to_a};
use crate::support::desks::new_agent;
use crate::support::telephone::{Exchange, later};
use crate::support::{Client, TestApp, cast};

async fn page(agent: &Client) -> String {
    agent.get("/desk").await.is(200).body
}

async fn seats(test: &TestApp) -> Vec<String> {
    let mut db = test.begin_as_system().await;
    sqlx::query_scalar(
        "select account.name || ': ' || seat.name from desk join account on account.id = account_id
         join seat on seat.id = seat_id order by 1",
    )
    .fetch_all(&mut *db)
    .await
    .expect("who sits where")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn seat_is_remembered_and_can_be_left(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = test.sign_in(cast::AGENT).await;
    assert!(page(&agent).await.contains("Ohne Telefonanlage"));
    agent.post("/desk/seat", &[("seat", &exchange.seat.to_string())]).await.is(303);
    assert!(page(&agent).await.contains("Telefon Platz-11, Telefonanlage verbunden"));
    agent.post("/desk/pause", &[]).await.is(303);
    agent.post("/desk/ready", &[]).await.is(303);
    assert_eq!(seats(&test).await, ["Frau Weber: Platz-11"]);
    agent.post("/desk/seat", &[("seat", "")]).await.is(303);
    assert_eq!(seats(&test).await, Vec::<String>::new());
    agent.post("/desk/seat", &[("seat", "987654")]).await.is(303);
    assert!(page(&agent).await.contains("Dieses Telefon gibt es nicht mehr"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn seat_of_somebody_else_moves_and_both_are_told(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let first = seated(&test, &exchange).await;
    let second = new_agent(&test, "Herr Kurz").await;
    second.post("/desk/seat", &[("seat", &exchange.seat.to_string())]).await.is(303);
    assert_eq!(seats(&test).await, ["Herr Kurz: Platz-11"]);
    assert!(page(&second).await.contains("An diesem Telefon war noch jemand angemeldet"));
    for _ in 0..2 {
        let told = page(&first).await;
        assert!(told.contains("Jemand anders hat sich an Ihrem Telefon Platz-11 angemeldet"), "until the next act");
    }
    first.post("/desk/ready", &[]).await.is(303);
    assert!(!page(&first).await.contains("Jemand anders"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn new_telephone_is_named_where_only_one_system_is(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let _exchange = Exchange::connect(&test).await;
    let agent = test.sign_in(cast::AGENT).await;
    assert!(page(&agent).await.contains("seat-name"));
    agent.post("/desk/seat", &[("name", " Platz-99 ")]).await.is(303);
    assert_eq!(seats(&test).await, ["Frau Weber: Platz-99"]);
    agent.post("/desk/seat", &[("name", &"x".repeat(61))]).await.is(303);
    assert!(page(&agent).await.contains("höchstens 60 Zeichen"));
    let mut db = test.begin_as_system().await;
    sqlx::query("insert into source (name, adapter) values ('zweite', 'native')").execute(&mut *db).await.expect("one");
    db.commit().await.expect("commit");
    assert!(!page(&agent).await.contains("seat-name"));
    agent.post("/desk/seat", &[("name", "Platz-100")]).await.is(303);
    assert!(page(&agent).await.contains("wenn genau eine Telefonanlage verbunden ist"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn nobody_changes_telephones_while_they_talk(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let call = exchange.ring(to_a(&test)).await;
    exchange.talk(call).await;
    agent.post("/desk/seat", &[("seat", &exchange.other_seat.to_string())]).await.is(303);
    assert!(page(&agent).await.contains("Sie sind noch in einem Gespräch"));
    assert_eq!(seats(&test).await, ["Frau Weber: Platz-11"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn pause_is_ordered_with_its_reason_and_told_when_it_fails(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    exchange.allow_control().await;
    let mut db = test.begin_as_system().await;
    for (queue, tenant, skill) in [
        ("a", test.cast.stadt_a, None),
        ("b", test.cast.stadt_b, None),
        ("ausland", test.cast.stadt_a, Some("ausland")),
    ] {
        sqlx::query("insert into source_queue (source_id, queue, tenant_id, skill) values ($1, $2, $3, $4)")
            .bind(exchange.source)
            .bind(queue)
            .bind(tenant)
            .bind(skill)
            .execute(&mut *db)
            .await
            .expect("a queue");
    }
    db.commit().await.expect("commit");
    let agent = seated(&test, &exchange).await;
    agent.post("/desk/pause", &[("reason", "Besprechung")]).await.is(303);
    assert!(page(&agent).await.contains("Besprechung"));
    agent.post("/desk/ready", &[]).await.is(303);
    agent.post("/desk/seat", &[("seat", "")]).await.is(303);
    let ordered = ["enter_queue Platz-11 a", "enter_queue Platz-11 b", "pause Platz-11 Besprechung", "ready Platz-11"];
    let left = ["leave_queue Platz-11 a", "leave_queue Platz-11 b"];
    assert_eq!(exchange.orders().await, [&ordered[..], &left[..]].concat());
    agent.post("/desk/seat", &[("seat", &exchange.seat.to_string())]).await.is(303);
    let mut db = test.begin_as_system().await;
    let fail =
        "update source_order set succeeded = false, outcome = 'keine Antwort', done_at = now() where act = 'pause'";
    sqlx::query(fail).execute(&mut *db).await.expect("a failure");
    db.commit().await.expect("commit");
    assert!(page(&agent).await.contains("Die Pause wurde an der Telefonanlage nicht gesetzt (keine Antwort)."));
    agent.post("/desk/ready", &[]).await.is(303);
    assert!(!page(&agent).await.contains("keine Antwort"), "once");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn nothing_is_ordered_where_it_is_not_allowed(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    agent.post("/desk/pause", &[]).await.is(303);
    assert_eq!(exchange.orders().await, Vec::<String>::new());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn later_word_counts_between_desk_and_telephone(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    later(&test, 10);
    exchange.seat_is("paused", Some("Mittag")).await;
    assert!(page(&agent).await.contains("Mittag"));
    later(&test, 10);
    agent.post("/desk/ready", &[]).await.is(303);
    assert!(page(&agent).await.contains("data-desk=\"Bereit\""), "the pause of before is older");
    agent.post("/desk/pause", &[]).await.is(303);
    later(&test, 10);
    exchange.seat_is("available", None).await;
    assert!(page(&agent).await.contains("data-desk=\"Bereit\""));
    exchange.seat_is("logged_out", None).await;
    assert!(page(&agent).await.contains("an der Telefonanlage abgemeldet"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn lost_telephone_system_is_told_with_the_way_out(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    exchange.ring(to_a(&test)).await;
    exchange.link_is("lost").await;
    let disturbed = page(&agent).await;
    let words = "Verbindung zur Telefonanlage gestört seit 10:30 Uhr. Nehmen Sie Anrufe mit F2 an.";
    assert!(disturbed.contains(words), "{disturbed}");
    assert!(disturbed.contains("data-desk=\"Bereit\""), "what it said last may be long over");
    exchange.link_is("connected").await;
    let back = page(&agent).await;
    assert!(!back.contains("gestört") && back.contains("data-desk=\"Es klingelt\""), "{back}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn idle_desk_shows_who_waits(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = test.sign_in(cast::AGENT).await;
    assert!(page(&agent).await.contains("Niemand wartet."));
    exchange.ring(to_a(&test)).await;
    exchange.ring(to_a(&test)).await;
    let waiting = page(&agent).await;
    assert!(waiting.contains("2 warten") && !waiting.contains("Niemand wartet."), "{waiting}");
    let of_b = test.sign_in(cast::AGENT_OF_B).await;
    assert!(page(&of_b).await.contains("Niemand wartet."), "another town's callers are not counted");
}
