//! One call told after it ended, as 3CX and Yeastar templates do it: whatever fields they fill, under whatever names.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::fields::Fields;
use super::{Delivery, Direction, Heard, LONGEST_REF, LONGEST_SEAT, Parties, Refusal, moments};
use crate::calls::{Event, EventClock, EventKind, Facts, Identity, Incoming};

const LONG_REF: Refusal =
    Refusal::new("Die Kennung des Anrufs ist länger als 250 Zeichen.", "The call's id is longer than 250 characters.");
const NO_TIME: Refusal = Refusal::new(
    "Der Beginn des Gesprächs ist keine Zeit, die verstanden wird.",
    "The beginning of the call is no time that can be understood.",
);
const NOTHING: Refusal = Refusal::new(
    "Kein Feld beschreibt ein Gespräch; erwartet wird zum Beispiel „started_at“ oder „Duration“.",
    "No field describes a call; 'started_at' or 'Duration' is expected, for example.",
);

const CALL_REF: [&str; 4] = ["call_ref", "callId", "uniqueid", "historyId"];
const OUR_NUMBER: [&str; 5] = ["to", "did", "dialled", "dialledNumber", "didNumber"];
const AGENT: [&str; 4] = ["agent", "agentExtension", "extension", "seat"];
const STARTED: [&str; 5] = ["CallStartTimeUTC", "started_at", "CallStartTime", "startTime", "DateTime"];
const ANSWERED: [&str; 4] = ["CallEstablishedTimeUTC", "answered_at", "CallEstablishedTime", "answerTime"];
const ENDED: [&str; 4] = ["CallEndTimeUTC", "ended_at", "CallEndTime", "endTime"];
const TELLING: [&str; 6] = ["Duration", "talk_ms", "wait_ms", "result", "CallType", "number"];

pub fn read(delivery: Delivery<'_>) -> Result<Heard, Refusal> {
    let fields = Fields::read(delivery)?;
    let is_telling = [&CALL_REF[..], &OUR_NUMBER, &STARTED, &TELLING].iter().any(|names| fields.get(names).is_some());
    if !is_telling {
        return Err(NOTHING);
    }
    Ok(Heard { messages: vec![completed(delivery, &fields)?], ..Heard::default() })
}

fn completed(delivery: Delivery<'_>, fields: &Fields) -> Result<Incoming, Refusal> {
    let (direction, result) = outcome(fields);
    let duration = fields.get(&["Duration"]).and_then(moments::seconds_as_ms);
    let (at, clock) = beginning(delivery, fields)?;
    let mut facts = Facts {
        queue: fields.text("queue", 80),
        agent: fields.get(&AGENT).map(|name| super::fields::cut(name, LONGEST_SEAT).to_owned()),
        diversion: fields.number("diversion").map(str::to_owned),
        answered_at: moment(fields, &ANSWERED).filter(|answered| *answered >= at),
        wait_ms: fields.get(&["wait_ms"]).and_then(moments::ms),
        ..Facts::default()
    };
    let is_answered = matches!(result.as_deref(), Some("answered" | "outbound")) || facts.answered_at.is_some();
    facts.talk_ms = fields.get(&["talk_ms"]).and_then(moments::ms).or(duration.filter(|_| is_answered));
    facts.wait_ms = facts.wait_ms.or_else(|| moments::between(at, facts.answered_at?));
    facts.result = result.or_else(|| facts.answered_at.map(|_| "answered".to_owned()));
    facts.ended_at = moment(fields, &ENDED).filter(|ended| *ended >= at).or_else(|| end(at, &facts, duration));
    let call_ref = call_ref(fields, &facts, at, duration)?;
    let (from, to) = (fields.number("from"), fields.get(&OUR_NUMBER));
    let mut number = Parties { direction, from, to }.tell(&mut facts);
    // "Number" is the other party's, whoever called whom.
    if let Some(theirs) = fields.number("number") {
        number = Some(theirs.to_owned());
    }
    let identity = Identity::InCall("completed".to_owned());
    let event = Event { kind: EventKind::CallCompleted, at, clock, facts };
    Ok(Incoming { source: delivery.source, call_ref: Some(call_ref), identity, event, number })
}

fn moment(fields: &Fields, names: &[&str]) -> Option<DateTime<Utc>> {
    let (name, written) = names.iter().find_map(|name| Some((name, fields.get(&[name])?)))?;
    moments::any(written, name.ends_with("UTC"))
}

fn beginning(delivery: Delivery<'_>, fields: &Fields) -> Result<(DateTime<Utc>, EventClock), Refusal> {
    if fields.get(&STARTED).is_none() {
        return Ok((delivery.received, EventClock::Received));
    }
    let at = moment(fields, &STARTED).filter(|at| moments::is_plausible(*at, delivery.received));
    at.map(|at| (at, EventClock::Source)).ok_or(NO_TIME)
}

/// The end follows from the lengths only where the whole of the call is known.
fn end(at: DateTime<Utc>, facts: &Facts, duration: Option<i32>) -> Option<DateTime<Utc>> {
    let ms = |ms: i32| chrono::TimeDelta::milliseconds(i64::from(ms));
    let talked = facts.answered_at.zip(facts.talk_ms).map(|(answered, talk)| answered + ms(talk));
    let whole = facts.wait_ms.zip(facts.talk_ms).map(|(wait, talk)| at + ms(wait) + ms(talk));
    talked.or(whole).or_else(|| duration.map(|length| at + ms(length)))
}

/// Direction and result out of our own words or those of 3CX.
fn outcome(fields: &Fields) -> (Direction, Option<String>) {
    let written = fields.get(&["result", "CallType"]).map(str::to_ascii_lowercase).unwrap_or_default();
    let direction = fields.get(&["direction", "CallDirection"]).and_then(Direction::parse);
    let (implied, result) = match written.as_str() {
        "inbound" | "answered" | "in" => (Direction::In, Some("answered")),
        "outbound" | "notanswered" | "out" => (Direction::Out, Some("outbound")),
        "missed" | "abandoned" | "unanswered" | "no answer" | "noanswer" => (Direction::In, Some("abandoned")),
        "overflow" => (Direction::In, Some("overflow")),
        "closed" => (Direction::In, Some("closed")),
        "unserved" => (Direction::In, Some("unserved")),
        "busy" => (Direction::In, Some("busy")),
        _ => (Direction::In, None),
    };
    let direction = direction.unwrap_or(implied);
    let result = if direction == Direction::Out { Some("outbound") } else { result.filter(|word| *word != "outbound") };
    (direction, result.map(str::to_owned))
}

/// Where a call has no key, its time, seat and length make one; no citizen's number is in it.
fn call_ref(fields: &Fields, facts: &Facts, at: DateTime<Utc>, duration: Option<i32>) -> Result<String, Refusal> {
    if fields.get(&CALL_REF).is_some() {
        return fields.get_whole(&CALL_REF, LONGEST_REF).ok_or(LONG_REF);
    }
    let told = format!("{at} {:?} {:?} {duration:?} {:?} {:?}", facts.agent, facts.queue, facts.talk_ms, facts.result);
    Ok(format!("ohne-{}", &data_encoding::HEXLOWER.encode(&Sha256::digest(told.as_bytes()))[..32]))
}
