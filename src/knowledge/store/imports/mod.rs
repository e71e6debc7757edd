//! SQL on the tables of import runs: `import_run`, `import_record`, `import_base`, `import_conflict`, `import_proposal`,
//! `proposal_decision`.

mod conflicts;
mod offers;
mod present;
mod proposals;
mod records;
mod review;
mod run;
mod runs;
mod undo;

pub use conflicts::{Conflict, Decision, count_open_conflicts, decide_conflict, list_conflicts, replace_conflicts};
pub use offers::{
    Offer, WantedOffers, count_offers, delete_decision, find_offer, insert_decision, list_offers, lock_offers,
};
pub use present::{Present, Sides, insert_bases, insert_text_bases, list_present, list_texts, lock_entries};
pub use proposals::{
    Proposed, activate_proposals, count_proposals, deactivate_proposals, insert_proposals, list_missing_units,
    list_proposals, list_reading_towns,
};
pub use records::{
    RecordLine, StoredRecord, Wanted, clear_records, count_records, find_record, forget_contents, insert_records,
    list_pending, list_records, update_records,
};
pub use review::{begin_applying, count_waiting_runs, delete_run, refuse_run};
pub use run::{ImportRun, NewRun, RunFilter, RunState};
pub use runs::{
    begin_undoing, count_runs, delete_stale_runs, fail_run, find_run, find_work, finish_run, insert_run, list_runs,
    lock_run, note_progress, note_size, take_path,
};
pub use undo::{Undoable, drop_bases, list_undoable, mark_restored};
