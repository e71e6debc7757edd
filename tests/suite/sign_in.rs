//! Who gets in.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{TestApp, cast};

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn signed_out_person_is_sent_to_sign_in_and_back(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let answer = test.signed_out().get("/").await.is(303);
    assert_eq!(answer.location(), "/sign-in");
    test.signed_out().get("/sign-in").await.is(200);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn agent_starts_at_the_desk(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    assert_eq!(agent.get("/").await.is(303).location(), "/desk");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn wrong_password_is_refused_with_a_clear_sentence(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let fields = [("email", cast::AGENT), ("password", "falsch")];
    let answer = test.signed_out().post("/sign-in", &fields).await.is(422);
    assert!(answer.body.contains("E-Mail-Adresse oder Passwort stimmt nicht."));
}
