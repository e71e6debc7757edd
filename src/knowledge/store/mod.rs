//! SQL on `entry`, `entry_version` and `entry_change`.

mod adapt;
mod browse;
mod bulk;
mod changes;
mod drafts;
pub mod exports;
mod family;
pub mod imports;
mod layers;
mod publish;
mod read;
mod readers;
mod row;
mod tasks;
mod withdraw;

pub use adapt::{Base, find_adaptation, find_base, hold_adaptation, hold_family, publish_adaptation};
pub use browse::{
    Listed, Listing, VersionLine, count_by_letter, count_by_life_situation, count_by_unit, list_entries, list_versions,
};
pub use bulk::{BulkWriter, Further, Text};
pub use changes::{change_position, count_changes, list_changes, list_for_index, list_published_versions};
pub use drafts::{
    DraftLine, count_drafts, delete_draft, delete_unpublished, find_draft, find_revision, judge_draft, list_drafts,
    lock_draft, lock_due_draft, requires_review, save_draft, set_requires_review,
};
pub use family::list_family;
pub use layers::find_layers;
pub use publish::{LockedEntry, find_entry_id, insert_empty, lock_entry, publish};
pub use read::{
    EntryState, find_entry, find_entry_version, find_latest, find_owner, find_state, is_rewritten_since,
    list_life_situations, list_own_texts, list_titles,
};
pub use readers::{Reader, find_current, find_entry_at, list_readers};
pub use tasks::{
    Task, TaskKind, TaskOutcome, close_task, close_tasks_of, count_open_tasks, find_open_task, find_task, list_tasks,
};
pub use withdraw::{detach, republish, set_archived, withdraw};
