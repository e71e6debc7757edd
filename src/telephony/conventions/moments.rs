//! Times and lengths as telephone systems write them.

use chrono::{DateTime, NaiveDateTime, SubsecRound, TimeDelta, Utc};
use chrono_tz::Europe::Berlin;

/// With an offset; as exact as the database keeps it.
pub(super) fn rfc3339(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc().trunc_subsecs(6))
}

const WITHOUT_OFFSET: [&str; 5] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    // The one American way that cannot be taken for another.
    "%m/%d/%Y %I:%M:%S %p",
];

/// Also without an offset, which is then Berlin's or none at all, and as seconds or milliseconds since 1970.
pub(super) fn any(text: &str, is_utc: bool) -> Option<DateTime<Utc>> {
    if let Some(moment) = rfc3339(text) {
        return Some(moment);
    }
    if text.len() >= 9 && text.chars().all(|c| c.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return if text.len() > 11 {
            DateTime::from_timestamp_millis(number)
        } else {
            DateTime::from_timestamp(number, 0)
        };
    }
    let naive = WITHOUT_OFFSET.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    let moment = if is_utc { naive.and_utc() } else { naive.and_local_timezone(Berlin).earliest()?.to_utc() };
    Some(moment.trunc_subsecs(6))
}

/// "83", "83.4", "01:23", "0:01:23" in milliseconds.
pub(super) fn seconds_as_ms(text: &str) -> Option<i32> {
    let mut seconds = 0.0;
    for part in text.split(':') {
        let part: f64 = part.trim().parse().ok()?;
        seconds = seconds * 60.0 + part;
    }
    within(seconds * 1000.0)
}

pub(super) fn ms(text: &str) -> Option<i32> {
    within(text.parse().ok()?)
}

#[expect(clippy::cast_possible_truncation, reason = "it was looked at before")]
fn within(ms: f64) -> Option<i32> {
    (0.0..=f64::from(i32::MAX)).contains(&ms).then(|| ms.round() as i32)
}

/// Between two moments, if the second one is not before the first.
pub(super) fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Option<i32> {
    i32::try_from((to - from).num_milliseconds()).ok().filter(|ms| *ms >= 0)
}

/// Before 1980 there were no such telephone systems, and nobody tells of next week.
pub(super) fn is_plausible(moment: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    moment.timestamp() > 315_532_800 && moment <= now + TimeDelta::days(2)
}
