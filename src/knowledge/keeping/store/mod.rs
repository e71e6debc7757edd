//! SQL on what keeps entries true: checks, owners, rules, reminders and how often an entry was opened.

mod list;
mod remind;
mod usage;
mod write;

pub use list::{Counts, Wanted, count_rows, count_shelves, find_kept, list_rows};
pub use remind::{Reminder, insert_reminders, list_reminders};
pub use usage::replace_use;
pub use write::{
    delete_checks, delete_old_owner_changes, find_rule, insert_checks, list_owners, restore_owners, set_owner,
    update_kept, update_rule,
};
