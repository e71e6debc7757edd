//! A call as the telephones have it at this moment.

use chrono::{DateTime, Utc};

use super::CallKey;
use crate::ids::{AccountId, LineId, TenantId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveCall {
    pub key: CallKey,
    /// An agent opened it at the desk; no telephone system knows of it.
    pub is_by_hand: bool,
    pub line: Option<(TenantId, LineId)>,
    pub tenant_caller: Option<TenantId>,
    pub caller_place: Option<String>,
    pub started_at: DateTime<Utc>,
    pub waiting_since: Option<DateTime<Utc>>,
    pub connected_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// When its telephone system last said something about it.
    pub heard_at: Option<DateTime<Utc>>,
    /// Seats by name.
    pub ringing: Vec<String>,
    pub talking: Option<String>,
    /// The seat that answered first.
    pub answered_by: Option<String>,
    /// Who sat at the telephone.
    pub account: Option<AccountId>,
}

impl LiveCall {
    pub fn rings_at(&self, seat: &str) -> bool {
        self.ringing.iter().any(|ringing| ringing == seat)
    }

    pub fn talks_at(&self, seat: &str) -> bool {
        self.talking.as_deref() == Some(seat)
    }

    /// Nobody talks and it rings nowhere, or somewhere else.
    pub fn is_elsewhere(&self) -> bool {
        self.talking.is_some() || self.waiting_since.is_some() || !self.ringing.is_empty()
    }

    /// What the clock beside it counts from: talking, or waiting as long as nobody does.
    pub fn counts_from(&self) -> DateTime<Utc> {
        self.connected_at.or(self.waiting_since).unwrap_or(self.started_at)
    }
}

/// How many callers of a town wait now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub tenant: TenantId,
    pub count: i64,
    /// Since when the first of them does.
    pub since: DateTime<Utc>,
}
