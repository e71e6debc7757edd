//! Vorgänge: what could not be done at first contact is kept as a promise. Callbacks with a clock that counts the office's
//! service hours, complaints, suggestions and praise.
//!
//! Architecture invariant: the way to somebody stands in `case_contact` alone. No event, mail, address, log or audit has it.

mod acts;
pub mod clock;
mod figures;
mod key;
mod letters;
mod links;
mod pages;
mod reach;
mod reference;
mod store;
mod taking;
mod watch;

pub use acts::{Deed, DeedForm, Doer, Done, note_call, perform};
pub use key::Token;
pub use pages::routes;
pub use reach::{Reach, count_due};
pub use reference::Reference;
pub use store::{find_case, find_contact, list_of_account, list_of_call, list_of_number};
pub use taking::{CaseForm, NewCase, Taken, take};
pub use watch::{forget_old_contacts, watch};

use chrono::{DateTime, Utc};

use self::clock::{Promise, Standing};
use crate::ids::{AccountId, CallId, CaseId, EntryId, TenantId, UnitId};
use crate::web::format;

pub const LONGEST_CONCERN: usize = 500;
pub const LONGEST_NOTE: usize = 1000;
/// What complaints are about.
pub const CATEGORIES: [&str; 7] =
    ["Wartezeit", "Auskunft", "Freundlichkeit", "Erreichbarkeit", "Verfahren", "Gebühren", "Sonstiges"];

/// Words of the database, of forms and of the screen.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident, $word:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
        #[sqlx(type_name = "text", rename_all = "lowercase")]
        pub enum $name {
            $($variant,)+
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }

            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }
        }
    };
}

words!(Kind {
    Callback, "callback", "Rückruf";
    Complaint, "complaint", "Beschwerde";
    Suggestion, "suggestion", "Anregung";
    Praise, "praise", "Lob";
});

words!(State {
    Open, "open", "offen";
    Working, "working", "in Arbeit";
    Closed, "closed", "abgeschlossen";
});

words!(
    /// How somebody wants to hear.
    Channel {
        Phone, "phone", "Telefon";
        Mail, "mail", "E-Mail";
        Letter, "letter", "Brief";
        None, "none", "keine Antwort gewünscht";
    }
);

words!(
    /// How a case ended.
    Outcome {
        Done, "done", "Erledigt";
        Unreached, "unreached", "Nicht erreicht";
        Settled, "settled", "Hat sich erledigt";
        Mistaken, "mistaken", "Irrtümlich angelegt";
    }
);

impl Kind {
    /// What an agent writes down with B.
    pub const VOICES: [Self; 3] = [Self::Complaint, Self::Suggestion, Self::Praise];

    /// "offener Rückruf", "offene Beschwerde".
    pub fn open_one(self) -> &'static str {
        match self {
            Self::Callback => "offener Rückruf",
            Self::Complaint => "offene Beschwerde",
            Self::Suggestion => "offene Anregung",
            Self::Praise => "offenes Lob",
        }
    }
}

impl State {
    pub fn colour(self) -> &'static str {
        match self {
            Self::Open => "warn",
            Self::Working => "info",
            Self::Closed => "good",
        }
    }
}

/// One case as its people see it, without the way to the person it is about.
#[derive(Debug, Clone)]
pub struct CaseFile {
    pub tenant: TenantId,
    pub id: CaseId,
    pub reference: Reference,
    pub kind: Kind,
    pub concern: String,
    pub category: Option<String>,
    pub call: Option<CallId>,
    pub topic_tenant: Option<TenantId>,
    pub topic_entry: Option<EntryId>,
    /// The entry's present title.
    pub topic: Option<String>,
    /// The caller's town.
    pub town: TenantId,
    pub unit: Option<UnitId>,
    pub unit_name: Option<String>,
    pub taken_by: Option<AccountId>,
    pub assignee: Option<AccountId>,
    /// With whom it lies, a person or an office, by the name at that time.
    pub holder: Option<String>,
    pub channel: Channel,
    pub best_time: Option<String>,
    pub state: State,
    pub begun_at: DateTime<Utc>,
    pub promised_at: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub warn_at: Option<DateTime<Utc>>,
    pub answer: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
    pub attempts: i32,
    pub extensions: i32,
    pub outcome: Option<Outcome>,
    pub closed_at: Option<DateTime<Utc>>,
    pub version: i32,
}

impl CaseFile {
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// "offener Rückruf 384-2175 seit gestern".
    pub fn open_words(&self, now: DateTime<Utc>) -> String {
        let days = (crate::clock::day_of(now) - crate::clock::day_of(self.begun_at)).num_days();
        let since = match days {
            0 => format!("heute, {} Uhr", format::time(self.begun_at)),
            1 => "gestern".to_owned(),
            _ => format!("dem {}", format::day(self.begun_at)),
        };
        format!("{} {} seit {since}", self.kind.open_one(), self.reference)
    }

    /// "Mi 18.11., 12:30 Uhr"; None: nothing was promised.
    pub fn due_words(&self) -> Option<String> {
        self.due_at.map(letters::moment_words)
    }

    /// An answer or the end of the case stops the clock.
    pub fn settled_at(&self) -> Option<DateTime<Utc>> {
        self.answered_at.into_iter().chain(self.closed_at).min()
    }

    pub fn standing(&self, now: DateTime<Utc>) -> Standing {
        let promise = self.due_at.zip(self.warn_at).map(|(due_at, warn_at)| Promise { due_at, warn_at });
        Standing::at(promise.filter(|_| self.settled_at().is_none()), now)
    }

    /// Whether it was kept, as it was promised in the call: extending changes nothing. None: it still runs, or there is none.
    pub fn was_kept(&self) -> Option<bool> {
        let settled = self.settled_at().filter(|_| self.outcome != Some(Outcome::Mistaken));
        self.promised_at.zip(settled).map(|(promised, settled)| settled <= promised)
    }
}

/// The way to somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub mail: Option<String>,
    pub address: Option<String>,
}

impl Contact {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event {
    pub at: DateTime<Utc>,
    pub act: String,
    pub actor: String,
    pub note: Option<String>,
    pub details: serde_json::Value,
}

impl Event {
    /// What happened, in words.
    pub fn label(&self) -> String {
        let detail = |name: &str| self.details.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        match self.act.as_str() {
            "taken down" => "aufgenommen".to_owned(),
            "told" => format!("Mail an {}", detail("unit")),
            "not told" => "keine Mail: die Stelle hat keine Adresse".to_owned(),
            "taken" => "übernommen".to_owned(),
            "called" => "zurückgerufen".to_owned(),
            "attempted" => "nicht erreicht".to_owned(),
            "answered" => "beantwortet".to_owned(),
            "extended" => format!("Frist verlängert bis {}", detail("until")),
            "handed over" => format!("weitergegeben an {}", detail("unit")),
            "warned" => "an die Frist erinnert".to_owned(),
            "escalated" => "Frist abgelaufen, Eskalation".to_owned(),
            "closed" => format!("abgeschlossen: {}", detail("outcome")),
            "reopened" => "wieder geöffnet".to_owned(),
            "contact deleted" => "Kontaktdaten gelöscht".to_owned(),
            other => other.to_owned(),
        }
    }
}

/// How a town wants promises to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub promise_hours: i32,
    pub warn_hours: i32,
    pub escalation_mail: Option<String>,
    pub contact_days: i32,
    pub complaint_days: i32,
    pub attempts: i32,
    pub extensions: i32,
    pub link_days: i32,
    /// 0: the town keeps to the defaults.
    pub version: i32,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            promise_hours: 24,
            warn_hours: 4,
            escalation_mail: None,
            contact_days: 30,
            complaint_days: 14,
            attempts: 3,
            extensions: 1,
            link_days: 14,
            version: 0,
        }
    }
}
