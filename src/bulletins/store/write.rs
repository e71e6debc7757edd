//! Writing bulletins, and saying that one was read.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::audit::Actor;
use crate::bulletins::{Announcement, Bulletin};
use crate::ids::{AccountId, BulletinId, EntryId, LineId, TenantId};

pub async fn insert_bulletin(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    said: &Announcement,
    author: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<BulletinId> {
    let (owners, entries): (Vec<TenantId>, Vec<EntryId>) = said.entries.iter().copied().unzip();
    sqlx::query_scalar!(
        r#"insert into bulletin (tenant_id, title, text, priority, starts_at, ends_at, remind_on, needs_acknowledgement,
                                 towns, lines, topics, entry_tenants, entries, changed_by, author_id, created_at, changed_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)
           returning id as "id: BulletinId""#,
        tenant as TenantId,
        said.title,
        said.text,
        said.priority.as_str(),
        said.starts_at,
        said.ends_at,
        said.remind_on,
        said.needs_acknowledgement,
        &said.towns as &[TenantId],
        &said.lines as &[LineId],
        &said.topics,
        &owners as &[TenantId],
        &entries as &[EntryId],
        author.name,
        author.account as Option<AccountId>,
        now,
    )
    .fetch_one(db)
    .await
}

/// False: somebody else was faster.
pub async fn update_bulletin(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (id, version): (BulletinId, i32),
    said: &Announcement,
    author: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let (owners, entries): (Vec<TenantId>, Vec<EntryId>) = said.entries.iter().copied().unzip();
    let done = sqlx::query!(
        "update bulletin set title = $4, text = $5, priority = $6, starts_at = $7, ends_at = $8, remind_on = $9,
                needs_acknowledgement = $10, towns = $11, lines = $12, topics = $13, entry_tenants = $14, entries = $15,
                changed_by = $16, author_id = $17, changed_at = $18, version = version + 1
         where tenant_id = $1 and id = $2 and version = $3",
        tenant as TenantId,
        id as BulletinId,
        version,
        said.title,
        said.text,
        said.priority.as_str(),
        said.starts_at,
        said.ends_at,
        said.remind_on,
        said.needs_acknowledgement,
        &said.towns as &[TenantId],
        &said.lines as &[LineId],
        &said.topics,
        &owners as &[TenantId],
        &entries as &[EntryId],
        author.name,
        author.account as Option<AccountId>,
        now,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Ends a bulletin before its time, or takes that back. False: it was so already, or its time is over.
pub async fn set_ended(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: BulletinId,
    is_ended: bool,
    author: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update bulletin set ended_at = case when $3 then $5::timestamptz end, changed_at = $5, changed_by = $4,
                             version = version + 1
         where tenant_id = $1 and id = $2 and (ended_at is null) = $3 and (ends_at is null or ends_at > $5)",
        tenant as TenantId,
        id as BulletinId,
        is_ended,
        author,
        now,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// False: there is no such bulletin in the towns of the person, or nobody asks for it to be read.
pub async fn acknowledge(
    db: impl PgExecutor<'_>,
    towns: &[TenantId],
    (tenant, id): (TenantId, BulletinId),
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"with found as (
               select tenant_id, id from bulletin
               where towns && $1 and tenant_id = $2 and id = $3 and needs_acknowledgement
           ), noted as (
               insert into bulletin_acknowledgement (tenant_id, bulletin_id, account_id, acknowledged_at)
               select tenant_id, id, $4, $5 from found on conflict do nothing
           )
           select exists (select from found) as "found!""#,
        towns as &[TenantId],
        tenant as TenantId,
        id as BulletinId,
        account as AccountId,
        now,
    );
    found.fetch_one(db).await
}

/// Another text has to be read anew.
pub async fn forget_acknowledgements(db: impl PgExecutor<'_>, bulletin: &Bulletin) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from bulletin_acknowledgement where tenant_id = $1 and bulletin_id = $2",
        bulletin.tenant as TenantId,
        bulletin.id as BulletinId,
    )
    .execute(db)
    .await?;
    Ok(())
}
