//! The outbox: what is written is sent once, what is refused is tried again, and operators see what nobody received.

use chrono::TimeDelta;
use ortsgespraech::app::App;
use ortsgespraech::mail::{self, NewMail};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::cast::{ADMIN_OF_A, OPERATOR};
use crate::support::postbox::Postbox;
use crate::support::{Client, TestApp};

async fn write(test: &TestApp, key: &str) -> bool {
    let mail = NewMail {
        tenant: Some(test.cast.stadt_a),
        key,
        recipient: "redaktion@stadt-a.example",
        subject: "3 Einträge prüfen",
        text: "Guten Tag Redaktion A,\n\nbitte prüfen Sie drei Einträge.\n",
    };
    let mut db = test.begin_as_system().await;
    let added = mail::enqueue(&mut *db, mail, test.app.clock.now()).await.expect("a mail");
    db.commit().await.expect("commit");
    added
}

async fn deliver(app: &App) -> usize {
    mail::deliver(app).await.expect("the outbox")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn mail_is_sent_once_however_often_it_is_written(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let postbox = Postbox::open().await;
    let app = postbox.connect(&test.app);
    assert!(write(&test, "heute").await);
    assert!(!write(&test, "heute").await, "the same key is the same mail");
    assert_eq!(deliver(&app).await, 1);
    assert_eq!(deliver(&app).await, 0);
    let [letter] = &postbox.letters()[..] else { panic!("{:?}", postbox.letters()) };
    assert_eq!(letter.to, "redaktion@stadt-a.example");
    assert!(letter.text.contains("bitte prüfen Sie drei Einträge."), "{}", letter.text);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn mail_of_a_failed_transaction_is_never_sent(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let postbox = Postbox::open().await;
    let mut db = test.begin_as_system().await;
    let mail = NewMail { tenant: None, key: "nie", recipient: "a@b.example", subject: "nie", text: "nie" };
    mail::enqueue(&mut *db, mail, test.app.clock.now()).await.expect("a mail");
    drop(db);
    assert_eq!(deliver(&postbox.connect(&test.app)).await, 0);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn refused_mail_waits_longer_each_time_and_is_given_up_after_a_day(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let postbox = Postbox::open().await;
    let app = postbox.connect(&test.app);
    let operator = test.sign_in(OPERATOR).await;
    write(&test, "heute").await;
    postbox.refuse(Some("451 later"));
    deliver(&app).await;
    assert_eq!(deliver(&app).await, 0, "its next time has not come");
    let page = operator.get("/center/mail?state=waiting").await.is(200).body;
    assert!(page.contains("Der Mailserver vertröstet") && page.contains("r…@stadt-a.example"), "{page}");
    postbox.refuse(None);
    app.clock.advance(TimeDelta::minutes(1));
    assert_eq!(deliver(&app).await, 1);
    write(&test, "morgen").await;
    postbox.refuse(Some("451 later"));
    for _ in 0..40 {
        deliver(&app).await;
        app.clock.advance(TimeDelta::hours(1));
    }
    let operator = Client::of(&app).sign_in(OPERATOR, crate::support::cast::PASSWORD).await;
    let page = operator.get("/center/mail?state=failed").await.is(200).body;
    assert!(page.contains("nicht zugestellt") && page.contains("redaktion@stadt-a.example"), "{page}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn mail_that_the_server_will_never_take_is_tried_again_only_by_hand(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let postbox = Postbox::open().await;
    let app = postbox.connect(&test.app);
    let operator = test.sign_in(OPERATOR).await;
    write(&test, "heute").await;
    postbox.refuse(Some("550 no such user"));
    deliver(&app).await;
    postbox.refuse(None);
    app.clock.advance(TimeDelta::minutes(50));
    assert_eq!(deliver(&app).await, 0);
    let page = operator.get("/center/mail?state=failed").await.is(200).body;
    let form = crate::support::markup::forms(&page, "/center/mail")
        .into_iter()
        .find(|form| form.action.ends_with("/delivery"));
    let action = form.expect("a button").action;
    operator.post(&action, &[]).await.is(303);
    assert_eq!(deliver(&app).await, 1);
    operator.post(&action, &[]).await.is(404);
    test.sign_in(ADMIN_OF_A).await.get("/center/mail").await.is(403);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn without_a_server_nothing_is_sent_and_the_page_says_so(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = test.sign_in(OPERATOR).await;
    operator.post("/center/mail/trial", &[]).await.is(303);
    assert_eq!(deliver(&test.app).await, 0);
    let page = operator.get("/center/mail").await.is(200).body;
    assert!(page.contains("Es ist kein Mailserver eingerichtet: Nichts wird verschickt."), "{page}");
    assert!(page.contains("Probe: E-Mail von Ortsgespräch") && page.contains("wartet"), "{page}");
    test.app.clock.advance(TimeDelta::hours(25));
    deliver(&test.app).await;
    let operator = test.sign_in(OPERATOR).await;
    assert!(operator.get("/center/mail?state=failed").await.body.contains("Es ist kein Mailserver eingerichtet"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn sent_mail_is_deleted_after_thirty_days(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let app = Postbox::open().await.connect(&test.app);
    write(&test, "heute").await;
    deliver(&app).await;
    app.clock.advance(TimeDelta::days(29));
    assert_eq!(mail::forget_old_mails(&app).await.expect("upkeep"), 0);
    app.clock.advance(TimeDelta::days(2));
    assert_eq!(mail::forget_old_mails(&app).await.expect("upkeep"), 1);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn town_writes_in_its_own_words(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(ADMIN_OF_A).await;
    let url = "/tenants/stadt-a/mails/case_new";
    let page = admin.get(url).await.is(200).body;
    assert!(page.contains("Rückruf 384-2175 für Bürgerbüro"), "what comes out is shown: {page}");
    let wrong = [("version", "0"), ("subject", "{nummer}"), ("greeting", ""), ("signature", "{ort}")];
    let answer = admin.post(url, &wrong).await.is(422).body;
    assert!(answer.contains("{nummer} ist kein Platzhalter.") && answer.contains("Die Anrede fehlt."), "{answer}");
    let words = [("version", "0"), ("subject", "Bitte zurückrufen: {vorgang}"), ("greeting", "Liebe Stelle {stelle},")];
    let words = [&words[..], &[("signature", "Ihre Zentrale {ort}")]].concat();
    admin.post(url, &words).await.is(303);
    let changed = [&words[..3], &[("signature", "Ihre Telefonzentrale")]].concat();
    assert!(admin.post(url, &changed).await.is(409).body.contains("Jemand anderes hat inzwischen gespeichert"));
    let unit = test.open_office(test.cast.stadt_a, "Archiv", Some("archiv@stadt-a.example")).await;
    let case = test.promise_callback(test.cast.stadt_a, Some(unit)).await;
    let (subject, text): (String, String) = sqlx::query_as("select subject, text from mail")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("a mail");
    assert_eq!(subject, format!("Bitte zurückrufen: {}", case.reference));
    assert!(text.starts_with("Liebe Stelle Archiv,\n") && text.ends_with("Ihre Zentrale Stadt A\n"), "{text}");
    assert!(admin.get("/tenants/stadt-a/mails").await.is(200).body.contains("eigene"));
    test.sign_in(crate::support::cast::AGENT).await.get(url).await.is(403);
}
