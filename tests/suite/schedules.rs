//! Screens of greetings, service hours and closing days, and what the desk is told of them.

use ortsgespraech::ids::LineId;
use ortsgespraech::tenants::{self, Greeter, NewLine};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Client, TestApp, cast};

async fn line_of_a(test: &TestApp) -> LineId {
    let mut db = test.begin_as_system().await;
    let new = NewLine { number: "+496990009100", label: "Zentrale", skill: None, preset_entry: None };
    let id = tenants::insert_line(&mut *db, test.cast.stadt_a, new).await.expect("a line");
    db.commit().await.expect("commit");
    id
}

async fn situation(test: &TestApp, line: LineId) -> (bool, String, String) {
    let mut db = test.begin_as_system().await;
    let greeter = Greeter { name: "Frau Weber", wording: None };
    let found = tenants::line_situation(&mut db, test.cast.stadt_a, line, test.app.clock.now(), greeter).await;
    let found = found.expect("no error").expect("the line");
    (found.is_open, found.sentence, found.greeting)
}

/// The fields of a week with the same opening from Monday to Friday.
fn week<'a>(before: &'a str, opens: &'a str, closes: &'a str) -> Vec<(&'a str, &'a str)> {
    let days = (0..7).flat_map(move |day| {
        let (opens, closes) = if day < 5 { (opens, closes) } else { ("", "") };
        [("opens", opens), ("closes", closes), ("opens", ""), ("closes", "")]
    });
    std::iter::once(("before", before)).chain(days).collect()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn week_of_the_town_and_of_one_line(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let line = line_of_a(&test).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    assert_eq!(situation(&test, line).await.1, "durchgehend erreichbar");
    admin.post("/tenants/stadt-a/hours", &week("", "08:00", "17:00")).await.is(303);
    assert_eq!(situation(&test, line).await.1, "Servicezeit bis 17:00");
    let own = format!("/tenants/stadt-a/hours?line={line}");
    admin.post(&own, &week("", "8", "10.15")).await.is(303);
    assert_eq!(
        situation(&test, line).await,
        (
            false,
            "geschlossen, wieder Mi 8:00".to_owned(),
            "guten Morgen, Sie erreichen Stadt A gerade außerhalb der Servicezeit.".to_owned()
        )
    );
    let page = admin.get(&own).await.is(200).body;
    assert!(page.contains("Zentrale 069 90009100") && page.contains("value=\"10:15\"") && page.contains("2:15 h"));
    assert_eq!(
        admin.get("/tenants/stadt-a/hours?intervals=3").await.is(200).body.matches("name=\"opens\"").count(),
        21
    );
    admin.get("/tenants/stadt-a/hours?line=999").await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn wrong_hours_come_back_and_late_ones_are_compared(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let page = admin.post("/tenants/stadt-a/hours", &week("", "17:00", "08:00")).await.is(422).body;
    assert!(page.contains("Montag: Das Ende liegt nicht nach dem Anfang.") && page.contains("value=\"17:00\""));
    let overlapping = [("opens", "08:00"), ("closes", "12:00"), ("opens", "11:00"), ("closes", "13:00")];
    let rest = week("", "", "")[5..].to_vec();
    let page = admin.post("/tenants/stadt-a/hours", &[&overlapping[..], &rest].concat()).await.is(422).body;
    assert!(page.contains("Zwei Zeiträume überschneiden sich."));
    admin.post("/tenants/stadt-a/hours", &week("", "08:00", "17:00")).await.is(303);
    let page = admin.post("/tenants/stadt-a/hours", &week("", "09:00", "12:00")).await.is(409).body;
    assert!(page.contains("Montag 08:00–17:00") && page.contains("Montag 09:00–12:00"));
}

async fn closing_day(client: &Client, first: &str, label: &str) -> u16 {
    let fields = [("first_day", first), ("label", label)];
    client.post("/tenants/stadt-a/closing-days", &fields).await.status.as_u16()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn closing_day_closes_and_can_be_taken_back(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let line = line_of_a(&test).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    assert!(admin.get("/tenants/stadt-a/closing-days").await.is(200).body.contains("Keine Ausnahmen eingetragen."));
    assert_eq!(closing_day(&admin, "17.11.2026", "Betriebsausflug & Fest").await, 303);
    assert_eq!(situation(&test, line).await.1, "Betriebsausflug & Fest, wieder Mi 0:00");
    let page = admin.get("/tenants/stadt-a/closing-days").await.is(200).body;
    assert!(page.contains("Dienstag, 17.11.2026") && page.contains("Erster Weihnachtsfeiertag"));
    let id: i64 = sqlx::query_scalar("select id from calendar_exception")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("the day");
    let deletion = format!("/tenants/stadt-a/closing-days/{id}/deletion");
    test.sign_in(cast::ADMIN_OF_B).await.post(&deletion, &[]).await.is(404);
    admin.post(&deletion, &[]).await.is(303);
    assert_eq!(situation(&test, line).await.1, "durchgehend erreichbar");
    let page = admin.get("/tenants/stadt-a/closing-days").await.body;
    let undo = page.split("action=\"").find(|part| part.contains("/restoration?")).expect("a way back");
    let undo = undo.split('"').next().unwrap_or_default().replace("&#38;", "&");
    admin.post(&undo, &[]).await.is(303);
    assert!(situation(&test, line).await.1.starts_with("Betriebsausflug & Fest"));
    admin.post(&deletion, &[]).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn wrong_closing_days_come_back(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    for (first, label) in [("", "Fest"), ("31.02.2026", "Fest"), ("17.11.2026", ""), ("0001-01-01", "Fest")] {
        assert_eq!(closing_day(&admin, first, label).await, 422, "{first} {label}");
    }
    let backwards = [("first_day", "2026-12-24"), ("last_day", "2026-12-23"), ("label", "Fest")];
    admin.post("/tenants/stadt-a/closing-days", &backwards).await.is(422);
    let half = [("first_day", "2026-12-24"), ("opens", "08:00"), ("label", "Fest")];
    let page = admin.post("/tenants/stadt-a/closing-days", &half).await.is(422).body;
    assert!(page.contains("value=\"2026-12-24\"") && page.contains("value=\"08:00\""));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn greeting_is_written_previewed_changed_and_deleted(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let line = line_of_a(&test).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    assert!(admin.get("/tenants/stadt-a/greetings").await.is(200).body.contains("Noch keine Begrüßung."));
    let text = "Bürgerservice {ort}, mein Name ist {name}, {gruss}.";
    let line_field = line.to_string();
    let fields =
        [("line", line_field.as_str()), ("situation", "open"), ("from", "08:00"), ("to", "12:00"), ("text", text)];
    admin.post("/tenants/stadt-a/greetings", &fields).await.is(303);
    assert_eq!(situation(&test, line).await.2, "Bürgerservice Stadt A, mein Name ist Weber, guten Morgen.");
    let page = admin.get("/tenants/stadt-a/greetings").await.is(200).body;
    assert!(
        page.contains("Bürgerservice Stadt A, mein Name ist Admin A, guten Morgen.")
            && page.contains("08:00 bis 12:00")
    );
    let id: i64 =
        sqlx::query_scalar("select id from greeting").fetch_one(&mut *test.begin_as_system().await).await.expect("it");
    let path = format!("/tenants/stadt-a/greetings/{id}");
    let changed = [("version", "1"), ("situation", "open"), ("text", "Hier ist {ort}.")];
    admin.post(&path, &changed).await.is(303);
    let late = [("version", "1"), ("situation", "closed"), ("text", "Zu.")];
    assert!(admin.post(&path, &late).await.is(409).body.contains("<td>Hier ist {ort}.</td><td>Zu.</td>"));
    test.sign_in(cast::ADMIN_OF_B).await.get(&format!("/tenants/stadt-b/greetings/{id}")).await.is(404);
    assert!(admin.get(&format!("{path}/deletion")).await.is(200).body.contains("Begrüßung löschen?"));
    admin.post(&format!("{path}/deletion"), &[]).await.is(303);
    admin.get(&path).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn slips_in_a_greeting_are_told(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    for (field, value, message) in [
        ("text", "Hallo {Name}", "Den Platzhalter {Name} gibt es nicht."),
        ("text", "", "Der Text fehlt."),
        ("line", "4711", "Diese Rufnummer gibt es nicht."),
        ("from", "acht", "Bitte geben Sie eine Uhrzeit"),
        ("situation", "immer", "Bitte wählen Sie, wann"),
    ] {
        let mut fields = vec![("text", "Guten Tag."), ("situation", "open"), ("to", "12:00"), ("from", "08:00")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let page = admin.post("/tenants/stadt-a/greetings", &fields).await.is(422).body;
        assert!(page.contains(message), "{field}: {page}");
    }
}

/// The agent's own words count where the town allows them, and never in place of the closing text.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn own_words_greet_only_where_the_town_allows_them(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let line = line_of_a(&test).await;
    let agent = test.sign_in(cast::AGENT).await;
    for wrong in ["Guten Tag", "{ort} mit {vorname}, {name}", &"{ort} {name} ".repeat(60)] {
        let page = agent.post("/account/desk", &[("greeting", wrong)]).await.is(422).body;
        assert!(page.contains("Begrüßung") && page.contains(wrong.split(' ').next().expect("a word")), "{page}");
    }
    agent.post("/account/desk", &[("greeting", "{gruss}, hier spricht {name} für {ort}")]).await.is(303);
    let page = agent.get("/account").await.is(200).body;
    assert!(page.contains("hier spricht {name} für {ort}"), "{page}");
    agent.post("/desk/calls", &[("line", &format!("{}-{line}", test.cast.stadt_a))]).await.is(303);
    assert!(agent.get("/desk").await.body.contains("Stadt A, mein Name ist Weber, guten Morgen."));

    let allow = "update tenant set allows_own_greeting = true where slug = 'stadt-a'";
    let mut db = test.begin_as_system().await;
    sqlx::query(allow).execute(&mut *db).await.expect("a rule");
    db.commit().await.expect("commit");
    assert!(agent.get("/desk").await.body.contains("„guten Morgen, hier spricht Weber für Stadt A“"));

    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    admin.post("/tenants/stadt-a/hours", &week("", "12:00", "17:00")).await.is(303);
    assert!(agent.get("/desk").await.body.contains("gerade außerhalb der Servicezeit."));
}
