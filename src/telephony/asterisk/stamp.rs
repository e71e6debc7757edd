//! The time in a message, and the two ways in which Asterisk writes how long something has lasted.

use chrono::{DateTime, TimeDelta, Utc};

use super::Message;
use crate::calls::EventClock;

/// 1 January 1990: no call is older; a telephone system whose battery is empty starts at 1970.
const OLDEST_SECOND: i64 = 631_152_000;
const FURTHEST_AHEAD: TimeDelta = TimeDelta::days(2);

/// When it happened, and whose clock says so. `Timestamp` comes only where `timestampevents` is on.
pub fn time_of(message: &Message, received: DateTime<Utc>) -> (DateTime<Utc>, EventClock) {
    let sent = message.get("Timestamp").and_then(parse_stamp);
    match sent.filter(|at| at.timestamp() >= OLDEST_SECOND && *at <= received + FURTHEST_AHEAD) {
        Some(at) => (at, EventClock::Source),
        None => (received, EventClock::Received),
    }
}

/// "1795230348.023747". A floating-point number would lose the last digit.
pub fn parse_stamp(text: &str) -> Option<DateTime<Utc>> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(seconds) || !all_digits(fraction) {
        return None;
    }
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    DateTime::from_timestamp(seconds.parse().ok()?, micros.parse::<u32>().ok()? * 1000)
}

/// "00:00:04", and "31:10:00" after more than a day; in the queue's list plain seconds.
pub fn parse_duration(text: &str) -> Option<TimeDelta> {
    let mut seconds: i64 = 0;
    for part in text.split(':') {
        seconds = seconds.checked_mul(60)?.checked_add(part.parse::<u32>().ok()?.into())?;
    }
    TimeDelta::try_seconds(seconds)
}
