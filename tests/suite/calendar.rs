//! Service hours against an oracle that looks at the clock on the wall minute by minute.

use std::fs;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Europe::Berlin;
use ortsgespraech::tenants::{Exception, Interval, ServiceCalendar, ServiceState, WeeklyHours};
use proptest::prelude::*;

fn time(text: &str) -> NaiveTime {
    text.parse().expect("a time")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn berlin(text: &str) -> DateTime<Utc> {
    let local: chrono::NaiveDateTime = format!("{text}:00").parse().expect("a time");
    local.and_local_timezone(Berlin).earliest().expect("a real time").to_utc()
}

fn week(days: &[(Weekday, &str, &str)]) -> Vec<WeeklyHours> {
    let hours = |(weekday, opens, closes): &(Weekday, &str, &str)| WeeklyHours {
        weekday: *weekday,
        interval: Interval { opens: time(opens), closes: time(closes) },
    };
    days.iter().map(hours).collect()
}

fn usual_week() -> Vec<WeeklyHours> {
    use Weekday::{Fri, Mon, Thu, Tue, Wed};
    let (morning, evening) = ("08:00", "17:00");
    week(&[
        (Mon, morning, evening),
        (Tue, morning, evening),
        (Wed, morning, evening),
        (Thu, morning, "18:00"),
        (Fri, morning, "13:00"),
    ])
}

fn exception(first: &str, last: &str, hours: Option<(&str, &str)>, label: &str, of_line: bool) -> Exception {
    let interval = hours.map(|(opens, closes)| Interval { opens: time(opens), closes: time(closes) });
    Exception { first_day: day(first), last_day: day(last), interval, label: label.to_owned(), of_line }
}

fn sentence(calendar: &ServiceCalendar, at: &str) -> String {
    calendar.state_at(berlin(at)).sentence(berlin(at))
}

#[test]
fn ordinary_week_is_told_in_words() {
    let calendar = ServiceCalendar::new(usual_week(), Vec::new(), Vec::new(), true);
    let words: Vec<_> =
        ["2026-11-17T10:30", "2026-11-17T17:00", "2026-11-17T07:59", "2026-11-20T13:00", "2026-11-19T17:59"]
            .map(|at| sentence(&calendar, at))
            .into();
    insta::assert_snapshot!(words.join("\n"), @r"
    Servicezeit bis 17:00
    geschlossen, wieder Mi 8:00
    geschlossen, wieder 8:00
    geschlossen, wieder Mo 8:00
    Servicezeit bis 18:00
    ");
}

#[test]
fn public_holiday_closes_with_its_name_unless_not_observed() {
    let observing = ServiceCalendar::new(usual_week(), Vec::new(), Vec::new(), true);
    assert_eq!(sentence(&observing, "2026-06-04T10:00"), "Feiertag: Fronleichnam, wieder Fr 8:00");
    let working = ServiceCalendar::new(usual_week(), Vec::new(), Vec::new(), false);
    assert_eq!(sentence(&working, "2026-06-04T10:00"), "Servicezeit bis 18:00");
}

#[test]
fn exceptions_go_before_holidays_and_the_lines_before_the_tenants() {
    let exceptions = vec![
        exception("2026-12-24", "2026-12-31", None, "Betriebsruhe", false),
        exception("2026-12-28", "2026-12-28", Some(("09:00", "12:00")), "Notdienst", false),
        exception("2026-12-25", "2026-12-25", Some(("10:00", "11:00")), "Hotline", true),
    ];
    let calendar = ServiceCalendar::new(usual_week(), Vec::new(), exceptions, true);
    assert_eq!(sentence(&calendar, "2026-12-24T10:00"), "Betriebsruhe, wieder Fr 10:00");
    assert_eq!(sentence(&calendar, "2026-12-25T10:30"), "Servicezeit bis 11:00");
    assert_eq!(sentence(&calendar, "2026-12-28T10:30"), "Servicezeit bis 12:00");
    assert_eq!(sentence(&calendar, "2026-12-28T12:00"), "Notdienst, wieder Mo 04.01. 8:00");
}

#[test]
fn lines_own_hours_replace_the_tenants() {
    let own = week(&[(Weekday::Sat, "10:00", "12:00"), (Weekday::Sat, "14:00", "16:00")]);
    let calendar = ServiceCalendar::new(usual_week(), own, Vec::new(), true);
    assert_eq!(sentence(&calendar, "2026-11-17T10:00"), "geschlossen, wieder Sa 10:00");
    assert_eq!(sentence(&calendar, "2026-11-21T13:00"), "geschlossen, wieder 14:00");
}

#[test]
fn line_without_hours_is_always_open_but_for_its_exceptions() {
    assert_eq!(ServiceCalendar::default().state_at(berlin("2026-12-25T03:00")), ServiceState::AlwaysOpen);
    let closed = vec![exception("2026-11-18", "2026-11-18", None, "Umzug", true)];
    let calendar = ServiceCalendar::new(Vec::new(), Vec::new(), closed, true);
    assert_eq!(sentence(&calendar, "2026-11-17T10:00"), "Servicezeit bis Mi 0:00");
    assert_eq!(sentence(&calendar, "2026-11-18T10:00"), "Umzug, wieder Do 0:00");
    assert_eq!(sentence(&calendar, "2026-11-19T10:00"), "durchgehend erreichbar");
}

#[test]
fn line_that_never_opens_again_says_so() {
    let forever = vec![exception("2020-01-01", "2099-12-31", None, "abgeschaltet", true)];
    let calendar = ServiceCalendar::new(usual_week(), Vec::new(), forever, true);
    assert_eq!(sentence(&calendar, "2026-11-17T10:00"), "abgeschaltet");
}

#[test]
fn nights_of_the_clock_change_are_counted_as_the_wall_shows_them() {
    let night = week(&[(Weekday::Sun, "01:00", "04:00")]);
    let calendar = ServiceCalendar::new(night, Vec::new(), Vec::new(), false);
    let open_minutes = |from: &str| {
        let start = berlin(from);
        (0..26 * 60).filter(|minute| calendar.state_at(start + TimeDelta::minutes(*minute)).is_open()).count()
    };
    assert_eq!(open_minutes("2026-03-29T00:00"), 120, "the hour from two to three is left out");
    assert_eq!(open_minutes("2026-10-25T00:00"), 240, "the hour from two to three comes twice");
}

/// The official holidays, where the shared data lie beside the project.
#[test]
fn holidays_are_those_of_nordrhein_westfalen() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/nrw_feiertage_2020_2035.csv");
    let Ok(table) = fs::read_to_string(path) else {
        println!("skipped: {path} is not there");
        return;
    };
    let official: Vec<NaiveDate> = table.lines().skip(1).filter_map(|line| line.get(..10)?.parse().ok()).collect();
    assert!(official.len() >= 11 * 16, "a whole table");
    let every_day = Weekday::Mon;
    let all_week: Vec<_> = std::iter::successors(Some(every_day), |day| Some(day.succ())).take(7).collect();
    let hours: Vec<_> = all_week.iter().map(|weekday| (*weekday, "08:00", "17:00")).collect();
    let calendar = ServiceCalendar::new(week(&hours), Vec::new(), Vec::new(), true);
    for day in day("2020-01-01").iter_days().take_while(|day| day.year() <= 2035) {
        let noon = day.and_time(time("12:00")).and_local_timezone(Berlin).unwrap().to_utc();
        assert_eq!(calendar.state_at(noon).is_open(), !official.contains(&day), "{day}");
    }
}

#[derive(Debug, Clone)]
struct Rules {
    tenants: Vec<WeeklyHours>,
    lines: Vec<WeeklyHours>,
    exceptions: Vec<Exception>,
    holidays: bool,
}

impl Rules {
    fn calendar(&self) -> ServiceCalendar {
        ServiceCalendar::new(self.tenants.clone(), self.lines.clone(), self.exceptions.clone(), self.holidays)
    }

    /// Written apart from the program: one minute, the wall's clock, the rules one after the other.
    fn is_open_by_the_oracle(&self, minute: DateTime<Utc>) -> bool {
        let wall = minute.with_timezone(&Berlin).naive_local();
        let within = |interval: &Interval| interval.opens <= wall.time() && wall.time() < interval.closes;
        for of_line in [true, false] {
            let mut on_this_day: Vec<_> = self.exceptions.iter().filter(|e| e.of_line == of_line).collect();
            on_this_day.retain(|e| e.first_day <= wall.date() && wall.date() <= e.last_day);
            on_this_day.sort_by_key(|e| (e.last_day - e.first_day).num_days());
            if let Some(first) = on_this_day.first() {
                let length = first.last_day - first.first_day;
                let mut same = on_this_day.iter().filter(|e| e.last_day - e.first_day == length);
                return same.clone().all(|e| e.interval.is_some())
                    && same.any(|e| e.interval.as_ref().is_some_and(within));
            }
        }
        let week = if self.lines.is_empty() { &self.tenants } else { &self.lines };
        if week.is_empty() {
            return true;
        }
        let (month, day) = (wall.month(), wall.day());
        if self.holidays && [(1, 1), (5, 1), (10, 3), (11, 1), (12, 25), (12, 26)].contains(&(month, day)) {
            return false;
        }
        week.iter().any(|hours| hours.weekday == wall.weekday() && within(&hours.interval))
    }
}

fn intervals() -> impl Strategy<Value = Interval> {
    (0u32..95, 1u32..95).prop_map(|(start, length)| {
        let end = (start + length).min(95);
        let clock = |quarter: u32| NaiveTime::from_hms_opt(quarter / 4, quarter % 4 * 15, 0).expect("a time");
        Interval { opens: clock(start.min(end - 1)), closes: clock(end) }
    })
}

fn weeks() -> impl Strategy<Value = Vec<WeeklyHours>> {
    let one = (0u8..7, intervals())
        .prop_map(|(day, interval)| WeeklyHours { weekday: Weekday::try_from(day).expect("a weekday"), interval });
    proptest::collection::vec(one, 0..9)
}

/// Three weeks without a movable holiday around each clock change, and around Christmas.
fn starts() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![Just(day("2027-03-08")), Just(day("2026-10-15")), Just(day("2026-12-18")), Just(day("2026-04-22"))]
}

fn rules() -> impl Strategy<Value = (NaiveDate, Rules)> {
    let exceptions =
        proptest::collection::vec((0i64..20, 0i64..4, proptest::option::of(intervals()), any::<bool>()), 0..5);
    (starts(), weeks(), weeks(), exceptions, any::<bool>()).prop_map(|(start, tenants, lines, exceptions, holidays)| {
        let made = |(offset, length, interval, of_line): (i64, i64, Option<Interval>, bool)| Exception {
            first_day: start + TimeDelta::days(offset),
            last_day: start + TimeDelta::days(offset + length),
            interval,
            label: "Ausnahme".to_owned(),
            of_line,
        };
        (start, Rules { tenants, lines, exceptions: exceptions.into_iter().map(made).collect(), holidays })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn calendar_agrees_with_the_oracle_at_every_minute((start, rules) in rules()) {
        let calendar = rules.calendar();
        let first = start.and_time(NaiveTime::MIN).and_utc();
        let mut promised: Option<(DateTime<Utc>, bool)> = None;
        for minute in (0..14 * 24 * 60).map(|minute| first + TimeDelta::minutes(minute)) {
            let open = rules.is_open_by_the_oracle(minute);
            if let Some((until, state)) = promised.filter(|(until, _)| minute < *until) {
                prop_assert_eq!(open, state, "{} lies before {}", minute, until);
                continue;
            }
            // The state is asked only where the last answer ended: so each answer's end is proved as well.
            let state = calendar.state_at(minute);
            prop_assert_eq!(state.is_open(), open, "{}", minute);
            promised = match state {
                ServiceState::AlwaysOpen => None,
                ServiceState::Open { until } => Some((until, true)),
                ServiceState::Closed { next_opening, .. } => next_opening.map(|next| (next, false)),
            };
            prop_assert!(promised.is_none_or(|(until, _)| until > minute));
        }
    }
}
