//! When a line is answered: weekly hours, local exceptions, public holidays, both clock changes. Pure rules, no database.

use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Timelike, Utc, Weekday,
};
use chrono_tz::Europe::Berlin;
use holiday_de::{DateExt, GermanRegion};

use crate::clock;

/// Further than this nobody looks ahead: a line without an opening within a year has none.
const HORIZON_DAYS: u64 = 370;

/// From `opens` until just before `closes`, as the clock on the wall shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub opens: NaiveTime,
    pub closes: NaiveTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeeklyHours {
    pub weekday: Weekday,
    pub interval: Interval,
}

/// Days with other hours than usual; both days belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    /// None: closed.
    pub interval: Option<Interval>,
    pub label: String,
    /// Made for this line alone; it goes before the tenant's.
    pub of_line: bool,
}

#[derive(Debug, Clone, Default)]
pub struct ServiceCalendar {
    weekly: Vec<WeeklyHours>,
    exceptions: Vec<Exception>,
    observes_holidays: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceState {
    /// The line has no hours.
    AlwaysOpen,
    Open {
        until: DateTime<Utc>,
    },
    Closed {
        /// None: not within the next year.
        next_opening: Option<DateTime<Utc>>,
        /// Why, where it is not just the time of day: "Feiertag: Fronleichnam", "Betriebsausflug".
        reason: Option<String>,
    },
}

/// A stretch of real time, its end not included.
pub type Stretch = (DateTime<Utc>, DateTime<Utc>);

struct DayHours {
    intervals: DayIntervals,
    reason: Option<String>,
}

enum DayIntervals {
    AllDay,
    Some(Vec<Interval>),
}

impl ServiceCalendar {
    /// A line's own weekly hours replace the tenant's altogether; exceptions of both are kept, the line's first.
    pub fn new(
        tenants: Vec<WeeklyHours>,
        lines: Vec<WeeklyHours>,
        exceptions: Vec<Exception>,
        observes_holidays: bool,
    ) -> Self {
        Self { weekly: if lines.is_empty() { tenants } else { lines }, exceptions, observes_holidays }
    }

    pub fn state_at(&self, now: DateTime<Utc>) -> ServiceState {
        if self.weekly.is_empty() && self.exceptions.is_empty() {
            return ServiceState::AlwaysOpen;
        }
        let today = clock::day_of(now);
        let stretch = self.stretches_from(today).find(|(_, end)| *end > now);
        match stretch {
            Some((start, end)) if start <= now => self.open_until(end, today),
            later => ServiceState::Closed {
                next_opening: later.map(|(start, _)| start),
                reason: self.hours_of(today).reason,
            },
        }
    }

    /// Open around midnight is one opening; open beyond the horizon has no end.
    fn open_until(&self, first_end: DateTime<Utc>, today: NaiveDate) -> ServiceState {
        let mut end = first_end;
        for (start, next_end) in self.stretches_from(today).skip_while(|(start, _)| *start < first_end) {
            if start > end {
                return ServiceState::Open { until: end };
            }
            end = next_end;
        }
        if self.weekly.is_empty() { ServiceState::AlwaysOpen } else { ServiceState::Open { until: end } }
    }

    /// When it is open from this moment on, in order, for about a year ahead; the first one begins no earlier. Without any
    /// hours it is always open.
    pub fn open_stretches(&self, from: DateTime<Utc>) -> impl Iterator<Item = Stretch> {
        self.stretches_from(clock::day_of(from))
            .filter(move |(_, end)| *end > from)
            .map(move |(start, end)| (start.max(from), end))
    }

    /// A day with other hours than its weekday's: why, and when it is open all the same.
    pub fn special_day(&self, day: NaiveDate) -> Option<(String, Vec<Stretch>)> {
        let exceptional = self.exception_of(day, true).or_else(|| self.exception_of(day, false));
        let hours = exceptional.or_else(|| {
            let reason = format!("Feiertag: {}", self.holiday_of(day)?);
            Some(DayHours { intervals: DayIntervals::Some(Vec::new()), reason: Some(reason) })
        })?;
        Some((hours.reason.unwrap_or_default(), stretches(day, &hours.intervals)))
    }

    fn stretches_from(&self, first: NaiveDate) -> impl Iterator<Item = Stretch> {
        let days = first.iter_days().take(usize::try_from(HORIZON_DAYS).unwrap_or(usize::MAX));
        days.flat_map(|day| stretches(day, &self.hours_of(day).intervals))
    }

    /// What is said for one day goes in this order: the line's exception, the tenant's, the public holiday, the week.
    fn hours_of(&self, day: NaiveDate) -> DayHours {
        if let Some(exceptional) = self.exception_of(day, true).or_else(|| self.exception_of(day, false)) {
            return exceptional;
        }
        if self.weekly.is_empty() {
            return DayHours { intervals: DayIntervals::AllDay, reason: None };
        }
        if let Some(name) = self.holiday_of(day) {
            return DayHours { intervals: DayIntervals::Some(Vec::new()), reason: Some(format!("Feiertag: {name}")) };
        }
        let weekly = self.weekly.iter().filter(|hours| hours.weekday == day.weekday());
        DayHours { intervals: DayIntervals::Some(weekly.map(|hours| hours.interval).collect()), reason: None }
    }

    /// The exception for the fewest days knows best: a day with short hours within a closed week. Of equal ones all count,
    /// and closed wins.
    fn exception_of(&self, day: NaiveDate, of_line: bool) -> Option<DayHours> {
        let days = |exception: &Exception| exception.last_day - exception.first_day;
        let holding: Vec<_> = self
            .exceptions
            .iter()
            .filter(|e| e.of_line == of_line && (e.first_day..=e.last_day).contains(&day))
            .collect();
        let fewest = holding.iter().map(|exception| days(exception)).min()?;
        let closest: Vec<_> = holding.into_iter().filter(|exception| days(exception) == fewest).collect();
        let intervals: Option<Vec<_>> = closest.iter().map(|exception| exception.interval).collect();
        Some(DayHours {
            intervals: DayIntervals::Some(intervals.unwrap_or_default()),
            reason: closest.first().map(|exception| exception.label.clone()),
        })
    }

    fn holiday_of(&self, day: NaiveDate) -> Option<&'static str> {
        let holiday = self.observes_holidays.then(|| day.public_holiday_in(GermanRegion::NordrheinWestfalen))?;
        holiday.map(|holiday| holiday.description())
    }
}

/// The real time of one interval of a day: an hour that the clocks show twice counts twice.
pub fn stretches_of(day: NaiveDate, interval: Interval) -> Vec<Stretch> {
    stretches(day, &DayIntervals::Some(vec![interval]))
}

/// The next public holidays in Nordrhein-Westfalen, this day's included.
pub fn holidays_of(from: NaiveDate, count: usize) -> Vec<(NaiveDate, &'static str)> {
    let name = |day: NaiveDate| Some((day, day.public_holiday_in(GermanRegion::NordrheinWestfalen)?.description()));
    from.iter_days().filter_map(name).take(count).collect()
}

/// The real times of one day's intervals, in order, without overlaps.
fn stretches(day: NaiveDate, intervals: &DayIntervals) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = match intervals {
        DayIntervals::AllDay => vec![(midnight(day), midnight(day + TimeDelta::days(1)))],
        DayIntervals::Some(intervals) => intervals.iter().flat_map(|interval| on_the_wall(day, *interval)).collect(),
    };
    found.sort_unstable();
    let mut merged: Vec<Stretch> = Vec::new();
    for (start, end) in found {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

/// An interval counts whenever the clock on the wall shows a time within it: an hour that is shown twice counts twice, one
/// that is left out not at all.
fn on_the_wall(day: NaiveDate, interval: Interval) -> Vec<Stretch> {
    let (start, end) = (midnight(day), midnight(day + TimeDelta::days(1)));
    let (before, after) = (offset_at(start), offset_at(end - TimeDelta::seconds(1)));
    let shown = |offset: FixedOffset, from: DateTime<Utc>, to: DateTime<Utc>| {
        let at = |time| day.and_time(time).and_local_timezone(offset).single().map_or(from, |t| t.to_utc());
        (at(interval.opens).max(from), at(interval.closes).min(to))
    };
    let pieces = if before == after {
        vec![shown(before, start, end)]
    } else {
        let change = clock_change(day);
        vec![shown(before, start, change), shown(after, change, end)]
    };
    pieces.into_iter().filter(|(from, to)| from < to).collect()
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    Berlin.from_local_datetime(&midnight).earliest().map_or(midnight.and_utc(), |local| local.to_utc())
}

fn offset_at(moment: DateTime<Utc>) -> FixedOffset {
    moment.with_timezone(&Berlin).offset().fix()
}

/// All of Europe changes its clocks at one o'clock UTC.
fn clock_change(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(1)
}

impl ServiceState {
    pub fn is_open(&self) -> bool {
        !matches!(self, Self::Closed { .. })
    }

    /// For the agent's eye: "Servicezeit bis 17:00", "geschlossen, wieder Mo 8:00".
    pub fn sentence(&self, now: DateTime<Utc>) -> String {
        match self {
            Self::AlwaysOpen => "durchgehend erreichbar".to_owned(),
            Self::Open { until } => format!("Servicezeit bis {}", near_moment(*until, now)),
            Self::Closed { next_opening, reason } => {
                let why = reason.as_deref().unwrap_or("geschlossen");
                match next_opening {
                    Some(opening) => format!("{why}, wieder {}", near_moment(*opening, now)),
                    None => why.to_owned(),
                }
            }
        }
    }
}

/// The time of today, the weekday within a week, the date beyond.
pub fn near_moment(moment: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (local, today) = (moment.with_timezone(&Berlin), clock::day_of(now));
    let day = local.date_naive();
    let weekday = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"][day.weekday().num_days_from_monday() as usize];
    let time = format!("{}:{:02}", local.hour(), local.minute());
    match (day - today).num_days() {
        0 => time,
        1..=6 => format!("{weekday} {time}"),
        _ => format!("{weekday} {} {time}", day.format("%d.%m.")),
    }
}
