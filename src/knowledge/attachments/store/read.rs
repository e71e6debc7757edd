//! Reading the files of entries.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::ids::{AttachmentId, EntryId, TenantId};
use crate::knowledge::attachments::{Attachment, FileKind};

struct Row {
    tenant: TenantId,
    id: AttachmentId,
    entry: EntryId,
    label: String,
    file_name: String,
    media_type: String,
    size: i32,
    sha256: Vec<u8>,
    internal: bool,
    created_at: DateTime<Utc>,
    created_by: String,
    removed_at: Option<DateTime<Utc>>,
}

impl From<Row> for Attachment {
    fn from(row: Row) -> Self {
        let Row { tenant, id, entry, label, file_name, sha256, internal, created_at, created_by, removed_at, .. } = row;
        Self {
            tenant,
            id,
            entry,
            label,
            file_name,
            // The table takes no other.
            kind: FileKind::parse(&row.media_type).unwrap_or(FileKind::Pdf),
            size: usize::try_from(row.size).unwrap_or_default(),
            sha256,
            internal,
            created_at,
            created_by,
            removed_at,
        }
    }
}

/// What hangs on one entry, removed ones last.
pub async fn list_of_entry(db: impl PgExecutor<'_>, tenant: TenantId, entry: EntryId) -> sqlx::Result<Vec<Attachment>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select tenant_id as "tenant: TenantId", id as "id: AttachmentId", entry_id as "entry: EntryId", label,
                  file_name, media_type, size, sha256, internal, created_at, created_by, removed_at
           from attachment where tenant_id = $1 and entry_id = $2
           order by removed_at is not null, lower(label), id"#,
        tenant as TenantId,
        entry as EntryId,
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Attachment::from).collect())
}

/// What hangs on these entries, in their order. What may not be read is left out.
pub async fn list_of_entries(
    db: impl PgExecutor<'_>,
    entries: &[(TenantId, EntryId)],
) -> sqlx::Result<Vec<Attachment>> {
    let (tenants, ids): (Vec<TenantId>, Vec<EntryId>) = entries.iter().copied().unzip();
    let rows = sqlx::query_as!(
        Row,
        r#"select a.tenant_id as "tenant: TenantId", a.id as "id: AttachmentId", a.entry_id as "entry: EntryId", a.label,
                  a.file_name, a.media_type, a.size, a.sha256, a.internal, a.created_at, a.created_by, a.removed_at
           from unnest($1::int[], $2::bigint[]) with ordinality as wanted (tenant_id, entry_id, place)
           join attachment a on a.tenant_id = wanted.tenant_id and a.entry_id = wanted.entry_id and a.removed_at is null
           order by place, lower(a.label), a.id"#,
        &tenants as &[TenantId],
        &ids as &[EntryId],
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Attachment::from).collect())
}

pub async fn find_attachment(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: AttachmentId,
) -> sqlx::Result<Option<Attachment>> {
    let row = sqlx::query_as!(
        Row,
        r#"select tenant_id as "tenant: TenantId", id as "id: AttachmentId", entry_id as "entry: EntryId", label,
                  file_name, media_type, size, sha256, internal, created_at, created_by, removed_at
           from attachment where tenant_id = $1 and id = $2"#,
        tenant as TenantId,
        id as AttachmentId,
    );
    Ok(row.fetch_optional(db).await?.map(Attachment::from))
}

/// One that hangs on an entry of this reader or of its knowledge bases, and was not removed.
pub async fn find_of_sources(
    db: impl PgExecutor<'_>,
    reader: TenantId,
    id: AttachmentId,
) -> sqlx::Result<Option<Attachment>> {
    let row = sqlx::query_as!(
        Row,
        r#"select a.tenant_id as "tenant: TenantId", a.id as "id: AttachmentId", a.entry_id as "entry: EntryId", a.label,
                  a.file_name, a.media_type, a.size, a.sha256, a.internal, a.created_at, a.created_by, a.removed_at
           from attachment a join knowledge_sources($1) source on source.tenant_id = a.tenant_id
           where a.id = $2 and a.removed_at is null"#,
        reader as TenantId,
        id as AttachmentId,
    );
    Ok(row.fetch_optional(db).await?.map(Attachment::from))
}

pub async fn find_bytes(db: impl PgExecutor<'_>, tenant: TenantId, id: AttachmentId) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "select bytes from attachment_content where tenant_id = $1 and attachment_id = $2",
        tenant as TenantId,
        id as AttachmentId,
    )
    .fetch_optional(db)
    .await
}

/// The very same file hangs on this entry already.
pub async fn has_content(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    entry: EntryId,
    sha256: &[u8],
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from attachment where tenant_id = $1 and entry_id = $2 and sha256 = $3 and removed_at is null
           ) as "has!""#,
        tenant as TenantId,
        entry as EntryId,
        sha256,
    )
    .fetch_one(db)
    .await
}
