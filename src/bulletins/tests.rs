//! Ends that a form offers, and the phases of a bulletin.

use chrono::{NaiveTime, Weekday};

use super::*;
use crate::tenants::{Interval, ServiceCalendar, WeeklyHours};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

fn calendar(days: &[Weekday]) -> ServiceCalendar {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time");
    let interval = Interval { opens: time(8), closes: time(17) };
    let weekly = days.iter().map(|weekday| WeeklyHours { weekday: *weekday, interval }).collect();
    ServiceCalendar::new(weekly, Vec::new(), Vec::new(), true)
}

#[test]
fn today_ends_when_the_office_closes() {
    let week = calendar(&[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri]);
    // Tuesday, before, during and after service.
    for now in ["2026-11-17T06:30:00Z", "2026-11-17T09:30:00Z"] {
        let presets = Presets::new(&week, at(now));
        assert_eq!((presets.today, presets.next), (at("2026-11-17T16:00:00Z"), at("2026-11-18T07:00:00Z")));
        assert_eq!(presets.today_words(), "bis heute Dienstschluss (17:00 Uhr)");
        assert_eq!(presets.next_words(), "bis morgen früh (08:00 Uhr)");
    }
    let evening = Presets::new(&week, at("2026-11-17T19:00:00Z"));
    assert_eq!((evening.today, evening.next), (at("2026-11-17T23:00:00Z"), at("2026-11-18T07:00:00Z")));
    assert_eq!(evening.today_words(), "bis heute um Mitternacht");
    let friday = Presets::new(&week, at("2026-11-20T09:30:00Z"));
    assert_eq!(friday.next_words(), "bis Montag früh (23.11.2026, 08:00 Uhr)");
}

#[test]
fn office_without_hours_has_ends_too() {
    let presets = Presets::new(&calendar(&[]), at("2026-11-17T09:30:00Z"));
    assert_eq!((presets.today, presets.next), (at("2026-11-17T23:00:00Z"), at("2026-11-18T07:00:00Z")));
}
