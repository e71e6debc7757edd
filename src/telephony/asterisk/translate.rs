//! Events of Asterisk in our words. Architecture invariant: no clock and no connection here; what a message means follows from
//! it and from those before it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::members::SeatStanding;
use super::present::Present;
use super::stamp::time_of;
use super::{Message, names};
use crate::calls::{Event, EventClock, EventKind, Facts, Identity, Incoming};
use crate::ids::SourceId;

/// No telephone system has more kinds of events than this.
const MOST_ODDITIES: usize = 200;
const LONGEST_NAME: usize = 100;

#[derive(Debug)]
pub struct Translator {
    pub(super) source: SourceId,
    pub(super) trunk_context: String,
    pub(super) present: Present,
    oddities: BTreeMap<String, i64>,
}

/// A message with when it happened.
#[derive(Clone, Copy)]
pub(super) struct Heard<'a> {
    pub message: &'a Message,
    pub event: &'a str,
    pub at: DateTime<Utc>,
    pub clock: EventClock,
    pub received: DateTime<Utc>,
}

impl Translator {
    pub fn new(source: SourceId, trunk_context: impl Into<String>) -> Self {
        Self { source, trunk_context: trunk_context.into(), present: Present::default(), oddities: BTreeMap::new() }
    }

    pub fn present(&self) -> &Present {
        &self.present
    }

    pub fn remember_seat(&mut self, standing: SeatStanding) {
        self.present.remember_seat(standing);
    }

    /// What a message says, if it says something that we keep.
    pub fn translate(&mut self, message: &Message, received: DateTime<Utc>) -> Option<Incoming> {
        let event = message.event()?;
        let (at, clock) = time_of(message, received);
        let heard = Heard { message, event, at, clock, received };
        match event {
            "QueueMemberPause" | "QueueMemberPaused" | "QueueMemberAdded" | "QueueMemberRemoved"
            | "QueueMemberStatus" => {
                let standing = self.present.hear_member(message)?;
                Some(self.seat_event(&heard, standing))
            }
            _ => match self.translate_call(&heard) {
                Ok(incoming) => incoming,
                Err(super::calls::NoCallEvent) => {
                    self.count_oddity(event);
                    None
                }
            },
        }
    }

    /// Names of events that nobody here understands, and how often they came since this was asked last.
    pub fn take_oddities(&mut self) -> Vec<(String, i64)> {
        std::mem::take(&mut self.oddities).into_iter().collect()
    }

    fn count_oddity(&mut self, event: &str) {
        if names::is_not_needed(event) {
            return;
        }
        let name: String = event.chars().filter(|sign| !sign.is_control()).take(LONGEST_NAME).collect();
        if self.oddities.len() < MOST_ODDITIES || self.oddities.contains_key(&name) {
            *self.oddities.entry(name).or_default() += 1;
        }
    }

    fn seat_event(&self, heard: &Heard<'_>, standing: SeatStanding) -> Incoming {
        let identity = heard.identity_of_seat(&standing);
        self.seat_incoming(standing, identity, heard.at, heard.clock, false)
    }

    pub(super) fn seat_incoming(
        &self,
        standing: SeatStanding,
        identity: Identity,
        at: DateTime<Utc>,
        clock: EventClock,
        adopted: bool,
    ) -> Incoming {
        let facts = Facts {
            agent: Some(standing.seat),
            reason: Some(standing.state.as_str().to_owned()),
            note: standing.note,
            adopted,
            ..Facts::default()
        };
        let event = Event { kind: EventKind::AgentState, at, clock, facts };
        Incoming { source: self.source, call_ref: None, identity, event, number: None }
    }
}

impl Heard<'_> {
    fn stamp(&self) -> Option<&str> {
        self.message.get("Timestamp").filter(|_| self.clock == EventClock::Source)
    }

    /// The same event, however often it is told. Nothing in it tells about the caller.
    pub(super) fn identity(&self, call_ref: &str) -> Identity {
        let of = |key| self.message.get(key).unwrap_or_default();
        let (queue, interface, word) = (of("Queue"), of("Interface"), of("Kind"));
        match self.stamp() {
            Some(stamp) => {
                let channel = self.message.get("Uniqueid").unwrap_or(call_ref);
                Identity::Id(digest(&[channel, self.event, queue, interface, word, stamp]))
            }
            None if self.may_repeat() => {
                let received = self.received.timestamp_micros();
                Identity::InCall(format!("{} {queue} {interface} {received}", self.event))
            }
            None => Identity::InCall(format!("{} {queue} {interface} {word}", self.event)),
        }
    }

    /// What happens to one call several times in the same words.
    fn may_repeat(&self) -> bool {
        matches!(self.event, "AgentCalled" | "AgentRingNoAnswer" | "BlindTransfer" | "AttendedTransfer")
    }

    fn identity_of_seat(&self, standing: &SeatStanding) -> Identity {
        let queue = self.message.get("Queue").unwrap_or_default();
        let received = self.received.timestamp_micros().to_string();
        let moment = self.stamp().unwrap_or(&received);
        Identity::Id(digest(&["seat", &standing.seat, self.event, queue, standing.state.as_str(), moment]))
    }
}

/// Short and of one length, whatever a telephone system calls its channels.
pub(super) fn digest(parts: &[&str]) -> String {
    let hash = Sha256::digest(parts.join("\n").as_bytes());
    HEXLOWER.encode(&hash[..20])
}
