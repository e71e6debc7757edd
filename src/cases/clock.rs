//! The clock of a promise. It counts the hours in which the office works that has to keep it, and no others: neither the
//! longer ones of the center nor nights, weekends, holidays and closing days. Pure rules, no database.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use crate::clock;
use crate::tenants::ServiceCalendar;

/// A calendar looks about a year ahead; longer stretches of time are counted in pieces.
const PIECE: TimeDelta = TimeDelta::days(300);

/// The moment at which so many service hours have passed. None: the office does not open that often within a year.
pub fn after(calendar: &ServiceCalendar, from: DateTime<Utc>, hours: TimeDelta) -> Option<DateTime<Utc>> {
    let mut left = hours;
    if left <= TimeDelta::zero() {
        return Some(from);
    }
    for (start, end) in calendar.open_stretches(from) {
        if left <= end - start {
            return Some(start + left);
        }
        left -= end - start;
    }
    None
}

/// How much service time lies between two moments.
pub fn elapsed(calendar: &ServiceCalendar, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
    let mut sum = TimeDelta::zero();
    let mut from = from;
    while from < to {
        let until = to.min(from + PIECE);
        let stretches = calendar.open_stretches(from).take_while(|(start, _)| *start < until);
        sum = stretches.fold(sum, |sum, (start, end)| sum + (end.min(until) - start));
        from = until;
    }
    sum
}

/// When an answer is due, and from when on it is time to say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    pub due_at: DateTime<Utc>,
    pub warn_at: DateTime<Utc>,
}

impl Promise {
    /// So many service hours from now on. An office that never opens has to keep its promise all the same: then hours are
    /// those of the clock on the wall.
    pub fn within(calendar: &ServiceCalendar, from: DateTime<Utc>, hours: i32, warn_hours: i32) -> Self {
        let whole = TimeDelta::hours(hours.into());
        let early = TimeDelta::hours((hours - warn_hours).max(0).into());
        let moment = |length| after(calendar, from, length).unwrap_or(from + length);
        Self { due_at: moment(whole), warn_at: moment(early) }
    }

    /// By the end of the day, so many days from now; a day before it is time to say so.
    pub fn by_day(from: DateTime<Utc>, days: i32) -> Option<Self> {
        let day = clock::day_of(from) + TimeDelta::days(days.into());
        let midnight = |day| clock::moment(day, NaiveTime::MIN);
        let due_at = midnight(day + TimeDelta::days(1))?;
        Some(Self { due_at, warn_at: midnight(day)?.max(from) })
    }
}

/// How a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was promised, or it was kept or broken and that is over.
    None,
    Running,
    Warn,
    Late,
}

impl Standing {
    pub fn at(promise: Option<Promise>, now: DateTime<Utc>) -> Self {
        match promise {
            None => Self::None,
            Some(promise) if now >= promise.due_at => Self::Late,
            Some(promise) if now >= promise.warn_at => Self::Warn,
            Some(_) => Self::Running,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::None => "ohne Frist",
            Self::Running => "in der Frist",
            Self::Warn => "Frist läuft ab",
            Self::Late => "überfällig",
        }
    }

    pub fn colour(self) -> &'static str {
        match self {
            Self::None => "off",
            Self::Running => "good",
            Self::Warn => "warn",
            Self::Late => "bad",
        }
    }
}
