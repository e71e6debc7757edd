//! Who is responsible: rules, and which of them holds for a caller. Pure, so that the same facts always lead to the same office.

mod initials;
mod resolution;

use chrono::{DateTime, NaiveDate, Utc};

use crate::ids::{ContactId, EntryId, RuleId, TenantId, UnitId};

pub use initials::{ALL as ALL_INITIALS, Initials};
pub use resolution::{Facts, Need, Resolution, resolve};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub tenant: TenantId,
    pub id: RuleId,
    pub subject: Subject,
    pub narrowing: Narrowing,
    /// Both days belong to it.
    pub valid_from: Option<NaiveDate>,
    pub valid_until: Option<NaiveDate>,
    pub unit: UnitId,
    pub contact: Option<ContactId>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

/// What a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// The entry upon which all adaptations stand.
    Entry(TenantId, EntryId),
    /// A life situation.
    Situation(String),
    /// Who within an office.
    Within(UnitId),
}

/// For whom it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrowing {
    All,
    Street(StreetPart),
    District(String),
    Initials(Initials),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreetPart {
    /// As it is written.
    pub street: String,
    pub key: String,
    /// None: from the first, to the last.
    pub from: Option<u32>,
    pub to: Option<u32>,
    pub side: Side,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    All,
    Odd,
    Even,
}

/// No house has a higher number.
pub const LAST_NUMBER: u32 = 9999;

impl Rule {
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.deleted_at.is_none()
            && self.valid_from.is_none_or(|from| from <= day)
            && self.valid_until.is_none_or(|until| day <= until)
    }

    pub fn target(&self) -> (UnitId, Option<ContactId>) {
        (self.unit, self.contact)
    }
}

impl Narrowing {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Street(_) => "street",
            Self::District(_) => "district",
            Self::Initials(_) => "initials",
        }
    }

    /// "Hauptstraße 1–99, ungerade", "Ortsteil Nord", "A–K", "für alle".
    pub fn words(&self) -> String {
        match self {
            Self::All => "für alle".to_owned(),
            Self::Street(part) => part.words(),
            Self::District(district) => format!("Ortsteil {district}"),
            Self::Initials(initials) => format!("Nachname {initials}"),
        }
    }
}

impl StreetPart {
    pub fn holds(&self, number: u32) -> bool {
        self.from.is_none_or(|from| from <= number) && self.to.is_none_or(|to| number <= to) && self.side.holds(number)
    }

    /// All numbers of the street.
    pub fn is_whole(&self) -> bool {
        self.from.is_none() && self.to.is_none() && self.side == Side::All
    }

    /// Between which numbers, whatever the side.
    pub fn bounds(&self) -> (u32, u32) {
        (self.from.unwrap_or(1), self.to.unwrap_or(LAST_NUMBER))
    }

    pub fn words(&self) -> String {
        let numbers = match (self.from, self.to) {
            (None, None) => String::new(),
            (Some(from), Some(to)) if from == to => format!(" {from}"),
            (Some(from), Some(to)) => format!(" {from}–{to}"),
            (Some(from), None) => format!(" ab {from}"),
            (None, Some(to)) => format!(" bis {to}"),
        };
        let side = match self.side {
            Side::All => "",
            Side::Odd => ", ungerade",
            Side::Even => ", gerade",
        };
        format!("{}{numbers}{side}", self.street)
    }
}

impl Side {
    pub const ALL: [Self; 3] = [Self::All, Self::Odd, Self::Even];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Odd => "odd",
            Self::Even => "even",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::All => "alle Hausnummern",
            Self::Odd => "ungerade",
            Self::Even => "gerade",
        }
    }

    pub fn holds(self, number: u32) -> bool {
        match self {
            Self::All => true,
            Self::Odd => number % 2 == 1,
            Self::Even => number.is_multiple_of(2),
        }
    }
}

impl Subject {
    pub fn situation(&self) -> Option<String> {
        match self {
            Self::Situation(situation) => Some(situation.clone()),
            _ => None,
        }
    }
}
