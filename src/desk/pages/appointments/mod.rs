//! The A key: free slots for the open entry's topic, one held while the caller decides, read back when it is booked; and finding
//! an appointment again by reference and check.

mod acts;
mod found;
mod part;

pub use acts::{book, hold, release};
pub use found::{cancel, search};
pub use part::{AppointmentPart, complete, find_part};

use serde::Deserialize;

use crate::accounts::is_email;
use crate::appointments::{Channel, Contact, Type};
use crate::ids::{AppointmentId, AppointmentTypeId, TenantId};
use crate::web::forms::{Errors, optional};

/// What the page knows beyond the database.
#[derive(Debug, Clone, Default)]
pub struct AppointmentLooks {
    /// What was typed into the form of the held slot.
    pub booking: Option<BookingForm>,
    /// What was typed to find an appointment again.
    pub search: Option<SearchForm>,
    /// The digits that the caller is told now.
    pub check: Option<String>,
    /// The slot went to somebody else.
    pub is_lost: bool,
}

impl AppointmentLooks {
    pub fn is_rejected(&self) -> bool {
        let booking = self.booking.as_ref().is_some_and(|form| !form.errors.is_empty());
        booking || self.search.as_ref().is_some_and(|form| !form.errors.is_empty())
    }
}

/// One slot was chosen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HoldForm {
    q: String,
    /// Tenant and type: "3-17".
    kind: String,
    /// Seconds since 1970.
    start: String,
    /// Of the list that was shown.
    key: String,
    /// Where one is moved: what the caller knows it by.
    reference: String,
    check: String,
}

/// The caller says yes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BookingForm {
    q: String,
    /// Tenant and number: "3-17".
    appointment: String,
    pub channel: String,
    pub name: String,
    pub mail: String,
    pub address: String,
    pub phone: String,
    /// As it stood on the page, so that the same form books the same.
    pub check: String,
    #[serde(skip)]
    pub errors: Errors,
}

impl BookingForm {
    fn check(&mut self, kind: &Type) -> Option<(Channel, Contact)> {
        let channel = Channel::parse(&self.channel).unwrap_or(Channel::None);
        if kind.needs_name && self.name.is_empty() {
            self.errors.add("name", "Für diesen Termin braucht die Stelle einen Namen.");
        }
        if channel == Channel::Mail && self.mail.is_empty() {
            self.errors.add("mail", "Wohin soll die E-Mail gehen?");
        }
        if !self.mail.is_empty() && !is_email(&self.mail) {
            self.errors.add("mail", "Das ist keine E-Mail-Adresse.");
        }
        if channel == Channel::Letter && self.address.is_empty() {
            self.errors.add("address", "Wohin soll der Brief gehen?");
        }
        for (field, value, most) in [
            ("name", &self.name, 120),
            ("mail", &self.mail, 200),
            ("address", &self.address, 300),
            ("phone", &self.phone, 60),
        ] {
            self.errors.limit(field, value, most);
        }
        let contact = Contact {
            name: optional(&self.name),
            mail: optional(&self.mail),
            address: optional(&self.address),
            phone: optional(&self.phone),
        };
        self.errors.is_empty().then_some((channel, contact))
    }
}

/// What the caller knows an appointment by.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SearchForm {
    q: String,
    pub reference: String,
    pub check: String,
    /// Later days to choose from.
    pub from: String,
    /// Why it is cancelled.
    pub reason: String,
    #[serde(skip)]
    pub errors: Errors,
    /// It was found, and the check is right.
    #[serde(skip)]
    pub found: Option<(TenantId, AppointmentId)>,
}

/// "3-17".
fn parse_pair<T: std::str::FromStr>(text: &str) -> Option<(TenantId, T)> {
    let (tenant, id) = text.split_once('-')?;
    Some((tenant.parse().ok()?, id.parse().ok()?))
}

fn parse_kind(text: &str) -> Option<(TenantId, AppointmentTypeId)> {
    parse_pair(text)
}
