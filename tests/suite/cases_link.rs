//! An office without a sign-in: the mail, the link, what can be done behind it, and what nobody gets to see.

use chrono::TimeDelta;
use ortsgespraech::cases::{Deed, Taken};
use ortsgespraech::ids::UnitId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::cases::NUMBER;
use crate::support::{Answer, Client, TestApp};

struct Office {
    test: TestApp,
    unit: UnitId,
    other: UnitId,
    case: Taken,
    link: String,
    nobody: Client,
}

impl Office {
    async fn open(options: PgPoolOptions, database: PgConnectOptions) -> Self {
        let test = TestApp::start(options, database).await;
        let unit = test.open_office(test.cast.stadt_a, "Bürgerbüro", Some("buergerbuero@stadt-a.example")).await;
        let other = test.open_office(test.cast.stadt_a, "Ordnungsamt", Some("ordnung@stadt-a.example")).await;
        let case = test.promise_callback(test.cast.stadt_a, Some(unit)).await;
        let link = test.links_in_mails().await.pop().expect("a mail");
        let nobody = test.signed_out();
        Self { test, unit, other, case, link, nobody }
    }

    async fn version(&self) -> String {
        let mut db = self.test.begin_as_system().await;
        let version: i32 = sqlx::query_scalar("select version from case_file where id = $1")
            .bind(self.case.id)
            .fetch_one(&mut *db)
            .await
            .expect("a case");
        version.to_string()
    }

    async fn act(&self, noun: &str, fields: &[(&str, &str)]) -> Answer {
        let version = self.version().await;
        let fields = [&[("version", version.as_str())], fields].concat();
        self.nobody.post(&format!("{}/{noun}", self.link), &fields).await
    }

    async fn refusals(&self) -> Vec<(Option<i32>, String)> {
        let refused = "select tenant_id, details ->> 'reason' from audit where action = 'refused' order by id";
        sqlx::query_as(refused).fetch_all(&mut *self.test.begin_as_system().await).await.expect(refused)
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn mail_says_number_and_time_and_nothing_of_the_caller(options: PgPoolOptions, database: PgConnectOptions) {
    let office = Office::open(options, database).await;
    let mut db = office.test.begin_as_system().await;
    let row: (String, String, String, String) =
        sqlx::query_as("select recipient, subject, text, html from mail").fetch_one(&mut *db).await.expect("a mail");
    let (recipient, subject, text, html) = row;
    assert_eq!(recipient, "buergerbuero@stadt-a.example");
    assert_eq!(subject, format!("Rückruf {} für Bürgerbüro", office.case.reference));
    // Four hours a day: begun on Tuesday at half past ten, one and a half of them are left that day.
    assert!(text.contains("Zugesagt ist eine Rückmeldung bis Mi 25.11., 10:30 Uhr."), "{text}");
    for secret in [NUMBER, "471", "Muster", "Reisepass", "vormittags"] {
        assert!(!text.contains(secret) && !html.contains(secret) && !subject.contains(secret), "{secret}: {text}");
    }
    assert!(html.contains(&office.link), "{html}");
    let stored: i64 = sqlx::query_scalar("select count(*) from case_link where position($1 in case_link::text) > 0")
        .bind(office.link.rsplit('/').next().expect("a token"))
        .fetch_one(&mut *db)
        .await
        .expect("a count");
    assert_eq!(stored, 0, "the token stands nowhere but in the mail");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn office_sees_takes_answers_and_closes_without_a_sign_in(options: PgPoolOptions, database: PgConnectOptions) {
    let office = Office::open(options, database).await;
    let page = office.nobody.get(&office.link).await.is(200).body;
    assert!(page.contains("Reisepass ist noch nicht da") && page.contains("vormittags"), "{page}");
    assert!(page.contains("0221 4710•••") && !page.contains("4710999") && !page.contains("Musterfrau"), "{page}");
    office.act("taking", &[]).await.is(303);
    let page = office.nobody.get(&office.link).await.is(200).body;
    assert!(page.contains("0221 4710999") && page.contains("Erika Musterfrau"), "whoever took it can call: {page}");
    office.act("attempt", &[]).await.is(303);
    let early = office.act("closing", &[("outcome", "unreached")]).await.is(422).body;
    assert!(early.contains("erst nach 3 vermerkten Versuchen"), "{early}");
    let named = office.act("answer", &[("note", "Bitte unter 0221 4710999 melden")]).await.is(422).body;
    assert!(named.contains("Bitte ohne Telefonnummern"), "{named}");
    assert!(named.contains("Bitte unter 0221 4710999 melden"), "what was typed is kept");
    office.act("answer", &[("note", "Der Pass liegt zur Abholung bereit.")]).await.is(303);
    let thanks = office.act("closing", &[("outcome", "done")]).await.is(200).body;
    assert!(thanks.contains("Der Vorgang ist abgeschlossen."), "{thanks}");
    let acts = ["taken down", "told", "taken", "attempted", "answered", "closed"];
    assert_eq!(office.test.history(&office.case).await, acts);
    let actors: Vec<String> = sqlx::query_scalar("select actor from audit where thing = 'case_file' order by id")
        .fetch_all(&mut *office.test.begin_as_system().await)
        .await
        .expect("the audit");
    assert_eq!(actors, ["Bürgerbüro"; 4]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn wrong_links_show_nothing_and_are_noted_without_the_token(options: PgPoolOptions, database: PgConnectOptions) {
    let office = Office::open(options, database).await;
    let guessed = format!("/case/{}", "A".repeat(54));
    let garbage = "/case/..%2f..%00";
    let first = office.nobody.get(&guessed).await.is(404).body;
    office.nobody.get(garbage).await.is(404);
    office.act("closing", &[("outcome", "settled"), ("note", "hat angerufen")]).await.is(200);
    let reused = office.nobody.get(&office.link).await.is(404).body;
    office.nobody.post(&format!("{}/taking", office.link), &[("version", "3")]).await.is(404);
    let second = office.test.promise_callback(office.test.cast.stadt_a, Some(office.unit)).await;
    let link = office.test.links_in_mails().await.pop().expect("a mail");
    office.nobody.get(&link).await.is(200);
    office.test.later(TimeDelta::days(15));
    let expired = office.nobody.get(&link).await.is(404).body;
    assert_eq!((&first, &first), (&reused, &expired), "every wrong link gets the same page");
    assert!(!first.contains("Stadt A") && !first.contains(&second.reference.to_string()));
    let a = Some(office.test.cast.stadt_a.0);
    let reasons = [
        (None, "kein Link von hier"),
        (None, "kein Link von hier"),
        (a, "nicht mehr gültig"),
        (a, "nicht mehr gültig"),
        (a, "abgelaufen"),
    ];
    assert_eq!(office.refusals().await, reasons.map(|(tenant, reason)| (tenant, reason.to_owned())));
    let token = office.link.rsplit('/').next().expect("a token");
    let told: i64 = sqlx::query_scalar("select count(*) from audit where position($1 in audit::text) > 0")
        .bind(token)
        .fetch_one(&mut *office.test.begin_as_system().await)
        .await
        .expect("a count");
    assert_eq!(told, 0, "no token in the audit");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn link_of_one_installation_or_case_opens_no_other(options: PgPoolOptions, database: PgConnectOptions) {
    let office = Office::open(options, database).await;
    let b = office.test.cast.stadt_b;
    let unit_of_b = office.test.open_office(b, "Amt B", Some("amt@stadt-b.example")).await;
    office
        .test
        .take_down(ortsgespraech::cases::NewCase {
            concern: "Sperrmüll blieb stehen".to_owned(),
            ..office.test.callback(b, Some(unit_of_b))
        })
        .await;
    let page = office.nobody.get(&office.link).await.is(200).body;
    assert!(!page.contains("Sperrmüll") && !page.contains("Amt B"), "{page}");
    let unit = unit_of_b.to_string();
    let handed = office.act("handover", &[("unit", &unit), ("note", "Ihre Sache")]).await.is(422).body;
    assert!(handed.contains("Bitte wählen Sie eine andere Stelle."), "an office of another town is none: {handed}");
    // Signed by somebody else's key.
    let forged = ortsgespraech::cases::Token::draw(b"another installation");
    office.nobody.get(&format!("/case/{}", forged.as_str())).await.is(404);
    assert_eq!(office.refusals().await, [(None, "kein Link von hier".to_owned())]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn handing_over_ends_the_link_and_tells_the_next_office(options: PgPoolOptions, database: PgConnectOptions) {
    let office = Office::open(options, database).await;
    let [due, ..] = office.test.moments(&office.case).await;
    let other = office.other.to_string();
    office.act("handover", &[("unit", &other)]).await.is(422);
    office.act("handover", &[("unit", &other), ("note", "geht um ein Bußgeld")]).await.is(200);
    office.nobody.get(&office.link).await.is(404);
    let links = office.test.links_in_mails().await;
    assert_eq!(links.len(), 2);
    let page = office.nobody.get(&links[1]).await.is(200).body;
    assert!(page.contains("Ordnungsamt") && page.contains("geht um ein Bußgeld"), "{page}");
    assert_eq!(office.test.moments(&office.case).await[0], due, "the promise goes with it");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn extending_needs_a_reason_and_more_than_once_a_yes(options: PgPoolOptions, database: PgConnectOptions) {
    let office = Office::open(options, database).await;
    office.act("extension", &[("hours", "8")]).await.is(422);
    office.act("extension", &[("hours", "8"), ("note", "Unterlagen fehlen")]).await.is(303);
    let [due, ..] = office.test.moments(&office.case).await;
    assert_eq!(
        due.map(|due| due.to_rfc3339()).as_deref(),
        Some("2026-11-27T09:30:00+00:00"),
        "eight hours are two days"
    );
    let again = office.act("extension", &[("hours", "8"), ("note", "immer noch")]).await.is(422).body;
    assert!(again.contains("trotzdem noch einmal länger") && again.contains("immer noch"), "{again}");
    office.act("extension", &[("hours", "8"), ("note", "immer noch"), ("sure", "1")]).await.is(303);
    let promised: chrono::DateTime<chrono::Utc> = sqlx::query_scalar("select promised_at from case_file")
        .fetch_one(&mut *office.test.begin_as_system().await)
        .await
        .expect("a promise");
    assert_eq!(Some(promised), office.case.due_at, "what was said to the caller stays");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn two_at_the_same_link_see_each_other(options: PgPoolOptions, database: PgConnectOptions) {
    let office = Office::open(options, database).await;
    let old = office.version().await;
    office.act("taking", &[]).await.is(303);
    let fields = [("version", old.as_str()), ("note", "Der Pass ist da.")];
    let answer = office.nobody.post(&format!("{}/answer", office.link), &fields).await.is(409).body;
    assert!(answer.contains("Jemand anderes hat inzwischen gespeichert"), "{answer}");
    assert!(answer.contains("Der Pass ist da."), "what was typed is kept");
    assert_eq!(office.test.history(&office.case).await, ["taken down", "told", "taken"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn guessing_links_is_slow(options: PgPoolOptions, database: PgConnectOptions) {
    let office = Office::open(options, database).await;
    let mut answers = Vec::new();
    for guess in 0..30 {
        answers.push(office.nobody.get(&format!("/case/{guess:054}")).await.status.as_u16());
    }
    assert_eq!(answers.iter().filter(|status| **status == 404).count(), 10);
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 20);
    assert_eq!(office.refusals().await.len(), 10, "and does not fill the audit");
    office.nobody.get(&office.link).await.is(200);
    office.nobody.post(&format!("{}/reopening", office.link), &[]).await.is(404);
    assert_eq!(Deed::parse("taking"), Some(Deed::Take));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn office_without_an_address_keeps_its_case_in_the_list(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let unit = test.open_office(test.cast.stadt_a, "Archiv", None).await;
    let case = test.promise_callback(test.cast.stadt_a, Some(unit)).await;
    assert_eq!(test.history(&case).await, ["taken down", "not told"]);
    assert!(test.links_in_mails().await.is_empty());
    let list = test.sign_in(crate::support::cast::AGENT).await.get("/cases").await.is(200).body;
    assert!(list.contains(&case.reference.to_string()) && list.contains("Archiv"), "{list}");
}
