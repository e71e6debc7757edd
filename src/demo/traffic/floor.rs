//! The team at work: who is there at what time, and who takes the next call. One queue, first come, first served; of the
//! free agents the one who has waited longest gets the call.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Europe::Berlin;

use super::chance::Chance;
use super::demand::{DayPlan, Slot};
use super::scene::{Agent, Line};
use crate::ids::AccountId;

/// Talking and noting down, on average.
const HANDLING_SECONDS: f64 = 175.0;
/// More than the bare load, so that about four of five callers are answered in time.
const RESERVE: f64 = 1.05;
/// The team changes at noon.
const CHANGE_OF_SHIFT: u32 = 13;

pub struct Floor<'a> {
    agents: &'a [Agent],
    /// Agents in the order of today's duty roster.
    roster: Vec<usize>,
    /// When each is done with the last call; seats beyond the known agents have no account.
    free_at: Vec<DateTime<Utc>>,
    /// Who is there, for each half hour of the day's plan.
    present: Vec<(DateTime<Utc>, Vec<usize>)>,
}

impl<'a> Floor<'a> {
    pub fn open(agents: &'a [Agent], plan: &DayPlan, chance: &mut Chance) -> Self {
        let mut roster: Vec<usize> = (0..agents.len()).collect();
        chance.shuffle(&mut roster);
        let begin = plan.slots.first().map(|slot| slot.starts).unwrap_or_default();
        let mut floor = Self { agents, roster, free_at: Vec::new(), present: Vec::new() };
        let ill = usize::from(chance.happens(0.1));
        for slot in &plan.slots {
            let present = floor.staff(slot, ill);
            let seats = present.iter().max().map_or(0, |last| last + 1);
            floor.free_at.resize(floor.free_at.len().max(seats).max(agents.len()), begin);
            floor.present.push((slot.starts, present));
        }
        floor
    }

    /// As many as the load needs, at least half of the team; seats without an account where the team is too small.
    fn staff(&self, slot: &Slot, ill: usize) -> Vec<usize> {
        let load = slot.expected.total() * HANDLING_SECONDS / 1800.0;
        let needed = (load + RESERVE * load.sqrt()).ceil() as usize;
        let seats = needed.saturating_sub(ill).max(self.roster.len().div_ceil(2)).max(1);
        let is_late = slot.starts.with_timezone(&Berlin).hour() >= CHANGE_OF_SHIFT;
        let first = if is_late { self.roster.len() / 2 } else { 0 };
        let team = self.roster.iter().cycle().skip(first).take(seats.min(self.roster.len())).copied();
        team.chain(self.agents.len()..seats).collect()
    }

    /// Who takes a call of this line, and from when.
    pub fn next_for(&self, line: &Line, at: DateTime<Utc>) -> (usize, DateTime<Utc>) {
        let slot = self.present.partition_point(|(starts, _)| *starts <= at).saturating_sub(1);
        let present = self.present.get(slot).map_or(&[][..], |(_, present)| present);
        let takes = |agent: &usize| self.agents.get(*agent).is_none_or(|known| known.takes(line));
        let first_free = |agent: &usize| (self.free_at[*agent], *agent);
        let chosen = present.iter().copied().filter(takes).min_by_key(first_free);
        // A line with a rare skill is answered by somebody of the other shift, or then by whoever is there.
        let of_all = || (0..self.agents.len()).filter(takes).min_by_key(first_free);
        let agent = chosen.or_else(of_all).or_else(|| present.iter().copied().min_by_key(first_free)).unwrap_or(0);
        (agent, self.free_at[agent].max(at))
    }

    pub fn busy_until(&mut self, agent: usize, until: DateTime<Utc>) {
        self.free_at[agent] = until;
    }

    pub fn account(&self, agent: usize) -> Option<AccountId> {
        self.agents.get(agent).and_then(|agent| agent.account)
    }
}

/// As a telephone system would name it.
pub fn seat_name(agent: usize) -> String {
    format!("Platz-{}", agent + 11)
}

/// After the call: a few words, then ready again.
pub fn after_call(chance: &mut Chance) -> TimeDelta {
    TimeDelta::milliseconds((8_000.0 + chance.exponential(9_000.0)) as i64)
}
