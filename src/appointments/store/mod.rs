//! All SQL on the tables of this room.

mod booking;
mod contacts;
mod feed;
mod offered;
mod offices;
mod patterns;
mod read;
mod remote;
mod resources;
mod row;
mod types;

pub use booking::{
    NewHold, book, cancel, delete_expired_holds, delete_hold, delete_holds_of, hold_office, insert_hold, mark_moved,
    note_check, take_over,
};
pub use contacts::{delete_contacts_before, delete_old_appointments, move_contact, replace_contact};
pub use feed::{FeedLine, find_feed, list_feed, update_feed};
pub use offered::find_free_slots;
pub use offices::{find_office, find_remote, insert_office, list_offices, update_office};
pub use patterns::{NewPattern, delete_pattern, insert_pattern, list_patterns};
pub use read::{
    Filter, count_appointments, find_appointment, find_by_key as find_known, find_by_reference, find_held,
    find_last_of, list_appointments,
};
pub use remote::{end_remote_holds, forget_leftover, list_leftovers};
pub use resources::{NewResource, find_resource, insert_resource, list_resources, update_resource};
pub use types::{
    NewType, find_type, insert_type, list_entries_of, list_offered, list_types, replace_type_entries,
    replace_type_resources, update_type,
};
