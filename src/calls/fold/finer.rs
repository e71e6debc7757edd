//! The same thing told twice, once exactly and once roughly: the rough telling gives way.

use chrono::TimeDelta;

use crate::calls::{Event, EventKind};

/// A log in whole seconds rounds, and its clock is read a moment later.
const ROUGHLY: TimeDelta = TimeDelta::seconds(2);

pub fn drop_what_is_known_better(events: &mut Vec<Event>) {
    let all = events.clone();
    events.retain(|event| !all.iter().any(|other| gives_way(event, other)));
}

fn gives_way(event: &Event, other: &Event) -> bool {
    let seen = |event: &Event| !event.facts.coarse && !event.facts.adopted;
    let same_queue = event.facts.queue == other.facts.queue;
    let same_seat = event.facts.agent == other.facts.agent;
    match event.kind {
        // Somebody heard of the call again, or saw its end after all.
        EventKind::CallLost => {
            other.kind == EventKind::CallEnded || (other.kind != EventKind::CallLost && other.at > event.at)
        }
        _ if seen(event) || !seen(other) || event.kind != other.kind => false,
        EventKind::CallStarted | EventKind::CallEnded => true,
        // Found on asking is found late: when it was seen does not matter.
        EventKind::QueueEntered | EventKind::CallConnected if event.facts.adopted => same_queue,
        _ => same_queue && same_seat && (other.at - event.at).abs() <= ROUGHLY,
    }
}
