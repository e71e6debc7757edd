//! SQL on calls and what hangs on them.

mod acts;
mod read;

pub use acts::{
    end_call, mark_answer, move_to_town, open_call, record_entry, record_event, reopen_call, set_disposition,
    unmark_answer, update_note,
};
pub use read::{find_call, find_open_entries, list_log};
