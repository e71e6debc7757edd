//! Which call a reference means: telephone systems count anew after a restart, so the same reference may come again.

use chrono::{DateTime, TimeDelta, Utc};

use crate::calls::{CallKey, Event, EventKind};

/// A call that starts this long after the last word about an older one of the same reference is another call.
const ANOTHER_CALL_AFTER: TimeDelta = TimeDelta::hours(24);

/// One of the calls that a reference meant or means.
#[derive(Debug, Clone)]
pub struct Generation {
    pub number: i32,
    /// None: nothing of it is stored yet.
    pub call: Option<CallKey>,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    /// Its start was seen; one without a start may still get it, however late.
    pub has_start: bool,
}

impl Generation {
    fn distance(&self, at: DateTime<Utc>) -> TimeDelta {
        let zero = TimeDelta::zero();
        (self.first_at - at).max(at - self.last_at).max(zero)
    }
}

/// The place of the generation that this event belongs to: the nearest in time, whatever came first. Only a start that is
/// far from all of them begins another one.
pub fn place_of(event: &Event, known: &mut Vec<Generation>) -> usize {
    let nearest = known.iter().enumerate().min_by_key(|(_, generation)| generation.distance(event.at));
    let starts = matches!(event.kind, EventKind::CallStarted | EventKind::CallCompleted) && !event.facts.adopted;
    match nearest {
        Some((place, generation))
            if !(starts && generation.has_start && generation.distance(event.at) > ANOTHER_CALL_AFTER) =>
        {
            let generation = &mut known[place];
            generation.has_start |= starts;
            generation.first_at = generation.first_at.min(event.at);
            generation.last_at = generation.last_at.max(event.at);
            place
        }
        _ => {
            let number = known.iter().map(|generation| generation.number).max().unwrap_or(0) + 1;
            known.push(Generation { number, call: None, first_at: event.at, last_at: event.at, has_start: starts });
            known.len() - 1
        }
    }
}
