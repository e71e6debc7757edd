//! The command line as an operator's script calls it: the real program against a database of the test's own.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::TestApp;

const PASSWORD: &str = "ein langes Kennwort\n";

pub struct CommandLine(String);

impl CommandLine {
    pub fn of(database: &PgConnectOptions) -> Self {
        Self(database.to_url_lossy().to_string())
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ortsgespraech"));
        command.args(arguments.split('|').map(str::trim)).env("DATABASE_URL", &self.0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `arguments` are separated by `|`.
    pub async fn run(&self, arguments: &str) -> Output {
        self.run_with_input(arguments, "").await
    }

    pub async fn run_with_input(&self, arguments: &str, input: &'static str) -> Output {
        let mut child = self.command(arguments).spawn().expect("the program starts");
        tokio::task::spawn_blocking(move || {
            // A program that stops over its arguments does not read.
            let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
            child.wait_with_output().expect("the program ends")
        })
        .await
        .expect("the program ends")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
pub fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Exit code 1 and one clear line.
#[track_caller]
pub fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let message = text(&output.stderr);
    assert_eq!(message.trim().lines().count(), 1, "{message}");
    message.trim().to_owned()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn tenant_is_made_with_its_center_and_knowledge_bases(_: PgPoolOptions, database: PgConnectOptions) {
    let program = CommandLine::of(&database);
    done(&program.run("tenant|create|--slug|nrw|--name|Land NRW|--kind|land").await);
    done(&program.run("tenant|create|--slug|kreis|--name|Kreis Musterland|--kind|kreis|--base|nrw").await);
    let made = "tenant|create|--slug|stadt-a|--name|Stadt A|--kind|stadt|--parent|kreis|--base|nrw|--base|kreis";
    assert_eq!(done(&program.run(made).await), "");
    assert_eq!(
        done(&program.run("tenant|list").await),
        "kreis\tkreis\tKreis Musterland\t\tnrw\nnrw\tland\tLand NRW\t\t\nstadt-a\tstadt\tStadt A\tkreis\tkreis,nrw\n"
    );
    assert_eq!(refused(&program.run(made).await), "there is already a tenant 'stadt-a'");
    let unknown = program.run("tenant|create|--slug|b|--name|B|--kind|stadt").await;
    assert_eq!(unknown.status.code(), Some(2), "a slug of one letter is a mistake of usage");
    let message = refused(&program.run("tenant|create|--slug|stadt-c|--name|C|--kind|stadt|--parent|nirgendwo").await);
    assert!(message.contains("no tenant 'nirgendwo'"), "{message}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn line_takes_any_spelling_of_its_number(options: PgPoolOptions, database: PgConnectOptions) {
    let program = CommandLine::of(&database);
    let test = TestApp::start(options, database).await;
    done(&program.run("line|create|--number|069 / 90009-100|--label|Zentrale|--tenant|stadt-a").await);
    done(&program.run("line|create|--number|115|--label|Behördennummer").await);
    let mut db = test.begin_as_system().await;
    let lines = ortsgespraech::tenants::list_lines(&mut *db, &[test.cast.stadt_a, test.cast.intake]).await;
    let shown: Vec<_> = lines.expect("lines").iter().map(|line| (line.tenant, line.display_number())).collect();
    assert_eq!(shown, [(test.cast.intake, "115".to_owned()), (test.cast.stadt_a, "069 90009-100".to_owned())]);
    let again = program.run("line|create|--number|+496990009100|--label|Noch einmal").await;
    assert_eq!(refused(&again), "the number +496990009100 belongs to a line already");
    let nonsense = program.run("line|create|--number|anonymous|--label|Niemand").await;
    assert_eq!(refused(&nonsense), "'anonymous' is no number that can be dialled");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn user_signs_in_with_the_password_from_standard_input(options: PgPoolOptions, database: PgConnectOptions) {
    let program = CommandLine::of(&database);
    let test = TestApp::start(options, database).await;
    let made = "user|create|--email|Neu@Stadt-B.example|--name|Neu|--role|editor|--tenant|stadt-b|--password-stdin";
    done(&program.run_with_input(made, PASSWORD).await);
    let fields = [("email", "neu@stadt-b.example"), ("password", PASSWORD.trim_end())];
    test.signed_out().post("/sign-in", &fields).await.is(303);
    assert!(refused(&program.run_with_input(made, PASSWORD).await).contains("already an account"));
    let nowhere = "user|create|--email|x@y.example|--name|X|--role|editor|--password-stdin";
    assert!(refused(&program.run_with_input(nowhere, PASSWORD).await).contains("--tenant"));
    let bound = "user|create|--email|x@y.example|--name|X|--role|operator|--tenant|stadt-b|--password-stdin";
    assert!(refused(&program.run_with_input(bound, PASSWORD).await).contains("operator"));
    let silent = "user|create|--email|x@y.example|--name|X|--role|agent|--password-stdin";
    assert!(refused(&program.run(silent).await).contains("no password"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn user_without_a_password_gets_a_one_time_link(options: PgPoolOptions, database: PgConnectOptions) {
    let program = CommandLine::of(&database);
    let test = TestApp::start(options, database).await;
    let link = done(&program.run("user|create|--email|n@kreis.example|--name|N|--role|agent").await);
    assert!(link.starts_with("/invitations/"), "{link}");
    let expired: bool = sqlx::query_scalar("select expires_at > now() + interval '6 days' from invitation")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("the invitation");
    assert!(expired);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn token_stands_alone_on_standard_output(options: PgPoolOptions, database: PgConnectOptions) {
    let program = CommandLine::of(&database);
    let test = TestApp::start(options, database).await;
    let output = done(&program.run("token|create|--scope|search|--scope|calls|--tenant|stadt-a").await);
    let secret = output.trim_end();
    assert!(output.ends_with('\n') && !secret.contains(char::is_whitespace) && secret.len() >= 40, "{output}");
    let holder = ortsgespraech::accounts::find_token(&test.app, secret).await.expect("no error").expect("the token");
    assert_eq!((holder.scopes, holder.tenants), (vec!["search".into(), "calls".into()], Some(vec![test.cast.stadt_a])));
    assert_eq!(program.run("token|create|--scope|alles").await.status.code(), Some(2));
    assert_eq!(program.run("token|create").await.status.code(), Some(2));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_act_of_the_command_line_is_in_the_audit(options: PgPoolOptions, database: PgConnectOptions) {
    let program = CommandLine::of(&database);
    let test = TestApp::start(options, database).await;
    done(&program.run("tenant|create|--slug|stadt-c|--name|Stadt C|--kind|stadt|--parent|kreis").await);
    done(&program.run("line|create|--number|0221 4710-300|--label|Zentrale|--tenant|stadt-c").await);
    done(&program.run("user|create|--email|c@stadt-c.example|--name|C|--role|viewer|--tenant|stadt-c").await);
    done(&program.run("token|create|--scope|search|--label|Messung").await);
    let acts: Vec<(String, String)> = sqlx::query_as("select actor, thing from audit order by id")
        .fetch_all(&mut *test.begin_as_system().await)
        .await
        .expect("the audit");
    let things: Vec<_> = acts.iter().map(|(_, thing)| thing.as_str()).collect();
    assert_eq!(things, ["tenant", "line", "account", "api_token"]);
    assert!(acts.iter().all(|(actor, _)| actor == "Kommandozeile"));
}

#[tokio::test]
async fn every_verb_explains_itself_and_nonsense_is_a_mistake_of_usage() {
    let program = CommandLine("postgres://nowhere".to_owned());
    let mut verbs = verbs_of(&program, "").await;
    assert!(verbs.contains(&"serve".to_owned()) && verbs.contains(&"simulate".to_owned()), "{verbs:?}");
    for group in verbs.clone() {
        verbs.extend(verbs_of(&program, &format!("{group}|")).await);
    }
    for verb in verbs.iter().map(String::as_str).chain(["database|run"]) {
        let help = done(&program.run(&format!("{verb}|--help")).await);
        assert!(help.contains("Usage: ortsgespraech") && help.contains("Common options:"), "{help}");
        assert_eq!(program.run(&format!("{verb}|--nonsense")).await.status.code(), Some(2), "{verb}");
    }
    assert_eq!(program.run("gibtsnicht").await.status.code(), Some(2));
}

/// What the help lists under "Commands:", each behind its group.
async fn verbs_of(program: &CommandLine, group: &str) -> Vec<String> {
    let help = done(&program.run(&format!("{group}--help")).await);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(|name| format!("{group}{name}")).collect()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn migrate_ends_well_or_says_in_one_line_why_not(_: PgPoolOptions, database: PgConnectOptions) {
    assert_eq!(done(&CommandLine::of(&database).run("migrate").await), "");
    let nowhere = CommandLine("postgres://nobody@127.0.0.1:1/none".to_owned());
    assert!(refused(&nowhere.run("migrate").await).contains("PostgreSQL does not answer at the given address"));
}

#[tokio::test]
async fn health_is_good_where_the_server_answers() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let server = axum::Router::new().route("/healthz", axum::routing::get(|| async { "ok" }));
    tokio::spawn(async { axum::serve(listener, server).await });
    let program = CommandLine("postgres://nowhere".to_owned());
    done(&program.run(&format!("health|--listen|{address}")).await);
}

#[tokio::test]
async fn health_fails_where_nobody_listens() {
    let program = CommandLine("postgres://nowhere".to_owned());
    let message = refused(&program.run("health|--listen|127.0.0.1:1").await);
    assert!(message.starts_with("nobody listens on 127.0.0.1:1"), "{message}");
}
