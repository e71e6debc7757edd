//! Bulletins: what holds for a while in some towns and has to be known at once, such as "Bürgerbüro heute geschlossen".
//!
//! Architecture invariant: who has read a bulletin is counted and never named.

mod end;
mod pages;
mod remind;
mod store;

pub use end::Presets;
pub use pages::routes;
pub use remind::remind_authors;
pub use store::{Open, acknowledge, insert_bulletin, list_current, list_open};

use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, NaiveDate, Utc};

use crate::clock;
use crate::ids::{BulletinId, EntryId, LineId, TenantId};
use crate::web::format;

/// How much attention it asks for; the urgent ones come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Priority {
    Urgent,
    Important,
    #[default]
    Normal,
}

impl Priority {
    pub const ALL: [Self; 3] = [Self::Normal, Self::Important, Self::Urgent];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Important => "important",
            Self::Urgent => "urgent",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Important => "wichtig",
            Self::Urgent => "dringend",
        }
    }

    /// Colour and shape; the label beside it says the same.
    pub fn state(self) -> &'static str {
        match self {
            Self::Normal => "info",
            Self::Important => "warn",
            Self::Urgent => "bad",
        }
    }
}

/// What is said, to whom, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    pub title: String,
    pub text: String,
    pub priority: Priority,
    pub starts_at: DateTime<Utc>,
    /// None: until further notice.
    pub ends_at: Option<DateTime<Utc>>,
    /// When somebody looks whether it still holds; only without an end.
    pub remind_on: Option<NaiveDate>,
    pub needs_acknowledgement: bool,
    pub towns: Vec<TenantId>,
    /// Empty: on every line.
    pub lines: Vec<LineId>,
    /// Life situations.
    pub topics: Vec<String>,
    pub entries: Vec<(TenantId, EntryId)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulletin {
    /// Who wrote it, and alone may change it.
    pub tenant: TenantId,
    pub id: BulletinId,
    pub said: Announcement,
    pub ended_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub changed_at: DateTime<Utc>,
    pub changed_by: String,
    /// The person who asks has read it.
    pub is_acknowledged: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Current,
    Planned,
    Ended,
}

impl Phase {
    pub const ALL: [Self; 3] = [Self::Current, Self::Planned, Self::Ended];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Planned => "planned",
            Self::Ended => "ended",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Current => "läuft",
            Self::Planned => "geplant",
            Self::Ended => "beendet",
        }
    }
}

impl Bulletin {
    pub fn phase(&self, now: DateTime<Utc>) -> Phase {
        if self.ended_at.is_some() || self.said.ends_at.is_some_and(|end| end <= now) {
            return Phase::Ended;
        }
        if self.said.starts_at > now { Phase::Planned } else { Phase::Current }
    }

    /// Its reminder is due: nobody said when it ends, and it still stands.
    pub fn is_to_be_checked(&self, now: DateTime<Utc>) -> bool {
        self.phase(now) == Phase::Current && self.said.remind_on.is_some_and(|day| day <= clock::day_of(now))
    }

    /// The person who asks should say that they have read it.
    pub fn is_unread(&self) -> bool {
        self.said.needs_acknowledgement && !self.is_acknowledged
    }

    pub fn holds_for(&self, town: TenantId) -> bool {
        self.said.towns.contains(&town)
    }

    pub fn holds_on(&self, line: Option<LineId>) -> bool {
        self.said.lines.is_empty() || line.is_some_and(|line| self.said.lines.contains(&line))
    }

    /// It names one of these entries, or one of the things that they are about.
    pub fn is_about(&self, entries: &[EntryId], topics: &[String]) -> bool {
        self.said.entries.iter().any(|(_, named)| entries.contains(named))
            || self.said.topics.iter().any(|topic| topics.contains(topic))
    }

    /// When it is over, or was.
    pub fn end_words(&self) -> String {
        self.ended_at.or(self.said.ends_at).map_or_else(|| "auf Weiteres".to_owned(), format::moment)
    }

    /// "bis 17:00 Uhr", with the day where it is another one.
    pub fn until_words(&self, now: DateTime<Utc>) -> String {
        match self.said.ends_at {
            None => "bis auf Weiteres".to_owned(),
            Some(end) if clock::day_of(end) == clock::day_of(now) => format!("bis {} Uhr", format::time(end)),
            Some(end) => format!("bis {}", format::moment(end)),
        }
    }
}

/// Tells one set of bulletins from another, so that a page can say what it shows already.
pub fn stamp<'a>(bulletins: impl IntoIterator<Item = &'a Bulletin>) -> String {
    let mut keys: Vec<_> = bulletins.into_iter().map(|one| (one.tenant, one.id, one.version)).collect();
    keys.sort_unstable();
    let mut hasher = DefaultHasher::new();
    keys.hash(&mut hasher);
    let mut text = String::new();
    let _ = write!(text, "{:016x}", hasher.finish());
    text
}

#[cfg(test)]
mod tests;
