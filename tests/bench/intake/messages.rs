//! Imaginary calls of five events each.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

pub const EVENTS_A_CALL: usize = 5;
const EVENTS_A_BATCH: usize = 500;
pub const CALLS_A_BATCH: usize = EVENTS_A_BATCH / EVENTS_A_CALL;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Every batch has whole calls.
    CallByCall,
    /// Every batch has one event each of many calls, as live traffic has.
    Mixed,
}

/// The bodies of so many batches. `name` tells one measurement's calls from another's.
pub fn batches(name: &str, order: Order, count: usize, now: DateTime<Utc>) -> Vec<String> {
    let calls = count * CALLS_A_BATCH;
    let begin = now - TimeDelta::hours(2);
    let event = |call: usize, step: usize| {
        let started = begin + TimeDelta::milliseconds(i64::try_from(call).unwrap_or_default() * 20);
        tell(name, call, step, started)
    };
    let mut events: Vec<Value> = match order {
        Order::CallByCall => (0..calls)
            .flat_map(|call| (0..EVENTS_A_CALL).map(move |step| (call, step)))
            .map(|(call, step)| event(call, step))
            .collect(),
        Order::Mixed => {
            // Blocks of as many calls as a batch has events, each event of them in a batch of its own.
            let blocks = (0..calls).step_by(EVENTS_A_BATCH);
            let steps = blocks.flat_map(|first| (0..EVENTS_A_CALL).map(move |step| (first, step)));
            steps
                .flat_map(|(first, step)| (first..(first + EVENTS_A_BATCH).min(calls)).map(move |call| (call, step)))
                .map(|(call, step)| event(call, step))
                .collect()
        }
    };
    let mut bodies = Vec::with_capacity(count);
    while !events.is_empty() {
        let rest = events.split_off(events.len().min(EVENTS_A_BATCH));
        bodies.push(json!({ "events": events }).to_string());
        events = rest;
    }
    bodies
}

fn tell(name: &str, call: usize, step: usize, started: DateTime<Utc>) -> Value {
    let kinds = ["call.started", "queue.entered", "agent.ringing", "call.connected", "call.ended"];
    let after = [0, 300, 400, 6_000, 90_000];
    let seat = format!("Platz-{}", 11 + call % 30);
    let mut event = json!({
        "event_id": format!("{name}-{call}-{step}"),
        "type": kinds[step],
        "call_ref": format!("{name}-{call}"),
        "occurred_at": (started + TimeDelta::milliseconds(after[step])).to_rfc3339(),
    });
    match step {
        0 => {
            event["direction"] = "in".into();
            event["to"] = format!("+49699000{}", 9_100 + call % 50).into();
            event["from"] = format!("+49221471{:04}", call % 10_000).into();
        }
        4 => event["by"] = "caller".into(),
        _ => event["queue"] = "sc-kreis".into(),
    }
    if step == 2 || step == 3 {
        event["agent"] = seat.into();
    }
    event
}
