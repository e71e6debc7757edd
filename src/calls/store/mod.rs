//! SQL on calls and what hangs on them.

mod acts;
mod assign;
mod live;
mod read;

pub use acts::{
    end_call, mark_answer, move_to_town, open_call, record_entry, record_event, reopen_call, set_disposition,
    set_lacks_knowledge, unmark_answer, update_note,
};
pub use assign::{UnassignedCall, UnassignedWanted, assign_call, count_unassigned, list_unassigned, unassign_call};
pub use live::{
    claim_call, find_caller_number, find_live, list_live, list_live_at, list_waiting, merge_calls, release_call,
    set_caller_place,
};
pub use read::{find_call, find_line_of, find_open_entries, list_log, list_transfers};
