//! The one vocabulary in which every telephone system's messages are kept, whatever it calls them itself.
//!
//! Architecture invariant: no caller's number and no name stands in an event; what a caller's number is for lies in
//! `caller_number` and is deleted by rule.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::SourceId;

/// What can happen to a call, in the order in which things of the same moment happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    CallStarted,
    /// It belongs to another call of the same source: a transfer or a forwarding made a new one of it.
    CallLinked,
    /// What the dialplan says about the line: closed, overflow, voicemail.
    LineNotice,
    QueueEntered,
    AgentRinging,
    AgentRingNoAnswer,
    /// The caller put the handset down; the end follows.
    CallerHungUp,
    QueueLeft,
    CallConnected,
    CallTransferred,
    /// The agent is out of the call; the caller may talk on with somebody else.
    AgentLeft,
    CallEnded,
    /// The telephone system does not know the call any more, and nobody saw its end.
    CallLost,
    /// Told afterwards, all at once.
    CallCompleted,
    /// Of a seat, not of a call.
    AgentState,
}

impl EventKind {
    pub const ALL: [Self; 15] = [
        Self::CallStarted,
        Self::CallLinked,
        Self::LineNotice,
        Self::QueueEntered,
        Self::AgentRinging,
        Self::AgentRingNoAnswer,
        Self::CallerHungUp,
        Self::QueueLeft,
        Self::CallConnected,
        Self::CallTransferred,
        Self::AgentLeft,
        Self::CallEnded,
        Self::CallLost,
        Self::CallCompleted,
        Self::AgentState,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::CallStarted => "call.started",
            Self::CallLinked => "call.linked",
            Self::LineNotice => "line.notice",
            Self::QueueEntered => "queue.entered",
            Self::AgentRinging => "agent.ringing",
            Self::AgentRingNoAnswer => "agent.ring_no_answer",
            Self::CallerHungUp => "caller.hung_up",
            Self::QueueLeft => "queue.left",
            Self::CallConnected => "call.connected",
            Self::CallTransferred => "call.transferred",
            Self::AgentLeft => "agent.left",
            Self::CallEnded => "call.ended",
            Self::CallLost => "call.lost",
            Self::CallCompleted => "call.completed",
            Self::AgentState => "agent.state",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Whose clock says when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventClock {
    Source,
    /// The message carries no time; it counts from when it came.
    Received,
}

impl EventClock {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Received => "received",
        }
    }
}

/// Something that happened to a call, in our words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub kind: EventKind,
    pub at: DateTime<Utc>,
    pub clock: EventClock,
    pub facts: Facts,
}

/// What an event may say. Nothing else of a message is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// "in" or "out", as seen from the center.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// The dialled number of a call that comes in, as the source writes it; never a citizen's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// For a call that goes out: the center's own number that is shown to whom it calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown_as: Option<String>,
    /// The number that was dialled before somebody forwarded it to us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diversion: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i32>,
    /// The seat as the source names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// How long it rang at the seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring_ms: Option<i32>,
    /// Of a transfer: "blind" or "attended".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Of a transfer, or of a call that is told afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Why a queue was left, what a notice says, or a seat's state: "available", "paused", "logged_out".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The words beside a pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Who ended it: "caller", "agent", "system".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Of a call that is told afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_ms: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub talk_ms: Option<i32>,
    /// Whole seconds only, as in a queue_log: gives way to a finer event that says the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub coarse: bool,
    /// Found when we looked, not seen when it happened: gives way to an event that was.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub adopted: bool,
}

/// What makes a message the same as another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Identity {
    /// Unique within its source for ever.
    Id(String),
    /// Unique within one call: "answer", "ring Platz-11 3".
    InCall(String),
}

/// One message of a source, translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    pub source: SourceId,
    /// None for what is no call's: a seat's state.
    pub call_ref: Option<String>,
    pub identity: Identity,
    pub event: Event,
    /// The other party's number, as sent: the caller's, or whom we called. Kept apart from the event and deleted by rule.
    pub number: Option<String>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    New,
    Duplicate,
}
