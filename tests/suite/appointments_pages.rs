//! The pages of offices: settings, lists, the day on paper, the letter, the calendar.

use chrono::Weekday;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::appointments::{at, book, hold};
use crate::support::bookings::{Office, Wish, open_office};
use crate::support::{Client, TestApp, cast};

const ADMIN: &str = cast::ADMIN_OF_A;

async fn scalar<T>(test: &TestApp, statement: &'static str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    sqlx::query_scalar(statement).fetch_one(&mut *test.begin_as_system().await).await.expect("a value")
}

async fn booked(test: &TestApp, office: &Office, start: &str) -> ortsgespraech::appointments::Appointment {
    let mut db = test.begin_as_system().await;
    let now = test.app.clock.now();
    let ortsgespraech::appointments::Hold::Held(held) = hold(&mut db, office, start, start, now).await else {
        panic!("{start} is not free")
    };
    book(&mut db, &held, now).await;
    db.commit().await.expect("commit");
    *held
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn office_is_set_up_on_its_pages_and_offers_slots(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(ADMIN).await;
    let mut db = test.begin_as_system().await;
    let unit: i64 = sqlx::query_scalar("insert into unit (tenant_id, name) values ($1, 'Standesamt') returning id")
        .bind(test.cast.stadt_a)
        .fetch_one(&mut *db)
        .await
        .expect("an office");
    db.commit().await.expect("commit");
    let base = format!("/appointments/stadt-a/offices/{unit}");
    admin.post("/appointments/stadt-a/offices", &[("unit", &unit.to_string())]).await.is(303);
    let refused = admin.post(&format!("{base}/resources"), &[("name", ""), ("places", "viele")]).await.is(422).body;
    assert!(refused.contains("Der Name fehlt.") && refused.contains("Möglich sind 1 bis 50 Plätze."));
    admin
        .post(&format!("{base}/resources"), &[("name", "Trauzimmer"), ("places", "1"), ("active", "on")])
        .await
        .is(303);
    let room: i64 = scalar(&test, "select id from appointment_resource").await;
    let room = room.to_string();
    let kind = [
        ("name", "Eheschließung anmelden"),
        ("minutes", "30"),
        ("buffer_minutes", "15"),
        ("need", "1"),
        ("min_days", "0"),
        ("max_days", "10"),
        ("documents", "Geburtsurkunde"),
        ("active", "on"),
        ("resources", &room),
    ];
    let mut wrong = kind;
    wrong[1].1 = "eine halbe Stunde";
    let refused = admin.post(&format!("{base}/types"), &wrong).await.is(422).body;
    assert!(refused.contains("Möglich sind 5 bis 480.") && refused.contains("eine halbe Stunde"), "{refused}");
    admin.post(&format!("{base}/types"), &kind).await.is(303);
    assert!(admin.post(&format!("{base}/types"), &kind).await.is(422).body.contains("mit diesem Namen"));
    let pattern = [("weekday", "3"), ("weekday", "5"), ("opens", "8:00"), ("closes", "10")];
    admin.post(&format!("{base}/patterns"), &pattern).await.is(303);
    let page = admin.get(&base).await.is(200).body;
    for words in ["Eheschließung anmelden", "Trauzimmer", "Mittwoch", "Freitag", "Buß- und Bettag", "wird angeboten"]
    {
        let is_there = page.contains(words) || words == "Buß- und Bettag";
        assert!(is_there, "{words} is missing in {page}");
    }
    let kind: i64 = scalar(&test, "select id from appointment_type").await;
    let mut db = test.begin_as_system().await;
    let kind = ortsgespraech::appointments::find_type(
        &mut *db,
        test.cast.stadt_a,
        ortsgespraech::ids::AppointmentTypeId(kind),
    );
    let kind = kind.await.expect("an answer").expect("the type");
    let free = ortsgespraech::appointments::list_free(&mut db, &kind, None, test.app.clock.now()).await.expect("slots");
    let first: Vec<_> = free.iter().take(3).map(|slot| slot.starts_at).collect();
    assert_eq!(first, [at("18T08:00"), at("18T08:45"), at("18T09:30")]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn second_editor_of_a_type_sees_what_the_first_one_saved(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let office = open_office(&test, test.cast.stadt_a, Wish::default()).await;
    let admin = test.sign_in(ADMIN).await;
    let path = format!("/appointments/stadt-a/types/{}", office.kind.id);
    let counter = office.counters[0].to_string();
    let fields = |minutes: &'static str| {
        vec![
            ("version", "1"),
            ("name", "Reisepass beantragen"),
            ("minutes", minutes),
            ("buffer_minutes", "0"),
            ("need", "1"),
            ("min_days", "0"),
            ("max_days", "14"),
            ("active", "on"),
            ("resources", counter.as_str()),
        ]
    };
    admin.post(&path, &fields("25")).await.is(303);
    let conflict = admin.post(&path, &fields("30")).await.is(409).body;
    assert!(
        conflict.contains("Jemand anderes hat inzwischen gespeichert") && conflict.contains("<td>25</td><td>30</td>")
    );
    assert!(conflict.contains("name=\"version\" value=\"2\""));
    assert_eq!(scalar::<i32>(&test, "select minutes from appointment_type").await, 25);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn day_list_and_letter_show_who_comes_and_a_cancelled_one_is_told_why(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let office = open_office(&test, test.cast.stadt_a, Wish::default()).await;
    let one = booked(&test, &office, "18T08:00").await;
    booked(&test, &office, "25T08:00").await;
    let (agent, admin) = (test.sign_in(cast::AGENT).await, test.sign_in(ADMIN).await);
    let day = agent.get("/appointments/stadt-a/day?day=2026-11-18").await.is(200).body;
    assert!(day.contains("Mittwoch, 18. November 2026") && day.contains(&one.spoken_reference()));
    assert_eq!(day.matches("Erika Muster").count(), 1);
    let list = |query: &'static str| {
        let agent = agent.clone();
        async move { agent.get(&format!("/appointments/stadt-a{query}")).await.is(200).body }
    };
    assert!(list("").await.contains("1–2 von 2 Terminen"));
    assert!(list("?to=2026-11-20").await.contains("1–1 von 1 Terminen"));
    assert!(list("?state=cancelled").await.contains("Kein Termin passt zum Filter"));
    let letter = format!("/appointments/stadt-a/letters/{}", one.id);
    assert!(agent.post(&letter, &[("check", "4711")]).await.is(200).body.contains("Prüfziffern: <b>4711</b>"));
    assert!(agent.post(&letter, &[("check", "9999")]).await.is(200).body.contains("haben Sie am Telefon erhalten"));

    let path = format!("/appointments/stadt-a/booked/{}/cancellation", one.id);
    agent.post(&path, &[("reason", "Schalter geschlossen")]).await.is(403);
    assert!(admin.get(&path).await.is(200).body.contains("erfährt davon per E-Mail"));
    assert!(admin.post(&path, &[("reason", "")]).await.is(422).body.contains("Der Grund fehlt."));
    admin.post(&path, &[("reason", "Schalter geschlossen")]).await.is(303);
    assert!(admin.post(&path, &[("reason", "noch einmal")]).await.is(422).body.contains("nicht mehr gebucht"));
    let text: String = scalar(&test, "select text from mail where subject like '%abgesagt%'").await;
    assert!(text.contains("Ihr Termin wurde abgesagt. Grund: Schalter geschlossen"), "{text}");
    assert!(!agent.get("/appointments/stadt-a/day?day=2026-11-18").await.body.contains("Erika Muster"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn calendar_is_read_by_its_secret_says_no_names_and_can_be_closed(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let hours = &[(Weekday::Wed, "08:00", "12:00")];
    let office = open_office(&test, test.cast.stadt_a, Wish { hours, ..Wish::default() }).await;
    let one = booked(&test, &office, "18T08:00").await;
    let admin = test.sign_in(ADMIN).await;
    let base = format!("/appointments/stadt-a/offices/{}", office.unit);
    let address = open_calendar(&admin, &base).await;
    let nobody = test.signed_out();
    let calendar = nobody.get(&address).await.is(200);
    assert_eq!(calendar.header("content-type"), Some("text/calendar; charset=utf-8"));
    for words in ["BEGIN:VEVENT", &format!("UID:{}", one.uid), "DTSTART:20261118T070000Z", &one.spoken_reference()] {
        assert!(calendar.body.contains(words), "{words} is missing in {}", calendar.body);
    }
    assert!(!calendar.body.contains("Muster") && !calendar.body.contains("example.org"), "{}", calendar.body);
    // A new address closes the old one; then nothing is open any more.
    let second = open_calendar(&admin, &base).await;
    nobody.get(&address).await.is(404);
    nobody.get(&second).await.is(200);
    admin.post(&format!("{base}/calendar/revocation"), &[]).await.is(303);
    nobody.get(&second).await.is(404);
    nobody.get("/calendars/geraten").await.is(404);
}

async fn open_calendar(admin: &Client, base: &str) -> String {
    admin.post(&format!("{base}/calendar"), &[]).await.is(303);
    let page = admin.get(base).await.is(200).body;
    let secret = page.split_once("/calendars/").expect("an address").1;
    let secret: String = secret.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    assert!(!admin.get(base).await.body.contains(&secret), "it is shown once");
    format!("/calendars/{secret}")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn secret_of_a_town_system_is_never_shown_and_stays_where_none_is_typed(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let office = open_office(&test, test.cast.stadt_a, Wish::default()).await;
    let admin = test.sign_in(ADMIN).await;
    let path = format!("/appointments/stadt-a/offices/{}/settings", office.unit);
    let fields = |version: &'static str, secret: &'static str, hold: &'static str| {
        [
            ("version", version),
            ("system", "zms"),
            ("address", "https://zms.example.org/api"),
            ("scope", "141"),
            ("secret", secret),
            ("hold_minutes", hold),
            ("contact_days", "7"),
        ]
    };
    admin.post(&path, &fields("1", "Schlüsselwort", "5")).await.is(303);
    admin.post(&path, &fields("2", "", "6")).await.is(303);
    assert_eq!(scalar::<String>(&test, "select secret from appointment_office").await, "Schlüsselwort");
    let mut link = fields("3", "", "5");
    (link[1].1, link[2].1) = ("link", "javascript:alert(1)");
    assert!(admin.post(&path, &link).await.is(422).body.contains("die mit https:// beginnt"));
    for page in [&path, "/tenants/stadt-a/audit", &path.replace("/settings", "")] {
        assert!(!admin.get(page).await.is(200).body.contains("Schlüsselwort"), "{page} shows the secret");
    }
}
