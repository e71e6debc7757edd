//! The clock of a promise against a table that was made apart from it: every minute of more than a year, looked at on the
//! clock on the wall, with both changes of summer time and all holidays of Nordrhein-Westfalen.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Europe::Berlin;
use ortsgespraech::cases::clock::{self, Promise, Standing};
use ortsgespraech::tenants::{Exception, Interval, ServiceCalendar, WeeklyHours};
use proptest::prelude::*;

/// A Thursday, so that the table ends with the second year's first weeks.
const FIRST_DAY: &str = "2026-01-01";
/// A year for beginnings, and what 200 hours of a short week may need behind it.
const DAYS: i64 = 365 + 250;
const BEGINNINGS: usize = 365 * 24 * 60;

/// From Monday on: the hours of each day.
type Hours = [&'static [(&'static str, &'static str)]; 7];

const OFFICE: Hours = [
    &[("08:00", "12:30"), ("14:00", "16:00")],
    &[("08:00", "12:30")],
    &[],
    &[("08:00", "18:00")],
    &[("08:00", "12:00")],
    &[],
    &[],
];
/// Longer, also on Saturdays, as a center has them.
const CENTER: Hours = [&[("07:30", "18:00")]; 7];
/// At night and on Sundays: the hour that is left out and the one that comes twice are service hours.
const WATCH: Hours = [
    &[("22:00", "23:59")],
    &[],
    &[("00:00", "06:00")],
    &[("20:00", "23:59")],
    &[],
    &[("00:00", "23:59")],
    &[("01:00", "04:00"), ("08:00", "09:30")],
];
const TOWNS: [(&str, Hours, bool); 4] = [
    ("Stelle", OFFICE, true),
    ("Center", CENTER, true),
    ("Bereitschaft", WATCH, false),
    ("Ort ohne Feiertage", OFFICE, false),
];

fn time(text: &str) -> NaiveTime {
    text.parse().expect("a time")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn berlin(text: &str) -> DateTime<Utc> {
    let local: NaiveDateTime = format!("{text}:00").parse().expect("a time");
    local.and_local_timezone(Berlin).earliest().expect("a real time").to_utc()
}

fn beginning() -> DateTime<Utc> {
    day(FIRST_DAY).and_time(NaiveTime::MIN).and_utc()
}

/// Where the table lies beside the project, or one folder further up.
fn holidays() -> Option<BTreeSet<NaiveDate>> {
    let folders = ["/../shared", "/../../shared"];
    let read =
        |folder| fs::read_to_string(format!("{}{folder}/data/nrw_feiertage_2020_2035.csv", env!("CARGO_MANIFEST_DIR")));
    let Some(table) = folders.into_iter().find_map(|folder| read(folder).ok()) else {
        println!("the table of holidays is not there: towns are tested without them");
        return None;
    };
    Some(table.lines().skip(1).filter_map(|line| line.get(..10)?.parse().ok()).collect())
}

struct Town {
    name: &'static str,
    calendar: ServiceCalendar,
    /// How many service minutes lie before each minute of the table.
    before: Vec<u32>,
}

impl Town {
    fn is_open(&self, minute: usize) -> bool {
        self.before[minute + 1] > self.before[minute]
    }

    /// The end of the minute with which so many have passed.
    fn due(&self, from: usize, minutes: u32) -> DateTime<Utc> {
        let wanted = self.before[from] + minutes;
        let end = self.before.partition_point(|count| *count < wanted);
        beginning() + TimeDelta::minutes(end.try_into().expect("a minute"))
    }
}

static TABLE: LazyLock<Vec<Town>> = LazyLock::new(|| {
    let holidays = holidays();
    TOWNS.iter().map(|(name, hours, observes)| town(name, *hours, holidays.as_ref().filter(|_| *observes))).collect()
});

fn closing_day() -> Exception {
    let closed = day("2026-05-15");
    Exception { first_day: closed, last_day: closed, interval: None, label: "Brückentag".to_owned(), of_line: false }
}

fn town(name: &'static str, hours: Hours, holidays: Option<&BTreeSet<NaiveDate>>) -> Town {
    let weekday = |number: usize| Weekday::try_from(u8::try_from(number).expect("a day")).expect("a weekday");
    let weekly = hours.iter().enumerate().flat_map(|(number, hours)| {
        let interval = |(opens, closes): &(&str, &str)| Interval { opens: time(opens), closes: time(closes) };
        hours.iter().map(move |hours| WeeklyHours { weekday: weekday(number), interval: interval(hours) })
    });
    let calendar = ServiceCalendar::new(weekly.collect(), Vec::new(), vec![closing_day()], holidays.is_some());
    let parsed: Vec<Vec<_>> =
        hours.iter().map(|hours| hours.iter().map(|(opens, closes)| (time(opens), time(closes))).collect()).collect();
    let mut before = vec![0];
    for minute in 0..DAYS * 24 * 60 {
        let wall = (beginning() + TimeDelta::minutes(minute)).with_timezone(&Berlin).naive_local();
        let is_workday =
            wall.date() != closing_day().first_day && holidays.is_none_or(|days| !days.contains(&wall.date()));
        let today = &parsed[wall.weekday().num_days_from_monday() as usize];
        let is_open = is_workday && today.iter().any(|(opens, closes)| *opens <= wall.time() && wall.time() < *closes);
        before.push(before.last().expect("a count") + u32::from(is_open));
    }
    Town { name, calendar, before }
}

#[test]
fn every_hour_of_a_year_has_the_due_moment_of_the_table() {
    for town in TABLE.iter() {
        for from in (0..BEGINNINGS).step_by(47) {
            let begun = beginning() + TimeDelta::minutes(from.try_into().expect("a minute"));
            let due = clock::after(&town.calendar, begun, TimeDelta::hours(24));
            assert_eq!(due, Some(town.due(from, 24 * 60)), "{}, from {begun}", town.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn promise_is_due_when_the_table_says(town in 0..TOWNS.len(), from in 0..BEGINNINGS, hours in 1..60i32, warn in 0..8i32) {
        let town = &TABLE[town];
        let begun = beginning() + TimeDelta::minutes(from.try_into().expect("a minute"));
        let promise = Promise::within(&town.calendar, begun, hours, warn);
        prop_assert_eq!(promise.due_at, town.due(from, u32::try_from(hours).expect("hours") * 60));
        let early = u32::try_from((hours - warn).max(0)).expect("hours") * 60;
        let warn_at = if early == 0 { begun } else { town.due(from, early) };
        prop_assert_eq!(promise.warn_at, warn_at);
        prop_assert!(promise.warn_at <= promise.due_at);
    }

    #[test]
    fn elapsed_time_is_that_of_the_table(town in 0..TOWNS.len(), from in 0..BEGINNINGS, length in 0..600_000usize) {
        let town = &TABLE[town];
        let to = (from + length).min(town.before.len() - 2);
        let moment = |minute: usize| beginning() + TimeDelta::minutes(minute.try_into().expect("a minute"));
        let elapsed = clock::elapsed(&town.calendar, moment(from), moment(to));
        prop_assert_eq!(elapsed.num_minutes(), i64::from(town.before[to] - town.before[from]));
        prop_assert_eq!(elapsed, TimeDelta::minutes(elapsed.num_minutes()));
    }

    #[test]
    fn what_is_due_has_elapsed_exactly(town in 0..TOWNS.len(), from in 0..BEGINNINGS, seconds in 1..200_000i64) {
        let town = &TABLE[town];
        let begun = beginning() + TimeDelta::minutes(from.try_into().expect("a minute")) + TimeDelta::seconds(seconds % 60);
        let due = clock::after(&town.calendar, begun, TimeDelta::seconds(seconds)).expect("it opens");
        prop_assert_eq!(clock::elapsed(&town.calendar, begun, due), TimeDelta::seconds(seconds));
        let last_minute = usize::try_from((due - beginning() - TimeDelta::seconds(1)).num_minutes()).expect("a minute");
        prop_assert!(town.is_open(last_minute), "it ends within service time");
    }
}

#[test]
fn both_changes_of_summer_time_are_counted_as_they_are_lived() {
    let watch = &TABLE[2].calendar;
    let hours = |from, to| clock::elapsed(watch, berlin(from), berlin(to)).num_hours();
    assert_eq!(hours("2026-03-29T00:30", "2026-03-29T05:00"), 2, "the hour from two to three is left out");
    assert_eq!(hours("2026-10-25T00:30", "2026-10-25T05:00"), 4, "the hour from two to three comes twice");
}

#[test]
fn longer_hours_of_the_center_do_not_help_the_office() {
    let office = Promise::within(&TABLE[0].calendar, berlin("2026-11-17T17:30"), 24, 4);
    let center = Promise::within(&TABLE[1].calendar, berlin("2026-11-17T17:30"), 24, 4);
    assert_eq!(center.due_at, berlin("2026-11-20T10:00"), "half an hour today, then ten and a half a day");
    // Thursday 10, Friday 4, Monday 6.5, Tuesday 3.5.
    assert_eq!(office.due_at, berlin("2026-11-24T11:30"));
    assert_eq!(office.warn_at, berlin("2026-11-23T15:30"));
    let standing = |at| Standing::at(Some(office), berlin(at));
    assert_eq!(standing("2026-11-23T15:29"), Standing::Running);
    assert_eq!(standing("2026-11-23T15:30"), Standing::Warn);
    assert_eq!(standing("2026-11-24T11:30"), Standing::Late);
    assert_eq!(Standing::at(None, berlin("2026-11-24T11:30")), Standing::None);
}

#[test]
fn office_that_never_opens_has_no_longer_than_the_clock_on_the_wall() {
    let closed = Exception { last_day: day("2029-01-01"), ..closing_day() };
    let closed = ServiceCalendar::new(Vec::new(), Vec::new(), vec![closed], false);
    let begun = berlin("2026-06-01T09:00");
    assert_eq!(clock::after(&closed, begun, TimeDelta::hours(1)), None);
    assert_eq!(Promise::within(&closed, begun, 24, 4).due_at, begun + TimeDelta::hours(24));
    let without_hours = ServiceCalendar::default();
    assert_eq!(Promise::within(&without_hours, begun, 24, 4).due_at, begun + TimeDelta::hours(24));
}

#[test]
fn complaint_is_due_at_the_end_of_a_day() {
    let promise = Promise::by_day(berlin("2026-10-20T11:00"), 14).expect("a day");
    assert_eq!(promise.due_at, berlin("2026-11-04T00:00"));
    assert_eq!(promise.warn_at, berlin("2026-11-03T00:00"));
}
