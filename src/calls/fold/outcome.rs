//! What became of the call: waits, talks and the result, each by one rule.

use chrono::{DateTime, TimeDelta, Utc};

use super::walk::{Stay, Walk};
use super::{CallResult, Direction, Folded, Leg, Outcome, milliseconds};
use crate::calls::Facts;

/// Between leaving the queue and the end, when it was the caller who ended it.
const AT_ONCE: TimeDelta = TimeDelta::seconds(2);

pub fn settle(walk: Walk, first: DateTime<Utc>) -> Folded {
    match walk.completed {
        Some(ref told) if walk.started_at.is_none() && walk.legs.is_empty() => told_afterwards(&walk, told),
        _ => seen(&walk, first),
    }
}

fn seen(walk: &Walk, first: DateTime<Utc>) -> Folded {
    let legs: Vec<Leg> = walk.legs.iter().map(|stay| walk.leg(stay)).collect();
    let started_at = walk.started_at.unwrap_or(first);
    let result = walk.result(&legs);
    let stays = || walk.legs.iter().chain([&walk.direct]);
    let connected = stays().filter_map(|stay| stay.connected.clone()).min_by_key(|connected| connected.0);
    let is_open = result == CallResult::Open;
    Folded {
        direction: walk.direction(),
        to: walk.facts.to.clone(),
        shown_as: walk.facts.shown_as.clone(),
        diversion: walk.facts.diversion.clone(),
        queue: walk.facts.queue.clone(),
        parent_ref: walk.facts.parent_ref.clone(),
        started_at,
        connected_at: connected.as_ref().map(|connected| connected.0),
        ended_at: walk.ended_at(),
        wait_ms: walk.wait(&legs, started_at, result),
        talk_ms: walk.talk(&legs),
        result,
        agent: connected.and_then(|connected| connected.1).or_else(|| walk.facts.agent.clone()),
        transfers: walk.transfers.clone(),
        ringing: if is_open { walk.ringing() } else { Vec::new() },
        talking: stays().rev().find_map(Stay::talking).filter(|_| is_open),
        waiting: is_open.then(|| walk.waiting(started_at)).flatten(),
        saw_start: walk.saw_start,
        incomplete: !walk.saw_start || walk.lost_at.is_some() || walk.legs.iter().any(|leg| leg.is_guess),
        legs,
    }
}

impl Walk {
    fn direction(&self) -> Direction {
        // Whoever stands in a queue came in, also from inside the house.
        match self.facts.direction.as_deref() {
            Some("out") if self.legs.is_empty() => Direction::Out,
            _ => Direction::In,
        }
    }

    fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.ended.as_ref().map(|ended| ended.0)
    }

    fn end_facts(&self) -> Facts {
        self.ended.as_ref().map(|ended| ended.1.clone()).unwrap_or_default()
    }

    fn leg(&self, stay: &Stay) -> Leg {
        let joined_at = stay.joined_at.unwrap_or_default();
        let out_at =
            stay.connected.as_ref().map(|c| c.0).or_else(|| stay.left.as_ref().map(|l| l.0)).or(self.ended_at());
        Leg {
            queue: stay.queue.clone().unwrap_or_default(),
            joined_at,
            outcome: self.outcome(stay),
            wait_ms: out_at.filter(|_| !stay.is_guess).and_then(|out| milliseconds(joined_at, out)),
            talk_ms: self.talk_of(stay),
            agent: stay.connected.as_ref().and_then(|connected| connected.1.clone()),
            rings: stay.rings.clone(),
        }
    }

    fn outcome(&self, stay: &Stay) -> Outcome {
        if stay.connected.is_some() {
            Outcome::Answered
        } else if self.gave_up(stay) {
            Outcome::Abandoned
        } else if stay.left.is_some() || self.ended.is_some() || self.lost_at.is_some() {
            Outcome::LeftQueue
        } else {
            Outcome::Waiting
        }
    }

    /// The caller hung up while waiting here; nothing else took the call out of the queue before.
    fn gave_up(&self, stay: &Stay) -> bool {
        let reason = stay.left.as_ref().and_then(|left| left.1.as_deref());
        match reason {
            Some("abandon" | "abandoned") => return true,
            Some("timeout" | "empty" | "key") => return false,
            _ => {}
        }
        let left_at = stay.left.as_ref().map(|left| left.0);
        let hung_up = self.hung_up_at.is_some_and(|hung_up| left_at.is_none_or(|left| hung_up <= left));
        let end = self.end_facts();
        let by_caller = end.by.as_deref() == Some("caller") || end.cause.as_deref() == Some("cancel");
        let at_once = self.ended_at().is_some_and(|ended| left_at.is_none_or(|left| ended - left <= AT_ONCE));
        hung_up || (by_caller && at_once)
    }

    fn talk_of(&self, stay: &Stay) -> Option<i32> {
        let (connected, _) = stay.connected.as_ref()?;
        milliseconds(*connected, stay.agent_left_at.or(self.ended_at())?)
    }

    fn talk(&self, legs: &[Leg]) -> Option<i32> {
        let talks = legs.iter().map(|leg| leg.talk_ms).chain([self.talk_of(&self.direct)]);
        talks.flatten().reduce(i32::saturating_add)
    }

    /// The sum over the queues. Without any, from the start until somebody answered or the caller gave up.
    fn wait(&self, legs: &[Leg], started_at: DateTime<Utc>, result: CallResult) -> Option<i32> {
        if !legs.is_empty() {
            return legs.iter().map(|leg| leg.wait_ms).try_fold(0i32, |sum, wait| Some(sum.saturating_add(wait?)));
        }
        let knows_start = self.saw_start && self.direction() == Direction::In;
        let until = match (&self.direct.connected, result) {
            (Some((at, _)), _) => Some(*at),
            (None, CallResult::Abandoned | CallResult::Overflow) => self.ended_at(),
            _ => None,
        };
        milliseconds(started_at, until.filter(|_| knows_start)?)
    }

    fn ringing(&self) -> Vec<String> {
        // A queue is left a moment before somebody is connected; until then it rings on.
        let open = self.legs.last().into_iter().chain([&self.direct]).filter(|stay| stay.connected.is_none());
        let mut seats: Vec<_> = open.flat_map(|stay| &stay.ringing).map(|(agent, _)| agent.clone()).collect();
        seats.sort_unstable();
        seats.dedup();
        seats
    }

    fn waiting(&self, started_at: DateTime<Utc>) -> Option<(DateTime<Utc>, Option<String>)> {
        let nobody_yet = || self.direct.connected.is_none() && self.direction() == Direction::In;
        match self.legs.last() {
            Some(leg) if leg.connected.is_none() && leg.left.is_none() => Some((leg.joined_at?, leg.queue.clone())),
            Some(_) => None,
            None => nobody_yet().then_some((started_at, None)),
        }
    }

    fn result(&self, legs: &[Leg]) -> CallResult {
        let end = self.end_facts();
        let answered = legs.iter().any(|leg| leg.outcome == Outcome::Answered)
            || self.direct.connected.is_some()
            || end.result.as_deref() == Some("answered");
        match (&self.ended, self.lost_at) {
            (None, None) => return CallResult::Open,
            _ if self.direction() == Direction::Out => return CallResult::Outbound,
            _ if answered => return CallResult::Answered,
            (None, Some(_)) => return CallResult::Unknown,
            _ => {}
        }
        if legs.iter().any(|leg| leg.outcome == Outcome::Abandoned) {
            CallResult::Abandoned
        } else if !legs.is_empty() {
            CallResult::Overflow
        } else {
            self.result_without_queue(&end)
        }
    }

    fn result_without_queue(&self, end: &Facts) -> CallResult {
        let noticed = |word: &str| self.notices.iter().any(|notice| notice == word);
        if noticed("closed") {
            return CallResult::Closed;
        }
        if noticed("overflow") || noticed("voicemail") {
            return CallResult::Overflow;
        }
        let rang = !self.direct.ringing.is_empty() || !self.direct.rings.is_empty();
        match end.cause.as_deref().unwrap_or_default() {
            // Systems that speak in words have no queues: the caller waited until then.
            "cancel" | "normalClearing" => CallResult::Abandoned,
            "busy" | "17" => CallResult::Busy,
            "noAnswer" | "forwarded" | "18" | "19" => CallResult::Overflow,
            _ if rang && (end.by.as_deref() == Some("caller") || self.hung_up_at.is_some()) => CallResult::Abandoned,
            _ => CallResult::Unserved,
        }
    }
}

impl Stay {
    fn talking(&self) -> Option<String> {
        let (_, agent) = self.connected.as_ref()?;
        agent.clone().filter(|_| self.agent_left_at.is_none())
    }
}

/// One message that tells a whole call.
fn told_afterwards(walk: &Walk, (at, told): &(DateTime<Utc>, Facts)) -> Folded {
    let result = told.result.as_deref().and_then(CallResult::parse).unwrap_or(match told.answered_at {
        Some(_) => CallResult::Answered,
        None if told.direction.as_deref() == Some("out") => CallResult::Outbound,
        None => CallResult::Abandoned,
    });
    let direction = if result == CallResult::Outbound { Direction::Out } else { Direction::In };
    let answered = result == CallResult::Answered;
    let left_at = told.answered_at.filter(|_| answered).or(told.ended_at);
    let wait_ms =
        told.wait_ms.or_else(|| milliseconds(*at, left_at.filter(|_| !answered || told.answered_at.is_some())?));
    let talk_ms = told
        .talk_ms
        .or_else(|| milliseconds(told.answered_at?, told.ended_at?))
        .filter(|_| answered || direction == Direction::Out);
    let leg = |queue: &String| Leg {
        queue: queue.clone(),
        joined_at: *at,
        outcome: match result {
            CallResult::Answered => Outcome::Answered,
            CallResult::Abandoned => Outcome::Abandoned,
            _ => Outcome::LeftQueue,
        },
        wait_ms,
        talk_ms,
        agent: told.agent.clone(),
        rings: Vec::new(),
    };
    Folded {
        direction,
        to: walk.facts.to.clone(),
        shown_as: walk.facts.shown_as.clone(),
        diversion: walk.facts.diversion.clone(),
        queue: told.queue.clone(),
        parent_ref: told.parent_ref.clone(),
        started_at: *at,
        connected_at: told.answered_at,
        ended_at: told.ended_at,
        wait_ms: wait_ms.filter(|_| direction == Direction::In),
        talk_ms,
        result,
        agent: told.agent.clone(),
        legs: told.queue.iter().map(leg).collect(),
        transfers: walk.transfers.clone(),
        ringing: Vec::new(),
        talking: None,
        waiting: None,
        incomplete: false,
        saw_start: true,
    }
}
