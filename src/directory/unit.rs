//! An office as it stands in the directory.

use chrono::{DateTime, Utc};

use super::Hold;
use crate::ids::{TenantId, UnitId};
use crate::tenants::Number;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unit {
    pub tenant: TenantId,
    pub id: UnitId,
    pub parent: Option<UnitId>,
    pub kind: UnitKind,
    pub name: String,
    pub short_name: Option<String>,
    /// What it does, in the words that people look for.
    pub tasks: Option<String>,
    /// As the town writes it.
    pub phone: Option<String>,
    pub mail: Option<String>,
    pub street: Option<String>,
    pub postcode: Option<String>,
    pub city: Option<String>,
    pub room: Option<String>,
    /// Free text, where nobody has entered hours.
    pub opening_hours: Option<String>,
    pub phone_hours: Option<String>,
    pub languages: Vec<String>,
    pub deputy: Option<UnitId>,
    /// Nobody is connected until then.
    pub hold: Option<Hold>,
    pub archived_at: Option<DateTime<Utc>>,
    pub version: i32,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnitKind {
    Department,
    #[default]
    Office,
    Team,
    Desk,
}

impl UnitKind {
    pub const ALL: [Self; 4] = [Self::Department, Self::Office, Self::Team, Self::Desk];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::Office => "office",
            Self::Team => "team",
            Self::Desk => "desk",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Department => "Dezernat, Fachbereich",
            Self::Office => "Amt, Fachdienst",
            Self::Team => "Sachgebiet, Team",
            Self::Desk => "Anlaufstelle",
        }
    }
}

impl Unit {
    /// The number to dial, if what stands there is one.
    pub fn dialable_phone(&self) -> Option<Number> {
        dialable(self.phone.as_deref()?)
    }

    /// "Markt 1, 50667 Musterstadt, Zimmer 3".
    pub fn address(&self) -> String {
        let town = [&self.postcode, &self.city].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        let parts = [self.street.clone(), Some(town), self.room.as_deref().map(room_words)];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// "3" is a room's number; "Foyer" and "Zimmer B 1.01" say what they are.
pub fn room_words(room: &str) -> String {
    if room.starts_with(|c: char| c.is_ascii_digit()) { format!("Zimmer {room}") } else { room.to_owned() }
}

pub fn dialable(phone: &str) -> Option<Number> {
    let number = Number::parse(phone);
    matches!(number, Number::E164(_) | Number::Short(_) | Number::Internal(_)).then_some(number)
}

/// As DIN 5008 writes it, with the hyphen where the town's extensions begin; a number of no block stays as it was written.
pub fn shown_phone(phone: &str, blocks: &[String]) -> String {
    match Number::parse(phone) {
        Number::E164(number) if !blocks.iter().any(|block| number.starts_with(block.as_str())) => phone.to_owned(),
        number => number.display(blocks),
    }
}
