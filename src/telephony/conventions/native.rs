//! Our own events as JSON: one, or up to 500 at once, each with its own time. A bad one is refused alone.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::fields::{Fields, cut, json_of};
use super::moments;
use super::{Delivery, Direction, Heard, LONGEST_REF, LONGEST_SEAT, NO_DIRECTION, Parties, Refusal, Rejected};
use crate::calls::{Event, EventClock, EventKind, Facts, Identity, Incoming};

pub const MOST_EVENTS: usize = 500;
const OLDEST: TimeDelta = TimeDelta::days(7);
const NEWEST: TimeDelta = TimeDelta::days(2);
pub const SEAT_STATES: [&str; 3] = ["available", "paused", "logged_out"];

const NO_JSON: Refusal =
    Refusal::new("Erwartet wird ein JSON-Objekt mit Ereignissen.", "A JSON object with events is expected.");
const TOO_MANY: Refusal =
    Refusal::new("Höchstens 500 Ereignisse auf einmal.", "No more than 500 events can be sent at once.");
const NO_OBJECT: Refusal = Refusal::new("Das Ereignis ist kein JSON-Objekt.", "The event is no JSON object.");
const NO_TYPE: Refusal = Refusal::new("Das Feld „type“ fehlt.", "The field 'type' is missing.");
const UNKNOWN_TYPE: Refusal =
    Refusal::new("Diese Art von Ereignis („type“) gibt es nicht.", "There is no event of this 'type'.");
const NO_REF: Refusal = Refusal::new(
    "Das Feld „call_ref“ fehlt oder ist länger als 250 Zeichen.",
    "The field 'call_ref' is missing or longer than 250 characters.",
);
const LONG_ID: Refusal =
    Refusal::new("Die „event_id“ ist länger als 250 Zeichen.", "The 'event_id' is longer than 250 characters.");
const NO_TIME: Refusal =
    Refusal::new("„occurred_at“ ist keine Zeit nach RFC 3339.", "'occurred_at' is no time as in RFC 3339.");
const TOO_OLD: Refusal = Refusal::new(
    "Das Ereignis ist älter als sieben Tage; dafür gibt es „source import“.",
    "The event is older than seven days; 'source import' takes such ones.",
);
const TOO_NEW: Refusal =
    Refusal::new("Das Ereignis liegt mehr als zwei Tage in der Zukunft.", "The event lies more than two days ahead.");
const NO_AGENT: Refusal = Refusal::new("Das Feld „agent“ fehlt.", "The field 'agent' is missing.");
const NO_QUEUE: Refusal = Refusal::new("Das Feld „queue“ fehlt.", "The field 'queue' is missing.");
const NO_PARENT: Refusal = Refusal::new("Das Feld „parent_ref“ fehlt.", "The field 'parent_ref' is missing.");
const NO_STATE: Refusal = Refusal::new(
    "„reason“ muss „available“, „paused“ oder „logged_out“ sein.",
    "'reason' must be 'available', 'paused' or 'logged_out'.",
);
const UNKNOWN_KIND: Refusal =
    Refusal::new("„kind“ muss „blind“ oder „attended“ sein.", "'kind' must be 'blind' or 'attended'.");

pub fn read(delivery: Delivery<'_>) -> Result<Heard, Refusal> {
    let mut value = json_of(delivery.body).ok_or(NO_JSON)?;
    let events = match value.as_object_mut().and_then(|object| object.remove("events")) {
        Some(Value::Array(events)) => events,
        Some(_) => return Err(NO_JSON),
        None => match value {
            Value::Array(events) => events,
            Value::Object(_) => vec![value],
            _ => return Err(NO_JSON),
        },
    };
    if events.len() > MOST_EVENTS {
        return Err(TOO_MANY);
    }
    let mut heard = Heard::default();
    for (index, event) in events.iter().enumerate() {
        match read_event(delivery, event, &mut heard.unknown) {
            Ok(message) => heard.messages.push(message),
            Err(reason) => heard.rejected.push(Rejected { index, reason }),
        }
    }
    Ok(heard)
}

fn read_event(delivery: Delivery<'_>, event: &Value, unknown: &mut Vec<String>) -> Result<Incoming, Refusal> {
    let fields = Fields::of_json(event).ok_or(NO_OBJECT)?;
    let name = fields.get(&["type"]).ok_or(NO_TYPE)?;
    let Some(kind) = EventKind::parse(name) else {
        unknown.push(cut(name, 100).to_owned());
        return Err(UNKNOWN_TYPE);
    };
    let call_ref = fields.get_whole(&["call_ref", "callId"], LONGEST_REF);
    if call_ref.is_none() && kind != EventKind::AgentState {
        return Err(NO_REF);
    }
    let (at, clock) = moment(&fields, delivery.received)?;
    let mut facts = facts(kind, &fields)?;
    let number = parties(kind, &fields)?.and_then(|parties| parties.tell(&mut facts));
    let identity = identity(kind, &fields, &facts, at, clock)?;
    let call_ref = call_ref.filter(|_| kind != EventKind::AgentState);
    Ok(Incoming { source: delivery.source, call_ref, identity, event: Event { kind, at, clock, facts }, number })
}

fn moment(fields: &Fields, received: DateTime<Utc>) -> Result<(DateTime<Utc>, EventClock), Refusal> {
    let Some(written) = fields.get(&["occurred_at"]) else { return Ok((received, EventClock::Received)) };
    let at = moments::rfc3339(written).ok_or(NO_TIME)?;
    match at {
        at if at < received - OLDEST => Err(TOO_OLD),
        at if at > received + NEWEST => Err(TOO_NEW),
        at => Ok((at, EventClock::Source)),
    }
}

/// Without a direction nobody knows which of the numbers is a citizen's; only a beginning may leave it out and means "in".
fn parties(kind: EventKind, fields: &Fields) -> Result<Option<Parties<'_>>, Refusal> {
    let direction = match fields.get(&["direction"]) {
        Some(written) => Direction::parse(written).ok_or(NO_DIRECTION)?,
        None if matches!(kind, EventKind::CallStarted | EventKind::CallCompleted) => Direction::In,
        None => return Ok(None),
    };
    Ok(Some(Parties { direction, from: fields.number("from"), to: fields.number("to") }))
}

fn facts(kind: EventKind, fields: &Fields) -> Result<Facts, Refusal> {
    let moment = |name: &str| fields.get(&[name]).and_then(moments::rfc3339);
    let length = |name: &str| fields.get(&[name]).and_then(moments::ms);
    let mut facts = Facts {
        diversion: fields.number("diversion").map(str::to_owned),
        parent_ref: fields.get_whole(&["parent_ref"], LONGEST_REF),
        queue: fields.text("queue", 80),
        position: fields.get(&["position"]).and_then(|position| position.parse().ok()),
        agent: fields.text("agent", LONGEST_SEAT),
        ring_ms: length("ring_ms"),
        kind: fields.word("kind"),
        target: fields.text("target", 100),
        result: fields.word("result"),
        reason: fields.word("reason"),
        note: fields.text("note", 60),
        cause: fields.word("cause"),
        by: fields.word("by"),
        answered_at: moment("answered_at"),
        ended_at: moment("ended_at"),
        wait_ms: length("wait_ms"),
        talk_ms: length("talk_ms"),
        ..Facts::default()
    };
    match kind {
        EventKind::AgentRinging | EventKind::AgentRingNoAnswer if facts.agent.is_none() => return Err(NO_AGENT),
        EventKind::QueueEntered if facts.queue.is_none() => return Err(NO_QUEUE),
        EventKind::CallLinked if facts.parent_ref.is_none() => return Err(NO_PARENT),
        EventKind::CallTransferred => {
            let kind = facts.kind.get_or_insert_with(|| "blind".to_owned());
            if kind != "blind" && kind != "attended" {
                return Err(UNKNOWN_KIND);
            }
        }
        EventKind::AgentState => put_state(&mut facts, fields)?,
        _ => {}
    }
    Ok(facts)
}

/// The state stands in `reason`; where it stands in `state` or `kind`, `reason` has the words beside a pause.
fn put_state(facts: &mut Facts, fields: &Fields) -> Result<(), Refusal> {
    if facts.agent.is_none() {
        return Err(NO_AGENT);
    }
    let is_state = |value: &&str| SEAT_STATES.contains(value);
    let written = ["state", "kind", "result", "reason"].iter().find_map(|name| fields.get(&[name]).filter(is_state));
    let state = written.ok_or(NO_STATE)?.to_owned();
    let words = fields.text("reason", 60).filter(|words| *words != state);
    facts.note = facts.note.take().or(words);
    facts.reason = Some(state);
    Ok(())
}

fn identity(
    kind: EventKind,
    fields: &Fields,
    facts: &Facts,
    at: DateTime<Utc>,
    clock: EventClock,
) -> Result<Identity, Refusal> {
    if fields.get(&["event_id"]).is_some() {
        return fields.get_whole(&["event_id"], LONGEST_REF).map(Identity::Id).ok_or(LONG_ID);
    }
    let word = |fact: &Option<String>| fact.clone().unwrap_or_default();
    let time =
        if clock == EventClock::Source || kind == EventKind::AgentState { at.to_rfc3339() } else { String::new() };
    let (queue, agent, target) = (word(&facts.queue), word(&facts.agent), word(&facts.target));
    if kind == EventKind::AgentState {
        return Ok(Identity::Id(format!("{} {agent} {} {time}", kind.as_str(), word(&facts.reason))));
    }
    Ok(Identity::InCall(format!("{} {queue} {agent} {target} {time}", kind.as_str())))
}
