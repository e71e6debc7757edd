//! SQL on the queue of gaps and its reports.

mod acts;
mod collect;
mod following;
mod handing;
mod queue;
mod report;
mod similar;
mod told;

pub use acts::{Closing, answer, assign, close, merge, reopen, separate, tell};
pub use collect::{
    MissedWords, count_effects, delete_reports_before, file_misses, file_results, list_new_misses, measure,
    price_calls, release_reporters, take_turn, withdraw_results,
};
pub use following::{count_handed, reopen_handed};
pub use handing::{Giver, Handing, answer_givers, find_base, hand_over, list_givers, return_to_givers};
pub use queue::{
    Measure, Wanted, count_cases_since, count_gaps, count_occurrences, count_searches, find_gap, find_measure,
    list_gaps, list_occurrences,
};
pub use report::file_report;
pub use similar::{Similar, list_members, list_similar};
pub use told::{Told, count_own, list_own, list_untold, mark_seen};
