//! The outbox against a real mail server: delivered once, put off and tried again, refused and shown, and with the same
//! number again where the connection broke before the answer.

use std::process::Stdio;

use chrono::TimeDelta;
use ortsgespraech::app::{App, Settings};
use ortsgespraech::mail::{self, Mailer, NewMail};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::support::TestApp;

struct MailServer {
    lines: Lines<BufReader<ChildStdout>>,
    port: u16,
    /// It ends with the test.
    _process: Child,
}

#[derive(Debug, serde::Deserialize)]
struct Kept {
    to: Vec<String>,
    text: String,
    digest: String,
}

impl Kept {
    fn head(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().expect("a head");
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {head}"))
    }
}

impl MailServer {
    async fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/support/mail_server.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node and its package smtp-server: npm ci");
        let mut lines = BufReader::new(process.stdout.take().expect("an output")).lines();
        let port = lines.next_line().await.expect("a line").expect("a port: npm ci").parse().expect("a port");
        Self { lines, port, _process: process }
    }

    fn connect(&self, app: &App) -> App {
        let address = format!("smtp://127.0.0.1:{}", self.port).parse().expect("an address");
        let mailer = Mailer::new(&address, "Ortsgespräch <ortsgespraech@kreis.example>").expect("a mailer");
        let settings = Settings { mailer: Some(mailer), ..Settings::default() };
        App { settings: settings.into(), ..app.clone() }
    }

    async fn kept(&mut self) -> Kept {
        let line = self.lines.next_line().await.expect("a line").expect("a letter");
        serde_json::from_str(&line).expect("a letter")
    }
}

async fn write(test: &TestApp, recipient: &str) {
    let mail =
        NewMail {
            tenant: None, key: recipient, recipient, subject: "Rückruf für Sie", text: "Grüße aus dem Ort.\n"
        };
    let mut db = test.begin_as_system().await;
    let html = "<p>Grüße aus dem Ort.</p>";
    assert!(mail::enqueue_with_html(&mut db, mail, html, test.app.clock.now()).await.expect("a mail"));
    db.commit().await.expect("commit");
}

/// State and reason of every mail.
async fn states(test: &TestApp) -> Vec<(String, Option<String>)> {
    let mut db = test.begin_as_system().await;
    sqlx::query_as("select state, error from mail order by id").fetch_all(&mut *db).await.expect("mails")
}

async fn deliver(app: &App) -> usize {
    mail::deliver(app).await.expect("the outbox")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn letter_arrives_once_in_both_forms_with_its_own_number(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut server = MailServer::start().await;
    let app = server.connect(&test.app);
    write(&test, "amt@stadt-a.example").await;
    let (one, two) = tokio::join!(deliver(&app), deliver(&app));
    assert_eq!(one + two, 1, "two servers send one letter");
    assert_eq!(deliver(&app).await, 0);
    let letter = server.kept().await;
    assert_eq!(letter.to, ["amt@stadt-a.example"]);
    let key: String = sqlx::query_scalar("select message_key::text from mail")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("a key");
    assert_eq!(letter.head("Message-ID"), format!("<{key}@kreis.example>"));
    assert!(letter.head("Content-Type").starts_with("multipart/alternative"), "{}", letter.text);
    let (plain, html) = (letter.text.find("text/plain").expect("plain"), letter.text.find("text/html").expect("html"));
    assert!(plain < html, "the plain part comes first");
    let left: String = sqlx::query_scalar("select text || coalesce(html, '') from mail")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("a mail");
    assert_eq!(left, "", "what was sent is the recipient's alone");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn put_off_is_tried_again_and_refused_is_shown(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut server = MailServer::start().await;
    let app = server.connect(&test.app);
    write(&test, "later@stadt-a.example").await;
    write(&test, "never@stadt-a.example").await;
    assert_eq!(deliver(&app).await, 0);
    let found = states(&test).await;
    assert_eq!(found[0].0, "waiting");
    assert!(found[0].1.as_deref().is_some_and(|error| error.contains("vertröstet")), "{found:?}");
    assert_eq!(found[1].0, "failed");
    assert!(found[1].1.as_deref().is_some_and(|error| error.contains("no such user")), "{found:?}");
    assert_eq!(deliver(&app).await, 0, "its time has not come");
    app.clock.advance(TimeDelta::minutes(1));
    assert_eq!(deliver(&app).await, 1);
    assert_eq!(server.kept().await.to, ["later@stadt-a.example"]);
    assert_eq!(states(&test).await[0].0, "sent");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn cut_connection_brings_the_same_letter_with_the_same_number(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let mut server = MailServer::start().await;
    let app = server.connect(&test.app);
    write(&test, "cut@stadt-a.example").await;
    assert_eq!(deliver(&app).await, 0, "nobody said that it arrived");
    assert_eq!(states(&test).await[0].0, "waiting");
    app.clock.advance(TimeDelta::minutes(1));
    assert_eq!(deliver(&app).await, 1);
    let (first, second) = (server.kept().await, server.kept().await);
    assert_eq!(first.head("Message-ID"), second.head("Message-ID"), "the recipient's server knows it for the same");
    assert!(!first.digest.is_empty() && first.to == second.to);
}
