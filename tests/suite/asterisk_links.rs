//! Which connections there shall be, who holds them, and what the database says about them.

use std::time::Duration;

use ortsgespraech::telephony::asterisk::keep_links_at;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::support::TestApp;
use crate::support::fake_pbx::{Course, FakePbx, Resync};
use crate::support::listening::{Listening, Notebook, hasty};

struct Keeper {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// As one server process would.
fn keep(app: &TestApp) -> Keeper {
    let (stop, stopped) = watch::channel(false);
    Keeper { stop, task: tokio::spawn(keep_links_at(app.app.clone(), hasty(), stopped)) }
}

impl Keeper {
    async fn stop(self) {
        self.stop.send_replace(true);
        self.task.await.expect("it ends well");
    }
}

/// A source with a seat, and its telephone system.
async fn source(app: &TestApp, pbx: &FakePbx) -> i32 {
    let mut db = app.begin_as_system().await;
    let source: i32 =
        sqlx::query_scalar("insert into source (name, adapter) values ('Kreishaus', 'asterisk-ami') returning id")
            .fetch_one(&mut *db)
            .await
            .expect("a source");
    sqlx::query(
        "insert into source_link (source_id, address, account, secret, may_control) values ($1, $2, 'ortsgespraech', $3, true)",
    )
    .bind(source)
    .bind(&pbx.link.address)
    .bind(&pbx.link.secret)
    .execute(&mut *db)
    .await
    .expect("a link");
    sqlx::query("insert into seat (source_id, name) values ($1, 'Tisch-3')")
        .bind(source)
        .execute(&mut *db)
        .await
        .expect("a seat");
    db.commit().await.expect("commit");
    source
}

async fn change(app: &TestApp, statement: &'static str, source: i32) {
    let mut db = app.begin_as_system().await;
    sqlx::query(statement).bind(source).execute(&mut *db).await.expect("a change");
    db.commit().await.expect("commit");
}

async fn ask(app: &TestApp, question: &'static str, source: i32) -> String {
    let mut db = app.begin_as_system().await;
    let answer: Option<String> =
        sqlx::query_scalar(question).bind(source).fetch_optional(&mut *db).await.expect("an answer").flatten();
    answer.unwrap_or_default()
}

/// Waits for an answer, and not for ever.
async fn until(app: &TestApp, question: &'static str, source: i32, expected: &str) {
    let waited = timeout(Duration::from_secs(20), async {
        while ask(app, question, source).await != expected {
            sleep(Duration::from_millis(20)).await;
        }
    });
    let came = waited.await.is_ok();
    assert!(came, "{question} is {:?}, not {expected:?}", ask(app, question, source).await);
}

const STATE: &str = "select state from source_state where source_id = $1";
const HELD: &str = "select (holder is not null)::text from source_state where source_id = $1";
const SIGNALS: &str =
    "select count(*)::text || ' ' || max(kind) from seat_signal join seat on seat.id = seat_id where source_id = $1";
const GAPS: &str = "select count(*)::text || ' ' || count(back_at) from source_gap where source_id = $1";
const OUTCOMES: &str =
    "select string_agg(coalesce(succeeded::text, '?') || ' ' || outcome, ', ' order by id) from source_order
                        where source_id = $1 and done_at is not null";

fn quiet() -> Course {
    Course { resync: Some(Resync::default()), ..Course::default() }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn one_process_holds_a_connection_and_another_takes_over(pool: PgPoolOptions, database: PgConnectOptions) {
    let app = TestApp::start(pool, database).await;
    let pbx = FakePbx::start(vec![quiet()]).await;
    let source = source(&app, &pbx).await;
    let first = keep(&app);
    until(&app, STATE, source, "connected").await;
    let second = keep(&app);
    sleep(Duration::from_millis(300)).await;
    assert_eq!(pbx.asked("Login").len(), 1);
    first.stop().await;
    until(&app, STATE, source, "connected").await;
    assert_eq!(pbx.asked("Login").len(), 2);
    until(&app, GAPS, source, "1 1").await;
    until(&app, SIGNALS, source, "3 source").await;
    second.stop().await;
    assert_eq!((ask(&app, STATE, source).await.as_str(), ask(&app, HELD, source).await.as_str()), ("lost", "false"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn connection_of_a_dead_process_is_taken_over_when_its_time_is_up(
    pool: PgPoolOptions,
    database: PgConnectOptions,
) {
    let app = TestApp::start(pool, database).await;
    let pbx = FakePbx::start(vec![quiet()]).await;
    let source = source(&app, &pbx).await;
    change(
        &app,
        "insert into source_state (source_id, state, since, holder, held_until)
         values ($1, 'connected', now(), gen_random_uuid(), now() + interval '3 seconds')",
        source,
    )
    .await;
    let keeper = keep(&app);
    sleep(Duration::from_millis(300)).await;
    assert!(pbx.asked("Login").is_empty());
    until(&app, GAPS, source, "1 1").await;
    keeper.stop().await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn changed_source_is_connected_anew_and_an_inactive_one_not_at_all(
    pool: PgPoolOptions,
    database: PgConnectOptions,
) {
    let app = TestApp::start(pool, database).await;
    let pbx = FakePbx::start(vec![quiet()]).await;
    let source = source(&app, &pbx).await;
    let keeper = keep(&app);
    until(&app, STATE, source, "connected").await;
    change(&app, "update source_link set secret = 'falsch' where source_id = $1", source).await;
    until(&app, STATE, source, "refused").await;
    assert_eq!(ask(&app, GAPS, source).await, "1 0");
    change(&app, "update source set active = false where id = $1", source).await;
    until(&app, HELD, source, "false").await;
    keeper.stop().await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn orders_are_settled_in_time(pool: PgPoolOptions, database: PgConnectOptions) {
    let app = TestApp::start(pool, database).await;
    let member = "Event: QueueMember\r\nQueue: buerger\r\nName: Tisch-3\r\nLocation: PJSIP/3\r\nPaused: 0\r\n";
    let resync = Resync { queues: vec![member.into()], ..Resync::default() };
    let answers = [("QueuePause", "Response: Success")].into();
    let pbx = FakePbx::start(vec![Course { resync: Some(resync), answers, ..Course::default() }]).await;
    let source = source(&app, &pbx).await;
    let now = app.app.clock.now();
    for (act, age) in [("pause", 31), ("ready", 0), ("answer", 0)] {
        let mut db = app.begin_as_system().await;
        sqlx::query("insert into source_order (source_id, act, details, created_at) values ($1, $2, '{\"seat\": \"Tisch-3\"}', $3)")
            .bind(source)
            .bind(act)
            .bind(now - chrono::TimeDelta::seconds(age))
            .execute(&mut *db)
            .await
            .expect("an order");
        db.commit().await.expect("commit");
    }
    let keeper = keep(&app);
    let expected =
        "false Die Telefonanlage war nicht erreichbar., true Erledigt., ? Die Telefonanlage hat nicht geantwortet.";
    until(&app, OUTCOMES, source, expected).await;
    keeper.stop().await;
}

#[tokio::test]
async fn encrypted_connection_is_made_only_with_whom_the_authority_vouches_for() {
    let pbx = FakePbx::start_encrypted(vec![quiet()]).await;
    let listening = Listening::start(&pbx.link, Notebook::default());
    listening.until("a resync", |_| !pbx.asked("QueueStatus").is_empty()).await;
    listening.stop().await;
    let mut stranger = pbx.link.clone();
    stranger.tls_authority = None;
    let asked = pbx.asked("Login").len();
    let listening = Listening::start(&stranger, Notebook::default());
    listening.until("two tries", |notes| notes.standings.lock().expect("no holder panics").len() >= 2).await;
    let notes = listening.stop().await;
    assert!(format!("{:?}", notes.standings.lock().expect("no holder panics")).contains("verschlüsselte"));
    assert_eq!(pbx.asked("Login").len(), asked);
}
