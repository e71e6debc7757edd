//! Promises are watched: warned once before they break, escalated once when they did, by one server or two; and the ways to
//! people are deleted when they are not needed any more.

use chrono::TimeDelta;
use ortsgespraech::cases::{self, Kind, NewCase};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{TestApp, cast};

/// Recipients and subjects of what waits, in order.
async fn mails(test: &TestApp) -> Vec<(String, String)> {
    let mails = "select recipient, split_part(subject, ':', 1) from mail order by id";
    sqlx::query_as(mails).fetch_all(&mut *test.begin_as_system().await).await.expect(mails)
}

fn pair(recipient: &str, subject: &str) -> (String, String) {
    (recipient.to_owned(), subject.to_owned())
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn office_is_warned_before_and_somebody_else_told_after(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let unit = test.open_office(test.cast.stadt_a, "Bürgerbüro", Some("amt@stadt-a.example")).await;
    let case = test.promise_callback(test.cast.stadt_a, Some(unit)).await;
    let new = pair("amt@stadt-a.example", &format!("Rückruf {} für Bürgerbüro", case.reference));
    let warned = pair("amt@stadt-a.example", "Frist läuft ab");
    let escalated = pair(cast::ADMIN_OF_A, "Frist abgelaufen");
    assert_eq!(cases::watch(&test.app).await.expect("a look"), 0);
    // Twenty of twenty-four hours: Tuesday a week later, at half past ten.
    test.later(TimeDelta::days(7) - TimeDelta::minutes(1));
    assert_eq!(cases::watch(&test.app).await.expect("a look"), 0);
    test.later(TimeDelta::minutes(1));
    for _ in 0..3 {
        let (one, two) = tokio::join!(cases::watch(&test.app), cases::watch(&test.app));
        one.and(two).expect("two servers at once");
    }
    assert_eq!(mails(&test).await, [new.clone(), warned.clone()]);
    test.later(TimeDelta::days(1));
    for _ in 0..3 {
        let (one, two) = tokio::join!(cases::watch(&test.app), cases::watch(&test.app));
        one.and(two).expect("two servers at once");
    }
    assert_eq!(mails(&test).await, [new, warned, escalated]);
    assert_eq!(test.history(&case).await, ["taken down", "told", "warned", "told", "escalated"]);
    let [_, warned_at, escalated_at] = test.moments(&case).await;
    assert_eq!(escalated_at.zip(warned_at).map(|(late, early)| late - early), Some(TimeDelta::days(1)));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_is_answered_or_closed_is_left_alone(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let unit = test.open_office(test.cast.stadt_a, "Bürgerbüro", Some("amt@stadt-a.example")).await;
    let nobody = test.signed_out();
    for (noun, fields) in [
        ("answer", vec![("note", "Der Pass ist da.")]),
        ("closing", vec![("outcome", "settled"), ("note", "hat sich gemeldet")]),
    ] {
        test.promise_callback(test.cast.stadt_a, Some(unit)).await;
        let link = test.links_in_mails().await.pop().expect("a mail");
        let fields = [&[("version", "1")], &fields[..]].concat();
        assert!(nobody.post(&format!("{link}/{noun}"), &fields).await.status.as_u16() < 400);
    }
    let praise = NewCase { kind: Kind::Praise, ..test.callback(test.cast.stadt_a, Some(unit)) };
    let praise = test.take_down(praise).await;
    assert_eq!(praise.due_at, None);
    test.later(TimeDelta::days(60));
    assert_eq!(cases::watch(&test.app).await.expect("a look"), 0);
    assert_eq!(mails(&test).await.len(), 3, "each office heard once of what is new");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn escalation_goes_where_the_town_wishes_and_again_after_an_extension(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let unit = test.open_office(test.cast.stadt_a, "Bürgerbüro", Some("amt@stadt-a.example")).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let page = admin.get("/cases/stadt-a/rule").await.is(200).body;
    let mut fields = crate::support::forms::fields_of(&page);
    for (name, value) in &mut fields {
        if name == "escalation_mail" {
            "chefin@stadt-a.example".clone_into(value);
        }
    }
    let send: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    admin.post("/cases/stadt-a/rule", &send).await.is(303);
    admin.post("/cases/stadt-a/rule", &[("promise_hours", "0"), ("warn_hours", "x")]).await.is(422);
    let mut stale = send.clone();
    for field in &mut stale {
        if field.0 == "attempts" {
            field.1 = "5";
        }
    }
    let conflict = admin.post("/cases/stadt-a/rule", &stale).await.is(409).body;
    assert!(conflict.contains("Jemand anderes hat inzwischen gespeichert"), "{conflict}");
    test.sign_in(cast::AGENT).await.get("/cases/stadt-a/rule").await.is(403);

    test.promise_callback(test.cast.stadt_a, Some(unit)).await;
    let link = test.links_in_mails().await.pop().expect("a mail");
    test.later(TimeDelta::days(9));
    assert_eq!(cases::watch(&test.app).await.expect("a look"), 1, "too late to warn");
    let extended = [("version", "1"), ("hours", "8"), ("note", "Unterlagen fehlen")];
    test.signed_out().post(&format!("{link}/extension"), &extended).await.is(303);
    assert_eq!(cases::watch(&test.app).await.expect("a look"), 0);
    test.later(TimeDelta::days(9));
    cases::watch(&test.app).await.expect("a look");
    let told = mails(&test).await.into_iter().filter(|(to, _)| to == "chefin@stadt-a.example").count();
    assert_eq!(told, 2);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn way_to_somebody_is_deleted_after_the_towns_days(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let unit = test.open_office(test.cast.stadt_a, "Bürgerbüro", Some("amt@stadt-a.example")).await;
    let case = test.promise_callback(test.cast.stadt_a, Some(unit)).await;
    let open = test.promise_callback(test.cast.stadt_a, Some(unit)).await;
    let link = test.links_in_mails().await.remove(0);
    let closing = [("version", "1"), ("outcome", "settled"), ("note", "hat sich gemeldet")];
    test.signed_out().post(&format!("{link}/closing"), &closing).await.is(200);
    test.later(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(cases::forget_old_contacts(&test.app).await.expect("upkeep"), 0);
    test.later(TimeDelta::seconds(1));
    assert_eq!(cases::forget_old_contacts(&test.app).await.expect("upkeep"), 1);
    assert_eq!(cases::forget_old_contacts(&test.app).await.expect("upkeep"), 0);
    let left: Vec<i64> = sqlx::query_scalar("select case_id from case_contact")
        .fetch_all(&mut *test.begin_as_system().await)
        .await
        .expect("contacts");
    assert_eq!(left, [open.id.0], "what is open keeps its own");
    assert_eq!(test.history(&case).await.last().map(String::as_str), Some("contact deleted"));
    let page = test.sign_in(cast::AGENT).await.get(&format!("/cases/stadt-a/{}", case.id)).await.is(200).body;
    assert!(page.contains("gelöscht") && !page.contains("Musterfrau") && !page.contains("4710"), "{page}");
}

/// Nothing that happened to a case, no mail, no audit and no address of a page leads to the caller.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn contact_stands_in_one_table_alone(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let unit = test.open_office(test.cast.stadt_a, "Bürgerbüro", Some("amt@stadt-a.example")).await;
    test.promise_callback(test.cast.stadt_a, Some(unit)).await;
    test.later(TimeDelta::days(9));
    cases::watch(&test.app).await.expect("a look");
    for word in ["4710999", "Musterfrau"] {
        let rows = test.rows_saying(test.cast.stadt_a, word).await;
        let with: Vec<_> =
            rows.iter().filter(|(_, rows)| !rows.ends_with("marked 0")).map(|(table, _)| table).collect();
        assert_eq!(with, ["case_contact"], "{word}");
    }
}
