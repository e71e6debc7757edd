//! The embedded PostgreSQL: started, shared, killed, recovered. Every test has a cluster of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ortsgespraech::db::embedded::{EmbeddedPostgres, Launch};
use sqlx::{Connection, PgConnection};

#[tokio::test]
async fn fresh_start_gives_a_database_that_answers() {
    let place = Place::new("fresh");
    let postgres = place.start().await;
    assert_eq!(ask(&postgres, "select current_database()").await, "ortsgespraech");
    assert_eq!(ask(&postgres, "show server_encoding").await, "UTF8");
    assert_eq!(ask(&postgres, "select upper('köln')").await, "KÖLN");
    postgres.stop().await.unwrap();
    assert!(!place.is_running());
}

#[tokio::test]
async fn data_outlives_a_restart_and_an_interrupted_first_start_is_cleared() {
    let place = Place::new("restart");
    fs::create_dir_all(place.0.join("postgres.new-1/base")).unwrap();
    let postgres = EmbeddedPostgres::start(&place.0).await.unwrap();
    assert!(!place.0.join("postgres.new-1").exists());
    run(&postgres, "create table town (name text)").await;
    run(&postgres, "insert into town values ('Geldern')").await;
    postgres.stop().await.unwrap();

    let postgres = EmbeddedPostgres::start(&place.0).await.unwrap();
    assert_eq!(ask(&postgres, "select name from town").await, "Geldern");
    assert_eq!(ask(&postgres, "show fsync").await, "on");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn first_to_leave_does_not_stop_it_and_the_last_does() {
    let place = Place::new("shared");
    let (serve, verb) = tokio::join!(place.start(), place.start());
    assert_eq!(serve.url(), verb.url());
    verb.stop().await.unwrap();
    assert_eq!(ask(&serve, "select 'still here'").await, "still here");
    drop(serve);
    assert!(!place.is_running(), "a dropped share counts as given back");
}

#[tokio::test]
async fn killed_server_recovers_although_its_number_belongs_to_another_process() {
    let place = Place::new("killed");
    let before = EmbeddedPostgres::start(&place.0).await.unwrap();
    run(&before, "create table kept ()").await;
    let server = place.server();
    kill(server);
    wait_until("the server is gone", || !is_alive(server));
    place.pretend_server_is(std::process::id());

    let after = EmbeddedPostgres::start(&place.0).await.unwrap();
    assert_eq!(ask(&after, "select 'kept'::regclass::text").await, "kept");
    before.stop().await.unwrap();
    after.stop().await.unwrap();
}

#[tokio::test]
async fn empty_note_of_a_crashed_machine_does_not_block_the_start() {
    let place = Place::new("empty-note");
    place.start().await.stop().await.unwrap();
    fs::write(place.note(), "").unwrap();
    let postgres = place.start().await;
    assert_eq!(ask(&postgres, "select 'up'").await, "up");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn server_of_a_killed_program_is_adopted() {
    let place = Place::new("orphan");
    let mut program = place.run_program();
    let orphan = place.server();
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(is_alive(orphan), "the server outlives the program");

    let postgres = place.start().await;
    assert_eq!(place.server(), orphan);
    assert_eq!(ask(&postgres, "select 'adopted'").await, "adopted");
    postgres.stop().await.unwrap();
    assert!(!place.is_running());
}

#[tokio::test]
async fn nobody_else_on_the_machine_can_connect() {
    let place = Place::new("private");
    let postgres = place.start().await;
    assert_eq!(ask(&postgres, "show listen_addresses").await, "");
    let socket_dir = fs::metadata(place.0.join("postgres")).unwrap();
    assert_eq!(socket_dir.mode() & 0o777, 0o700);
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn long_and_odd_path_works() {
    let place = Place::new("long");
    let deep = place.0.join("Bürgerbüro's Ämter, Daten").join("x".repeat(90));
    let postgres = Launch::new(&deep).without_durability().start().await.unwrap();
    assert_eq!(ask(&postgres, "select 'up'").await, "up");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn missing_server_programs_are_told_in_one_sentence() {
    let place = Place::new("missing");
    let error = Launch::new(&place.0).with_binaries("/nowhere").start().await.unwrap_err();
    let expected = "There are no PostgreSQL server programs in /nowhere (ORTSGESPRAECH_POSTGRES_BIN).";
    assert_eq!(format!("{error:#}"), expected);
}

#[tokio::test]
async fn database_of_a_version_that_is_not_installed_is_told_in_one_sentence() {
    let place = Place::new("version");
    place.start().await.stop().await.unwrap();
    fs::write(place.0.join("postgres/PG_VERSION"), "9\n").unwrap();
    let error = place.launch().start().await.unwrap_err().to_string();
    assert!(error.starts_with("The database was made by PostgreSQL 9, but"), "{error}");
}

#[tokio::test]
async fn command_runs_with_a_database_and_its_exit_code_comes_back() {
    let script = "case $DATABASE_URL in postgres://*/ortsgespraech*) exit 7; esac";
    let status = program().args(["--for-tests", "--", "sh", "-c", script]).status().unwrap();
    assert_eq!(status.code(), Some(7));
}

#[tokio::test]
async fn lent_database_knows_the_role_that_migrations_name() {
    let mut command = program();
    command.args(["--for-tests", "--", "sh", "-c", "echo $DATABASE_URL; read -r line"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let mut connection = PgConnection::connect(url.trim()).await.unwrap();
    let roles = sqlx::query_scalar("select count(*) from pg_roles where rolname = 'ortsgespraech_app'");
    assert_eq!(roles.fetch_one(&mut connection).await.ok(), Some(1i64));
    connection.close().await.unwrap();
    drop(child.stdin.take());
    child.wait().unwrap();
}

/// A data directory that root's unprivileged server can reach, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let place = std::env::temp_dir().join(format!("og-{name}-{}", std::process::id()));
        fs::create_dir(&place).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o711)).unwrap();
        Self(place)
    }

    fn launch(&self) -> Launch {
        Launch::new(&self.0).without_durability()
    }

    async fn start(&self) -> EmbeddedPostgres {
        self.launch().start().await.unwrap()
    }

    /// Starts the program in a process of its own and returns when its database is up.
    fn run_program(&self) -> Child {
        let mut child = program()
            .arg("--data-dir")
            .arg(&self.0)
            .args(["--", "sh", "-c", "echo up; read -r line"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "up\n");
        child
    }

    fn note(&self) -> PathBuf {
        self.0.join("postgres/postmaster.pid")
    }

    fn server(&self) -> u32 {
        let note = fs::read_to_string(self.note()).unwrap();
        note.lines().next().unwrap().parse().unwrap()
    }

    fn is_running(&self) -> bool {
        self.note().exists()
    }

    fn pretend_server_is(&self, process: u32) {
        let note = fs::read_to_string(self.note()).unwrap();
        let (_, rest) = note.split_once('\n').unwrap();
        fs::write(self.note(), format!("{process}\n{rest}")).unwrap();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn program() -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_BIN_EXE_ortsgespraech")));
    command.args(["database", "run"]).env_remove("DATABASE_URL");
    command
}

async fn connect(postgres: &EmbeddedPostgres) -> PgConnection {
    PgConnection::connect(postgres.url()).await.unwrap()
}

async fn ask(postgres: &EmbeddedPostgres, query: &'static str) -> String {
    sqlx::query_scalar(query).fetch_one(&mut connect(postgres).await).await.unwrap()
}

async fn run(postgres: &EmbeddedPostgres, statement: &'static str) {
    sqlx::query(statement).execute(&mut connect(postgres).await).await.unwrap();
}

fn kill(process: u32) {
    assert!(shell(&format!("kill -9 {process}")));
}

fn is_alive(process: u32) -> bool {
    shell(&format!("kill -0 {process} 2>&-"))
}

fn shell(script: &str) -> bool {
    Command::new("sh").args(["-c", script]).status().unwrap().success()
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
