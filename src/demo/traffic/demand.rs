//! How many calls each line gets in each half hour.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::Berlin;

use super::chance::{Chance, Weighted};
use super::opening::Opening;
use super::profile::{self, SLOTS, TRY_WHEN_CLOSED};
use super::scene::{Line, Scene, Town};
use crate::tenants::{Schedule, ServiceCalendar};

/// Working days in the week that the volume is measured by.
const WORKING_DAYS: f64 = 5.0;
/// Of all calls, those to shared lines.
const SHARED_LINES: f64 = 0.06;
/// A line that hardly ever opens is not called in those hours alone.
const LEAST_MASS: f64 = 0.3;

/// A line with its place in the scene.
#[derive(Debug)]
pub struct LineDemand {
    pub town: usize,
    pub line: usize,
    pub opening: Opening,
    /// Calls for one whole ordinary working day of the profile.
    rate: f64,
}

/// A day's half hours: when each begins, and how many calls each line expects in it.
#[derive(Debug)]
pub struct DayPlan {
    pub slots: Vec<Slot>,
}

#[derive(Debug)]
pub struct Slot {
    pub starts: DateTime<Utc>,
    pub expected: Weighted,
}

/// Shares out `calls_per_day` among all lines. An ordinary week, without holidays, has five times as many.
pub fn share_out(scene: &Scene, calls_per_day: f64, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<LineDemand> {
    let shares = town_shares(scene);
    let mut demands = Vec::new();
    for (town_index, town) in scene.towns.iter().enumerate() {
        let ranks = Weighted::new((0..town.lines.len()).map(line_weight));
        for (index, line) in town.lines.iter().enumerate() {
            let share = shares[town_index] * line_weight(index) / ranks.total();
            let opening = Opening::within(&town.schedule.calendar(Some(line.id)), from, to);
            let rate = calls_per_day * WORKING_DAYS * share / weekly_mass(town, line).max(LEAST_MASS);
            demands.push(LineDemand { town: town_index, line: index, opening, rate });
        }
    }
    demands
}

fn town_shares(scene: &Scene) -> Vec<f64> {
    let has_lines = |town: &&Town| !town.lines.is_empty();
    let of_towns: f64 = scene.towns.iter().filter(has_lines).filter(|town| !town.is_intake).map(Town::weight).sum();
    let shares_lines = scene.towns.iter().filter(has_lines).any(|town| town.is_intake);
    let shared = match (shares_lines, of_towns > 0.0) {
        (true, true) => SHARED_LINES,
        (true, false) => 1.0,
        (false, _) => 0.0,
    };
    let share = |town: &Town| if town.is_intake { shared } else { (1.0 - shared) * town.weight() / of_towns };
    scene.towns.iter().map(share).collect()
}

/// The first line is the main number.
fn line_weight(rank: usize) -> f64 {
    (rank as f64 + 1.0).powf(-0.8)
}

/// Which part of five profile days falls into a line's ordinary week.
fn weekly_mass(town: &Town, line: &Line) -> f64 {
    let ordinary = Schedule { observes_holidays: false, exceptions: Vec::new(), ..town.schedule.clone() };
    let monday = NaiveDate::from_isoywd_opt(2026, 38, chrono::Weekday::Mon).unwrap_or_default();
    let week = monday.iter_days().take(7);
    let calendar: ServiceCalendar = ordinary.calendar(Some(line.id));
    let opening = Opening::within(&calendar, midnight(monday), midnight(monday) + TimeDelta::days(7));
    week.flat_map(|day| (0..SLOTS).map(move |slot| (day, slot)))
        .map(|(day, slot)| {
            let starts = slot_start(day, slot).unwrap_or_default();
            profile::weekday_factor(day.weekday()) * profile::half_hour_share(slot) * answer_share(&opening, starts)
        })
        .sum()
}

/// Calls during open time, and the few who try all the same.
fn answer_share(opening: &Opening, starts: DateTime<Utc>) -> f64 {
    let open = opening.share_of(starts, starts + TimeDelta::minutes(30));
    open + (1.0 - open) * TRY_WHEN_CLOSED
}

pub fn plan(demands: &[LineDemand], day: NaiveDate, chance: &mut Chance) -> DayPlan {
    let mood = chance.log_normal(1.0, 0.05);
    let of_day = profile::weekday_factor(day.weekday()) * profile::season_factor(day) * mood;
    let slot = |slot: usize| {
        // The hour that is left out in March has no start.
        let starts = slot_start(day, slot)?;
        let share = of_day * profile::half_hour_share(slot);
        let expected = demands.iter().map(|demand| demand.rate * share * answer_share(&demand.opening, starts));
        Some(Slot { starts, expected: Weighted::new(expected) })
    };
    DayPlan { slots: (0..SLOTS).filter_map(slot).collect() }
}

impl DayPlan {
    /// Moments and lines of a Poisson process with these expectations, in order.
    pub fn arrivals(&self, chance: &mut Chance) -> Vec<(DateTime<Utc>, usize)> {
        let mut arrivals = Vec::new();
        let mut ahead = chance.exponential(1.0);
        for slot in &self.slots {
            let total = slot.expected.total();
            while ahead < total {
                let millis = ahead / total * 1_800_000.0;
                let moment = slot.starts + TimeDelta::milliseconds(millis as i64);
                arrivals.extend(slot.expected.draw(chance).map(|line| (moment, line)));
                ahead += chance.exponential(1.0);
            }
            ahead -= total;
        }
        arrivals
    }
}

fn slot_start(day: NaiveDate, slot: usize) -> Option<DateTime<Utc>> {
    let local = day.and_hms_opt(u32::try_from(slot / 2).ok()?, u32::try_from(slot % 2).ok()? * 30, 0)?;
    Berlin.from_local_datetime(&local).earliest().map(|local| local.to_utc())
}

pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    slot_start(day, 0).unwrap_or_default()
}
