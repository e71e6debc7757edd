//! Who answers first at this hour: the center, or the town's own switchboard beside it. Pure rules, no database.

use std::cmp::Reverse;

use chrono::{DateTime, Datelike, NaiveTime, Utc, Weekday};
use chrono_tz::Europe::Berlin;

use crate::ids::LineId;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum First {
    #[default]
    Center,
    Town,
}

impl First {
    pub const ALL: [Self; 2] = [Self::Town, Self::Center];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Center => "center",
            Self::Town => "town",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|first| first.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Center => "ServiceCenter",
            Self::Town => "Telefonzentrale",
        }
    }
}

/// Without any rule the center answers, and nobody else gets the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answering {
    pub first: First,
    /// After so many seconds the other side gets the call too.
    pub overflow_seconds: Option<i32>,
}

impl Answering {
    /// For the eye of an agent on this side, where the call is the other side's before it is theirs.
    pub fn sentence(self, side: First) -> Option<String> {
        match (self.first, self.overflow_seconds) {
            (first, _) if first == side => None,
            (First::Town, Some(seconds)) => Some(format!("Überlauf der Telefonzentrale, nach {seconds} s")),
            (First::Town, None) => Some("Telefonzentrale nimmt zuerst ab".to_owned()),
            (First::Center, Some(seconds)) => Some(format!("Überlauf des ServiceCenters, nach {seconds} s")),
            // So it is where nobody said anything.
            (First::Center, None) => None,
        }
    }
}

/// From `from` until just before `to`, as the clock on the wall shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnsweringRule {
    /// None: for every line of the tenant.
    pub line: Option<LineId>,
    pub weekday: Weekday,
    pub from: NaiveTime,
    /// Midnight is the end of the day, so that Monday's evening and Tuesday's night adjoin.
    pub to: NaiveTime,
    pub answering: Answering,
}

impl AnsweringRule {
    /// An hour that is shown twice counts twice, one that is left out not at all.
    fn holds_at(&self, weekday: Weekday, time: NaiveTime) -> bool {
        self.weekday == weekday && self.from <= time && (time < self.to || self.to == NaiveTime::MIN)
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.holds_at(other.weekday, other.from) || other.holds_at(self.weekday, self.from)
    }
}

/// Of the rules of one line and of its tenant the line's own go first, hour by hour; of overlapping ones the later begun.
pub fn who_first(rules: impl IntoIterator<Item = AnsweringRule>, moment: DateTime<Utc>) -> Answering {
    let local = moment.with_timezone(&Berlin);
    let holding = rules.into_iter().filter(|rule| rule.holds_at(local.weekday(), local.time()));
    let closest = holding.min_by_key(|rule| (rule.line.is_none(), Reverse(rule.from)));
    closest.map(|rule| rule.answering).unwrap_or_default()
}
