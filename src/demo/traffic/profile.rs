//! When citizens call: by half hour, weekday and season. Shares, not numbers.

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike, Utc, Weekday};
use chrono_tz::Europe::Berlin;
use holiday_de::{DateExt, GermanRegion};

/// Half hours of a day.
pub const SLOTS: usize = 48;

/// Of a day's calls, per mille and half hour: nearly none at night, the most around ten, a dip at noon.
const PER_MILLE: [f64; SLOTS] = [
    0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.3, 0.3, 0.5, 1.0, 4.0, 9.0, // until 8:00
    45.0, 58.0, 68.0, 72.0, 74.0, 71.0, 65.0, 56.0, // until 12:00
    43.0, 38.0, 41.0, 46.0, 49.0, 47.0, 42.0, 37.0, // until 16:00
    29.0, 23.0, 17.0, 13.0, 10.0, 8.0, 7.0, 6.0, // until 20:00
    5.0, 4.0, 3.0, 2.0, 1.5, 1.0, 0.7, 0.4,
];

/// How many of those who would call during a closed half hour try all the same.
pub const TRY_WHEN_CLOSED: f64 = 0.06;

pub fn half_hour_share(slot: usize) -> f64 {
    PER_MILLE[slot] / PER_MILLE.iter().sum::<f64>()
}

/// How many call now, an hour, where an ordinary working day has this many calls.
pub fn calls_per_hour(calls_per_day: f64, now: DateTime<Utc>) -> f64 {
    let local = now.with_timezone(&Berlin);
    let slot = local.hour() as usize * 2 + usize::from(local.minute() >= 30);
    calls_per_day * weekday_factor(local.weekday()) * half_hour_share(slot) * 2.0
}

/// The five working days have 1 on average.
pub fn weekday_factor(weekday: Weekday) -> f64 {
    match weekday {
        Weekday::Mon => 1.20,
        Weekday::Tue => 1.08,
        Weekday::Wed => 0.94,
        Weekday::Thu => 1.06,
        Weekday::Fri => 0.72,
        Weekday::Sat => 0.34,
        Weekday::Sun => 0.26,
    }
}

/// The year's waves, and the calls that a public holiday leaves for the next day. A year has 1 on average.
pub fn season_factor(day: NaiveDate) -> f64 {
    const MONTHS: [f64; 12] = [1.09, 1.03, 1.06, 1.01, 0.99, 1.01, 0.93, 0.96, 1.05, 1.01, 1.00, 0.86];
    let month = MONTHS[day.month0() as usize];
    let after_holiday = if day.checked_sub_days(Days::new(1)).is_some_and(is_holiday) { 1.18 } else { 1.0 };
    let between_years = if day.month() == 12 && day.day() > 26 { 0.6 } else { 1.0 };
    month * after_holiday * between_years
}

pub fn is_holiday(day: NaiveDate) -> bool {
    day.is_public_holiday_in(GermanRegion::NordrheinWestfalen)
}
