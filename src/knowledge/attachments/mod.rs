//! Files that belong to an entry: forms to send, plans to look at. Whoever may read the entry may read them.
//!
//! Architecture invariant: what a file is, its first bytes say and not its name; no browser is ever told to run one.

mod download;
mod kind;
mod store;

pub use download::answer;
pub use kind::FileKind;
pub use store::{
    NewAttachment, find_attachment, find_bytes, has_content, insert_attachment, list_of_entry, remove_attachment,
    restore_attachment,
};

use chrono::{DateTime, TimeDelta, Utc};

use sqlx::PgConnection;

use super::Entry;
use crate::app::App;
use crate::db::Scope;
use crate::ids::{AttachmentId, EntryId, TenantId};
use crate::knowledge;

/// Of one file.
pub const LARGEST: usize = 10 * 1024 * 1024;
/// Of one entry.
pub const MOST: usize = 20;
/// So long a removed file can be taken back.
const KEPT: TimeDelta = TimeDelta::days(30);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub tenant: TenantId,
    pub id: AttachmentId,
    pub entry: EntryId,
    pub label: String,
    pub file_name: String,
    pub kind: FileKind,
    pub size: usize,
    pub sha256: Vec<u8>,
    /// For agents only, never public.
    pub internal: bool,
    pub created_at: DateTime<Utc>,
    pub created_by: String,
    pub removed_at: Option<DateTime<Utc>>,
}

impl Attachment {
    /// "PDF, 240 KB".
    pub fn kind_and_size(&self) -> String {
        let kilobytes = self.size.div_ceil(1024);
        let size = match kilobytes {
            small @ ..1024 => format!("{small} KB"),
            large => format!("{},{} MB", large / 1024, large % 1024 * 10 / 1024),
        };
        format!("{}, {size}", self.kind.label())
    }
}

/// A file as a page offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLink {
    pub label: String,
    pub url: String,
    pub kind_and_size: String,
    pub internal: bool,
}

/// The files of an entry, with those of the entries that it stands upon.
pub async fn list_files(
    db: &mut PgConnection,
    entry: &Entry,
    url: impl Fn(&Attachment) -> String,
) -> sqlx::Result<Vec<FileLink>> {
    let layers: Vec<_> = entry.layers.iter().map(|layer| (layer.tenant, layer.entry)).collect();
    let files = store::list_of_entries(db, &layers).await?;
    let link = |file: Attachment| FileLink {
        url: url(&file),
        kind_and_size: file.kind_and_size(),
        label: file.label,
        internal: file.internal,
    };
    Ok(files.into_iter().map(link).collect())
}

/// A file by its number alone, with the entry through which this tenant reads it.
pub async fn find_readable(
    db: &mut PgConnection,
    reader: TenantId,
    id: AttachmentId,
) -> sqlx::Result<Option<(Attachment, Entry)>> {
    let Some(file) = store::find_of_sources(&mut *db, reader, id).await? else { return Ok(None) };
    let entry = knowledge::find_entry(db, reader, file.tenant, file.entry).await?;
    let hangs_on = |entry: &Entry| entry.layers.iter().any(|on| (on.tenant, on.entry) == (file.tenant, file.entry));
    Ok(entry.filter(hangs_on).map(|entry| (file, entry)))
}

/// Deletes what was removed long enough ago, in all tenants.
pub async fn forget_removed_attachments(app: &App) -> sqlx::Result<u64> {
    let mut db = app.begin(&Scope::system()).await?;
    let deleted = store::delete_removed_before(&mut *db, app.clock.now() - KEPT).await?;
    db.commit().await?;
    Ok(deleted)
}
