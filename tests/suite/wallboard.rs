//! The Leitstand counts what happens now and today, in the towns of whoever looks, and in no other.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::browser::in_chromium;
use crate::support::{Client, TestApp, cast};

/// Half past ten in Berlin is now; the day began at 23:00 UTC. Each with how long it waited.
const CALLS: [(&str, &str); 13] = [
    ("wartet", "'2026-11-17T09:28:50Z', 'open', null, null, '2026-11-17T09:28:50Z', 'in'"),
    ("wartet auch", "'2026-11-17T09:29:55Z', 'open', null, null, '2026-11-17T09:29:56Z', 'in'"),
    ("im Gespräch, gleich angenommen", "'2026-11-17T09:20:00Z', 'open', 9000, 'Platz-11', null, 'in'"),
    ("im Gespräch, ruft selbst an", "'2026-11-17T09:20:00Z', 'open', null, 'Platz-12', null, 'out'"),
    ("gerade noch rechtzeitig", "'2026-11-17T08:00:00Z', 'answered', 30000, null, null, 'in'"),
    ("knapp zu spät", "'2026-11-17T08:10:00Z', 'answered', 30001, null, null, 'in'"),
    ("der erste des Tages", "'2026-11-16T23:00:00Z', 'answered', 1000, null, null, 'in'"),
    ("aufgelegt", "'2026-11-17T08:20:00Z', 'abandoned', 4000, null, null, 'in'"),
    ("Wartezeit unbekannt", "'2026-11-17T08:30:00Z', 'answered', null, null, null, 'in'"),
    ("außerhalb der Servicezeit", "'2026-11-17T05:00:00Z', 'closed', null, null, null, 'in'"),
    ("der letzte von gestern", "'2026-11-16T22:59:59Z', 'answered', 1000, null, null, 'in'"),
    ("gestern aufgelegt", "'2026-11-16T10:00:00Z', 'abandoned', 1000, null, null, 'in'"),
    ("vorgestern vergessen", "'2026-11-15T09:00:00Z', 'open', null, null, '2026-11-15T09:00:00Z', 'in'"),
];

async fn insert_call(test: &TestApp, town: i32, values: &str) {
    let mut db = test.begin_as_system().await;
    sqlx::query("select ensure_call_month('2026-11-17T09:30:00Z')").execute(&mut *db).await.expect("a month");
    let insert = format!(
        "insert into call (tenant_id, opened_at, source_id, started_at, connected_at, result, wait_ms, talking,
                           waiting_since, direction)
         select $1, started::timestamptz, source.id, started::timestamptz,
                case when result = 'answered' or talking is not null then started::timestamptz end,
                result, wait::int, talking, waiting::timestamptz, direction
         from source, (values ({values})) told (started, result, wait, talking, waiting, direction)
         where source.adapter = 'native'"
    );
    let insert = sqlx::query(sqlx::AssertSqlSafe(insert)).bind(town);
    let inserted = insert.execute(&mut *db).await.expect("a call");
    assert_eq!(inserted.rows_affected(), 1);
    db.commit().await.expect("commit");
}

/// What the eye reads: every figure of the fragment in one line.
async fn board(client: &Client) -> String {
    let fragment = client.get("/wallboard/figures").await.is(200).body;
    assert!(!fragment.contains("<html"), "{fragment}");
    let texts = fragment.split('>').filter_map(|part| part.split('<').next());
    texts.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn figures_are_those_of_now_and_today(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    for (_, values) in CALLS {
        insert_call(&test, test.cast.stadt_b.0, values).await;
    }
    let seen = board(&test.sign_in(cast::VIEWER_OF_B).await).await;
    for words in [
        "Stadt B: 2 warten, längste 01:10.",
        "Stand 10:30:00 Uhr",
        "Wartet jetzt 2 1 heute aufgelegt",
        "Längste Wartezeit 01:10 Stadt B",
        "Im Gespräch 2 5 heute angenommen",
        // Of seven whose wait is known three were quick: two wait, one was late, one hung up.
        "In 30 s angenommen, heute 42,8 % 3 von 7",
        "Stadt B 2 01:10 2 42,8 % 9 1",
    ] {
        assert!(seen.contains(words), "{words}: {seen}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn town_sees_its_own_calls_alone(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    for (_, values) in CALLS {
        insert_call(&test, test.cast.stadt_a.0, values).await;
    }
    insert_call(&test, test.cast.stadt_b.0, CALLS[1].1).await;
    insert_call(&test, test.cast.intake.0, CALLS[1].1).await;
    for person in [cast::VIEWER_OF_B, cast::ADMIN_OF_B, cast::AGENT_OF_B] {
        let client = test.sign_in(person).await;
        let seen = board(&client).await;
        let page = client.get("/wallboard").await.is(200).body;
        assert!(!seen.contains("Stadt A") && !page.contains("Stadt A"), "{person}: {seen}");
        assert!(seen.contains("Stadt B 1 00:04 0 0,0 % 1 0"), "{person}: {seen}");
    }
    let seen = board(&test.sign_in(cast::AGENT).await).await;
    assert!(seen.contains("Stadt A: 2 warten, längste 01:10. Anderswo warten 2."), "{seen}");
    assert!(seen.contains("Wartet jetzt 4") && seen.contains("Ort noch offen 1 00:04"), "{seen}");
    test.sign_in(cast::EDITOR_OF_A).await.get("/wallboard").await.is(403);
}

/// Whoever edits in one town and only reads in another watches the other one's figures alone.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn figures_follow_the_role_in_each_town(options: PgPoolOptions, database: PgConnectOptions) {
    use ortsgespraech::access::Role;
    let test = TestApp::start(options, database).await;
    let roles = [(Role::Editor, Some(test.cast.stadt_a)), (Role::Viewer, Some(test.cast.stadt_b))];
    let mut db = test.begin_as_system().await;
    cast::insert_person(&mut db, &test.app, "beides@kreis.example", "Beides", &roles).await;
    db.commit().await.expect("commit");
    insert_call(&test, test.cast.stadt_a.0, CALLS[0].1).await;
    let seen = board(&test.sign_in("beides@kreis.example").await).await;
    assert!(seen.contains("Niemand wartet.") && !seen.contains("Stadt A"), "{seen}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn quiet_center_is_told_without_invented_figures(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = test.sign_in(cast::OPERATOR).await;
    let seen = board(&operator).await;
    assert!(seen.contains("Niemand wartet.") && seen.contains("In 30 s angenommen, heute – heute noch kein Anruf"));
    assert!(seen.contains("Längste Wartezeit –") && seen.contains("Stadt A 0 – 0 – 0 0"), "{seen}");
    assert!(!seen.contains("Ort noch offen") && !seen.contains("gestört"), "{seen}");
    let page = operator.get("/wallboard").await.is(200).body;
    assert!(page.contains(r#"href="/wallboard" aria-current="page""#), "{page}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_taken_by_hand_is_talked_in_and_not_measured(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut db = test.begin_as_system().await;
    let line = "insert into line (tenant_id, number, label) values ($1, '+4969900091', 'Bürgerbüro') returning id";
    let line: i64 = sqlx::query_scalar(line).bind(test.cast.stadt_b).fetch_one(&mut *db).await.expect("a line");
    db.commit().await.expect("commit");
    let agent = test.sign_in(cast::AGENT_OF_B).await;
    agent.post("/desk/calls", &[("line", &format!("{}-{line}", test.cast.stadt_b))]).await.is(303);
    let seen = board(&agent).await;
    assert!(
        seen.contains("Im Gespräch 1 1 heute angenommen") && seen.contains("– noch keine Wartezeit gemessen"),
        "{seen}"
    );
    assert!(seen.contains("Stadt B 0 – 1 – 1 0"), "{seen}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn disturbed_telephone_system_is_named_in_the_center(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    for (name, state) in [("Rathaus", "lost"), ("Kreishaus", "connected")] {
        let source = test.insert_source(name, "asterisk-ami").await;
        let mut db = test.begin_as_system().await;
        let insert = sqlx::query("insert into source_state (source_id, state, since) values ($1, $2, $3)");
        let insert = insert.bind(source).bind(state).bind(test.app.clock.now());
        insert.execute(&mut *db).await.expect("a state");
        db.commit().await.expect("commit");
    }
    let seen = board(&test.sign_in(cast::AGENT).await).await;
    assert!(seen.contains("Telefonanlage gestört: Rathaus. Neue Anrufe können hier fehlen."), "{seen}");
    let seen = board(&test.sign_in(cast::VIEWER_OF_B).await).await;
    assert!(seen.contains("Eine Telefonanlage ist gestört.") && !seen.contains("Rathaus"), "{seen}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn screen_renews_itself_and_says_when_it_cannot(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::VIEWER_OF_B).await;
        browser.visit("/wallboard").await;
        browser.until_text("Niemand wartet.").await;
        insert_call(&test, test.cast.stadt_b.0, CALLS[0].1).await;
        browser.until_text("Stadt B: 1 wartet seit 01:10.").await;
        let is_lost = "getComputedStyle(document.querySelector('.board-lost')).display === 'block'";
        assert_eq!(browser.run(&format!("return {is_lost}"), &[]).await, false);
        let offline = "window.fetch = () => Promise.reject(new TypeError('Failed to fetch'))";
        browser.run(offline, &[]).await;
        browser.until("the words of a lost connection", is_lost).await;
        assert!(browser.text(".board-lost").await.contains("Das sind die Zahlen von 10:30:00 Uhr."));
        browser.complaints().await;
    })
    .await;
}
