//! Invents plausible calls: when citizens call, how long they wait, what they ask, how it ends. No database; the same seed
//! gives the same calls.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "chance is drawn in fractions and told in whole calls and milliseconds"
)]

mod chance;
mod course;
mod demand;
mod floor;
mod opening;
mod profile;
mod scene;

pub use chance::{Chance, Weighted};
pub use profile::calls_per_hour;
pub use scene::{Agent, Line, Scene, Topic, Town, zipf_weight};

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use crate::calls::PastCall;
use crate::clock;
use course::{Course, Ringing};
use demand::LineDemand;
use floor::Floor;

/// How much to invent.
#[derive(Debug, Clone, Copy)]
pub struct Volume {
    pub days: u32,
    /// On an ordinary working day; an ordinary week has five times as many.
    pub calls_per_day: u32,
    pub seed: u64,
}

/// A simulation, ready to tell any of its days.
pub struct Traffic {
    scene: Scene,
    volume: Volume,
    /// Nothing happens after this moment.
    now: DateTime<Utc>,
    demands: Vec<LineDemand>,
    topics: Vec<Weighted>,
    callers: Weighted,
}

impl Traffic {
    pub fn new(scene: Scene, volume: Volume, now: DateTime<Utc>) -> Self {
        let (first, last) = bounds(volume, now);
        let (from, to) = (demand::midnight(first), demand::midnight(last + Days::new(1)));
        let citizens = scene.towns.iter().map(|town| if town.is_intake { 0.0 } else { town.weight() });
        Self {
            volume,
            now,
            demands: demand::share_out(&scene, f64::from(volume.calls_per_day), from, to),
            topics: scene.towns.iter().map(Town::topic_weights).collect(),
            callers: Weighted::new(citizens),
            scene,
        }
    }

    /// Every simulated day, today last.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let (first, last) = bounds(self.volume, self.now);
        first.iter_days().take_while(move |day| *day <= last)
    }

    /// The calls of one day that are over by now, in the order in which they came in.
    pub fn calls_of(&self, day: NaiveDate) -> Vec<PastCall> {
        let mut chance = Chance::of_day(self.volume.seed, day.num_days_from_ce());
        let plan = demand::plan(&self.demands, day, &mut chance);
        let arrivals = plan.arrivals(&mut chance);
        let mut floor = Floor::open(&self.scene.agents, &plan, &mut chance);
        let course = Course { scene: &self.scene, topics: &self.topics, callers: &self.callers };
        let mut calls = Vec::with_capacity(arrivals.len());
        for (number, (at, demand)) in arrivals.into_iter().enumerate() {
            let demand = &self.demands[demand];
            let line = &self.scene.towns[demand.town].lines[demand.line];
            let call_ref = format!("sim-{}-{}-{number}", self.volume.seed, day.format("%Y%m%d"));
            let ringing = Ringing { town: demand.town, line, at, call_ref };
            calls.push(if demand.opening.contains(at) {
                course.queued(ringing, &mut floor, &mut chance)
            } else {
                course.closed(ringing, &mut chance)
            });
        }
        calls.retain(|call| call.ended_at <= self.now);
        calls
    }
}

fn bounds(volume: Volume, now: DateTime<Utc>) -> (NaiveDate, NaiveDate) {
    let today = clock::day_of(now);
    (today - Days::new(u64::from(volume.days.max(1)) - 1), today)
}
