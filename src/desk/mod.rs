//! The agent desk: one call at a time, kept in the database so that a reload, a second tab or a killed server changes nothing.
//!
//! Architecture invariant: every answer of the desk is the whole desk as the database has it; no state lives in the page.

mod pages;
mod sitting;
mod store;

pub use pages::routes;

use chrono::{DateTime, TimeDelta, Utc};

use crate::calls::{CallKey, EntryKey};
use crate::ids::{LineId, TenantId};

/// How long the last act can be taken back.
pub const UNDO: TimeDelta = TimeDelta::seconds(10);
/// One press of the space bar in after-call work.
pub const EXTENSION: TimeDelta = TimeDelta::seconds(30);

/// What the desk's row says.
#[derive(Debug, Clone, Default)]
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
            Self::AskingTown | Self::InCall => "Im Gespräch",
            Self::AfterCall => "Nachbearbeitung",
        }
    }

    /// The colour word of the badge; the label beside it says the same.
    pub fn colour(self) -> &'static str {
        match self {
            Self::Ready => "good",
            Self::Paused => "off",
            Self::AskingTown | Self::InCall => "busy",
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
