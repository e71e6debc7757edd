//! SQL on `attachment` and `attachment_content`.

mod read;
mod write;

pub use read::{find_attachment, find_bytes, find_of_sources, has_content, list_of_entries, list_of_entry};
pub use write::{NewAttachment, delete_removed_before, insert_attachment, remove_attachment, restore_attachment};
