//! What is true at this moment and stands in no row of the desk: its telephone, and the calls there.

use chrono::{DateTime, TimeDelta, Utc};

use crate::calls::LiveCall;
use crate::ids::{SeatId, SourceId};

/// Whoever holds a connection may be late with saying so.
const GRACE: TimeDelta = TimeDelta::seconds(15);
/// The adapter that keeps a connection of its own.
const HELD: &str = "asterisk-ami";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Present {
    pub seat: Option<Seat>,
    /// The desk's own call, running or just ended.
    pub call: Option<LiveCall>,
    /// What rings at the seat while the desk is free.
    pub ringing: Option<LiveCall>,
    /// What the telephone talks in while the desk still has a call that was opened by hand.
    pub on_the_phone: Option<LiveCall>,
}

impl Present {
    /// The desk's call runs on a telephone that can be told to connect it.
    pub fn may_connect(&self) -> bool {
        let runs = self.call.as_ref().is_some_and(|call| !call.is_by_hand && call.talking.is_some());
        runs && self.seat.as_ref().is_some_and(|seat| seat.may_control)
    }

    /// The desk's call is one that a telephone system reports: it ends when somebody hangs up.
    pub fn is_by_phone(&self) -> bool {
        self.call.as_ref().is_some_and(|call| !call.is_by_hand)
    }
}

/// A telephone, and how it stands with the system it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    pub id: SeatId,
    pub name: String,
    pub source: SourceId,
    pub adapter: String,
    /// The last of its signals.
    pub signal: i64,
    pub state: Option<SeatState>,
    /// The words beside a pause.
    pub reason: Option<String>,
    pub state_since: Option<DateTime<Utc>>,
    /// Its system transfers, pauses and calls when it is told to.
    pub may_control: bool,
    /// None: nobody ever held a connection.
    pub link: Option<Link>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatState {
    Available,
    Paused,
    LoggedOut,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub is_connected: bool,
    pub since: DateTime<Utc>,
    pub held_until: Option<DateTime<Utc>>,
}

/// Since when the telephone system cannot be heard, if that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disturbance {
    pub since: Option<DateTime<Utc>>,
}

impl SeatState {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "available" => Some(Self::Available),
            "paused" => Some(Self::Paused),
            "logged_out" => Some(Self::LoggedOut),
            _ => None,
        }
    }
}

impl Seat {
    /// Whether orders can be given at all; whether they may, its source says.
    pub fn is_controlled(&self) -> bool {
        self.adapter == HELD
    }

    pub fn disturbance(&self, now: DateTime<Utc>) -> Option<Disturbance> {
        let lost_since = match &self.link {
            None => (self.adapter == HELD).then_some(None)?,
            Some(link) if !link.is_connected => Some(link.since),
            // Whoever held it is gone without a word.
            Some(link) => Some(link.held_until.filter(|until| *until + GRACE < now)?),
        };
        Some(Disturbance { since: lost_since })
    }
}
