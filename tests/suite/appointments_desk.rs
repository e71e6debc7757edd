//! The A key: an appointment by keyboard alone, read back, moved and cancelled by reference and check.

use chrono::{TimeDelta, Weekday};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::{center, mark, open_entry, take};
use crate::gaps_desk::take_call;
use crate::support::bookings::{Office, Wish, open_office};
use crate::support::browser::{Key, in_chromium};
use crate::support::{Client, TestApp, cast};

async fn passports(test: &TestApp, wish: Wish<'_>) -> Office {
    let mut db = test.begin_as_system().await;
    let entry = sqlx::query_scalar("select id from entry where external_id = 'pass'").fetch_one(&mut *db).await;
    let entry = entry.expect("the entry");
    drop(db);
    let town = test.cast.stadt_a;
    open_office(test, town, Wish { entry: Some((town, entry)), ..wish }).await
}

async fn row(test: &TestApp) -> Vec<(String, String, Option<String>, Option<String>)> {
    let rows = sqlx::query_as(
        "select to_char(lower(during) at time zone 'Europe/Berlin', 'DD.MM. HH24:MI'), state, channel,
                (select name || ', ' || mail from appointment_contact
                 where appointment_contact.tenant_id = appointment.tenant_id and appointment_id = appointment.id)
         from appointment order by id",
    );
    rows.fetch_all(&mut *test.begin_as_system().await).await.expect("rows")
}

async fn outcome(test: &TestApp) -> (Option<String>, Option<String>, Option<String>) {
    let last = sqlx::query_as(
        "select disposition, disposition_detail, (select title from entry where entry.id = topic_entry_id)
         from call order by id desc limit 1",
    );
    last.fetch_one(&mut *test.begin_as_system().await).await.expect("a call")
}

fn own(text: &str) -> String {
    text.to_owned()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn appointment_is_booked_by_keyboard_alone_and_read_back(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let hours = &[(Weekday::Wed, "08:00", "09:00"), (Weekday::Thu, "08:00", "09:00")];
    passports(&test, Wish { hours, ..Wish::default() }).await;
    in_chromium(&test, async |browser| {
        browser.set_screen(1366, 768).await;
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "reisep", "Reisepass beantragen").await;
        browser.press(Key::F9).await;
        let first = "document.activeElement?.matches('.slot') && document.activeElement.innerText === '08:00'";
        browser.until("the first free slot", first).await;
        for (key, day, time) in [
            (Key::Right, "18.", "08:20"),
            (Key::Down, "19.", "08:20"),
            (Key::Left, "19.", "08:00"),
            (Key::Up, "18.", "08:00"),
        ] {
            browser.press(key).await;
            let wanted = format!(
                "document.activeElement.innerText === '{time}' && document.activeElement.ariaLabel.includes('{day}')"
            );
            browser.until(time, &wanted).await;
        }
        let width =
            "return document.scrollingElement.scrollWidth <= 1366 && document.scrollingElement.scrollHeight <= 768";
        assert_eq!(browser.run(width, &[]).await, true, "the panel fits the screen");
        browser.press(Key::Down).await;
        browser.press(Key::Enter).await;
        browser.until_text("Donnerstag, 19. November 2026, 8 Uhr").await;
        browser.until("the button that books", "document.activeElement?.innerText.includes('Buchen')").await;
        browser
            .until("the time runs", "document.querySelector('.appointment-countdown [data-seconds]').innerText < 300")
            .await;
        assert_eq!(row(&test).await, [("19.11. 08:00".to_owned(), "held".to_owned(), None, None)]);
        browser.press(Key::Enter).await;
        browser.until_text("Prüfziffern").await;
        for words in ["Markt 1, 99902 Stadt A, Zimmer 3", "Biometrisches Foto", "Donnerstag, 19. November 2026, 8 Uhr"]
        {
            browser.until_text(words).await;
        }
        assert_eq!(browser.run(width, &[]).await, true, "the panel fits the screen");
    })
    .await;
    assert_eq!(row(&test).await, [("19.11. 08:00".to_owned(), "booked".to_owned(), Some(own("none")), None)]);
    assert_eq!(
        outcome(&test).await,
        (Some(own("answered")), Some(own("Termin vereinbart")), Some(own("Reisepass beantragen")))
    );
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn appointment_is_found_moved_and_cancelled_by_reference_and_check(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = center(options, database).await;
    passports(&test, Wish { hours: &[(Weekday::Wed, "08:00", "09:00")], ..Wish::default() }).await;
    let agent = test.sign_in(cast::AGENT).await;
    let call = take_call(&test, &agent).await;
    let (reference, check) = book(&agent, call, "0").await;
    in_chromium(&test, async |browser| {
        browser.become_person(&agent).await;
        browser.visit("/desk").await;
        browser.until_focus("query").await;
        browser.press(Key::F9).await;
        browser.until("the slots", "document.activeElement?.matches('.slot')").await;
        browser.press_letter('v').await;
        browser.until_focus("appointment-reference").await;
        browser.type_text(&format!("{} {}", &reference[..3], &reference[3..])).await;
        browser.press(Key::Tab).await;
        browser.until_focus("appointment-check").await;
        browser.type_text(&check).await;
        browser.press(Key::Enter).await;
        browser.until_text("Oder verlegen auf").await;
        browser.until("the free slots", "document.activeElement?.matches('.slot')").await;
        browser.press(Key::Enter).await;
        browser.until_text("Statt: Mittwoch, 18. November 2026, 8 Uhr").await;
        browser.press(Key::Enter).await;
        browser.until_text("Verlegt: Vorgangsnummer").await;
        mark(browser).await;
    })
    .await;
    let moved = ("18.11. 08:00".to_owned(), "moved".to_owned(), Some(own("none")), None);
    let booked = ("18.11. 08:20".to_owned(), "booked".to_owned(), Some(own("none")), None);
    assert_eq!(row(&test).await, [moved.clone(), booked]);
    assert_eq!(outcome(&test).await.1, Some(own("Termin verlegt")));
    let call = take_call(&test, &agent).await;
    let path = format!("/desk/calls/{call}/appointments/cancellation");
    let wrong = agent.post(&path, &[("reference", &reference), ("check", "abcd")]).await.is(422).body;
    assert!(wrong.contains("Zu diesen Angaben gibt es keinen Termin."));
    agent.post(&path, &[("reference", &reference), ("check", &check)]).await.is(303);
    assert_eq!(row(&test).await, [moved, ("18.11. 08:20".to_owned(), "cancelled".to_owned(), Some(own("none")), None)]);
    assert_eq!(outcome(&test).await.1, Some(own("Termin abgesagt")));
}

/// Reference and check of the slot so many seconds after eight o'clock on the next Wednesday.
async fn book(agent: &Client, call: i64, key: &str) -> (String, String) {
    hold(agent, call, key, 0).await;
    let held = agent.get("/desk?panel=appointment").await.is(200).body;
    let appointment = value(&held, "appointment");
    let fields = [("appointment", appointment.as_str()), ("check", "4711")];
    agent.post(&format!("/desk/calls/{call}/appointments/bookings"), &fields).await.is(303);
    let read_back = agent.get("/desk?panel=appointment-booked").await.is(200).body;
    let reference = read_back.split_once("Gebucht: Vorgangsnummer ").expect("the reference").1;
    (reference[..7].replace(' ', ""), "4711".to_owned())
}

async fn hold(agent: &Client, call: i64, key: &str, after: i64) {
    let page = agent.get("/desk?panel=appointment").await.is(200).body;
    let start = (crate::appointments::at("18T08:00") + TimeDelta::seconds(after)).timestamp().to_string();
    let fields = [("kind", value(&page, "kind")), ("key", key.to_owned()), ("start", start)];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    agent.post(&format!("/desk/calls/{call}/appointments/holds"), &fields).await.is(303);
}

fn value(page: &str, name: &str) -> String {
    let rest = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name} in {page}")).1;
    rest.split('"').next().expect("a value").to_owned()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn name_and_address_are_asked_only_where_they_are_needed(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    passports(&test, Wish { needs_name: true, ..Wish::default() }).await;
    let agent = test.sign_in(cast::AGENT).await;
    let call = take_call(&test, &agent).await;
    hold(&agent, call, "1", 0).await;
    let appointment = value(&agent.get("/desk?panel=appointment").await.body, "appointment");
    let path = format!("/desk/calls/{call}/appointments/bookings");
    let said = async |fields: &[(&str, &str)], status| {
        let all = [&[("appointment", appointment.as_str()), ("check", "4711")], fields].concat();
        agent.post(&path, &all).await.is(status).body
    };
    assert!(said(&[], 422).await.contains("Für diesen Termin braucht die Stelle einen Namen."));
    let by_mail = [("name", "Erika Muster"), ("channel", "mail")];
    let refused = said(&by_mail, 422).await;
    assert!(refused.contains("Wohin soll die E-Mail gehen?") && refused.contains("Erika Muster"), "{refused}");
    assert!(said(&[("name", "E"), ("channel", "letter")], 422).await.contains("Wohin soll der Brief gehen?"));
    said(&[("name", "Erika Muster"), ("channel", "mail"), ("mail", "erika@example.org")], 303).await;
    let who = Some(own("Erika Muster, erika@example.org"));
    assert_eq!(row(&test).await, [("18.11. 08:00".to_owned(), "booked".to_owned(), Some(own("mail")), who)]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn wrong_checks_close_the_way_for_a_quarter_of_an_hour(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    passports(&test, Wish::default()).await;
    let agent = test.sign_in(cast::AGENT).await;
    let call = take_call(&test, &agent).await;
    let (reference, check) = book(&agent, call, "0").await;
    let path = format!("/desk/calls/{call}/appointments/search");
    for _ in 0..5 {
        let wrong = agent.post(&path, &[("reference", &reference), ("check", "0000")]).await.is(422).body;
        assert!(wrong.contains("Zu diesen Angaben gibt es keinen Termin."));
    }
    let closed = agent.post(&path, &[("reference", &reference), ("check", &check)]).await.is(422).body;
    assert!(closed.contains("Zu viele falsche Prüfziffern"));
    test.app.clock.advance(TimeDelta::minutes(16));
    let found = agent.post(&path, &[("reference", &reference), ("check", &check)]).await.is(200).body;
    assert!(found.contains("Endgültig absagen"), "{found}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn office_with_a_page_of_its_own_shows_the_link(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let office = passports(&test, Wish::default()).await;
    let mut db = test.begin_as_system().await;
    sqlx::query(
        "update appointment_office set system = 'link', address = 'https://termine.example.org/a' where unit_id = $1",
    )
    .bind(office.unit)
    .execute(&mut *db)
    .await
    .expect("a link");
    db.commit().await.expect("commit");
    let agent = test.sign_in(cast::AGENT).await;
    take_call(&test, &agent).await;
    let panel = agent.get("/desk?panel=appointment").await.is(200).body;
    assert!(panel.contains("https://termine.example.org/a") && !panel.contains("class=\"slot\""), "{panel}");
}
