//! Whether somebody answers at this moment, in words, shape and colour. Pure rules, no database.

use std::collections::HashSet;
use std::hash::Hash;

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Europe::Berlin;

use crate::tenants::{ServiceCalendar, ServiceState, near_moment};

/// Nobody is connected until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub until: DateTime<Utc>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// None: round the clock.
    Open {
        until: Option<DateTime<Utc>>,
    },
    /// None: not within a year.
    Later {
        next: Option<DateTime<Utc>>,
        reason: Option<String>,
    },
    Held(Hold),
    /// Nobody has entered hours.
    Unknown,
}

impl Hold {
    pub fn of(until: Option<DateTime<Utc>>, reason: Option<String>) -> Option<Self> {
        until.map(|until| Self { until, reason })
    }

    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.until > now
    }

    /// "Mo 24.11. (Urlaub)", "14:00 (Besprechung)".
    pub fn words(&self, now: DateTime<Utc>) -> String {
        let local = self.until.with_timezone(&Berlin);
        let is_whole_day = local.time() == NaiveTime::MIN;
        let until = match is_whole_day {
            true => format!("{} {}", weekday(local.date_naive()), local.format("%d.%m.")),
            false => near_moment(self.until, now),
        };
        match self.reason.as_deref().filter(|reason| !reason.is_empty()) {
            Some(reason) => format!("{until} ({reason})"),
            None => until,
        }
    }
}

fn weekday(day: chrono::NaiveDate) -> &'static str {
    use chrono::Datelike;
    ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"][day.weekday().num_days_from_monday() as usize]
}

impl Reach {
    /// What is said for a person or an office counts before the hours. Without a calendar nobody knows.
    pub fn at(calendar: Option<&ServiceCalendar>, hold: Option<&Hold>, now: DateTime<Utc>) -> Self {
        if let Some(hold) = hold.filter(|hold| hold.holds(now)) {
            return Self::Held(hold.clone());
        }
        match calendar.map(|calendar| calendar.state_at(now)) {
            None => Self::Unknown,
            Some(ServiceState::AlwaysOpen) => Self::Open { until: None },
            Some(ServiceState::Open { until }) => Self::Open { until: Some(until) },
            Some(ServiceState::Closed { next_opening, reason }) => Self::Later { next: next_opening, reason },
        }
    }

    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }

    pub fn is_held(&self) -> bool {
        matches!(self, Self::Held(_))
    }

    /// "jetzt erreichbar bis 12:30", "erst Do 14:00", "nicht verbinden bis Mo 24.11. (Urlaub)".
    pub fn words(&self, now: DateTime<Utc>) -> String {
        match self {
            Self::Open { until: Some(until) } => format!("jetzt erreichbar bis {}", near_moment(*until, now)),
            Self::Open { until: None } => "jetzt erreichbar".to_owned(),
            Self::Later { next: Some(next), reason } => match reason {
                Some(reason) => format!("erst {} ({reason})", near_moment(*next, now)),
                None => format!("erst {}", near_moment(*next, now)),
            },
            Self::Later { next: None, reason } => match reason {
                Some(reason) => format!("nicht erreichbar ({reason})"),
                None => "nicht erreichbar".to_owned(),
            },
            Self::Held(hold) => format!("nicht verbinden bis {}", hold.words(now)),
            Self::Unknown => "Zeiten nicht eingetragen".to_owned(),
        }
    }

    /// The word that gives the badge its shape and colour.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Open { .. } => "good",
            Self::Later { .. } => "off",
            Self::Held(_) => "bad",
            Self::Unknown => "info",
        }
    }
}

/// Follows deputies from `start` until somebody is free. None: nobody is, or they stand in for each other in a circle.
/// `look` says of one whether they are free, and who stands in.
pub fn first_free<K: Copy + Eq + Hash>(start: K, look: impl Fn(K) -> Option<(bool, Option<K>)>) -> Option<K> {
    let mut seen = HashSet::new();
    let mut here = Some(start);
    while let Some(one) = here.filter(|one| seen.insert(*one)) {
        let (is_free, deputy) = look(one)?;
        if is_free {
            return Some(one);
        }
        here = deputy;
    }
    None
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::*;
    use crate::tenants::{Interval, WeeklyHours};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    /// Tuesday 8:00 to 12:30, Thursday 14:00 to 17:00.
    fn calendar() -> ServiceCalendar {
        let hours = |weekday, opens: (u32, u32), closes: (u32, u32)| {
            let time = |(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).expect("a time");
            WeeklyHours { weekday, interval: Interval { opens: time(opens), closes: time(closes) } }
        };
        let week = vec![hours(Weekday::Tue, (8, 0), (12, 30)), hours(Weekday::Thu, (14, 0), (17, 0))];
        ServiceCalendar::new(week, Vec::new(), Vec::new(), true)
    }

    #[test]
    fn hours_say_until_when_and_from_when() {
        let (open, later) = (at("2026-11-17T09:30:00Z"), at("2026-11-17T12:00:00Z"));
        let words = |now| Reach::at(Some(&calendar()), None, now).words(now);
        assert_eq!(words(open), "jetzt erreichbar bis 12:30");
        assert_eq!(words(later), "erst Do 14:00");
        assert_eq!(words(at("2026-11-17T11:30:00Z")), "erst Do 14:00", "half past twelve is closed already");
        assert_eq!(Reach::at(None, None, open).words(open), "Zeiten nicht eingetragen");
        let states = [open, later].map(|now| Reach::at(Some(&calendar()), None, now).state());
        assert_eq!(states, ["good", "off"]);
    }

    #[test]
    fn hold_counts_before_the_hours_until_its_moment() {
        let now = at("2026-11-17T09:30:00Z");
        let whole = Hold { until: at("2026-11-23T23:00:00Z"), reason: Some("Urlaub".to_owned()) };
        let reach = Reach::at(Some(&calendar()), Some(&whole), now);
        assert_eq!(reach.words(now), "nicht verbinden bis Di 24.11. (Urlaub)");
        assert_eq!(reach.state(), "bad");
        let meeting = Hold { until: at("2026-11-17T10:00:00Z"), reason: None };
        assert_eq!(Reach::at(Some(&calendar()), Some(&meeting), now).words(now), "nicht verbinden bis 11:00");
        assert!(Reach::at(Some(&calendar()), Some(&meeting), at("2026-11-17T10:00:00Z")).is_open(), "it is over");
    }

    #[test]
    fn deputies_are_followed_and_never_in_a_circle() {
        let free = [4];
        let deputies = [(1, 2), (2, 3), (3, 4), (5, 6), (6, 5)];
        let look = |one: i32| {
            let deputy = deputies.iter().find(|(of, _)| *of == one).map(|(_, deputy)| *deputy);
            (one < 9).then_some((free.contains(&one), deputy))
        };
        assert_eq!(first_free(1, look), Some(4));
        assert_eq!(first_free(4, look), Some(4));
        assert_eq!(first_free(5, look), None, "each stands in for the other");
        assert_eq!(first_free(9, look), None, "nobody knows them");
    }
}
