//! What telephone systems say when they call us, each in its own way, said in our words. No database, no clock: the bytes
//! of one request become messages.
//!
//! Architecture invariant: a citizen's number goes into `Incoming::number` and nowhere else.

pub mod completed;
mod fields;
mod moments;
pub mod native;
pub mod placetel;
pub mod sipgate;
pub mod zammad;

use chrono::{DateTime, Utc};
use fields::Fields;

use super::Adapter;
use crate::calls::{Event, EventClock, EventKind, Facts, Identity, Incoming};
use crate::ids::SourceId;

/// One request of a telephone system.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    pub source: SourceId,
    pub received: DateTime<Utc>,
    /// Empty where none was sent.
    pub content_type: &'a str,
    pub body: &'a [u8],
}

/// What a request says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    pub messages: Vec<Incoming>,
    /// Names of events that mean nothing to us.
    pub unknown: Vec<String>,
    pub rejected: Vec<Rejected>,
    /// The sender asks where to tell the rest of the call.
    pub asks_for_more: bool,
}

/// One of several events, refused alone.
#[derive(Debug, PartialEq, Eq)]
pub struct Rejected {
    pub index: usize,
    pub reason: Refusal,
}

/// Why something cannot be taken over, as a sentence of each language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    pub german: &'static str,
    pub english: &'static str,
}

impl Refusal {
    pub(super) const fn new(german: &'static str, english: &'static str) -> Self {
        Self { german, english }
    }
}

const UNREADABLE: Refusal =
    Refusal::new("Die Daten sind weder JSON noch Formularfelder.", "The body is neither JSON nor form fields.");
const NO_EVENT: Refusal = Refusal::new("Das Feld „event“ fehlt.", "The field 'event' is missing.");
const NO_CALL_ID: Refusal = Refusal::new(
    "Die Kennung des Anrufs (callId) fehlt oder ist länger als 250 Zeichen.",
    "The call's id (callId) is missing or longer than 250 characters.",
);
const NO_DIRECTION: Refusal =
    Refusal::new("Das Feld „direction“ muss „in“ oder „out“ sein.", "The field 'direction' must be 'in' or 'out'.");

/// Longest key of a call that is taken over.
const LONGEST_REF: usize = 250;
const LONGEST_SEAT: usize = 80;

/// Reads a request in the convention of its source.
pub fn read(adapter: Adapter, delivery: Delivery<'_>) -> Result<Heard, Refusal> {
    match adapter {
        Adapter::Zammad => zammad::read(delivery),
        Adapter::Sipgate => sipgate::read(delivery),
        Adapter::Placetel => placetel::read(delivery),
        Adapter::Native | Adapter::AsteriskAmi => native::read(delivery),
        Adapter::Completed => completed::read(delivery),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

impl Direction {
    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "in" | "inbound" => Some(Self::In),
            "out" | "outbound" => Some(Self::Out),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// A direction, and both numbers as sent: which of them is ours follows from the direction.
#[derive(Debug, Clone, Copy)]
struct Parties<'a> {
    direction: Direction,
    from: Option<&'a str>,
    to: Option<&'a str>,
}

impl Parties<'_> {
    /// Our number goes into the facts; the other one is returned.
    fn tell(self, facts: &mut Facts) -> Option<String> {
        let (ours, theirs) = match self.direction {
            Direction::In => (self.to, self.from),
            Direction::Out => (self.from, self.to),
        };
        facts.direction = Some(self.direction.as_str().to_owned());
        let place = if self.direction == Direction::In { &mut facts.to } else { &mut facts.shown_as };
        *place = ours.map(str::to_owned);
        theirs.map(str::to_owned)
    }
}

/// Messages about one call, with the time at which they came.
struct Teller<'a> {
    delivery: Delivery<'a>,
    call_ref: String,
}

impl<'a> Teller<'a> {
    fn of(delivery: Delivery<'a>, fields: &Fields) -> Result<Self, Refusal> {
        let call_ref = fields.get_whole(&["callId"], LONGEST_REF).ok_or(NO_CALL_ID)?;
        Ok(Self { delivery, call_ref })
    }

    fn tell(&self, in_call: &str, kind: EventKind, facts: Facts) -> Incoming {
        let event = Event { kind, at: self.delivery.received, clock: EventClock::Received, facts };
        let identity = Identity::InCall(in_call.to_owned());
        Incoming { source: self.delivery.source, call_ref: Some(self.call_ref.clone()), identity, event, number: None }
    }

    fn started(&self, fields: &Fields, direction: Direction, mut facts: Facts) -> Incoming {
        let parties = Parties { direction, from: fields.number("from"), to: fields.number("to") };
        let number = parties.tell(&mut facts);
        facts.queue = fields.text("queue", 80);
        facts.diversion = fields.number("diversion").map(str::to_owned);
        Incoming { number, ..self.tell("newCall", EventKind::CallStarted, facts) }
    }

    fn ended(&self, cause: Option<String>, result: Option<&str>) -> Incoming {
        let facts = Facts { cause, result: result.map(str::to_owned), ..Facts::default() };
        self.tell("hangup", EventKind::CallEnded, facts)
    }

    fn voicemail(&self, in_call: &str) -> Incoming {
        let facts = Facts { reason: Some("voicemail".to_owned()), ..Facts::default() };
        self.tell(in_call, EventKind::LineNotice, facts)
    }
}
