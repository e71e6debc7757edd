//! When an office answers: its own hours, its exceptions, the town's closing days and holidays, otherwise the town's hours.

use chrono::{DateTime, Utc};
use ortsgespraech::directory;
use ortsgespraech::ids::{TenantId, UnitId};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::directory::{id_of, make};
use crate::support::{TestApp, cast};

async fn is_open(test: &TestApp, tenant: TenantId, unit: UnitId, at: &str) -> bool {
    let mut db = test.begin_as_system().await;
    let calendar = directory::find_calendar(&mut db, tenant, unit).await.expect("a calendar");
    calendar.state_at(at.parse::<DateTime<Utc>>().expect("a moment")).is_open()
}

async fn run(test: &TestApp, statement: &'static str) {
    let mut db = test.begin_as_system().await;
    sqlx::query(statement).bind(test.cast.stadt_a).execute(&mut *db).await.expect(statement);
    db.commit().await.expect("commit");
}

/// Tuesday, 17 November 2026 is the day of the tests.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn own_hours_win_over_the_towns_and_exceptions_over_both(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let town = test.cast.stadt_a;
    let path = make(&editor, &[("name", "Bürgerbüro")]).await;
    let unit = id_of(&test, "Bürgerbüro").await;
    for hours in [
        "insert into service_hours (tenant_id, weekday, opens, closes) select $1, day, '08:00', '16:00' from generate_series(1, 5) day",
        "insert into calendar_exception (tenant_id, first_day, last_day, label) values ($1, '2026-11-24', '2026-11-24', 'Ausflug')",
    ] {
        run(&test, hours).await;
    }
    assert!(is_open(&test, town, unit, "2026-11-17T14:30:00Z").await, "the town's hours");
    // Two openings a day, Tuesday has both.
    let mut opens = [("opens", ""); 14];
    let mut closes = [("closes", ""); 14];
    (opens[2].1, opens[3].1) = ("08:00", "14:00");
    (closes[2].1, closes[3].1) = ("12:00", "15:00");
    let week = [&opens[..], &closes[..]].concat();
    editor.post(&format!("{path}/hours?kind=phone"), &week).await.is(303);
    assert!(editor.get(&path).await.is(200).body.contains("08:00–12:00 und 14:00–15:00"));
    for (at, open) in [
        ("2026-11-17T09:30:00Z", true),
        ("2026-11-17T11:30:00Z", false),
        ("2026-11-17T13:30:00Z", true),
        ("2026-11-17T14:30:00Z", false),
        ("2026-11-18T09:30:00Z", false),
        ("2026-11-24T09:30:00Z", false),
    ] {
        assert_eq!(is_open(&test, town, unit, at).await, open, "{at}");
    }
    let exceptions = format!("{path}/exceptions");
    let day = [("first_day", "2026-11-18"), ("label", "Zusätzlich"), ("opens", "9:00"), ("closes", "11:00")];
    editor.post(&exceptions, &day).await.is(303);
    assert!(is_open(&test, town, unit, "2026-11-18T09:30:00Z").await);
    let mut db = test.begin_as_system().await;
    let id: i64 = sqlx::query_scalar("select id from unit_exception").fetch_one(&mut *db).await.expect("an exception");
    drop(db);
    editor.post(&format!("{exceptions}/{id}/deletion"), &[]).await.is(303);
    assert!(!is_open(&test, town, unit, "2026-11-18T09:30:00Z").await);
    editor.post(&format!("{exceptions}/{id}/restoration"), &[]).await.is(303);
    assert!(is_open(&test, town, unit, "2026-11-18T09:30:00Z").await);
    // The first of November 2027 is a holiday and a Monday; 2 November is a Tuesday.
    assert!(is_open(&test, town, unit, "2027-11-02T09:30:00Z").await);
    assert!(!is_open(&test, town, unit, "2026-05-14T08:30:00Z").await, "a Thursday, and a holiday");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn holidays_rest_only_where_the_town_observes_them(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    make(&editor, &[("name", "Bereitschaft")]).await;
    let unit = id_of(&test, "Bereitschaft").await;
    run(
        &test,
        "insert into unit_hours (tenant_id, unit_id, kind, weekday, opens, closes)
         select $1, id, 'phone', 5, '08:00', '12:00' from unit where tenant_id = $1",
    )
    .await;
    // Christmas 2026 is a Friday.
    assert!(!is_open(&test, test.cast.stadt_a, unit, "2026-12-25T09:00:00Z").await);
    run(&test, "update tenant set observes_holidays = false where id = $1").await;
    assert!(is_open(&test, test.cast.stadt_a, unit, "2026-12-25T09:00:00Z").await);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn people_work_for_all_offices_unless_some_are_named(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let path = make(&admin, &[("name", "Bürgerbüro")]).await;
    let unit = id_of(&test, "Bürgerbüro").await;
    let mut db = test.begin_as_system().await;
    let editor: i64 = sqlx::query_scalar("select id from account where email = $1")
        .bind(cast::EDITOR_OF_A)
        .fetch_one(&mut *db)
        .await
        .expect("an account");
    let account = ortsgespraech::ids::AccountId(editor);
    let offices = directory::list_offices_of(&mut db, test.cast.stadt_a, account).await.expect("offices");
    assert_eq!(offices, None);
    drop(db);
    admin.post(&format!("{path}/members"), &[("member", &editor.to_string())]).await.is(303);
    let mut db = test.begin_as_system().await;
    let offices = directory::list_offices_of(&mut db, test.cast.stadt_a, account).await.expect("offices");
    assert_eq!(offices, Some(vec![unit]));
    let elsewhere = directory::list_offices_of(&mut db, test.cast.stadt_b, account).await.expect("offices");
    assert_eq!(elsewhere, None);
}
