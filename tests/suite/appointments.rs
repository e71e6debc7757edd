//! Holding, booking, moving and cancelling: nobody gets what another has, nothing confirmed is lost, nobody is told twice.

use chrono::{DateTime, TimeDelta, Utc};
use ortsgespraech::app::App;
use ortsgespraech::appointments::{
    self, Appointment, Booked, Cancelling, Channel, Confirmation, Contact, Hold, Holding, Moved, State,
};
use ortsgespraech::db::Scope;
use ortsgespraech::ids::AppointmentId;
use ortsgespraech::mail;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgConnection, Postgres, Transaction};

use crate::support::TestApp;
use crate::support::bookings::{Office, Wish, open_office};
use crate::support::postbox::Postbox;

const CHECK: &str = "4711";

pub fn at(text: &str) -> DateTime<Utc> {
    format!("2026-11-{text}:00+01:00").parse().expect("a moment")
}

pub async fn hold(db: &mut PgConnection, office: &Office, start: &str, key: &str, now: DateTime<Utc>) -> Hold {
    let wish = Holding {
        kind: &office.kind,
        starts_at: at(start),
        request_key: key,
        account: None,
        call: None,
        minutes: 5,
        replaces: None,
        remote: None,
    };
    appointments::hold(db, &wish, now).await.expect("an answer")
}

fn held(hold: Hold) -> Appointment {
    match hold {
        Hold::Held(held) => *held,
        Hold::Lost(next) => panic!("somebody else was faster: {next:?}"),
    }
}

pub fn guest() -> Contact {
    Contact { name: Some("Erika Muster".to_owned()), mail: Some("erika@example.org".to_owned()), ..Contact::default() }
}

pub async fn book(db: &mut PgConnection, held: &Appointment, now: DateTime<Utc>) -> Booked {
    let contact = guest();
    let yes = Confirmation { channel: Channel::Mail, contact: &contact, check: CHECK };
    appointments::book(db, (held.tenant, held.id), &yes, now).await.expect("an answer")
}

async fn begin(app: &App) -> Transaction<'static, Postgres> {
    app.begin(&Scope::system()).await.expect("a transaction")
}

async fn states(app: &App) -> Vec<(String, i32)> {
    let rows = sqlx::query_as("select state, sequence from appointment order by id");
    rows.fetch_all(&mut *begin(app).await).await.expect("rows")
}

async fn mails(app: &App) -> Vec<String> {
    let subjects = sqlx::query_scalar("select subject from mail order by id");
    subjects.fetch_all(&mut *begin(app).await).await.expect("subjects")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn database_refuses_the_same_place_at_the_same_time(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let office = open_office(&test, test.cast.stadt_a, Wish::default()).await;
    let insert =
        "insert into appointment (tenant_id, unit_id, type_id, resource_id, lanes, during, blocked, state, hold_until,
                                           request_key, reference, uid, created_at, changed_at)
                  values ($1, $2, $3, $4, $5::int4range, $6::tstzrange, $6::tstzrange, $7,
                          case when $7 = 'held' then now() end, $8, $8, $8, now(), now())";
    let first = "[2026-11-18 08:00,2026-11-18 08:20)";
    let put = async |number: &str, lanes: &str, during: &str, state: &str| {
        let mut db = test.begin_as_system().await;
        let insert =
            sqlx::query(insert).bind(office.tenant).bind(office.unit).bind(office.kind.id).bind(office.counters[0]);
        let put = insert.bind(lanes).bind(during).bind(state).bind(number).execute(&mut *db).await;
        db.commit().await.expect("commit");
        put.err().and_then(|error| Some(error.as_database_error()?.code()?.into_owned()))
    };
    let exclusion = Some("23P01".to_owned());
    assert_eq!(put("1", "[0,1)", first, "booked").await, None);
    assert_eq!(put("2", "[0,1)", first, "booked").await, exclusion);
    assert_eq!(put("3", "[0,1)", "[2026-11-18 08:19,2026-11-18 08:39)", "held").await, exclusion);
    assert_eq!(put("4", "[0,1)", "[2026-11-18 08:20,2026-11-18 08:40)", "booked").await, None);
    assert_eq!(put("5", "[1,2)", first, "booked").await, None);
    assert_eq!(put("6", "[0,1)", first, "cancelled").await, None);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn held_slot_is_nobody_elses_until_its_time_is_over(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let office = open_office(&test, test.cast.stadt_a, Wish::default()).await;
    let mut db = begin(&test.app).await;
    let now = test.app.clock.now();
    let first = held(hold(&mut db, &office, "18T08:00", "a", now).await);
    assert_eq!(first.hold_until, Some(now + TimeDelta::minutes(5)));
    // A form that is sent twice holds one.
    assert_eq!(held(hold(&mut db, &office, "18T08:00", "a", now).await).id, first.id);
    let Hold::Lost(next) = hold(&mut db, &office, "18T08:00", "b", now).await else { panic!("it was held already") };
    assert_eq!(next.first().map(|slot| slot.starts_at), Some(at("18T08:20")));
    assert!(matches!(hold(&mut db, &office, "18T08:10", "c", now).await, Hold::Lost(_)), "nothing begins there");
    assert!(matches!(hold(&mut db, &office, "18T12:00", "d", now).await, Hold::Lost(_)), "closed by then");

    let later = now + TimeDelta::minutes(6);
    let second = held(hold(&mut db, &office, "18T08:00", "b", later).await);
    assert_ne!(second.id, first.id);
    assert!(matches!(book(&mut db, &first, later).await, Booked::Gone), "the caller thought too long");
    assert!(matches!(book(&mut db, &second, later).await, Booked::Booked(_)));
    assert!(matches!(hold(&mut db, &office, "18T08:00", "e", later).await, Hold::Lost(_)));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn moved_appointment_keeps_reference_and_check_and_frees_its_old_time(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let office = open_office(&test, test.cast.stadt_a, Wish::default()).await;
    let now = test.app.clock.now();
    let mut db = begin(&test.app).await;
    let old = held(hold(&mut db, &office, "18T08:00", "a", now).await);
    book(&mut db, &old, now).await;
    let new = held(hold(&mut db, &office, "25T09:00", "b", now).await);
    let Moved::Moved(moved) =
        appointments::move_to(&mut db, office.tenant, (old.id, new.id), now).await.expect("an answer")
    else {
        panic!("it was held")
    };
    assert_eq!((&moved.reference, &moved.uid, moved.sequence), (&old.reference, &old.uid, 1));
    assert!(moved.is_check(CHECK) && !moved.is_check("0815"));
    assert_eq!(moved.contact, guest());
    assert!(matches!(hold(&mut db, &office, "18T08:00", "c", now).await, Hold::Held(_)), "the old time is free");
    let found = appointments::find_by_reference(&mut *db, &[office.tenant], &old.reference).await.expect("an answer");
    assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), [moved.id]);
    let why = Cancelling { reason: Some("Schalter geschlossen"), by: "Frau Muster", account: None };
    let cancelled = appointments::cancel(&mut db, (office.tenant, moved.id), &why, now).await.expect("an answer");
    assert_eq!(cancelled.map(|cancelled| (cancelled.state, cancelled.sequence)), Some((State::Cancelled, 2)));
    assert!(appointments::cancel(&mut db, (office.tenant, moved.id), &why, now).await.expect("an answer").is_none());
    db.commit().await.expect("commit");
    let expected = ["Ihr Termin", "Ihr Termin wurde verlegt", "Ihr Termin wurde abgesagt"];
    assert_eq!(mails(&test.app).await, expected.map(|subject| format!("{subject}: Reisepass beantragen")));
}

/// How a transaction ends before its commit.
#[derive(Clone, Copy)]
enum Cut {
    Abort,
    /// The server loses its connection.
    Lose,
}

/// One step of an appointment's life, safe to repeat.
async fn step(db: &mut PgConnection, office: &Office, number: usize, now: DateTime<Utc>) {
    let known = |key: &'static str| sqlx::query_scalar("select id from appointment where request_key = $1").bind(key);
    match number {
        0 => _ = held(hold(&mut *db, office, "18T08:00", "first", now).await),
        2 => _ = held(hold(&mut *db, office, "25T09:00", "second", now).await),
        1 => {
            let id: AppointmentId = known("first").fetch_one(&mut *db).await.expect("the first");
            let first = appointments::find_appointment(&mut *db, office.tenant, id).await.expect("an answer");
            book(&mut *db, &first.expect("the first"), now).await;
        }
        3 => {
            let first = known("first").fetch_one(&mut *db).await.expect("the first");
            let second = known("second").fetch_one(&mut *db).await.expect("the second");
            appointments::move_to(&mut *db, office.tenant, (first, second), now).await.expect("an answer");
        }
        _ => {
            let second: AppointmentId = known("second").fetch_one(&mut *db).await.expect("the second");
            let why = Cancelling { reason: None, by: "am Telefon", account: None };
            appointments::cancel(&mut *db, (office.tenant, second), &why, now).await.expect("an answer");
        }
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn step_that_is_cut_off_leaves_no_trace_and_a_repeated_one_tells_nobody_twice(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let mut superuser = database.connect().await.expect("a connection");
    let test = TestApp::start(options, database).await;
    let office = open_office(&test, test.cast.stadt_a, Wish::default()).await;
    let now = test.app.clock.now();
    let after: [(&[(&str, i32)], usize); 5] = [
        (&[("held", 0)], 0),
        (&[("booked", 0)], 1),
        (&[("booked", 0), ("held", 0)], 1),
        (&[("moved", 0), ("booked", 1)], 2),
        (&[("moved", 0), ("cancelled", 2)], 3),
    ];
    for (number, (expected, letters)) in after.into_iter().enumerate() {
        let before = (states(&test.app).await, mails(&test.app).await);
        for cut in [Cut::Abort, Cut::Lose] {
            let mut db = begin(&test.app).await;
            step(&mut db, &office, number, now).await;
            match cut {
                Cut::Abort => db.rollback().await.expect("rolled back"),
                Cut::Lose => {
                    let process: i32 =
                        sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut *db).await.expect("a process");
                    let end = sqlx::query("select pg_terminate_backend($1)").bind(process);
                    end.execute(&mut superuser).await.expect("it is gone");
                    assert!(db.commit().await.is_err(), "nothing could be committed");
                }
            }
            assert_eq!((states(&test.app).await, mails(&test.app).await), before, "step {number}");
        }
        // The answer was lost on its way: it is asked for again.
        for _ in 0..2 {
            let mut db = begin(&test.app).await;
            step(&mut db, &office, number, now).await;
            db.commit().await.expect("commit");
        }
        let expected: Vec<_> = expected.iter().map(|(state, sequence)| ((*state).to_owned(), *sequence)).collect();
        assert_eq!(states(&test.app).await, expected, "step {number}");
        assert_eq!(mails(&test.app).await.len(), letters, "step {number}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn mail_says_what_to_bring_and_carries_a_calendar_that_follows_the_appointment(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let office = open_office(&test, test.cast.stadt_a, Wish::default()).await;
    let postbox = Postbox::open().await;
    let app = postbox.connect(&test.app);
    let now = app.clock.now();
    for number in [0, 1, 2, 3, 4] {
        let mut db = begin(&app).await;
        step(&mut db, &office, number, now).await;
        db.commit().await.expect("commit");
    }
    assert_eq!(mail::deliver(&app).await.expect("delivered"), 3);
    let letters = postbox.letters();
    let [booked, moved, cancelled] = &letters[..] else { panic!("{letters:?}") };
    for words in [
        "Mittwoch, 18. November 2026, 8 Uhr",
        "Markt 1, 99902 Stadt A, Zimmer 3",
        "- Biometrisches Foto",
        "Prüfziffern: 4711",
        "Content-Type: text/calendar; charset=utf-8; method=REQUEST",
        "DTSTART:20261118T070000Z",
        "SEQUENCE:0",
    ] {
        assert!(booked.text.contains(words), "{words} is missing in {}", booked.text);
    }
    assert!(moved.text.contains("SEQUENCE:1") && moved.text.contains("DTSTART:20261125T080000Z"), "{}", moved.text);
    assert!(moved.text.contains("Der bisherige am Mittwoch, 18. November 2026, 8 Uhr gilt nicht mehr"));
    let uid = |text: &str| text.lines().find(|line| line.starts_with("UID:")).map(str::to_owned);
    assert!(uid(&booked.text).is_some());
    assert_eq!(uid(&booked.text), uid(&moved.text));
    assert_eq!(uid(&booked.text), uid(&cancelled.text));
    for words in ["METHOD:CANCEL", "SEQUENCE:2", "STATUS:CANCELLED"] {
        assert!(cancelled.text.contains(words), "{words} is missing in {}", cancelled.text);
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn names_go_some_days_after_the_appointment_and_the_appointment_stays(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let office = open_office(&test, test.cast.stadt_a, Wish::default()).await;
    let now = test.app.clock.now();
    let mut db = begin(&test.app).await;
    let first = held(hold(&mut db, &office, "18T08:00", "a", now).await);
    book(&mut db, &first, now).await;
    db.commit().await.expect("commit");
    // Seven days after the 18th the names are there for the last time.
    for (days, forgotten) in [(8, 0), (1, 1), (1, 0)] {
        test.app.clock.advance(TimeDelta::days(days));
        assert_eq!(appointments::forget_contacts(&test.app).await.expect("forgotten"), forgotten);
    }
    assert_eq!(states(&test.app).await, [("booked".to_owned(), 0)]);
}
