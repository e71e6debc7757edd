//! The real program, killed without warning in the middle of its work: nothing is lost and nothing is half done.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::support::catalogue::{Scratch, answering};
use crate::support::{TestApp, cast};

const RECORDS: usize = 20_000;

/// The program with a database and a data directory of the test's own.
struct Program {
    database: String,
    data: Scratch,
    http: Client<HttpConnector, Body>,
    address: String,
    cookie: String,
}

impl Program {
    fn new(database: &PgConnectOptions) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port");
        Self {
            database: database.to_url_lossy().to_string(),
            data: Scratch::new(),
            http: Client::builder(TokioExecutor::new()).build_http(),
            address: port.to_string(),
            cookie: String::new(),
        }
    }

    fn run(&self, arguments: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_ortsgespraech"))
            .args(arguments)
            .env("DATABASE_URL", &self.database)
            .env("ORTSGESPRAECH_DATA_DIR", self.data.path())
            .env("ORTSGESPRAECH_LISTEN", &self.address)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts")
    }

    /// Runs to the end; what it printed.
    async fn finish(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).wait_with_output().await.expect("the program ends");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    async fn serve(&self) -> Child {
        let server = self.run(&["serve"]);
        until("the server is ready", async || self.get("/readyz").await.is_ok_and(|(status, _)| status == 200)).await;
        server
    }

    async fn get(&self, path: &str) -> anyhow::Result<(StatusCode, String)> {
        let answer = self.send("GET", path, String::new()).await?;
        Ok((answer.status(), answer.into_body()))
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Response<String>> {
        self.send("POST", path, serde_html_form::to_string(fields)?).await
    }

    async fn send(&self, method: &str, path: &str, body: String) -> anyhow::Result<Response<String>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (parts, body) = self.http.request(request.body(Body::from(body))?).await?.into_parts();
        let body = String::from_utf8_lossy(&body.collect().await?.to_bytes()).into_owned();
        Ok(Response::from_parts(parts, body))
    }

    async fn sign_in(&mut self) {
        let fields = [("email", cast::AGENT), ("password", cast::PASSWORD)];
        let answer = self.post("/sign-in", &fields).await.expect("an answer");
        let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("a cookie");
        cookie.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
    }
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let end = Instant::now() + Duration::from_mins(1);
    while !condition().await {
        assert!(Instant::now() < end, "waited in vain: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn kill(mut program: Child) {
    assert!(program.try_wait().expect("its state").is_none(), "it ended before it was killed");
    program.kill().await.expect("it can be killed");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_outlives_a_killed_server(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database.clone()).await;
    let entry = test.publish(test.cast.stadt_a, "pass", &answering("Reisepass", "Im Bürgerbüro.")).await;
    let mut db = test.begin_as_system().await;
    let line: i64 = sqlx::query_scalar(
        "insert into line (tenant_id, number, label) values ($1, '+49699000901', 'Zentrale') returning id",
    )
    .bind(test.cast.stadt_a)
    .fetch_one(&mut *db)
    .await
    .expect("a line");
    db.commit().await.expect("commit");

    let mut program = Program::new(&database);
    let server = program.serve().await;
    program.sign_in().await;
    let line = format!("{}-{line}", test.cast.stadt_a);
    assert_eq!(program.post("/desk/calls", &[("line", &line)]).await.expect("an answer").status(), 303);
    let call: i64 = ask(&test, "select call_id from desk").await;
    let opened = format!("/desk/calls/{call}/entries/{}/{entry}", test.cast.stadt_a);
    assert_eq!(program.post(&opened, &[]).await.expect("an answer").status(), 303);
    // One act is under way when the server dies; done or not, it must not be half done.
    let answer = format!("/desk/calls/{call}/answer");
    let ((), _) = tokio::join!(kill(server), program.post(&answer, &[("act", "mark")]));

    let _server = program.serve().await;
    let (status, desk) = program.get("/desk").await.expect("the desk");
    assert_eq!(status, 200);
    assert!(desk.contains("Reisepass") && desk.contains("Im Gespräch"), "the call is not on the screen");
    assert_eq!(ask::<String>(&test, "select result from call").await, "open");
    for act in ["mark", "end"] {
        assert_eq!(program.post(&answer, &[("act", act)]).await.expect("an answer").status(), 303);
    }
    assert_eq!(ask::<String>(&test, "select result || ' ' || disposition from call").await, "answered answered");
    assert_eq!(ask::<i64>(&test, "select count(*) from call_entry where answered_at is not null").await, 1);
    program.finish(&["check"]).await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn killed_import_leaves_nothing_or_everything(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database.clone()).await;
    let program = Program::new(&database);
    let file = program.data.path().join("records.jsonl");
    std::fs::write(&file, records()).expect("a file");
    let file = file.to_str().expect("a path");
    let import = ["knowledge", "import", "--tenant", "kreis", "--format", "jsonl", file];

    let running = program.run(&import);
    // Rows of a running transaction cannot be seen, but they take room in the table's file.
    let writes = "select pg_relation_size('entry') > 200000";
    until("the import writes", async || ask::<bool>(&test, writes).await).await;
    kill(running).await;

    let count = "select count(*) from entry";
    let left: i64 = ask(&test, count).await;
    assert!(left == 0 || left == 20_000, "{left} records are half an import");
    let report = program.finish(&import).await;
    let done = report.trim().lines().last().unwrap_or_default().to_owned();
    assert!(done.ends_with("updated=0 unchanged=0 rejected=0") || left > 0, "{done}");
    assert_eq!(ask::<i64>(&test, count).await, 20_000);
    assert_eq!(program.finish(&import).await.trim(), "created=0 updated=0 unchanged=20000 rejected=0");
    let _server = program.serve().await;
    program.finish(&["check"]).await;
}

fn records() -> String {
    (0..RECORDS).fold(String::new(), |mut text, number| {
        let record = serde_json::json!({"id": number.to_string(), "title": format!("Leistung {number}"), "summary": "Kurz gesagt."});
        writeln!(text, "{record}").expect("text can be written");
        text
    })
}

async fn ask<T>(test: &TestApp, question: &'static str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    let mut db = test.begin_as_system().await;
    sqlx::query_scalar(question).fetch_one(&mut *db).await.expect("an answer")
}
