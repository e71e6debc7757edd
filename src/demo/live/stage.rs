//! The imaginary telephone system itself: callers with little or much patience, queues, seats. No database and no clock;
//! the same seed and the same moments tell the same story.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::seat_name;
use crate::demo::traffic::{Chance, Weighted};

/// A number that can be called.
#[derive(Debug, Clone)]
pub struct StageLine {
    pub number: String,
    pub queue: String,
    /// Its share of all calls.
    pub weight: f64,
}

/// What people at real desks do.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// Seats whose person waits for a call.
    pub ready: BTreeSet<String>,
    /// Calls that somebody took at the desk.
    pub accepted: BTreeSet<String>,
    /// Calls whose result is chosen: the caller says goodbye.
    pub finished: BTreeSet<String>,
}

/// A native event.
pub type Told = Value;

/// How long it rings at a person's seat before the next one is tried.
const RINGS_AT_PEOPLE: TimeDelta = TimeDelta::seconds(25);
/// After a call that nobody took, or after one that was taken, a person has peace this long.
const PEACE: TimeDelta = TimeDelta::seconds(12);
/// Nobody talks longer, so that a forgotten desk does not keep a caller for ever.
const LONGEST_TALK: TimeDelta = TimeDelta::minutes(8);

#[derive(Debug)]
enum Phase {
    Waiting,
    Ringing { seat: String, answer_at: Option<DateTime<Utc>>, give_up_at: DateTime<Utc> },
    Talking { seat: String, until: DateTime<Utc> },
}

#[derive(Debug)]
struct Call {
    name: String,
    queue: String,
    phase: Phase,
    patient_until: DateTime<Utc>,
}

pub struct Stage {
    chance: Chance,
    lines: Vec<StageLine>,
    choice: Weighted,
    /// Between two calls, on average.
    gap: f64,
    calls: Vec<Call>,
    /// When each seat may be rung again.
    free_at: BTreeMap<String, DateTime<Utc>>,
    own_seats: Vec<String>,
    next_arrival: DateTime<Utc>,
    name: String,
    count: u64,
}

impl Stage {
    /// `name` stands in every reference, so that two runs never speak of the same call.
    pub fn new(lines: Vec<StageLine>, seats: usize, seed: u64, name: &str, now: DateTime<Utc>) -> Self {
        let choice = Weighted::new(lines.iter().map(|line| line.weight));
        Self {
            chance: Chance::of_day(seed, 1),
            lines,
            choice,
            gap: 60.0,
            calls: Vec::new(),
            free_at: BTreeMap::new(),
            own_seats: (0..seats).map(seat_name).collect(),
            next_arrival: now,
            name: name.to_owned(),
            count: 0,
        }
    }

    pub fn set_calls_per_hour(&mut self, calls: f64) {
        self.gap = 3600.0 / calls.max(0.1);
    }

    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Everything that happens until now.
    pub fn step(&mut self, now: DateTime<Utc>, people: &People) -> Vec<Told> {
        let mut told = Vec::new();
        self.arrive(now, &mut told);
        self.hang_up(now, people, &mut told);
        self.answer(now, people, &mut told);
        self.ring(now, people, &mut told);
        told
    }

    /// Nobody calls any more; whoever waits gives up.
    pub fn close(&mut self, now: DateTime<Utc>) -> Vec<Told> {
        self.calls.drain(..).map(|call| call.tells("call.ended", now, &json!({"by": "caller"}))).collect()
    }

    fn arrive(&mut self, now: DateTime<Utc>, told: &mut Vec<Told>) {
        while self.next_arrival <= now {
            let at = self.next_arrival;
            self.next_arrival += seconds(self.chance.exponential(self.gap).max(0.2));
            let Some(line) = self.choice.draw(&mut self.chance).map(|line| self.lines[line].clone()) else { return };
            self.count += 1;
            let call = Call {
                name: format!("live-{}-{}", self.name, self.count),
                queue: line.queue,
                phase: Phase::Waiting,
                patient_until: at + seconds(15.0 + self.chance.exponential(90.0)),
            };
            let from = self.number_of_a_caller();
            told.push(call.tells("call.started", at, &json!({"direction": "in", "to": line.number, "from": from})));
            told.push(call.tells("queue.entered", at, &json!({})));
            self.calls.push(call);
        }
    }

    /// One of those that are kept free for film and print; some do not show theirs.
    fn number_of_a_caller(&mut self) -> String {
        match self.chance.happens(0.15) {
            true => "anonymous".to_owned(),
            false => format!("069 90009-{}", 300 + self.chance.index(600)),
        }
    }

    fn hang_up(&mut self, now: DateTime<Utc>, people: &People, told: &mut Vec<Told>) {
        let mut left = Vec::new();
        for call in std::mem::take(&mut self.calls) {
            match &call.phase {
                Phase::Talking { seat, until } if *until <= now || people.finished.contains(&call.name) => {
                    let by = if self.chance.happens(0.7) { "caller" } else { "agent" };
                    told.push(call.tells("agent.left", now, &json!({"agent": seat, "by": by})));
                    told.push(call.tells("call.ended", now, &json!({"by": by, "cause": "normalClearing"})));
                    let rest = seconds(self.chance.between(6.0, 20.0));
                    self.free_at.insert(seat.clone(), now + rest.max(PEACE));
                }
                Phase::Waiting | Phase::Ringing { .. } if call.patient_until <= now => {
                    told.push(call.tells("call.ended", now, &json!({"by": "caller", "cause": "cancel"})));
                }
                _ => left.push(call),
            }
        }
        self.calls = left;
    }

    fn answer(&mut self, now: DateTime<Utc>, people: &People, told: &mut Vec<Told>) {
        for call in &mut self.calls {
            let Phase::Ringing { seat, answer_at, give_up_at } = &call.phase else { continue };
            let (seat, taken) = (seat.clone(), people.accepted.contains(&call.name));
            if taken || answer_at.is_some_and(|answer_at| answer_at <= now) {
                told.push(call.tells("call.connected", now, &json!({"agent": seat})));
                let talk = seconds(self.chance.log_normal(110.0, 0.6));
                call.phase = Phase::Talking { seat, until: now + if taken { LONGEST_TALK } else { talk } };
            } else if *give_up_at <= now {
                told.push(call.tells("agent.ring_no_answer", now, &json!({"agent": seat})));
                self.free_at.insert(seat, now + PEACE);
                call.phase = Phase::Waiting;
            }
        }
    }

    /// Who waits longest rings first; people before those who only exist here.
    fn ring(&mut self, now: DateTime<Utc>, people: &People, told: &mut Vec<Told>) {
        let busy: BTreeSet<String> = self.calls.iter().filter_map(|call| call.seat().map(str::to_owned)).collect();
        let rested = |seat: &&String| self.free_at.get(*seat).is_none_or(|free_at| *free_at <= now);
        let is_free = |seat: &&String| !busy.contains(*seat) && rested(seat);
        let persons = people.ready.iter().filter(is_free).map(|seat| (seat.clone(), true));
        let others = self.own_seats.iter().filter(is_free).map(|seat| (seat.clone(), false));
        let mut free: Vec<(String, bool)> = persons.chain(others).collect();
        for call in self.calls.iter_mut().filter(|call| matches!(call.phase, Phase::Waiting)) {
            if free.is_empty() {
                return;
            }
            let (seat, is_person) = free.remove(0);
            told.push(call.tells("agent.ringing", now, &json!({"agent": seat})));
            let answer_at = (!is_person).then(|| now + seconds(self.chance.between(1.5, 6.0)));
            if is_person {
                call.patient_until = call.patient_until.max(now + RINGS_AT_PEOPLE + PEACE);
            }
            call.phase = Phase::Ringing { seat, answer_at, give_up_at: now + RINGS_AT_PEOPLE };
        }
    }
}

impl Call {
    fn seat(&self) -> Option<&str> {
        match &self.phase {
            Phase::Waiting => None,
            Phase::Ringing { seat, .. } | Phase::Talking { seat, .. } => Some(seat),
        }
    }

    fn tells(&self, kind: &str, at: DateTime<Utc>, more: &Value) -> Told {
        let seat = more["agent"].as_str().unwrap_or_default();
        let mut event = json!({
            "event_id": format!("{} {kind} {seat} {}", self.name, at.timestamp_millis()),
            "type": kind,
            "call_ref": self.name,
            "occurred_at": at.to_rfc3339(),
        });
        let speaks_of_queue = !matches!(kind, "call.started" | "call.ended");
        if let (Some(event), Some(more)) = (event.as_object_mut(), more.as_object()) {
            event.extend(more.clone());
            if speaks_of_queue {
                event.insert("queue".to_owned(), json!(self.queue));
            }
        }
        event
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a few minutes")]
fn seconds(seconds: f64) -> TimeDelta {
    TimeDelta::milliseconds((seconds * 1000.0) as i64)
}
