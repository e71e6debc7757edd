//! Events as Zammad's generic CTI takes them: newCall, answer and hangup, without a time of their own.

use super::fields::{Fields, cut};
use super::{Delivery, Direction, Heard, LONGEST_SEAT, NO_DIRECTION, NO_EVENT, Parties, Refusal, Teller};
use crate::calls::{EventKind, Facts, Incoming};

/// Where a dialect names the seats; the first of them that is filled counts.
pub(super) struct Seats {
    pub ringing: &'static [&'static str],
    pub answering: &'static [&'static str],
}

const SEATS: Seats = Seats { ringing: &["user"], answering: &["answeringNumber", "user"] };

pub fn read(delivery: Delivery<'_>) -> Result<Heard, Refusal> {
    translate(delivery, &Fields::read(delivery)?, &SEATS)
}

pub(super) fn translate(delivery: Delivery<'_>, fields: &Fields, seats: &Seats) -> Result<Heard, Refusal> {
    let event = fields.get(&["event"]).ok_or(NO_EVENT)?;
    let messages = match event.to_ascii_lowercase().as_str() {
        "newcall" => new_call(&Teller::of(delivery, fields)?, fields, seats)?,
        "answer" => vec![answer(&Teller::of(delivery, fields)?, fields, seats)],
        "hangup" => vec![Teller::of(delivery, fields)?.ended(fields.word("cause"), None)],
        _ => return Ok(Heard { unknown: vec![cut(event, 100).to_owned()], ..Heard::default() }),
    };
    Ok(Heard { messages, ..Heard::default() })
}

fn new_call(teller: &Teller<'_>, fields: &Fields, seats: &Seats) -> Result<Vec<Incoming>, Refusal> {
    let direction = fields.get(&["direction"]).and_then(Direction::parse).ok_or(NO_DIRECTION)?;
    let named = fields.all(seats.ringing);
    let mut facts = Facts::default();
    if direction == Direction::Out {
        facts.agent = named.first().map(|name| seat(name));
    }
    let mut messages = vec![teller.started(fields, direction, facts)];
    let mut ringing: Vec<String> = named.iter().map(|name| seat(name)).filter(|name| !is_voicemail(name)).collect();
    ringing.sort_unstable();
    ringing.dedup();
    if direction == Direction::In {
        let ring = |agent: String| {
            let facts = Facts { agent: Some(agent.clone()), ..Facts::default() };
            teller.tell(&format!("ring {agent}"), EventKind::AgentRinging, facts)
        };
        messages.extend(ringing.into_iter().map(ring));
    }
    Ok(messages)
}

fn answer(teller: &Teller<'_>, fields: &Fields, seats: &Seats) -> Incoming {
    let agent = fields.get(seats.answering).map(seat);
    let in_call = format!("answer {}", agent.as_deref().unwrap_or_default());
    if fields.all(&["user"]).into_iter().chain(fields.get(&["answeringNumber"])).any(is_voicemail) {
        return teller.voicemail(in_call.trim_end());
    }
    let mut facts = Facts { agent, queue: fields.text("queue", 80), ..Facts::default() };
    let mut number = None;
    // Where the beginning was lost, this is the only word of the numbers.
    if let Some(direction) = fields.get(&["direction"]).and_then(Direction::parse) {
        number = Parties { direction, from: fields.number("from"), to: fields.number("to") }.tell(&mut facts);
    }
    Incoming { number, ..teller.tell(in_call.trim_end(), EventKind::CallConnected, facts) }
}

fn seat(name: &str) -> String {
    cut(name, LONGEST_SEAT).trim_end().to_owned()
}

fn is_voicemail(name: &str) -> bool {
    name.eq_ignore_ascii_case("voicemail")
}
