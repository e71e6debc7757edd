//! German words for times, numbers and lengths, always in Berlin time.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Europe::Berlin;

use crate::clock;

pub fn date(day: NaiveDate) -> String {
    day.format("%d.%m.%Y").to_string()
}

pub fn day(moment: DateTime<Utc>) -> String {
    date(clock::day_of(moment))
}

pub fn time(moment: DateTime<Utc>) -> String {
    moment.with_timezone(&Berlin).format("%H:%M").to_string()
}

pub fn time_with_seconds(moment: DateTime<Utc>) -> String {
    moment.with_timezone(&Berlin).format("%H:%M:%S").to_string()
}

pub fn moment(moment: DateTime<Utc>) -> String {
    moment.with_timezone(&Berlin).format("%d.%m.%Y, %H:%M Uhr").to_string()
}

/// For `datetime` attributes, which machines read.
pub fn machine_moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

pub fn clock_time(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

pub fn weekday(day: Weekday) -> &'static str {
    ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
        [day.num_days_from_monday() as usize]
}

pub fn weekday_of(day: NaiveDate) -> &'static str {
    weekday(day.weekday())
}

/// Milliseconds as minutes and seconds, as on a phone's display: 01:42.
pub fn duration(milliseconds: impl Into<i64>) -> String {
    let seconds = milliseconds.into() / 1000;
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// With one decimal, behind a comma: 2,4.
pub fn tenths(number: impl Into<f64>) -> String {
    format!("{:.1}", number.into()).replace('.', ",")
}

/// A count with the German thousands point: 1.062.
pub fn count(number: impl TryInto<i64>) -> String {
    let digits = number.try_into().unwrap_or(i64::MAX).to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 && !text.ends_with('-') {
            text.push('.');
        }
        text.push(digit);
    }
    text
}
