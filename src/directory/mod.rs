//! The offices of a tenant: whom a call can be connected to.

mod hours;
mod members;
mod pages;
mod store;

pub use hours::find_calendar;
pub use members::list_offices_of;
pub use pages::routes;
pub use store::{find_unit, insert_unit, list_units};

use crate::ids::{TenantId, UnitId};
use crate::tenants::Number;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub tenant: TenantId,
    pub id: UnitId,
    pub parent: Option<UnitId>,
    pub name: String,
    /// As the town writes it.
    pub phone: Option<String>,
    pub mail: Option<String>,
    pub street: Option<String>,
    pub postcode: Option<String>,
    pub city: Option<String>,
    pub room: Option<String>,
    pub opening_hours: Option<String>,
    pub phone_hours: Option<String>,
    pub version: i32,
}

impl Unit {
    /// The number to dial, if what stands there is one.
    pub fn dialable_phone(&self) -> Option<Number> {
        let number = Number::parse(self.phone.as_deref()?);
        matches!(number, Number::E164(_) | Number::Short(_) | Number::Internal(_)).then_some(number)
    }

    /// "Markt 1, 50667 Musterstadt, Zimmer 3".
    pub fn address(&self) -> String {
        let town = [&self.postcode, &self.city].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        // "3" is a room's number; "Foyer" and "Zimmer B 1.01" say what they are.
        let is_number = |room: &str| room.starts_with(|c: char| c.is_ascii_digit());
        let room = self.room.as_ref().map(|room| if is_number(room) { format!("Zimmer {room}") } else { room.clone() });
        let parts = [self.street.clone(), Some(town), room];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}
