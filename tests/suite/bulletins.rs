//! Bulletins as their editors keep them: written in seconds, ended and taken back, and nobody else's business.

use chrono::TimeDelta;
use ortsgespraech::access::Role;
use ortsgespraech::bulletins::remind_authors;
use ortsgespraech::clock::Clock;
use ortsgespraech::ids::TenantId;
use ortsgespraech::mail;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::postbox::Postbox;
use crate::support::{Answer, Client, TestApp, app::test_time, cast};

pub const LIST: &str = "/knowledge/stadt-a/bulletins";

/// A bulletin as a hurried editor writes it: a title, and everything else as the form offers it.
pub async fn announce(editor: &Client, list: &str, title: &str, more: &[(&str, &str)]) -> Answer {
    let town = list.split('/').nth(2).expect("a town");
    let usual = [("version", "0"), ("title", title), ("priority", "normal"), ("start", "now"), ("end", "today")];
    let usual = usual.into_iter().chain([("towns", town)]);
    let kept = usual.filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    let fields: Vec<_> = kept.chain(more.iter().copied()).collect();
    editor.post(list, &fields).await
}

pub async fn latest(test: &TestApp) -> i64 {
    let mut db = test.begin_as_system().await;
    sqlx::query_scalar("select max(id) from bulletin").fetch_one(&mut *db).await.expect("a bulletin")
}

async fn end_of(test: &TestApp, id: i64) -> String {
    let mut db = test.begin_as_system().await;
    let end = "select to_char(ends_at at time zone 'Europe/Berlin', 'YYYY-MM-DD HH24:MI') from bulletin where id = $1";
    sqlx::query_scalar::<_, Option<String>>(end)
        .bind(id)
        .fetch_one(&mut *db)
        .await
        .expect("it")
        .unwrap_or("offen".to_owned())
}

async fn open_from_eight_to_five(test: &TestApp, town: TenantId) {
    let mut db = test.begin_as_system().await;
    let hours = "insert into service_hours (tenant_id, weekday, opens, closes)
                 select $1, day, '08:00', '17:00' from generate_series(1, 5) day";
    sqlx::query(hours).bind(town).execute(&mut *db).await.expect("hours");
    db.commit().await.expect("commit");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn title_and_one_click_are_enough(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    open_from_eight_to_five(&test, test.cast.stadt_a).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let form = editor.get("/knowledge/stadt-a/bulletins/new").await.is(200).body;
    assert!(form.contains("bis heute Dienstschluss (17:00 Uhr)") && form.contains("bis morgen früh (08:00 Uhr)"));
    for (choice, end) in [("today", "2026-11-17 17:00"), ("next", "2026-11-18 08:00")] {
        announce(&editor, LIST, "Bürgerbüro heute geschlossen", &[("end", choice)]).await.is(303);
        assert_eq!(end_of(&test, latest(&test).await).await, end);
    }
    let at = [("end", "at"), ("end_day", "2026-12-24"), ("end_time", "12:30")];
    announce(&editor, LIST, "Bis Heiligabend", &at).await.is(303);
    assert_eq!(end_of(&test, latest(&test).await).await, "2026-12-24 12:30");
    announce(&editor, LIST, "Bis auf Weiteres", &[("end", "open"), ("remind_on", "2026-11-19")]).await.is(303);
    assert_eq!(end_of(&test, latest(&test).await).await, "offen");
    let list = editor.get(LIST).await.is(200).body;
    assert!(list.contains("1–4 von 4 Meldungen") && list.contains("auf Weiteres"), "{list}");
    let audit = test.sign_in(cast::ADMIN_OF_A).await.get("/tenants/stadt-a/audit").await.is(200).body;
    assert!(audit.contains("Meldung") && audit.contains("Titel: Bis auf Weiteres"), "{audit}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_makes_no_sense_comes_back_as_it_was_typed(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let long = "ü".repeat(121);
    let start = [("start", "at"), ("start_day", "2026-11-18"), ("start_time", "8:00")];
    for (title, more, message) in [
        ("", &[][..], "Die Überschrift fehlt."),
        (&long, &[], "121 Zeichen, höchstens 120"),
        ("X", &[("priority", "riesig")], "wie wichtig"),
        ("X", &[("end", "nie")], "bis wann die Meldung gilt"),
        ("X", &[("end", "open")], "Wann soll geprüft werden"),
        ("X", &[("end", "at"), ("end_day", "30.02.2026"), ("end_time", "8")], "Bis zu welchem Tag"),
        ("X", &[("end", "at"), ("end_day", "2026-11-16"), ("end_time", "8")], "schon vorbei"),
        ("X", &[start[0], start[1], start[2]], "Das Ende liegt vor dem Beginn."),
        ("X", &[("topics", "Quatsch")], "Dieses Thema gibt es nicht."),
        ("X", &[("lines", "4711")], "Diese Rufnummer gibt es nicht."),
        ("X", &[("entries", "Gibt es nicht")], "Zu „Gibt es nicht“ gibt es keinen Eintrag."),
        ("X", &[("towns", "stadt-b")], "Für diesen Ort können Sie keine Meldung schreiben."),
    ] {
        let more: Vec<_> = more.iter().copied().chain([("text", "Bitte so sagen")]).collect();
        let answer = announce(&editor, LIST, title, &more).await.is(422);
        assert!(answer.body.contains(message) && answer.body.contains("Bitte so sagen"), "{message}: {}", answer.body);
    }
    assert!(editor.get(LIST).await.is(200).body.contains("Es gibt keine Meldungen."));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn second_editor_sees_what_the_first_one_saved(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    announce(&editor, LIST, "Server gestört", &[]).await.is(303);
    let page = format!("{LIST}/{}", latest(&test).await);
    announce(&editor, &page, "Kfz gestört", &[("version", "1"), ("start", "now")]).await.is(303);
    let answer = announce(&editor, &page, "Führerschein gestört", &[("version", "1")]).await.is(409);
    assert!(answer.body.contains("Kfz gestört") && answer.body.contains("Führerschein gestört"), "{}", answer.body);
    announce(&editor, &page, "Führerschein gestört", &[("version", "2")]).await.is(303);
    assert!(editor.get(LIST).await.is(200).body.contains("Führerschein gestört"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn ending_is_taken_back_with_one_click(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await.with_clock(Clock::fixed(test_time()));
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    announce(&editor, LIST, "Server gestört", &[]).await.is(303);
    let page = format!("{LIST}/{}", latest(&test).await);
    editor.get(LIST).await.is(200);
    assert_eq!(editor.post(&format!("{page}/end"), &[]).await.is(303).location(), LIST);
    let list = editor.get(&format!("{LIST}?phase=ended")).await.is(200).body;
    assert!(list.contains("Rückgängig") && list.contains(&format!("{page}/restoration")), "{list}");
    assert!(editor.get(&format!("{LIST}?phase=current")).await.is(200).body.contains("Keine Meldung passt"));
    editor.post(&format!("{page}/restoration"), &[]).await.is(303);
    assert!(editor.get(&format!("{LIST}?phase=current")).await.is(200).body.contains("Jetzt beenden"));
    editor.post(&format!("{page}/end"), &[]).await.is(303);
    test.app.clock.advance(TimeDelta::days(1));
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    editor.post(&format!("{page}/restoration"), &[]).await.is(303);
    assert!(editor.get(LIST).await.is(200).body.contains("oder ihre Zeit ist vorbei"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn editor_of_another_tenant_gets_404(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    announce(&editor, LIST, "Nur Stadt A", &[]).await.is(303);
    let id = latest(&test).await;
    let other = test.sign_in(cast::EDITOR_OF_B).await;
    for list in [LIST, "/knowledge/stadt-b/bulletins"] {
        other.get(&format!("{list}/{id}")).await.is(404);
        for act in ["", "/end", "/restoration"] {
            announce(&other, &format!("{list}/{id}{act}"), "Übernommen", &[]).await.is(404);
        }
    }
    assert!(!other.get("/knowledge/stadt-b/bulletins").await.is(200).body.contains("Nur Stadt A"));
    test.sign_in(cast::AGENT).await.get(&format!("{LIST}/{id}")).await.is(403);
}

/// Whoever edits in two towns writes once for both; the other town reads it and does not change it.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn bulletin_for_several_towns_belongs_to_its_writer(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut db = test.begin_as_system().await;
    let roles = [(Role::Editor, Some(test.cast.stadt_a)), (Role::Editor, Some(test.cast.stadt_b))];
    cast::insert_person(&mut db, &test.app, "beide@kreis.example", "Beide", &roles).await;
    db.commit().await.expect("commit");
    let both = test.sign_in("beide@kreis.example").await;
    announce(&both, LIST, "Brücke gesperrt", &[("towns", "stadt-a"), ("towns", "stadt-b")]).await.is(303);
    let id = latest(&test).await;
    let other = test.sign_in(cast::EDITOR_OF_B).await;
    let list = other.get("/knowledge/stadt-b/bulletins").await.is(200).body;
    assert!(list.contains("Brücke gesperrt") && list.contains("Stadt B und ein weiterer Ort"), "{list}");
    assert!(!list.contains("Jetzt beenden"), "{list}");
    other.post(&format!("/knowledge/stadt-b/bulletins/{id}/end"), &[]).await.is(404);
    // The editor of Stadt A alone changes the text and cannot take the other town away.
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    announce(&editor, &format!("{LIST}/{id}"), "Brücke frei", &[("version", "1")]).await.is(303);
    assert!(other.get("/knowledge/stadt-b/bulletins").await.is(200).body.contains("Brücke frei"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn whoever_wrote_it_is_asked_once_whether_it_still_holds(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let postbox = Postbox::open().await;
    let app = postbox.connect(&test.app);
    let remind = async || remind_authors(&app).await.expect("reminders");
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let open = [("end", "open"), ("remind_on", "2026-11-19")];
    announce(&editor, LIST, "Aufzug kaputt", &open).await.is(303);
    announce(&editor, LIST, "Bald repariert", &[("end", "at"), ("end_day", "2026-12-24"), ("end_time", "12:30")])
        .await
        .is(303);
    let id = latest(&test).await - 1;
    assert_eq!(remind().await, 0, "its day has not come");
    app.clock.advance(TimeDelta::days(2));
    assert_eq!((remind().await, remind().await), (1, 0));
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(remind().await, 0, "the same day is not spoken of again");
    let list = test.sign_in(cast::EDITOR_OF_A).await.get(LIST).await.is(200).body;
    assert_eq!(list.matches("bitte prüfen").count(), 1, "{list}");
    // Another day is another question; who may not write any more is not asked.
    let again = [("version", "1"), ("end", "open"), ("remind_on", "2026-11-25")];
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    announce(&editor, &format!("{LIST}/{id}"), "Aufzug kaputt", &again).await.is(303);
    let gone = "update account set disabled_at = now() where email = $1";
    let mut db = test.begin_as_system().await;
    sqlx::query(gone).bind(cast::EDITOR_OF_A).execute(&mut *db).await.expect("gone");
    db.commit().await.expect("commit");
    assert_eq!(remind().await, 0);
    app.clock.advance(TimeDelta::days(5));
    assert_eq!((remind().await, remind().await), (1, 0));
    mail::deliver(&app).await.expect("the outbox");
    let letters = postbox.letters();
    let recipients: Vec<_> = letters.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!(recipients, [cast::EDITOR_OF_A, cast::ADMIN_OF_A]);
    let text = &letters[0].text;
    assert!(text.contains("„Aufzug kaputt“ gilt bis auf Weiteres"), "{text}");
    assert!(text.contains(&format!("https://wissen.kreis.example{LIST}/{id}")), "{text}");
    // What is over is nobody's worry.
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let third = [("end", "open"), ("remind_on", "2026-11-27")];
    announce(&admin, LIST, "Heizung aus", &third).await.is(303);
    admin.post(&format!("{LIST}/{}/end", latest(&test).await), &[]).await.is(303);
    app.clock.advance(TimeDelta::days(9));
    assert_eq!(remind().await, 0);
}
