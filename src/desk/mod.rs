//! The agent desk: one call at a time, kept in the database so that a reload, a second tab or a killed server changes nothing.
//!
//! Architecture invariant: every answer of the desk is the whole desk as the database has it; no state lives in the page.
//! With every look the desk is brought in line with its telephone (`settle.rs`); a signal only says that it is time to look.

mod bulletins;
mod caller_town;
mod control;
mod follower;
mod hub;
mod pages;
mod present;
mod readiness;
mod rewritten;
mod seating;
mod settle;
mod sitting;
mod store;
mod stream;
mod transfers;

pub use bulletins::BulletinFollower;
pub use follower::DeskFollower;
pub use hub::DeskHub;
pub use pages::routes;
pub use rewritten::RewrittenFollower;
pub use transfers::settle_transfers;

use chrono::{DateTime, TimeDelta, Utc};

use crate::calls::{CallKey, EntryKey};
use crate::ids::{LineId, SeatId, TenantId};

/// How long the last act can be taken back.
pub const UNDO: TimeDelta = TimeDelta::seconds(10);
/// One press of the space bar in after-call work.
pub const EXTENSION: TimeDelta = TimeDelta::seconds(30);
/// So long after-call work lasts at least while somebody still works on the call.
pub const KEPT: TimeDelta = TimeDelta::seconds(10);
/// Why somebody makes a pause.
pub const REASONS_FOR_PAUSE: [&str; 4] = ["Pause", "Besprechung", "Schulung", "Sonstiges"];

/// What the desk's row says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Desk {
    pub call: Option<CallKey>,
    pub entry: Option<EntryKey>,
    /// The town whose knowledge is shown.
    pub shown_tenant: Option<TenantId>,
    pub after_call_until: Option<DateTime<Utc>>,
    pub paused_at: Option<DateTime<Utc>>,
    pub pause_after_call: bool,
    pub last_line: Option<(TenantId, LineId)>,
    /// The town of the call before.
    pub previous_town: Option<TenantId>,
    pub undo: Option<Undo>,
    pub undo_until: Option<DateTime<Utc>>,
    /// The telephone; None: without a telephone system.
    pub seat: Option<SeatId>,
    /// The last signal of the telephone that was looked at.
    pub settled_signal: i64,
    pub pause_reason: Option<String>,
    /// The telephone talks, or talked, in the call.
    pub has_talked: bool,
    /// When pause or ready was chosen at the desk; what the telephone system says later counts more.
    pub state_chosen_at: Option<DateTime<Utc>>,
    /// To be told until the next act.
    pub notice: Option<String>,
}

/// The last act, as far as it can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Undo {
    Answer {
        entry: EntryKey,
        /// The town and the words that the search has learned from it.
        #[serde(default)]
        taught: Option<(TenantId, Vec<String>)>,
    },
    End {
        entry: Option<EntryKey>,
    },
}

/// Where the agent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Ready,
    Paused,
    /// The telephone rings; what the desk showed before stays below.
    Ringing,
    /// In a call of a shared line: the town has to be chosen first.
    AskingTown,
    InCall,
    AfterCall,
}

impl State {
    pub fn label(self) -> &'static str {
        match self {
            Self::Ready => "Bereit",
            Self::Paused => "Pause",
            Self::Ringing => "Es klingelt",
            Self::AskingTown | Self::InCall => "Im Gespräch",
            Self::AfterCall => "Nachbearbeitung",
        }
    }

    /// The colour word of the badge; the label beside it says the same.
    pub fn colour(self) -> &'static str {
        match self {
            Self::Ready => "good",
            Self::Paused => "off",
            Self::AskingTown | Self::InCall | Self::Ringing => "busy",
            Self::AfterCall => "warn",
        }
    }

    pub fn in_call(self) -> bool {
        matches!(self, Self::AskingTown | Self::InCall)
    }
}

impl Desk {
    pub fn state(&self, now: DateTime<Utc>) -> State {
        match (self.call, self.after_call_until) {
            (Some(_), None) if self.shown_tenant.is_none() => State::AskingTown,
            (Some(_), None) => State::InCall,
            (Some(_), Some(until)) if until > now => State::AfterCall,
            _ if self.paused_at.is_some() => State::Paused,
            _ => State::Ready,
        }
    }

    /// The desk between two calls: the person stays at the telephone, and in the pause that was asked for.
    fn between_calls(&self) -> Self {
        Self {
            paused_at: self.paused_at,
            pause_after_call: self.pause_after_call,
            pause_reason: self.pause_reason.clone(),
            last_line: self.last_line,
            previous_town: self.town_so_far(),
            seat: self.seat,
            settled_signal: self.settled_signal,
            state_chosen_at: self.state_chosen_at,
            notice: self.notice.clone(),
            ..Self::default()
        }
    }

    /// As above, and the pause is over.
    fn ready(&self) -> Self {
        Self { paused_at: None, pause_after_call: false, pause_reason: None, ..self.between_calls() }
    }

    /// The call is for another town than the one before.
    pub fn is_other_town(&self) -> bool {
        self.shown_tenant.zip(self.previous_town).is_some_and(|(shown, previous)| shown != previous)
    }

    /// The town of the last call that had one, for the next call.
    pub fn town_so_far(&self) -> Option<TenantId> {
        self.shown_tenant.or(self.previous_town)
    }

    /// The act that can still be taken back.
    pub fn open_undo(&self, now: DateTime<Utc>) -> Option<(Undo, DateTime<Utc>)> {
        let until = self.undo_until.filter(|until| *until > now)?;
        Some((self.undo.clone()?, until))
    }
}
