//! Wissenslücken: what agents missed becomes one queue a tenant, editors answer it, and the answer goes back to whoever asked.

mod collector;
mod effect;
mod pages;
mod report;
mod store;

pub use collector::{collect, forget_old_reports};
pub use effect::Effect;
pub use pages::routes;
pub use report::{About, Report, ReportForm, about_words, file};
pub use store::{Closing, Told, close, file_report, list_untold, mark_seen, tell};

use chrono::{DateTime, TimeDelta, Utc};

use crate::ids::{AccountId, EntryId, GapId, TenantId};

/// What is counted for the rank.
pub const WINDOW: TimeDelta = TimeDelta::days(28);
/// What a case without a call costs, and a call at least.
pub const LEAST_MS: i32 = 30_000;
/// Shares of fewer calls say nothing.
pub const FEWEST: i32 = 5;
/// Why a call was not answered, as far as the knowledge is to blame.
pub const REASONS: [&str; 3] = ["knowledge-missing", "knowledge-unclear", "responsibility-unknown"];
pub const LONGEST_LINE: usize = 200;
pub const LONGEST_ANSWER: usize = 500;

/// Where a report comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Wrong,
    Missing,
    Unclear,
    Unanswered,
    Transferred,
    Miss,
    /// Another tenant's editors say that it is ours.
    Handed,
    /// Those that it was given to say that it is ours.
    Returned,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Wrong,
        Self::Missing,
        Self::Unclear,
        Self::Unanswered,
        Self::Transferred,
        Self::Miss,
        Self::Handed,
        Self::Returned,
    ];
    /// What a person can say about a text.
    pub const SAID: [Self; 3] = [Self::Wrong, Self::Missing, Self::Unclear];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Missing => "missing",
            Self::Unclear => "unclear",
            Self::Unanswered => "unanswered",
            Self::Transferred => "transferred",
            Self::Miss => "miss",
            Self::Handed => "handed",
            Self::Returned => "returned",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Wrong => "stimmt nicht",
            Self::Missing => "fehlt",
            Self::Unclear => "unklar",
            Self::Unanswered => "nicht beantwortet",
            Self::Transferred => "verbunden, weil Wissen fehlt",
            Self::Miss => "Suche ohne Treffer",
            Self::Handed => "von anderem Ort",
            Self::Returned => "zurückgegeben",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    Working,
    Closed,
}

impl State {
    pub const ALL: [Self; 3] = [Self::Open, Self::Working, Self::Closed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Working => "working",
            Self::Closed => "closed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "offen",
            Self::Working => "in Arbeit",
            Self::Closed => "geschlossen",
        }
    }

    pub fn colour(self) -> &'static str {
        match self {
            Self::Open => "warn",
            Self::Working => "info",
            Self::Closed => "good",
        }
    }
}

/// How a gap was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Version,
    Words,
    NoError,
    /// Another tenant has to act.
    Handed,
    /// It was another tenant's, and went back there.
    Returned,
}

impl Outcome {
    const ALL: [Self; 5] = [Self::Version, Self::Words, Self::NoError, Self::Handed, Self::Returned];
    /// What an editor closes with; the others are acts of their own.
    pub const CHOSEN: [Self; 3] = [Self::Version, Self::Words, Self::NoError];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Words => "words",
            Self::NoError => "no_error",
            Self::Handed => "handed",
            Self::Returned => "returned",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Version => "Neue Fassung",
            Self::Words => "Suchwort ergänzt",
            Self::NoError => "Kein Fehler",
            Self::Handed => "An einen anderen Ort gegeben",
            Self::Returned => "Zurückgegeben",
        }
    }
}

/// One gap as its editors see it.
#[derive(Debug, Clone)]
pub struct Gap {
    pub id: GapId,
    pub title: String,
    pub stems: Vec<String>,
    pub entry: Option<(TenantId, EntryId)>,
    /// The entry's latest version when the gap was opened.
    pub entry_version: Option<i32>,
    pub state: State,
    pub assignee: Option<AccountId>,
    pub assignee_name: Option<String>,
    pub answer: Option<String>,
    pub outcome: Option<Outcome>,
    pub outcome_version: Option<i32>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closed_by: Option<String>,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    pub reopened_at: Option<DateTime<Utc>>,
    pub merged_into: Option<GapId>,
    pub other: Option<(TenantId, GapId)>,
    pub effect: Option<Effect>,
    pub version: i32,
    pub figures: Figures,
}

/// What a gap cost in the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub calls: i64,
    pub others: i64,
    pub lost_ms: i64,
}

impl Figures {
    pub fn cases(self) -> i64 {
        self.calls + self.others
    }

    /// The rank: cases times the minutes that each of them lost.
    #[expect(clippy::cast_precision_loss, reason = "minutes of a month")]
    pub fn minutes(self) -> f64 {
        self.lost_ms as f64 / 60_000.0
    }

    #[expect(clippy::cast_precision_loss, reason = "cases of a month")]
    pub fn minutes_a_case(self) -> f64 {
        if self.cases() == 0 { 0.0 } else { self.minutes() / self.cases() as f64 }
    }
}

/// One report, as its gap's editors see it: never who reported.
#[derive(Debug, Clone)]
pub struct Occurrence {
    pub kind: Kind,
    pub about: String,
    pub line: Option<String>,
    pub at: DateTime<Utc>,
    pub count: i32,
    pub in_call: bool,
    pub lost_ms: Option<i32>,
    pub from: Option<String>,
    /// Of a gap that was handed over: when something was reported there last.
    pub last_at: Option<DateTime<Utc>>,
}

/// What the reporter reads behind "Ihre Meldung zu …".
pub fn sentence(outcome: Option<Outcome>, version: Option<i32>, answer: &str) -> String {
    let what = match (outcome, version) {
        (Some(Outcome::Version), Some(version)) => format!("Text geändert, Fassung {version}"),
        (Some(Outcome::Version), None) => "Text ergänzt".to_owned(),
        (Some(Outcome::Words), _) => "Suchwort ergänzt".to_owned(),
        (Some(Outcome::NoError), _) => "kein Fehler".to_owned(),
        _ => "Antwort der Redaktion".to_owned(),
    };
    if answer.is_empty() { what } else { format!("{what}: {answer}") }
}
