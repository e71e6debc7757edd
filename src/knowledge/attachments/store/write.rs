//! Keeping files, removing them, taking that back.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::ids::{AttachmentId, EntryId, TenantId};
use crate::knowledge::attachments::FileKind;

#[derive(Debug)]
pub struct NewAttachment<'a> {
    pub entry: EntryId,
    pub label: &'a str,
    pub file_name: &'a str,
    pub kind: FileKind,
    pub sha256: &'a [u8],
    pub internal: bool,
    pub bytes: &'a [u8],
    pub author: &'a str,
}

pub async fn insert_attachment(
    db: &mut PgConnection,
    tenant: TenantId,
    new: &NewAttachment<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<AttachmentId> {
    let id = sqlx::query_scalar!(
        r#"insert into attachment (tenant_id, entry_id, label, file_name, media_type, size, sha256, internal, created_at,
                                   created_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id as "id: AttachmentId""#,
        tenant as TenantId,
        new.entry as EntryId,
        new.label,
        new.file_name,
        new.kind.media_type(),
        i32::try_from(new.bytes.len()).unwrap_or(i32::MAX),
        new.sha256,
        new.internal,
        now,
        new.author,
    )
    .fetch_one(&mut *db)
    .await?;
    sqlx::query!(
        "insert into attachment_content (tenant_id, attachment_id, bytes) values ($1, $2, $3)",
        tenant as TenantId,
        id as AttachmentId,
        new.bytes,
    )
    .execute(db)
    .await?;
    Ok(id)
}

/// False: somebody did it already.
pub async fn remove_attachment(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: AttachmentId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update attachment set removed_at = $3 where tenant_id = $1 and id = $2 and removed_at is null",
        tenant as TenantId,
        id as AttachmentId,
        now,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// False: it was not removed.
pub async fn restore_attachment(db: impl PgExecutor<'_>, tenant: TenantId, id: AttachmentId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update attachment set removed_at = null where tenant_id = $1 and id = $2 and removed_at is not null",
        tenant as TenantId,
        id as AttachmentId,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete_removed_before(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    Ok(sqlx::query!("delete from attachment where removed_at < $1", before).execute(db).await?.rows_affected())
}
