//! SQL on `entry`, `entry_version` and `entry_change`.

mod browse;
mod bulk;
mod changes;
pub mod exports;
pub mod imports;
mod publish;
mod read;
mod withdraw;

pub use browse::{
    Listed, Listing, VersionLine, count_by_letter, count_by_life_situation, count_by_unit, list_entries, list_versions,
};
pub use bulk::{BulkWriter, Further, Text};
pub use changes::{change_position, count_changes, list_changes, list_for_index, list_published_versions};
pub use publish::{find_entry_id, lock_entry, publish};
pub use read::{
    find_entry, find_entry_version, find_latest, find_owner, find_state, list_life_situations, list_own_published,
    list_titles,
};
pub use withdraw::{republish, withdraw};
