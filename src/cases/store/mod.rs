//! SQL on `case_file`, `case_contact`, `case_event`, `case_link`, `case_key` and `case_rule`.

mod acts;
mod figures;
mod links;
mod list;
mod read;
mod rule;
mod watch;
mod write;

pub use acts::{Extension, answer, close, extend, hand_over, note_attempt, reopen, take};
pub use figures::{Counted, list_counted, list_months};
pub use links::{Link, end_links, find_key, find_link, insert_link};
pub use list::{Wanted, count_cases, count_due, list_cases};
pub use read::{find_case, find_contact, list_events, list_of_account, list_of_call, list_of_number};
pub use rule::{find_rule, save_rule};
pub use watch::{Unkept, delete_old_contacts, list_unkept, mark_escalated, mark_warned};
pub use write::{insert_case, insert_contact, insert_event};
