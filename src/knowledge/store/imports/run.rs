//! A run as its row tells it.

use chrono::{DateTime, Utc};

use crate::ids::{AccountId, TenantId};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum RunState {
    Reading,
    Ready,
    Applying,
    Applied,
    Undoing,
    Undone,
    Failed,
    /// The second person did not want it.
    Refused,
}

impl RunState {
    pub const ALL: [Self; 8] = [
        Self::Reading,
        Self::Ready,
        Self::Applying,
        Self::Applied,
        Self::Undoing,
        Self::Undone,
        Self::Failed,
        Self::Refused,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Ready => "ready",
            Self::Applying => "applying",
            Self::Applied => "applied",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The server is at it.
    pub fn is_work(self) -> bool {
        matches!(self, Self::Reading | Self::Applying | Self::Undoing)
    }
}

#[derive(Debug, Clone)]
pub struct ImportRun {
    pub id: i64,
    pub tenant: TenantId,
    pub state: RunState,
    pub format: String,
    pub file_name: String,
    pub path: Option<String>,
    pub withdraws: bool,
    pub done: i64,
    pub total: i64,
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub rejected: i64,
    pub conflicts: i64,
    pub withdrawals: i64,
    pub restored: i64,
    pub left_alone: i64,
    pub remarks: serde_json::Value,
    pub failure: Option<String>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<AccountId>,
    pub author: String,
    pub asked_by: Option<AccountId>,
    pub asked_name: Option<String>,
    pub applied_at: Option<DateTime<Utc>>,
    pub undone_at: Option<DateTime<Utc>>,
    pub undone_by: Option<String>,
    pub refused_at: Option<DateTime<Utc>>,
    pub refused_by: Option<String>,
    pub refusal: Option<String>,
}

impl ImportRun {
    /// Whoever uploaded a file is not the second person for it.
    pub fn is_by(&self, account: AccountId) -> bool {
        self.created_by == Some(account)
    }
}

#[derive(Debug)]
pub struct NewRun<'a> {
    pub state: RunState,
    pub format: &'a str,
    pub file_name: &'a str,
    pub path: Option<&'a str>,
    pub size: i64,
    pub withdraws: bool,
}

/// Which runs a list shows; None and an empty text mean all.
#[derive(Debug)]
pub struct RunFilter<'a> {
    pub state: Option<RunState>,
    pub words: &'a str,
}

impl RunFilter<'_> {
    pub fn state(&self) -> Option<&'static str> {
        self.state.map(RunState::as_str)
    }
}
