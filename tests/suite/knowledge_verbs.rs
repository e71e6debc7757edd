//! `knowledge import` and `export` as an operator's script calls them, and as a power cut ends them.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::TestApp;

const BROKEN: &str = "{\"id\": \"1\", \"title\": \"Ä\", \"neu\": 1}\n{\"id\": \"2\"}\n";

fn program(database: &PgConnectOptions, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ortsgespraech"));
    command.arg("knowledge").args(arguments).env("DATABASE_URL", database.to_url_lossy().to_string());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn run(database: &PgConnectOptions, arguments: &[&str], input: impl Into<Vec<u8>>) -> Output {
    let mut child = program(database, arguments).spawn().expect("the program starts");
    let input = input.into();
    tokio::task::spawn_blocking(move || {
        // A program that stops over its arguments does not read.
        let _ = child.stdin.take().expect("a pipe").write_all(&input);
        child.wait_with_output().expect("the program ends")
    })
    .await
    .expect("the program ends")
}

fn import(more: &[&'static str]) -> Vec<&'static str> {
    [&["import", "--tenant", "kreis", "--format", "jsonl", "-"], more].concat()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

async fn count(test: &TestApp) -> i64 {
    let mut db = test.begin_as_system().await;
    sqlx::query_scalar("select count(*) from entry").fetch_one(&mut *db).await.expect("a count")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn import_tells_what_it_did(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database.clone()).await;
    let strict = run(&database, &import(&["--strict"]), BROKEN).await;
    assert_eq!(strict.status.code(), Some(1), "{}", text(&strict.stderr));
    assert_eq!(text(&strict.stdout), "created=0 updated=0 unchanged=0 rejected=1\n");
    assert_eq!(count(&test).await, 0);
    let done = run(&database, &import(&[]), BROKEN).await;
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert_eq!(text(&done.stdout), "created=1 updated=0 unchanged=0 rejected=1\n");
    assert_eq!(
        text(&done.stderr),
        "line 2: title is missing / „title“: Der Titel fehlt\nunknown keys left out: neu (1)\n"
    );
    let csv = ["import", "--tenant", "kreis", "--format", "csv", "-"];
    let table = run(&database, &csv, "id;Titel\n1;Ä\n3;\u{d6}\n").await;
    assert_eq!(text(&table.stdout), "created=1 updated=0 unchanged=1 rejected=0\n");
    let headless = run(&database, &csv, "1;Ä\n").await;
    assert_eq!((headless.status.code(), text(&headless.stderr).lines().count()), (Some(1), 1));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn mistakes_of_usage_are_one_clear_line(options: PgPoolOptions, database: PgConnectOptions) {
    let _test = TestApp::start(options, database.clone()).await;
    for (arguments, code, words) in [
        (&["import", "--tenant", "nirgends", "--format", "jsonl", "-"][..], 1, "no tenant 'nirgends'"),
        (&["import", "--tenant", "intake", "--format", "jsonl", "-"], 1, "no tenant 'intake'"),
        (&["import", "--tenant", "kreis", "--format", "jsonl", "/gibt/es/nicht"], 1, "cannot read /gibt/es/nicht"),
        (&["import", "--tenant", "kreis", "--format", "yaml", "-"], 2, "possible values"),
        (&["export", "--tenant", "nirgends", "--format", "jsonl"], 1, "no tenant 'nirgends'"),
    ] {
        let output = run(&database, arguments, "").await;
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains(words), "{arguments:?}: {}", text(&output.stderr));
        assert!(output.stdout.is_empty());
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn export_is_what_import_takes(options: PgPoolOptions, database: PgConnectOptions) {
    let _test = TestApp::start(options, database.clone()).await;
    run(&database, &import(&[]), "{\"id\": \"1\", \"title\": \"A\", \"fees\": \"5 €\\n- bar\"}\n").await;
    let export = run(&database, &["export", "--tenant", "kreis", "--format", "jsonl"], "").await;
    assert!(export.status.success());
    let again = run(&database, &import(&["--strict"]), export.stdout).await;
    assert_eq!(text(&again.stdout), "created=0 updated=0 unchanged=1 rejected=0\n", "{}", text(&again.stderr));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn import_that_is_killed_leaves_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database.clone()).await;
    let mut child = program(&database, &import(&[])).spawn().expect("the program starts");
    let mut input = child.stdin.take().expect("a pipe");
    let written = tokio::task::spawn_blocking(move || {
        for number in 0..5_000 {
            let line =
                format!("{{\"id\": \"{number}\", \"title\": \"Eintrag {number}\", \"body\": \"{}\"}}", "x".repeat(500));
            writeln!(input, "{line}").expect("the program reads");
        }
        input
    });
    // More than any pipe holds has been read, the end has not come: the program is in the middle.
    let _open = written.await.expect("written");
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert_eq!(count(&test).await, 0);
}
