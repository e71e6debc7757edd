//! Appointments: what offices offer, which times are free, and who comes. A slot is held while the caller decides, then booked,
//! moved or cancelled; two people never get the same place at the same time.
//!
//! Architecture invariant: who may have a slot is decided in one place, `booking.rs`, under the office's lock and above the
//! database's exclusion constraint. Mails about an appointment are enqueued in the transaction that changes it.

mod booking;
mod forget;
mod ics;
mod letter;
mod opening;
mod pages;
mod remote;
mod slots;
mod states;
mod store;
pub mod words;
mod zms;

pub use booking::{
    Booked, Cancelling, Confirmation, Contact, Hold, Holding, Moved, book, cancel, hold, list_free, move_to, prove,
    release,
};
pub use forget::forget_contacts;
pub use opening::opening;
pub use pages::routes;
pub use remote::{Asked, confirm_there, give_back, list_free_there, reserve_there};
pub use slots::{Place, Slot, Taken, Wanted, free_slots};
pub use states::{Channel, State, System};
pub use store::{
    NewPattern, NewResource, NewType, find_appointment, find_by_reference, find_free_slots, find_held, find_known,
    find_last_of, find_office, find_type, insert_office, insert_pattern, insert_resource, insert_type, list_offered,
    replace_type_entries, replace_type_resources, update_office,
};
pub use zms::{Reserved, Trouble, Zms};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc, Weekday};
use rand::RngExt;
use sha2::{Digest, Sha256};

use crate::ids::{AccountId, AppointmentId, AppointmentTypeId, CallId, PatternId, ResourceId, TenantId, UnitId};
use crate::tenants::Interval;

/// So often a check may be wrong before it is closed for a while.
const MOST_WRONG_CHECKS: i32 = 5;
/// After a wrong check: the way is open again after that.
const CHECK_PAUSE: TimeDelta = TimeDelta::minutes(15);

/// How an office makes its appointments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    pub tenant: TenantId,
    pub unit: UnitId,
    pub unit_name: String,
    pub system: System,
    pub address: Option<String>,
    pub scope: Option<String>,
    pub has_secret: bool,
    pub hold_minutes: i32,
    pub contact_days: i32,
    pub feed_since: Option<DateTime<Utc>>,
    pub version: i32,
}

/// What an office gives appointments for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    pub tenant: TenantId,
    pub id: AppointmentTypeId,
    pub unit: UnitId,
    pub unit_name: String,
    pub name: String,
    pub minutes: i32,
    pub buffer_minutes: i32,
    /// What to bring.
    pub documents: String,
    /// So many of a resource's places one appointment takes.
    pub need: i32,
    pub min_days: i32,
    pub max_days: i32,
    pub needs_name: bool,
    pub remote_id: Option<String>,
    pub active: bool,
    pub version: i32,
    pub resources: Vec<ResourceId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub id: ResourceId,
    pub unit: UnitId,
    pub name: String,
    /// So many callers at a time.
    pub places: i32,
    pub active: bool,
    pub version: i32,
}

/// When appointments are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pub id: PatternId,
    pub unit: UnitId,
    /// None: for everything of the office that has none of its own.
    pub kind: Option<AppointmentTypeId>,
    pub weekday: Weekday,
    pub interval: Interval,
    pub valid_from: Option<NaiveDate>,
    pub valid_until: Option<NaiveDate>,
}

impl Pattern {
    fn holds_on(&self, day: NaiveDate) -> bool {
        use chrono::Datelike;
        day.weekday() == self.weekday
            && self.valid_from.is_none_or(|from| from <= day)
            && self.valid_until.is_none_or(|until| day <= until)
    }
}

/// An appointment with its names, and who comes, as long as that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    pub tenant: TenantId,
    pub id: AppointmentId,
    pub unit: UnitId,
    pub kind: AppointmentTypeId,
    pub resource: Option<ResourceId>,
    pub type_name: String,
    pub documents: String,
    pub unit_name: String,
    pub unit_mail: Option<String>,
    /// "Markt 1, 50667 Musterstadt, Zimmer 3".
    pub place: String,
    pub resource_name: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub state: State,
    pub hold_until: Option<DateTime<Utc>>,
    pub reference: String,
    check_hash: Option<Vec<u8>>,
    pub channel: Option<Channel>,
    pub uid: String,
    pub sequence: i32,
    pub remote_id: Option<String>,
    pub remote_key: Option<String>,
    pub cancel_reason: Option<String>,
    pub held_by: Option<AccountId>,
    pub call: Option<CallId>,
    /// The booked one whose place it is to take.
    pub replaces: Option<AppointmentId>,
    pub contact: Contact,
    pub contact_days: i32,
    pub version: i32,
}

impl Appointment {
    /// Whether these are the digits that the caller was told.
    pub fn is_check(&self, digits: &str) -> bool {
        self.check_hash.as_ref().is_some_and(|hash| *hash == hash_check(&self.uid, digits))
    }

    pub fn has_check(&self) -> bool {
        self.check_hash.is_some()
    }

    /// As it is read aloud and printed.
    pub fn spoken_reference(&self) -> String {
        spoken_reference(&self.reference)
    }

    /// "Dienstag, 24. November 2026, 10 Uhr 30".
    pub fn when(&self) -> String {
        words::moment(self.starts_at)
    }

    /// One document a line.
    pub fn to_bring(&self) -> Vec<&str> {
        self.documents.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }

    /// "Bürgerbüro, Markt 1, 50667 Musterstadt, Zimmer 3, Schalter 2".
    pub fn where_to(&self) -> String {
        let parts = [Some(self.unit_name.clone()), Some(self.place.clone()), self.resource_name.clone()];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// Six digits: unique in its town, easy to say.
fn new_reference() -> String {
    format!("{:06}", rand::rng().random_range(100_000..1_000_000))
}

/// Four digits that prove that somebody is the one who booked.
pub fn new_check() -> String {
    format!("{:04}", rand::rng().random_range(0..10_000))
}

pub fn is_check(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// "482 917".
pub fn spoken_reference(reference: &str) -> String {
    match reference.split_at_checked(3) {
        Some((first, last)) if !last.is_empty() => format!("{first} {last}"),
        _ => reference.to_owned(),
    }
}

/// The digits of what was typed: "482 917", "482-917".
pub fn parse_reference(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_digit).collect()
}

/// Four digits are soon guessed by whoever has the hash; what counts is that wrong ones are counted.
fn hash_check(uid: &str, digits: &str) -> Vec<u8> {
    Sha256::digest(format!("{uid} {digits}").as_bytes()).to_vec()
}

fn new_uid() -> String {
    format!("{:032x}@ortsgespraech", rand::rng().random::<u128>())
}

#[cfg(test)]
mod tests {
    use super::{parse_reference, spoken_reference};

    #[test]
    fn reference_is_said_in_two_groups_and_read_in_any() {
        assert_eq!(spoken_reference("482917"), "482 917");
        assert_eq!(spoken_reference("48"), "48");
        assert_eq!(parse_reference("482-917"), "482917");
        assert_eq!(parse_reference(" 482 917 "), "482917");
    }
}
