//! Who answers first beside a town's own switchboard: the rule, its page, and what the desk is told.

use chrono::{DateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Europe::Berlin;
use ortsgespraech::ids::LineId;
use ortsgespraech::tenants::{Answering, AnsweringRule, First, who_first};
use proptest::prelude::*;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::center;
use crate::desk_settle::{page, seated, to_a};
use crate::support::telephone::{Exchange, later};
use crate::support::{TestApp, cast};

const PAGE: &str = "/tenants/stadt-a/answering";
const OVERFLOW: &str = "Überlauf der Telefonzentrale, nach 20 s";

fn berlin(text: &str) -> DateTime<Utc> {
    let local: chrono::NaiveDateTime = format!("{text}:00").parse().expect("a time");
    local.and_local_timezone(Berlin).earliest().expect("a real time").to_utc()
}

fn town(overflow_seconds: Option<i32>) -> Answering {
    Answering { first: First::Town, overflow_seconds }
}

fn rule(line: Option<i64>, weekday: Weekday, from: &str, to: &str, answering: Answering) -> AnsweringRule {
    let time = |text: &str| text.parse().expect("a time");
    AnsweringRule { line: line.map(LineId), weekday, from: time(from), to: time(to), answering }
}

#[test]
fn center_answers_where_nobody_said_anything() {
    let center = Answering { first: First::Center, overflow_seconds: None };
    assert_eq!(who_first([], berlin("2026-11-17T10:30")), center);
    let words = |answering: Answering| [First::Center, First::Town].map(|side| answering.sentence(side));
    assert_eq!(words(center), [None, None]);
    assert_eq!(words(town(Some(20))), [Some(OVERFLOW.to_owned()), None]);
    assert_eq!(words(town(None)), [Some("Telefonzentrale nimmt zuerst ab".to_owned()), None]);
    let overflowing = Answering { overflow_seconds: Some(30), ..center };
    assert_eq!(words(overflowing), [None, Some("Überlauf des ServiceCenters, nach 30 s".to_owned())]);
}

#[test]
fn line_goes_before_the_town_hour_by_hour() {
    let own = Answering { first: First::Center, overflow_seconds: Some(30) };
    // The 16th is a Monday. The last of the rules begins later within the first and knows better.
    let rules = [
        rule(None, Weekday::Mon, "08:00", "12:00", town(Some(20))),
        rule(None, Weekday::Mon, "12:00", "13:00", town(None)),
        rule(None, Weekday::Mon, "18:00", "00:00", town(Some(60))),
        rule(None, Weekday::Tue, "00:00", "06:00", town(Some(61))),
        rule(Some(7), Weekday::Mon, "10:00", "11:00", own),
        rule(None, Weekday::Mon, "09:00", "09:30", town(Some(5))),
        // When the clocks are set back, 02:30 comes twice.
        rule(None, Weekday::Sun, "02:00", "03:00", town(Some(9))),
    ];
    let default = Answering::default();
    for (moment, expected) in [
        ("2026-11-16T07:59", default),
        ("2026-11-16T08:00", town(Some(20))),
        ("2026-11-16T09:00", town(Some(5))),
        ("2026-11-16T09:30", town(Some(20))),
        ("2026-11-16T10:00", own),
        ("2026-11-16T10:59", own),
        ("2026-11-16T11:00", town(Some(20))),
        ("2026-11-16T12:00", town(None)),
        ("2026-11-16T13:00", default),
        ("2026-11-16T23:59", town(Some(60))),
        ("2026-11-17T00:00", town(Some(61))),
        ("2026-11-17T06:00", default),
        ("2026-11-23T08:00", town(Some(20))),
    ] {
        assert_eq!(who_first(rules, berlin(moment)), expected, "{moment}");
    }
    let twice = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"].map(|at| at.parse().expect("a moment"));
    assert_eq!(twice.map(|at| who_first(rules, at)), [town(Some(9)); 2]);
    assert_eq!(who_first(rules, "2026-10-25T02:00:00Z".parse().expect("a moment")), default);
}

proptest! {
    /// Periods without a gap between them: each minute belongs to exactly one, whatever the order they come in.
    #[test]
    fn adjoining_periods_share_no_minute(
        cuts in prop::collection::btree_set(1..1440_u32, 0..6), minute in 0..1440_u32, turned in any::<bool>()
    ) {
        let starts: Vec<u32> = std::iter::once(0).chain(cuts).collect();
        let time = |minute: u32| NaiveTime::from_hms_opt(minute / 60 % 24, minute % 60, 0).expect("a time");
        let end = |index: usize| starts.get(index + 1).copied().unwrap_or(0);
        let number = |index: usize| i32::try_from(index).expect("a small number") + 1;
        let mut rules: Vec<_> = (0..starts.len()).map(|index| AnsweringRule {
            line: None,
            weekday: Weekday::Tue,
            from: time(starts[index]),
            to: time(end(index)),
            answering: town(Some(number(index))),
        }).collect();
        if turned {
            rules.reverse();
        }
        let moment = berlin(&format!("2026-11-17T{:02}:{:02}", minute / 60, minute % 60));
        let expected = starts.iter().filter(|start| **start <= minute).count();
        prop_assert_eq!(who_first(rules.clone(), moment), town(Some(number(expected - 1))));
        for (index, one) in rules.iter().enumerate() {
            prop_assert!(rules[..index].iter().all(|other| !other.overlaps(one)));
        }
        prop_assert_eq!(who_first(rules, moment + chrono::TimeDelta::days(1)), Answering::default());
    }
}

type Field<'a> = (&'a str, &'a str);

/// The fields of a week with the same period from Monday to Friday.
fn week<'a>(before: &'a str, [from, to, first, overflow]: [&'a str; 4]) -> Vec<Field<'a>> {
    let days = (0..7).flat_map(move |day| {
        let [from, to, overflow] = if day < 5 { [from, to, overflow] } else { [""; 3] };
        let period = [("from", from), ("to", to), ("first", first), ("overflow", overflow)];
        period.into_iter().chain([("from", ""), ("to", ""), ("first", "town"), ("overflow", "")])
    });
    std::iter::once(("before", before)).chain(days).collect()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn desk_says_that_a_call_is_the_switchboards_overflow(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    admin.post(PAGE, &week("", ["08:00", "12:00", "town", "20"])).await.is(303);
    assert!(!page(&agent).await.contains("Telefonzentrale nimmt zuerst ab"), "nobody calls");
    let call = exchange.ring(to_a(&test)).await;
    let ringing = page(&agent).await;
    assert!(ringing.contains("Es klingelt") && ringing.contains(OVERFLOW));
    exchange.talk(call).await;
    assert!(page(&agent).await.contains(OVERFLOW));
    // The line of its own hours: the center is first.
    let line: i64 = sqlx::query_scalar("select line_id from call where id = $1")
        .bind(call)
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("the line");
    let own = format!("{PAGE}?line={line}");
    admin.post(&own, &week("", ["10:00", "11:00", "center", ""])).await.is(303);
    assert!(!page(&agent).await.contains("Überlauf der Telefonzentrale"));
    admin.post(&own, &week(&before(&admin.get(&own).await.body), ["10:00", "11:00", "town", ""])).await.is(303);
    assert!(page(&agent).await.contains("Telefonzentrale nimmt zuerst ab"));
    later(&test, 60 * 60 * 2);
    // Nobody touched the desk for so long that the session is over.
    let afternoon = page(&test.sign_in(cast::AGENT).await).await;
    assert!(afternoon.contains("Stadt A") && !afternoon.contains("Telefonzentrale"));
}

/// What the form says it was made from.
fn before(page: &str) -> String {
    let rest = page.split_once("name=\"before\" value=\"").expect("a form").1;
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn wrong_periods_come_back_and_late_ones_are_compared(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    for (period, message) in [
        (["17:00", "08:00", "town", "20"], "Montag: Das Ende liegt nicht nach dem Anfang."),
        (["", "08:00", "town", ""], "Freitag: Bitte geben Sie Anfang und Ende wie 8:00 und 17:00 ein."),
        (["", "", "town", "20"], "Montag: Bitte geben Sie Anfang und Ende"),
        (["08:00", "12:00", "niemand", ""], "Montag: Bitte wählen Sie, wer zuerst abnimmt."),
        (["08:00", "12:00", "town", "0"], "Montag: Der Überlauf kommt nach 1 bis 600 Sekunden"),
        (["08:00", "12:00", "town", "bald"], "Montag: Der Überlauf kommt nach 1 bis 600 Sekunden"),
    ] {
        let page = admin.post(PAGE, &week("", period)).await.is(422).body;
        assert!(page.contains(message), "{message}");
        assert!(
            page.contains(&format!("value=\"{}\"", period[1])) && page.contains(&format!("value=\"{}\"", period[3]))
        );
    }
    let mut overlapping = week("", ["08:00", "12:00", "town", ""]);
    overlapping[5].1 = "11:59";
    overlapping[6].1 = "13:00";
    let page = admin.post(PAGE, &overlapping).await.is(422).body;
    assert!(page.contains("Montag: Zwei Zeiträume überschneiden sich."));
    overlapping[5].1 = "12:00";
    overlapping[6].1 = "00:00";
    admin.post(PAGE, &overlapping).await.is(303);
    let page = admin.post(PAGE, &week("", ["09:00", "12:00", "center", "20"])).await.is(409).body;
    assert!(page.contains("Montag 08:00–12:00 Telefonzentrale; Montag 12:00–00:00 Telefonzentrale;"));
    assert!(page.contains("Montag 09:00–12:00 ServiceCenter, Überlauf nach 20 s;"));
    let audit = admin.get("/tenants/stadt-a/audit").await.is(200).body;
    assert!(audit.contains("Wer zuerst abnimmt") && audit.contains("Montag 12:00–00:00 Telefonzentrale"));
    assert_eq!(admin.get(&format!("{PAGE}?intervals=3")).await.is(200).body.matches("name=\"from\"").count(), 21);
    admin.get(&format!("{PAGE}?line=999")).await.is(404);
    let operator = test.sign_in(cast::OPERATOR).await;
    operator.get("/tenants/intake/answering").await.is(404);
    operator.post("/tenants/intake/answering", &week("", ["08:00", "12:00", "town", ""])).await.is(404);
    assert!(!operator.get("/tenants/intake/lines").await.is(200).body.contains("Wer nimmt zuerst ab"));
}
