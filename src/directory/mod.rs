//! The offices of a tenant: whom a call can be connected to, who is responsible, and whether somebody answers there now.

mod card;
mod contact;
mod coverage;
pub mod exchange;
mod hours;
mod members;
mod now;
mod pages;
mod reachability;
mod rule;
mod store;
mod street;
mod topic;
mod transfer;
mod unit;

pub use card::{Card, Deputy, Target, list_cards};
pub use contact::Contact;
pub use coverage::{Finding, check};
pub use hours::{HoursKind, UnitException, find_calendar, list_calendars};
pub use members::list_offices_of;
pub use now::{Hold, Reach, first_free};
pub use pages::routes;
pub use reachability::{Cell, Reachability, SMALLEST};
pub use rule::{Facts, Initials, Narrowing, Need, Resolution, Rule, Side, StreetPart, Subject, resolve};
pub use store::contacts::{insert_contact, list_contacts};
pub use store::forget::forget_archived;
pub use store::hours::{insert_unit_exception, replace_unit_hours};
pub use store::indexing::{Indexed, list_for_index, list_revisions};
pub use store::members::insert_member;
pub use store::rules::{insert_rule, list_rules};
pub use store::transfers::{
    NewTransfer, OpenTransfer, find_untold, list_untold, record_transfer, set_result, set_told_result, take_over_call,
};
pub use store::units::{find_unit, insert_unit, list_units, list_units_by_id, set_tasks};
pub use street::{address, street_key};
pub use topic::{Responsible, Topic, find_responsible};
pub use transfer::Told;
pub use unit::{Unit, UnitKind};
