//! The course of one call: how long somebody waits, what it is about, how it ends.

use chrono::{DateTime, TimeDelta, Utc};

use super::chance::{Chance, Weighted};
use super::floor::{self, Floor};
use super::scene::{Line, Scene, Topic, Town};
use crate::calls::{Disposition, LegOutcome, PastCall, PastEntry, PastLeg, PastResult, REASONS_UNANSWERED};

/// Whoever waits longer is led to the town's own switchboard.
const OVERFLOW_AFTER: TimeDelta = TimeDelta::seconds(180);

/// How often calls end so, and the median of the talk in seconds. Four of five are answered at first contact.
const COURSES: [(Disposition, f64, f64); 6] = [
    (Disposition::Answered, 0.80, 112.0),
    (Disposition::Transferred, 0.105, 78.0),
    (Disposition::Callback, 0.035, 150.0),
    (Disposition::Unanswered, 0.025, 120.0),
    (Disposition::Complaint, 0.015, 190.0),
    (Disposition::Misdialled, 0.02, 22.0),
];

pub struct Course<'a> {
    pub scene: &'a Scene,
    /// Of every town in the scene: how often each of its topics is asked for.
    pub topics: &'a [Weighted],
    /// Callers of shared lines, by town.
    pub callers: &'a Weighted,
}

/// A call that just came in.
pub struct Ringing<'a> {
    pub town: usize,
    pub line: &'a Line,
    pub at: DateTime<Utc>,
    pub call_ref: String,
}

impl Course<'_> {
    /// Outside service hours a text is read out, and the caller hangs up.
    pub fn closed(&self, ringing: Ringing<'_>, chance: &mut Chance) -> PastCall {
        let ends = ringing.at + millis(chance.between(9_000.0, 24_000.0));
        PastCall { ended_at: ends, result: PastResult::Closed, ..self.came_in(ringing) }
    }

    pub fn queued(&self, ringing: Ringing<'_>, floor: &mut Floor<'_>, chance: &mut Chance) -> PastCall {
        let (agent, free_at) = floor.next_for(ringing.line, ringing.at);
        let wait = free_at - ringing.at + pick_up(chance);
        let patience = patience(chance);
        if patience < wait.min(OVERFLOW_AFTER) {
            return self.left(ringing, patience, PastResult::Abandoned, LegOutcome::Abandoned);
        }
        if wait > OVERFLOW_AFTER {
            return self.left(ringing, OVERFLOW_AFTER, PastResult::Overflow, LegOutcome::LeftQueue);
        }
        let call = self.answered(ringing, wait, agent, floor, chance);
        floor.busy_until(agent, call.ended_at + floor::after_call(chance));
        call
    }

    fn came_in(&self, ringing: Ringing<'_>) -> PastCall {
        let town = &self.scene.towns[ringing.town];
        PastCall {
            tenant: town.tenant,
            call_ref: ringing.call_ref,
            dialled: ringing.line.number.to_string(),
            line: (ringing.line.tenant, ringing.line.id),
            tenant_caller: (!town.is_intake).then_some(town.tenant),
            tenant_competent: None,
            started_at: ringing.at,
            connected_at: None,
            ended_at: ringing.at,
            wait_ms: None,
            talk_ms: None,
            result: PastResult::Closed,
            agent_seat: None,
            account: None,
            disposition: None,
            disposition_detail: None,
            topic: None,
            legs: Vec::new(),
            entries: Vec::new(),
        }
    }

    fn left(&self, ringing: Ringing<'_>, wait: TimeDelta, result: PastResult, outcome: LegOutcome) -> PastCall {
        let wait_ms = whole_millis(wait);
        let leg = PastLeg {
            queue: ringing.line.label.to_string(),
            joined_at: ringing.at,
            outcome,
            wait_ms,
            talk_ms: None,
            agent_seat: None,
        };
        let ended_at = ringing.at + wait;
        PastCall { ended_at, wait_ms: Some(wait_ms), result, legs: vec![leg], ..self.came_in(ringing) }
    }

    fn answered(
        &self,
        ringing: Ringing<'_>,
        wait: TimeDelta,
        agent: usize,
        floor: &Floor<'_>,
        chance: &mut Chance,
    ) -> PastCall {
        let town = self.town_of_caller(ringing.town, chance);
        let is_shared = self.scene.towns[ringing.town].is_intake;
        let topic = self.topic(&ringing, town, chance);
        let ends = Weighted::new(COURSES.iter().map(|(_, share, _)| *share)).draw(chance).unwrap_or_default();
        let (disposition, _, median) = COURSES[ends];
        let talk = millis(chance.log_normal(median, 0.65).clamp(4.0, 1_500.0) * 1_000.0);
        let left = self.left(ringing, wait, PastResult::Answered, LegOutcome::Answered);
        let mut call = PastCall {
            connected_at: Some(left.ended_at),
            ended_at: left.ended_at + talk,
            talk_ms: Some(whole_millis(talk)),
            agent_seat: Some(floor::seat_name(agent)),
            account: floor.account(agent),
            disposition: Some(disposition),
            tenant_caller: Some(self.scene.towns[town].tenant),
            ..left
        };
        for leg in &mut call.legs {
            leg.talk_ms = call.talk_ms;
            leg.agent_seat.clone_from(&call.agent_seat);
        }
        if is_shared {
            // Once the town is known, the call belongs to it.
            call.tenant = self.scene.towns[town].tenant;
        }
        self.tell(&mut call, town, topic, chance);
        call
    }

    /// What was read out, and what is noted about it.
    fn tell(&self, call: &mut PastCall, town: usize, topic: Option<&Topic>, chance: &mut Chance) {
        let shown_for = &self.scene.towns[town];
        let disposition = call.disposition.unwrap_or(Disposition::Misdialled);
        call.disposition_detail = match disposition {
            Disposition::Transferred => Some(transferred_to(shown_for, topic, chance)),
            Disposition::Unanswered => Some(REASONS_UNANSWERED[chance.index(REASONS_UNANSWERED.len())].0.to_owned()),
            _ => None,
        };
        let finds_entry = match disposition {
            Disposition::Answered => 1.0,
            Disposition::Transferred | Disposition::Callback => 0.6,
            Disposition::Unanswered | Disposition::Complaint => 0.3,
            Disposition::Misdialled => 0.0,
        };
        let Some(topic) = topic.filter(|_| chance.happens(finds_entry)) else { return };
        let is_answer = disposition == Disposition::Answered;
        call.entries.push(shown(call, shown_for, topic, is_answer, chance));
        if is_answer {
            call.topic = Some((topic.key.tenant, topic.key.entry));
            call.tenant_competent = Some(topic.competent);
        }
        let aside = self.draw_topic(town, chance).filter(|other| other.key != topic.key);
        if let Some(other) = aside.filter(|_| chance.happens(0.12)) {
            call.entries.push(shown(call, shown_for, other, false, chance));
        }
    }

    /// Shared lines ask for the town; of the callers of a Kreis one in seven speaks of a matter of their town.
    fn town_of_caller(&self, dialled: usize, chance: &mut Chance) -> usize {
        let town = &self.scene.towns[dialled];
        let asks = town.is_intake || (town.is_kreis && chance.happens(1.0 / 7.0));
        if asks { self.callers.draw(chance).unwrap_or(dialled) } else { dialled }
    }

    /// A number printed for one matter is dialled for it; other numbers are dialled for everything.
    fn topic(&self, ringing: &Ringing<'_>, town: usize, chance: &mut Chance) -> Option<&Topic> {
        let preset = ringing.line.preset.filter(|_| town == ringing.town && chance.happens(0.85));
        preset.and_then(|topic| self.scene.towns[town].topics.get(topic)).or_else(|| self.draw_topic(town, chance))
    }

    fn draw_topic(&self, town: usize, chance: &mut Chance) -> Option<&Topic> {
        self.topics[town].draw(chance).map(|topic| &self.scene.towns[town].topics[topic])
    }
}

fn transferred_to(town: &Town, topic: Option<&Topic>, chance: &mut Chance) -> String {
    let responsible = topic.and_then(|topic| topic.unit.as_deref());
    let any = || (!town.units.is_empty()).then(|| &*town.units[chance.index(town.units.len())]);
    responsible.or_else(any).unwrap_or("Fachdienst").to_owned()
}

/// Opened after listening for a while, marked at the end.
fn shown(call: &PastCall, town: &Town, topic: &Topic, is_answer: bool, chance: &mut Chance) -> PastEntry {
    let talk = f64::from(call.talk_ms.unwrap_or_default());
    let opened = chance.between(6_000.0, 32_000.0).min(talk * 0.6);
    let marked = (talk - chance.between(1_000.0, 8_000.0)).max(opened);
    let connected = call.connected_at.unwrap_or(call.started_at);
    PastEntry {
        key: topic.key,
        shown_for: town.tenant,
        shown_at: connected + millis(opened),
        answered_at: is_answer.then(|| connected + millis(marked)),
    }
}

/// The greeting announcement and the agent's hand on the key.
fn pick_up(chance: &mut Chance) -> TimeDelta {
    millis(chance.log_normal(5_500.0, 0.35).clamp(1_500.0, 25_000.0))
}

/// A few hang up at once; the rest wait three minutes on average before they give up.
fn patience(chance: &mut Chance) -> TimeDelta {
    let at_once = chance.happens(0.015);
    millis(if at_once { chance.between(800.0, 5_000.0) } else { 5_000.0 + chance.exponential(200_000.0) })
}

fn millis(count: f64) -> TimeDelta {
    TimeDelta::milliseconds(count as i64)
}

fn whole_millis(time: TimeDelta) -> i32 {
    i32::try_from(time.num_milliseconds()).unwrap_or(i32::MAX)
}
