//! What a call was, from what its telephone system said about it: a pure function of the set of its events.
//!
//! Architecture invariant: neither the order in which events come nor how often each comes changes the result. A call is
//! folded anew on every arrival, so a late event corrects what was said before.

mod finer;
mod outcome;
mod walk;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Event;

/// A call as its events tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded {
    pub direction: Direction,
    /// As the source wrote it.
    pub to: Option<String>,
    pub shown_as: Option<String>,
    pub diversion: Option<String>,
    /// The queue that says whose call it is where no number does.
    pub queue: Option<String>,
    pub parent_ref: Option<String>,
    pub started_at: DateTime<Utc>,
    pub connected_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub wait_ms: Option<i32>,
    pub talk_ms: Option<i32>,
    pub result: CallResult,
    /// The seat that answered first.
    pub agent: Option<String>,
    pub legs: Vec<Leg>,
    pub transfers: Vec<Transfer>,
    /// Seats at which it rings now.
    pub ringing: Vec<String>,
    /// The seat that talks now.
    pub talking: Option<String>,
    /// Since when it waits now, and where.
    pub waiting: Option<(DateTime<Utc>, Option<String>)>,
    /// Its beginning or its end was not seen.
    pub incomplete: bool,
    pub saw_start: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    In,
    Out,
}

impl Direction {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallResult {
    Open,
    Answered,
    Abandoned,
    /// It left its queues unanswered, by a rule of the telephone system.
    Overflow,
    Closed,
    /// It came into no queue at all.
    Unserved,
    Busy,
    Outbound,
    /// Its end was never seen.
    Unknown,
}

impl CallResult {
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::Answered,
        Self::Abandoned,
        Self::Overflow,
        Self::Closed,
        Self::Unserved,
        Self::Busy,
        Self::Outbound,
        Self::Unknown,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Abandoned => "abandoned",
            Self::Overflow => "overflow",
            Self::Closed => "closed",
            Self::Unserved => "unserved",
            Self::Busy => "busy",
            Self::Outbound => "outbound",
            Self::Unknown => "unknown",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.as_str() == text)
    }
}

/// A stay in one queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Leg {
    pub queue: String,
    pub joined_at: DateTime<Utc>,
    pub outcome: Outcome,
    /// Until somebody answered or it left; null where its beginning was not seen.
    pub wait_ms: Option<i32>,
    pub talk_ms: Option<i32>,
    pub agent: Option<String>,
    /// Where it rang in vain.
    pub rings: Vec<Ring>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Waiting,
    Answered,
    Abandoned,
    LeftQueue,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Answered => "answered",
            Self::Abandoned => "abandoned",
            Self::LeftQueue => "left_queue",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ring {
    pub agent: String,
    pub ms: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub kind: Option<String>,
    pub target: Option<String>,
    pub result: Option<String>,
    pub at: String,
}

/// None: there is no event that speaks of a call.
pub fn fold(events: &[Event]) -> Option<Folded> {
    let mut events = events.to_vec();
    events.sort_unstable_by(|a, b| (a.at, a.kind, &a.facts, a.clock).cmp(&(b.at, b.kind, &b.facts, b.clock)));
    events.dedup();
    finer::drop_what_is_known_better(&mut events);
    let first = events.first()?.at;
    let mut walk = walk::Walk::default();
    events.iter().for_each(|event| walk.take(event));
    Some(outcome::settle(walk, first))
}

/// Milliseconds between two moments, rounded; None where they run backwards.
fn milliseconds(from: DateTime<Utc>, to: DateTime<Utc>) -> Option<i32> {
    let micros = (to - from).num_microseconds().filter(|micros| *micros >= 0)?;
    i32::try_from((micros + 500) / 1000).ok()
}
