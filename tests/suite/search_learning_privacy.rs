//! Learning from answers: what never reaches the table, and towns that do without.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::search_learning::{School, TITLES};
use crate::support::cast;
use crate::support::log::Log;

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn names_numbers_addresses_and_unknown_words_never_reach_the_table(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let school = School::open(options, database).await;
    for typed in [
        "museum müller",
        "Museum Frau Xylander",
        "mein name ist xylander museum",
        "museum 069 1234567",
        "museum az 12/3",
        "max@museum.example",
        "xylophon quietscheentchen",
        "Ayşe museum",
        "",
        "?!",
        &"museum ".repeat(60),
    ] {
        school.answer(typed, "Museum Verein").await;
        assert_eq!(school.learned().await, [], "{typed}");
    }
    school.answer("museum xylophon quietscheentchen", "Museum Verein").await;
    assert_eq!(school.learned().await[0].1, "museum", "what nobody knows is left out");
    let everything = school.test.rows_saying(school.test.cast.stadt_a, "xylo").await;
    assert!(everything.values().all(|rows| rows.ends_with("marked 0")), "{everything:?}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn searches_alone_teach_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let school = School::open(options, database).await;
    let mut db = school.test.begin_as_system().await;
    let (scopes, now) = (["search".to_owned()], school.test.app.clock.now());
    let token = ortsgespraech::accounts::create_token(&mut db, "Test", &scopes, None, now).await;
    db.commit().await.expect("commit");
    let program = school.test.with_token(&token.expect("a token"));
    program.get("/api/v1/tenants/stadt-a/search?q=museum").await.is(200);
    school.agent.get("/knowledge/stadt-a/search?q=museum").await.is(200);
    school.agent.get("/desk?q=museum").await.is(200);
    assert_eq!(school.learned().await, []);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn no_line_of_the_log_says_what_was_typed_before_an_answer(options: PgPoolOptions, database: PgConnectOptions) {
    let school = School::open(options, database).await;
    let log = Log::listen();
    school.answer("museum garderobe zaunkönig", "Museum Verein").await;
    let lines = log.lines();
    assert!(!school.learned().await.is_empty());
    for typed in ["museum", "garderob", "zaunk"] {
        assert!(!lines.contains(typed), "{typed}: {lines}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn town_that_is_switched_off_neither_learns_nor_gains_nor_teaches(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let school = School::open(options, database).await;
    let (test, cast) = (&school.test, school.test.cast);
    school.answer("museum", "Museum Verein").await;
    let firsts = || [cast.stadt_a, cast.stadt_b].map(|town| test.titles(town, "museum").remove(0));
    assert_eq!(firsts(), ["Museum Verein"; 2]);
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    admin.post("/knowledge/stadt-a/learned/switch", &[("learns", "off")]).await.is(303);
    test.learn().await;
    assert_eq!(firsts(), [TITLES[0]; 2]);
    let before = school.learned().await;
    let call = school.mark_for(&school.line_a, "museum", "Museum Eintritt").await;
    school.agent.post("/desk/undo", &[]).await.is(303);
    school.mark(call, "museum", "Museum Verein").await;
    school.agent.post("/desk/undo", &[]).await.is(303);
    assert_eq!(school.learned().await, before, "neither an answer nor taking it back changes anything");
    school
        .agent
        .post(&format!("/desk/calls/{call}/outcome"), &[("disposition", "misdialled"), ("end", "1")])
        .await
        .is(303);
    school.agent.post("/desk/ready", &[]).await.is(303);
    // B learns for itself; that is nothing to A.
    let call = school.mark_for(&school.line_b, "museum", "Museum Spende").await;
    school.end(call).await;
    test.learn().await;
    assert_eq!(firsts(), [TITLES[0], "Museum Spende"]);
    admin.post("/knowledge/stadt-a/learned/switch", &[("learns", "on")]).await.is(303);
    test.learn().await;
    assert_eq!(firsts()[0], "Museum Verein");
}
