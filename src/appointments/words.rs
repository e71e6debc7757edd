//! Times as they are said on the telephone.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Europe::Berlin;

use crate::clock;
use crate::web::format;

const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// "Dienstag, 24. November 2026, 10 Uhr 30".
pub fn moment(moment: DateTime<Utc>) -> String {
    format!("{}, {}", day(clock::day_of(moment)), time(moment))
}

/// "Dienstag, 24. November 2026".
pub fn day(day: NaiveDate) -> String {
    format!("{}, {}. {} {}", format::weekday_of(day), day.day(), MONTHS[day.month0() as usize], day.year())
}

/// "Di 24.11.".
pub fn short_day(day: NaiveDate) -> String {
    let weekday: String = format::weekday_of(day).chars().take(2).collect();
    format!("{weekday} {}", day.format("%d.%m."))
}

/// "10 Uhr 30", "8 Uhr".
pub fn time(moment: DateTime<Utc>) -> String {
    let local = moment.with_timezone(&Berlin);
    match local.minute() {
        0 => format!("{} Uhr", local.hour()),
        minute => format!("{} Uhr {minute}", local.hour()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn moment_is_said_as_people_say_it() {
        let at = |text: &str| super::moment(text.parse().expect("a moment"));
        assert_eq!(at("2026-11-24T09:30:00Z"), "Dienstag, 24. November 2026, 10 Uhr 30");
        assert_eq!(at("2026-07-01T06:00:00Z"), "Mittwoch, 1. Juli 2026, 8 Uhr");
        assert_eq!(at("2026-11-24T09:05:00Z"), "Dienstag, 24. November 2026, 10 Uhr 5");
    }
}
