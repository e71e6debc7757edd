//! Passwords, sessions and invitations.

use chrono::TimeDelta;
use ortsgespraech::accounts;
use ortsgespraech::ids::AccountId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{TestApp, cast};

const NEW: &str = "drei Wörter am Morgen";

async fn account(test: &TestApp, email: &str) -> AccountId {
    let mut db = test.begin_as_system().await;
    let id: i64 = sqlx::query_scalar("select id from account where email = $1")
        .bind(email)
        .fetch_one(&mut *db)
        .await
        .expect("the account");
    AccountId(id)
}

async fn invite(test: &TestApp, email: &str) -> String {
    let id = account(test, email).await;
    let mut db = test.begin_as_system().await;
    let secret = accounts::create_invitation(&mut db, id, None, test.app.clock.now()).await.expect("a link");
    db.commit().await.expect("commit");
    format!("/invitations/{secret}")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn guessing_locks_the_account_for_a_quarter_of_an_hour(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let guess = [("email", cast::AGENT), ("password", "geraten")];
    for _ in 0..10 {
        test.signed_out().post("/sign-in", &guess).await.is(422);
    }
    let right = [("email", cast::AGENT), ("password", cast::PASSWORD)];
    let locked = test.signed_out().post("/sign-in", &right).await.is(422);
    assert!(locked.body.contains("Bitte warten Sie bis 10:45 Uhr"), "{}", locked.body);
    test.sign_in(cast::EDITOR_OF_A).await.get("/account").await.is(200);
    test.app.clock.advance(TimeDelta::minutes(16));
    test.signed_out().post("/sign-in", &right).await.is(303);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn session_ends_after_an_idle_hour_and_after_a_shift(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let idle = test.sign_in(cast::AGENT).await;
    let busy = test.sign_in(cast::AGENT).await;
    for _ in 0..2 {
        test.app.clock.advance(TimeDelta::minutes(35));
        busy.get("/account").await.is(200);
    }
    idle.get("/account").await.is(303);
    for _ in 0..26 {
        test.app.clock.advance(TimeDelta::minutes(30));
        busy.get("/account").await;
    }
    busy.get("/account").await.is(303);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn new_password_asks_for_the_old_one_and_ends_other_sessions(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let here = test.sign_in(cast::AGENT).await;
    let elsewhere = test.sign_in(cast::AGENT).await;
    let wrong = [("old_password", "falsch"), ("password", NEW), ("password_again", NEW)];
    let answer = here.post("/account/password", &wrong).await.is(422);
    assert!(answer.body.contains("Das bisherige Passwort stimmt nicht."));
    let short = [("old_password", cast::PASSWORD), ("password", "kurz"), ("password_again", "anders")];
    let answer = here.post("/account/password", &short).await.is(422);
    assert!(answer.body.contains("mindestens 12 Zeichen") && answer.body.contains("stimmen nicht überein"));
    let right = [("old_password", cast::PASSWORD), ("password", NEW), ("password_again", NEW)];
    here.post("/account/password", &right).await.is(303);
    let page = here.get("/account").await.is(200);
    assert!(page.body.contains("Das Passwort ist geändert."));
    elsewhere.get("/account").await.is(303);
    test.signed_out().post("/sign-in", &[("email", cast::AGENT), ("password", NEW)]).await.is(303);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn signing_out_everywhere_leaves_no_session(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (one, other) = (test.sign_in(cast::AGENT).await, test.sign_in(cast::AGENT).await);
    one.post("/sign-out-everywhere", &[]).await.is(303);
    one.get("/account").await.is(303);
    other.get("/account").await.is(303);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn invitation_is_good_once_and_for_seven_days(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let link = invite(&test, cast::EDITOR_OF_A).await;
    let page = test.signed_out().get(&link).await.is(200);
    assert!(page.body.contains("Redaktion A"));
    let fields = [("password", NEW), ("password_again", NEW)];
    let accepted = test.signed_out().post(&link, &fields).await.is(303);
    assert!(accepted.header("set-cookie").is_some_and(|cookie| cookie.contains("HttpOnly")));
    test.signed_out().post(&link, &fields).await.is(410);
    test.signed_out().post("/sign-in", &[("email", cast::EDITOR_OF_A), ("password", NEW)]).await.is(303);
    let late = invite(&test, cast::EDITOR_OF_B).await;
    test.app.clock.advance(TimeDelta::days(7));
    let expired = test.signed_out().get(&late).await.is(410);
    assert!(expired.body.contains("Dieser Link gilt nicht mehr"));
    test.signed_out().get("/invitations/erfunden").await.is(410);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn form_of_another_site_is_refused(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    let request = agent
        .request("POST", "/sign-out-everywhere")
        .header("sec-fetch-site", "cross-site")
        .header("origin", "https://boese.example")
        .body(axum::body::Body::empty())
        .expect("a request");
    assert_eq!(agent.send(request).await.status, 403);
    agent.get("/account").await.is(200);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn after_signing_in_only_pages_of_ours_follow(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let asked = test.signed_out().get("/account?x=1").await.is(303);
    let next = asked.location().split("next=").nth(1).expect("where to go on").to_owned();
    let evil = data_encoding::BASE64URL_NOPAD.encode(b"//boese.example/");
    let tab = data_encoding::BASE64URL_NOPAD.encode(b"/\t/boese.example/");
    for (next, expected) in
        [(next.as_str(), "/account?x=1"), (evil.as_str(), "/"), (tab.as_str(), "/"), ("kein Base64", "/")]
    {
        let fields = [("email", cast::AGENT), ("password", cast::PASSWORD), ("next", next)];
        assert_eq!(test.signed_out().post("/sign-in", &fields).await.is(303).location(), expected);
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn cookie_is_secure_behind_tls(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let body = serde_html_form::to_string([("email", cast::AGENT), ("password", cast::PASSWORD)]).expect("a form");
    let client = test.signed_out();
    let request = client
        .request("POST", "/sign-in")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-forwarded-proto", "https")
        .body(body.into())
        .expect("a request");
    let answer = client.send(request).await.is(303);
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert!(cookie.contains("Secure") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn guessing_at_an_open_desk_is_locked_too(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    let wrong = [("old_password", "falsch"), ("password", NEW), ("password_again", NEW)];
    for _ in 0..10 {
        agent.post("/account/password", &wrong).await.is(422);
    }
    let right = [("old_password", cast::PASSWORD), ("password", NEW), ("password_again", NEW)];
    let page = agent.post("/account/password", &right).await.is(422).body;
    assert!(page.contains("Zu viele falsche Versuche."));
}

/// The answer must not tell by its time whether somebody has an account.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn unknown_person_is_refused_as_slowly_as_a_known_one(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut least = [std::time::Duration::MAX; 2];
    for _ in 0..8 {
        for (index, email) in [cast::AGENT, "niemand@nirgends.example"].into_iter().enumerate() {
            let start = std::time::Instant::now();
            let guess = [("email", email), ("password", "falsch")];
            test.signed_out().post("/sign-in", &guess).await.is(422);
            least[index] = least[index].min(start.elapsed());
        }
    }
    assert!(least[1] * 2 > least[0], "known {:?}, unknown {:?}", least[0], least[1]);
}
