//! R and B at the desk: taken down in the call, read back, seen again while it is open, and called back from the case.

use chrono::TimeDelta;
use ortsgespraech::cases::Reference;
use sqlx::Row;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::{center, mark, open_entry, take};
use crate::desk_settle::{seated, to_a};
use crate::gaps_desk::take_call;
use crate::support::browser::{Key, in_chromium};
use crate::support::telephone::{CALLER, Exchange};
use crate::support::{TestApp, cast};

/// Kind, concern, office, channel, number, disposition of the call; the latest case.
async fn latest(test: &TestApp) -> [Option<String>; 6] {
    let case = "select found.kind, found.concern, unit.name, found.channel, contact.phone, call.disposition
                from case_file found left join unit on unit.id = unit_id
                left join case_contact contact on contact.case_id = found.id left join call on call.id = call_id
                order by found.id desc limit 1";
    let row = sqlx::query(case).fetch_one(&mut *test.begin_as_system().await).await.expect(case);
    std::array::from_fn(|place| row.get(place))
}

fn texts(texts: [&str; 6]) -> [Option<String>; 6] {
    texts.map(|text| (!text.is_empty()).then(|| text.to_owned()))
}

async fn references(test: &TestApp) -> Vec<String> {
    let all: Vec<Reference> = sqlx::query_scalar("select reference from case_file order by id")
        .fetch_all(&mut *test.begin_as_system().await)
        .await
        .expect("cases");
    all.iter().map(ToString::to_string).collect()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn callback_is_taken_down_by_keyboard_and_read_back(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let unit = test.open_office(test.cast.stadt_a, "Bürgerbüro", Some("amt@stadt-a.example")).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        take(browser, "Bürgerbüro").await;
        browser.until_focus("query").await;
        open_entry(browser, "sperrm", "Sperrmüll anmelden").await;
        // From the function key to the number to read back.
        browser.press(Key::F8).await;
        browser.until_focus("concern").await;
        browser.press(Key::Tab).await;
        browser.until_focus("case-unit").await;
        browser.type_text("B").await;
        browser.press(Key::Tab).await;
        browser.press(Key::Tab).await;
        browser.until_focus("reach").await;
        browser.type_text("0221 4710999").await;
        mark(browser).await;
        browser.until("the number to read back", "document.querySelector('.case-read-back')").await;
        let shown = browser.text(".case-read-back").await;
        assert_eq!(vec![shown], references(&test).await);
        let expected = ["callback", "Sperrmüll anmelden", "Bürgerbüro", "phone", "+492214710999", "callback"];
        assert_eq!(latest(&test).await, texts(expected));
        browser.until_text("Antwort bis Mi 25.11., 10:30 Uhr").await;
        mark(browser).await;
        browser.until("after-call work", "document.querySelector('[data-refresh-at]')").await;
        browser.until_text("Meine offenen Rückrufe").await;
    })
    .await;
    assert_eq!(test.links_in_mails().await.len(), 1, "the office of unit {unit} hears of it");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn callers_number_is_kept_masked_on_the_screen_and_apart_from_the_call(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let call = exchange.ring(to_a(&test)).await;
    exchange.talk(call).await;
    let panel = agent.get("/desk?panel=callback").await.is(200).body;
    let panel = panel.split("id=\"panel\"").nth(1).expect("the panel").split("</form>").next().expect("its end");
    assert!(panel.contains("die Nummer dieses Anrufs, 01511 2345•••"), "{panel}");
    assert!(!panel.contains("345678"), "{panel}");
    let fields = [("kind", "callback"), ("concern", "Reisepass ist noch nicht da")];
    agent.post(&format!("/desk/calls/{call}/cases"), &fields).await.is(303);
    let expected = ["callback", "Reisepass ist noch nicht da", "", "phone", CALLER, "callback"];
    assert_eq!(latest(&test).await, texts(expected));
    // The call's own number goes when its time has come; the case keeps the way to its caller.
    exchange.hang_up(call).await;
    let mut db = test.begin_as_system().await;
    sqlx::query("delete from caller_number").execute(&mut *db).await.expect("deleted");
    db.commit().await.expect("commit");
    assert_eq!(latest(&test).await[4].as_deref(), Some(CALLER));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn open_case_of_the_same_caller_is_seen_in_the_next_call(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let call = exchange.ring(to_a(&test)).await;
    exchange.talk(call).await;
    let fields = [("kind", "callback"), ("concern", "Reisepass ist noch nicht da")];
    agent.post(&format!("/desk/calls/{call}/cases"), &fields).await.is(303);
    let again = agent.get("/desk?panel=callback").await.is(200).body;
    assert!(again.contains("offener Rückruf") && again.contains("seit heute, 10:30 Uhr"), "{again}");
    exchange.hang_up(call).await;
    agent.get("/desk").await.is(200);
    test.later(TimeDelta::days(1));
    let agent = test.sign_in(cast::AGENT).await;
    agent.post("/desk/ready", &[]).await.is(303);
    let next = exchange.ring(to_a(&test)).await;
    exchange.talk(next).await;
    let panel = agent.get("/desk?panel=complaint").await.is(200).body;
    let known = format!("offener Rückruf {} seit gestern", references(&test).await[0]);
    assert!(panel.contains(&known), "{known} in {panel}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn complaint_may_be_anonymous_and_has_its_own_deadline(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    let call = take_call(&test, &agent).await;
    let fields = [("kind", "complaint"), ("concern", "Lange Schlange am Schalter"), ("category", "Wartezeit")];
    agent.post(&format!("/desk/calls/{call}/cases"), &fields).await.is(303);
    let expected = ["complaint", "Lange Schlange am Schalter", "", "none", "", "complaint"];
    assert_eq!(latest(&test).await, texts(expected));
    let desk = agent.get("/desk").await.is(200).body;
    assert!(desk.contains("Antwort bis <b>Mi 02.12., 00:00 Uhr</b>"), "{desk}");
    let praise = [("kind", "praise"), ("concern", "Freundliche Auskunft")];
    agent.post(&format!("/desk/calls/{call}/cases"), &praise).await.is(303);
    assert_eq!(references(&test).await.len(), 2, "two concerns of one call");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_cannot_be_kept_comes_back_as_it_was_typed(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let unit_of_b = test.open_office(test.cast.stadt_b, "Amt B", None).await;
    let agent = test.sign_in(cast::AGENT_OF_B).await;
    let agent_of_all = test.sign_in(cast::AGENT).await;
    let call = take_call(&test, &agent_of_all).await;
    let url = format!("/desk/calls/{call}/cases");
    for (fields, message) in [
        (vec![("concern", ""), ("reach", "0221 4710999")], "Das Anliegen fehlt."),
        (vec![("concern", "Frau Müller wartet"), ("reach", "0221 4710999")], "Bitte ohne Namen von Personen."),
        (vec![("concern", "Reisepass")], "Bitte geben Sie die Rufnummer mit Vorwahl an."),
        (vec![("concern", "Reisepass"), ("reach", "keine")], "Bitte geben Sie die Rufnummer mit Vorwahl an."),
        (
            vec![("concern", "Reisepass"), ("channel", "mail"), ("reach", "a@b")],
            "Bitte geben Sie die E-Mail-Adresse an.",
        ),
        (vec![("concern", "Reisepass"), ("channel", "letter")], "Bitte geben Sie die Anschrift an."),
        (vec![("concern", "Reisepass"), ("channel", "none")], "Bitte wählen Sie, wie die Rückmeldung kommen soll."),
        (
            vec![("concern", "Reisepass"), ("reach", "0221 4710999"), ("unit", "999-1")],
            "Diese Stelle gibt es nicht mehr.",
        ),
    ] {
        let answer = agent_of_all.post(&url, &[&[("kind", "callback")], &fields[..]].concat()).await.is(422).body;
        assert!(answer.contains(message), "{message}: {answer}");
    }
    assert!(references(&test).await.is_empty());
    // Somebody else's call is not this person's.
    let fields = [("kind", "callback"), ("concern", "Reisepass"), ("reach", "0221 4710999")];
    agent.post(&url, &fields).await.is(303);
    assert!(agent.get("/desk").await.body.contains("Dieses Gespräch ist schon beendet"));
    assert!(references(&test).await.is_empty(), "and not the office {unit_of_b} either");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn calling_back_goes_through_the_telephone_without_a_number_on_the_way(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = center(options, database).await;
    let case = test.promise_callback(test.cast.stadt_a, None).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let call = format!("/desk/cases/{}/{}/call", test.cast.stadt_a, case.id);
    agent.post(&call, &[]).await.is(303);
    assert!(agent.get("/desk").await.body.contains("Übernehmen Sie ihn zuerst."));
    agent.post(&format!("/cases/stadt-a/{}/taking", case.id), &[("version", "1")]).await.is(303);
    agent.post(&call, &[]).await.is(303);
    assert!(agent.get("/desk").await.body.contains("Ihr Telefon kann von hier aus nicht wählen."));
    exchange.allow_control().await;
    agent.post(&call, &[]).await.is(303);
    assert!(agent.get("/desk").await.body.contains("Ihr Telefon klingelt gleich."));
    let target: String = sqlx::query_scalar("select details ->> 'target' from source_order where act = 'call'")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("an order");
    assert_eq!(target, "02214710999");
    assert_eq!(test.history(&case).await, ["taken down", "taken", "called"]);
    test.sign_in(cast::AGENT_OF_B).await.post(&call, &[]).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn case_of_a_call_opened_by_hand_goes_over_to_the_telephones(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let hand = take_call(&test, &agent).await;
    let fields = [("kind", "complaint"), ("concern", "Lange Schlange am Schalter")];
    agent.post(&format!("/desk/calls/{hand}/cases"), &fields).await.is(303);
    test.later(TimeDelta::seconds(20));
    let call = exchange.ring(to_a(&test)).await;
    exchange.talk(call).await;
    let desk = agent.get("/desk").await.is(200).body;
    assert!(desk.contains(&references(&test).await[0]), "it is still read back: {desk}");
    let of_call: Option<i64> = sqlx::query_scalar("select call_id from case_file")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("a case");
    assert_eq!(of_call, Some(call));
}
