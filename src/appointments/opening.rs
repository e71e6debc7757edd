//! When appointments are given: by pattern where there is one, otherwise in the office's own hours; never on a closed day.

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::Pattern;
use crate::clock;
use crate::ids::AppointmentTypeId;
use crate::tenants::{ServiceCalendar, Stretch, stretches_of};

/// Whoever is open longer at a stretch has no hours at all: nobody is there at night.
const LONGEST: TimeDelta = TimeDelta::hours(22);

/// From the first day to the last one, in order. Patterns of the type itself go before those of the office.
pub fn opening(
    calendar: &ServiceCalendar,
    patterns: &[Pattern],
    kind: AppointmentTypeId,
    (first, last): (NaiveDate, NaiveDate),
) -> Vec<Stretch> {
    let own: Vec<_> = patterns.iter().filter(|pattern| pattern.kind == Some(kind)).collect();
    let of_office: Vec<_> = patterns.iter().filter(|pattern| pattern.kind.is_none()).collect();
    let patterns = if own.is_empty() { of_office } else { own };
    if patterns.is_empty() {
        return of_calendar(calendar, first, last);
    }
    let days = first.iter_days().take_while(|day| *day <= last);
    days.flat_map(|day| of_patterns(calendar, &patterns, day)).collect()
}

fn of_calendar(calendar: &ServiceCalendar, first: NaiveDate, last: NaiveDate) -> Vec<Stretch> {
    let Some(from) = clock::moment(first, NaiveTime::MIN) else { return Vec::new() };
    let stretches = calendar.open_stretches(from).take_while(|(start, _)| clock::day_of(*start) <= last);
    stretches.filter(|(start, end)| *end - *start < LONGEST).collect()
}

/// On a day with other hours only what lies within them.
fn of_patterns(calendar: &ServiceCalendar, patterns: &[&Pattern], day: NaiveDate) -> Vec<Stretch> {
    let holding = patterns.iter().filter(|pattern| pattern.holds_on(day));
    let found = merged(holding.flat_map(|pattern| stretches_of(day, pattern.interval)).collect());
    match calendar.special_day(day) {
        None => found,
        Some((_, open)) => found.iter().flat_map(|stretch| common(*stretch, &open)).collect(),
    }
}

fn common((from, to): Stretch, open: &[Stretch]) -> Vec<Stretch> {
    let parts = open.iter().map(|(opens, closes)| (from.max(*opens), to.min(*closes)));
    parts.filter(|(from, to)| from < to).collect()
}

fn merged(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut merged: Vec<Stretch> = Vec::new();
    for (start, end) in stretches {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}
