//! SQL on `bulletin` and `bulletin_acknowledgement`.

mod read;
mod remind;
mod write;

pub use read::{Listed, Open, Wanted, count_bulletins, find_bulletin, list_bulletins, list_current, list_open};
pub use remind::{Reminder, list_reminders, mark_reminded};
pub use write::{acknowledge, forget_acknowledgements, insert_bulletin, set_ended, update_bulletin};
