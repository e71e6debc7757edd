//! The ends that a form offers: nobody should have to type when the office closes.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::Berlin;

use crate::clock;
use crate::tenants::{ServiceCalendar, ServiceState};
use crate::web::format;

/// When offices without service hours begin.
const MORNING: NaiveTime = NaiveTime::from_hms_opt(8, 0, 0).expect("a time");

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presets {
    /// When service ends today; without service today, the end of the day.
    pub today: DateTime<Utc>,
    /// When service begins next, from tomorrow on.
    pub next: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl Presets {
    pub fn new(calendar: &ServiceCalendar, now: DateTime<Utc>) -> Self {
        let today = clock::day_of(now);
        let tomorrow = moment(today + TimeDelta::days(1), NaiveTime::MIN);
        let morning = moment(today + TimeDelta::days(1), MORNING);
        let close = match calendar.state_at(now) {
            ServiceState::Closed { next_opening: Some(opening), .. } if opening < tomorrow => {
                calendar.state_at(opening)
            }
            state => state,
        };
        let closing = match close {
            ServiceState::Open { until } if until <= tomorrow => until,
            _ => tomorrow,
        };
        let next = match calendar.state_at(tomorrow) {
            ServiceState::Closed { next_opening: Some(opening), .. } => opening,
            _ => morning,
        };
        Self { today: closing, next, now }
    }

    pub fn today_words(&self) -> String {
        if clock::day_of(self.today) > clock::day_of(self.now) {
            return "bis heute um Mitternacht".to_owned();
        }
        format!("bis heute Dienstschluss ({} Uhr)", format::time(self.today))
    }

    pub fn next_words(&self) -> String {
        let day = clock::day_of(self.next);
        if day == clock::day_of(self.now) + TimeDelta::days(1) {
            return format!("bis morgen früh ({} Uhr)", format::time(self.next));
        }
        format!("bis {} früh ({})", format::weekday_of(day), format::moment(self.next))
    }
}

/// A time as the clock on the wall shows it; one that is left out in spring is an hour later.
pub fn moment(day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let local = day.and_time(time);
    let found = Berlin.from_local_datetime(&local).earliest();
    let found = found.or_else(|| Berlin.from_local_datetime(&(local + TimeDelta::hours(1))).earliest());
    found.map_or(local.and_utc(), |local| local.to_utc())
}
