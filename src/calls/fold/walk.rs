//! Through the events in the order in which they happened, keeping what each says about the call as a whole and about
//! its stay in each queue.

use chrono::{DateTime, SecondsFormat, Utc};

use super::{Ring, Transfer};
use crate::calls::{Event, EventKind, Facts};

#[derive(Debug, Default)]
pub struct Walk {
    pub started_at: Option<DateTime<Utc>>,
    /// The start was seen, not found later.
    pub saw_start: bool,
    pub facts: Facts,
    pub legs: Vec<Stay>,
    /// Where there is no queue.
    pub direct: Stay,
    pub transfers: Vec<Transfer>,
    pub notices: Vec<String>,
    pub hung_up_at: Option<DateTime<Utc>>,
    pub ended: Option<(DateTime<Utc>, Facts)>,
    pub lost_at: Option<DateTime<Utc>>,
    pub completed: Option<(DateTime<Utc>, Facts)>,
}

/// From entering a queue until the agent is out of the call.
#[derive(Debug, Default, Clone)]
pub struct Stay {
    pub queue: Option<String>,
    pub joined_at: Option<DateTime<Utc>>,
    /// The entry itself was not seen.
    pub is_guess: bool,
    pub left: Option<(DateTime<Utc>, Option<String>)>,
    pub connected: Option<(DateTime<Utc>, Option<String>)>,
    pub agent_left_at: Option<DateTime<Utc>>,
    pub rings: Vec<Ring>,
    /// Seats at which it rings, with the moment it began.
    pub ringing: Vec<(String, DateTime<Utc>)>,
}

impl Walk {
    pub fn take(&mut self, event: &Event) {
        self.note(event);
        let (at, facts) = (event.at, &event.facts);
        match event.kind {
            EventKind::CallStarted => self.start(event),
            EventKind::CallLinked | EventKind::AgentState => {}
            EventKind::LineNotice => self.notices.extend(facts.reason.clone()),
            EventKind::QueueEntered => self.legs.push(Stay::entered(event)),
            EventKind::AgentRinging => self.stay(event).ring(event),
            EventKind::AgentRingNoAnswer => self.stay(event).ring_in_vain(event),
            EventKind::CallerHungUp => keep_first(&mut self.hung_up_at, at),
            EventKind::QueueLeft => keep_first(&mut self.stay(event).left, (at, facts.reason.clone())),
            EventKind::CallConnected => self.stay(event).connect(event),
            EventKind::CallTransferred => self.transfer(event),
            EventKind::AgentLeft => keep_first(&mut self.talking_stay(event).agent_left_at, at),
            EventKind::CallEnded => self.ended = Some((at, facts.clone())),
            EventKind::CallLost => self.lost_at = Some(at),
            EventKind::CallCompleted => self.completed = Some((at, facts.clone())),
        }
    }

    /// The first to say something is believed; ends often come with the two numbers exchanged.
    fn note(&mut self, event: &Event) {
        let (known, said) = (&mut self.facts, &event.facts);
        let keep = |known: &mut Option<String>, said: &Option<String>| {
            if known.is_none() {
                known.clone_from(said);
            }
        };
        keep(&mut known.diversion, &said.diversion);
        keep(&mut known.parent_ref, &said.parent_ref);
        keep(&mut known.queue, &said.queue);
        let tells_numbers = !matches!(event.kind, EventKind::CallEnded | EventKind::CallTransferred);
        if tells_numbers {
            keep(&mut known.to, &said.to);
            keep(&mut known.shown_as, &said.shown_as);
            keep(&mut known.direction, &said.direction);
        }
    }

    fn start(&mut self, event: &Event) {
        // A second start of the same call says nothing new but what the first left open.
        if self.started_at.is_none() {
            self.started_at = Some(event.at);
            self.saw_start = !event.facts.adopted;
            self.facts.agent.clone_from(&event.facts.agent);
            for (known, said) in [
                (&mut self.facts.to, &event.facts.to),
                (&mut self.facts.shown_as, &event.facts.shown_as),
                (&mut self.facts.direction, &event.facts.direction),
            ] {
                if said.is_some() {
                    known.clone_from(said);
                }
            }
        }
    }

    /// The stay that an event speaks of: the last one in its queue; a queue nobody saw it enter was entered unseen.
    fn stay(&mut self, event: &Event) -> &mut Stay {
        let Some(queue) = &event.facts.queue else { return self.last_open_stay() };
        let known = self.legs.iter().rposition(|leg| leg.queue.as_ref() == Some(queue));
        let place = known.unwrap_or_else(|| {
            self.legs.push(Stay { is_guess: true, ..Stay::entered(event) });
            self.legs.len() - 1
        });
        &mut self.legs[place]
    }

    fn last_open_stay(&mut self) -> &mut Stay {
        match self.legs.last_mut() {
            Some(leg) if leg.connected.is_none() => leg,
            _ => &mut self.direct,
        }
    }

    /// Where somebody talks.
    fn talking_stay(&mut self, event: &Event) -> &mut Stay {
        if event.facts.queue.is_some() {
            return self.stay(event);
        }
        self.legs.iter_mut().rev().find(|leg| leg.connected.is_some()).unwrap_or(&mut self.direct)
    }

    fn transfer(&mut self, event: &Event) {
        let facts = &event.facts;
        self.transfers.push(Transfer {
            kind: facts.kind.clone(),
            target: facts.target.clone(),
            result: facts.result.clone(),
            at: event.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        });
        let succeeded = facts.result.as_deref().is_none_or(|result| {
            let result = result.to_lowercase();
            ["success", "ok", "answered", "connected"].contains(&result.as_str())
        });
        if succeeded {
            keep_first(&mut self.talking_stay(event).agent_left_at, event.at);
        }
    }
}

impl Stay {
    fn entered(event: &Event) -> Self {
        Self { queue: event.facts.queue.clone(), joined_at: Some(event.at), ..Self::default() }
    }

    fn ring(&mut self, event: &Event) {
        if let Some(agent) = event.facts.agent.clone() {
            self.ringing.retain(|(known, _)| *known != agent);
            self.ringing.push((agent, event.at));
        }
    }

    fn ring_in_vain(&mut self, event: &Event) {
        let Some(agent) = event.facts.agent.clone() else { return };
        let began = self.ringing.iter().find(|(known, _)| *known == agent).map(|(_, began)| *began);
        let ms = event.facts.ring_ms.or_else(|| super::milliseconds(began?, event.at));
        self.ringing.retain(|(known, _)| *known != agent);
        self.rings.push(Ring { agent, ms });
    }

    fn connect(&mut self, event: &Event) {
        keep_first(&mut self.connected, (event.at, event.facts.agent.clone()));
        self.ringing.clear();
    }
}

fn keep_first<T>(known: &mut Option<T>, said: T) {
    known.get_or_insert(said);
}
