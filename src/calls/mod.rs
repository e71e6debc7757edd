//! Calls: what was dialled, who answered, what was said, and how it ended. No name and no number is needed for one.

mod api;
mod bulk;
mod event;
mod fold;
mod intake;
mod listing;
mod live;
mod own;
mod pages;
mod proof;
mod store;

pub use bulk::{LegOutcome, PastCall, PastEntry, PastLeg, PastResult, bulk_load, ensure_months};
pub use event::{Event, EventClock, EventKind, Facts, Identity, Incoming, Taken};
pub use fold::{CallResult, Direction, Folded, Leg, Outcome, Ring, Transfer, fold};
pub use intake::{Intake, IntakeError, close_forgotten, forget_old_numbers};
pub use live::{LiveCall, Waiting};
pub use own::{find_own_key, list_own};
pub use pages::routes;
pub use store::{UnassignedCall, UnassignedWanted, assign_call, count_unassigned, list_unassigned, unassign_call};
pub use store::{
    claim_call, end_call, find_call, find_caller_number, find_line_of, find_live, find_open_entries, list_live,
    list_live_at, list_log, list_transfers, list_waiting, mark_answer, merge_calls, move_to_town, open_call,
    record_entry, record_event, release_call, reopen_call, set_caller_place, set_disposition, set_lacks_knowledge,
    unmark_answer, update_note,
};

use chrono::{DateTime, Utc};

use crate::ids::{AccountId, CallId, EntryId, LineId, TenantId};

/// The whole key: the tenant first, then the month's partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallKey {
    pub tenant: TenantId,
    pub opened_at: DateTime<Utc>,
    pub id: CallId,
}

/// How a call ended for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// For good, at first contact.
    Answered,
    Transferred,
    Callback,
    Unanswered,
    Complaint,
    Misdialled,
}

impl Disposition {
    pub const ALL: [Self; 6] =
        [Self::Answered, Self::Transferred, Self::Callback, Self::Unanswered, Self::Complaint, Self::Misdialled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Transferred => "transferred",
            Self::Callback => "callback",
            Self::Unanswered => "unanswered",
            Self::Complaint => "complaint",
            Self::Misdialled => "misdialled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|disposition| disposition.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Answered => "Beantwortet",
            Self::Transferred => "Verbunden",
            Self::Callback => "Rückruf nötig",
            Self::Unanswered => "Nicht beantwortet",
            Self::Complaint => "Beschwerde, Anregung",
            Self::Misdialled => "Falsch verbunden",
        }
    }

    /// The colour word of the state badge; the word beside it says the same.
    pub fn state(self) -> &'static str {
        match self {
            Self::Answered => "good",
            Self::Transferred | Self::Callback | Self::Complaint => "warn",
            Self::Unanswered => "bad",
            Self::Misdialled => "off",
        }
    }

    /// What has to be said beside it: to whom, or why.
    pub fn asks_for(self) -> Option<&'static str> {
        match self {
            Self::Transferred => Some("An wen wurde verbunden?"),
            Self::Unanswered => Some("Warum nicht?"),
            _ => None,
        }
    }
}

/// Why a call was not answered, as the agent picks it and the gap loop reads it.
pub const REASONS_UNANSWERED: [(&str, &str); 5] = [
    ("knowledge-missing", "Wissen fehlt"),
    ("knowledge-unclear", "Auskunft unklar oder widersprüchlich"),
    ("responsibility-unknown", "Zuständigkeit nicht zu finden"),
    ("caller-gone", "Gespräch abgebrochen"),
    ("other", "Anderer Grund"),
];

#[derive(Debug, Clone)]
pub struct Call {
    pub key: CallKey,
    pub line: Option<LineId>,
    pub line_tenant: Option<TenantId>,
    pub line_label: Option<String>,
    pub dialled: Option<String>,
    pub tenant_caller: Option<TenantId>,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub wait_ms: Option<i32>,
    pub talk_ms: Option<i32>,
    pub account: Option<AccountId>,
    pub disposition: Option<Disposition>,
    pub disposition_detail: Option<String>,
    /// It was connected because the knowledge did not have the answer.
    pub lacks_knowledge: bool,
    pub topic: Option<Topic>,
    pub note: Option<String>,
    pub version: i32,
}

/// What a call was about: the entry that answered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub tenant: TenantId,
    pub entry: EntryId,
    pub title: String,
}

/// Exactly one text: the entry and its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EntryKey {
    pub tenant: TenantId,
    pub entry: EntryId,
    pub version: i32,
}

/// An entry that was opened in a call.
#[derive(Debug, Clone)]
pub struct ShownEntry {
    pub key: EntryKey,
    pub title: String,
    pub answered_at: Option<DateTime<Utc>>,
}

/// One line of "Dieses Gespräch".
#[derive(Debug, Clone)]
pub struct LogLine {
    pub at: DateTime<Utc>,
    pub text: String,
}

/// A row in the list of own calls.
#[derive(Debug, Clone)]
pub struct RecentCall {
    pub id: CallId,
    pub town: String,
    pub accent: String,
    pub shape: String,
    pub line_label: Option<String>,
    pub started_at: DateTime<Utc>,
    pub talk_ms: Option<i32>,
    pub disposition: Option<Disposition>,
    pub topic: Option<String>,
    pub open: bool,
}

/// What the list of own calls is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct OwnCalls {
    pub disposition: Option<Disposition>,
    pub town: Option<TenantId>,
    pub since: DateTime<Utc>,
}

/// What an agent may correct within a day.
#[derive(Debug)]
pub struct Correction<'a> {
    pub version: i32,
    pub disposition: Disposition,
    pub detail: Option<&'a str>,
    /// It was connected because the knowledge did not have the answer.
    pub lacks_knowledge: bool,
    pub topic: Option<(TenantId, EntryId)>,
}
