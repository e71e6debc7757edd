//! sipgate.io: Zammad's words with more fields. A transfer or a forwarding is a new call that names the old one, and what
//! follows the first event is told only to who asks for it in the answer.

use super::fields::Fields;
use super::zammad::{Seats, translate};
use super::{Delivery, Direction, Heard, LONGEST_REF, Refusal, Teller};
use crate::calls::{EventKind, Facts, Incoming};
use crate::tenants::Number;

/// `user` is a person's name; the others name the telephone.
const SEATS: Seats = Seats {
    ringing: &["fullUserId", "userId", "user"],
    answering: &["fullUserId", "userId", "user", "answeringNumber"],
};

pub fn read(delivery: Delivery<'_>) -> Result<Heard, Refusal> {
    let fields = Fields::read(delivery)?;
    // Digits that a caller types are nobody's business here.
    if fields.get(&["event"]).is_some_and(|event| event.eq_ignore_ascii_case("dtmf")) {
        return Ok(Heard::default());
    }
    let mut heard = translate(delivery, &fields, &SEATS)?;
    if let Some(started) = heard.messages.first_mut().filter(|first| first.event.kind == EventKind::CallStarted) {
        heard.asks_for_more = true;
        if let Some(parent) = fields.get_whole(&["origCallId"], LONGEST_REF) {
            started.event.facts.parent_ref = Some(parent.clone());
            let links = link(delivery, started, parent, fields.get(&["direction"]));
            heard.messages.extend(links);
        }
    }
    Ok(heard)
}

/// The new call belongs to the old one, and the old one was passed on.
fn link(delivery: Delivery<'_>, started: &Incoming, parent: String, direction: Option<&str>) -> Vec<Incoming> {
    let child = Teller { delivery, call_ref: started.call_ref.clone().unwrap_or_default() };
    if child.call_ref == parent {
        return Vec::new();
    }
    let is_inside = direction.and_then(Direction::parse) == Some(Direction::In);
    let to = if is_inside { started.event.facts.to.clone() } else { extension(started.number.as_deref()) };
    let linked = Facts { parent_ref: Some(parent.clone()), ..Facts::default() };
    let passed_on = Facts { kind: Some("blind".to_owned()), target: to, ..Facts::default() };
    let transfer = format!("transfer {}", child.call_ref);
    vec![
        child.tell("linked", EventKind::CallLinked, linked),
        Teller { delivery, call_ref: parent }.tell(&transfer, EventKind::CallTransferred, passed_on),
    ]
}

/// A number outside may be a citizen's.
fn extension(number: Option<&str>) -> Option<String> {
    number.filter(|number| matches!(Number::parse(number), Number::Internal(_))).map(str::to_owned)
}
