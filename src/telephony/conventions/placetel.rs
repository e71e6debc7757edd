//! Placetel's Notify: four events of its own; the direction stands in the event's name.

use super::fields::{Fields, cut, word};
use super::{Delivery, Direction, Heard, LONGEST_SEAT, NO_EVENT, Refusal, Teller};
use crate::calls::{EventKind, Facts, Incoming};

pub fn read(delivery: Delivery<'_>) -> Result<Heard, Refusal> {
    let fields = Fields::read(delivery)?;
    let event = fields.get(&["event"]).ok_or(NO_EVENT)?;
    let messages = match event.to_ascii_lowercase().as_str() {
        "incomingcall" => vec![Teller::of(delivery, &fields)?.started(&fields, Direction::In, Facts::default())],
        "outgoingcall" => {
            let facts = Facts { agent: peer(&fields), ..Facts::default() };
            vec![Teller::of(delivery, &fields)?.started(&fields, Direction::Out, facts)]
        }
        "callaccepted" => vec![accepted(&Teller::of(delivery, &fields)?, &fields)],
        "hungup" => hung_up(&Teller::of(delivery, &fields)?, &fields),
        _ => return Ok(Heard { unknown: vec![cut(event, 100).to_owned()], ..Heard::default() }),
    };
    Ok(Heard { messages, ..Heard::default() })
}

fn accepted(teller: &Teller<'_>, fields: &Fields) -> Incoming {
    let agent = peer(fields);
    let in_call = format!("answer {}", agent.as_deref().unwrap_or_default());
    teller.tell(in_call.trim_end(), EventKind::CallConnected, Facts { agent, ..Facts::default() })
}

fn hung_up(teller: &Teller<'_>, fields: &Fields) -> Vec<Incoming> {
    let kind = fields.get(&["type"]).map(str::to_ascii_lowercase).unwrap_or_default();
    let cause = |cause: &str| Some(cause.to_owned());
    match kind.as_str() {
        "missed" => vec![teller.ended(cause("cancel"), None)],
        "accepted" => vec![teller.ended(cause("normalClearing"), Some("answered"))],
        "voicemail" => vec![teller.voicemail("voicemail"), teller.ended(cause("voicemail"), None)],
        other => vec![teller.ended(word(other), None)],
    }
}

/// "777abc@fpbx.de" is the telephone 777abc.
fn peer(fields: &Fields) -> Option<String> {
    let name = fields.get(&["peer"])?.split('@').next().unwrap_or_default();
    let name = cut(name.trim_start_matches("sip:"), LONGEST_SEAT).trim();
    (!name.is_empty()).then(|| name.to_owned())
}
