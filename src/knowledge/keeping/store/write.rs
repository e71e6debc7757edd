//! Checks, owners and rules as people set them.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::super::Rule;
use crate::audit::Actor;
use crate::ids::{AccountId, EntryId, TenantId};

/// "Looked at, still true", for several entries at once; gives the batch, by which it is taken back, and how many they were.
pub async fn insert_checks(
    db: &mut PgConnection,
    tenant: TenantId,
    entries: &[EntryId],
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<(i64, u64)> {
    let batch = sqlx::query_scalar!(r#"select nextval('entry_check_batch') as "batch!""#).fetch_one(&mut *db).await?;
    let checked = sqlx::query!(
        "insert into entry_check (tenant_id, entry_id, batch, checked_at, account_id, checked_by)
         select $1, entry.id, $3, $4, $5, $6 from entry where tenant_id = $1 and id = any ($2)",
        tenant as TenantId,
        entries as &[EntryId],
        batch,
        now,
        actor.account as Option<AccountId>,
        actor.name,
    );
    Ok((batch, checked.execute(db).await?.rows_affected()))
}

/// Takes a click back, for who clicked; tells which entries it was about.
pub async fn delete_checks(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    batch: i64,
    account: AccountId,
) -> sqlx::Result<Vec<EntryId>> {
    sqlx::query_scalar!(
        r#"delete from entry_check where tenant_id = $1 and batch = $2 and account_id = $3 returning entry_id as "entry: EntryId""#,
        tenant as TenantId,
        batch,
        account as AccountId,
    )
    .fetch_all(db)
    .await
}

/// Who may look after entries of this town.
pub async fn list_owners(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<(AccountId, String)>> {
    let rows = sqlx::query!(
        r#"select account.id as "id: AccountId", account.name from account
           where disabled_at is null and exists (select from account_role role where role.tenant_id = $1
               and role.account_id = account.id and role.role in ('editor', 'tenant-admin'))
           order by name, account.id"#,
        tenant as TenantId,
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.name)).collect())
}

/// One owner for several entries; gives the batch, by which it is taken back, and how many have another one than before.
pub async fn set_owner(
    db: &mut PgConnection,
    tenant: TenantId,
    entries: &[EntryId],
    owner: Option<AccountId>,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<(i64, u64)> {
    let batch = sqlx::query_scalar!(r#"select nextval('entry_check_batch') as "batch!""#).fetch_one(&mut *db).await?;
    // What is remembered as the former owner must be the one that is replaced.
    let held = sqlx::query!(
        "select entry_id from entry_keeping where tenant_id = $1 and entry_id = any ($2) order by entry_id for update",
        tenant as TenantId,
        entries as &[EntryId],
    );
    held.fetch_all(&mut *db).await?;
    let set = sqlx::query!(
        "with former as (
             select entry.id, kept.owner_id from entry
             left join entry_keeping kept on kept.tenant_id = $1 and kept.entry_id = entry.id
             where entry.tenant_id = $1 and entry.id = any ($2) and kept.owner_id is distinct from $3
         ), now_kept as (
             insert into entry_keeping (tenant_id, entry_id, owner_id, technical_changed_at)
             select $1, id, $3, $4 from former
             on conflict (tenant_id, entry_id) do update
             set owner_id = excluded.owner_id, technical_changed_at = excluded.technical_changed_at,
                 version = entry_keeping.version + 1
             returning entry_id, version
         )
         insert into owner_change (tenant_id, batch, entry_id, former_owner_id, version, account_id, changed_at)
         select $1, $5, entry_id, former.owner_id, version, $6, $4 from now_kept join former on former.id = entry_id",
        tenant as TenantId,
        entries as &[EntryId],
        owner as Option<AccountId>,
        now,
        batch,
        account as AccountId,
    );
    Ok((batch, set.execute(db).await?.rows_affected()))
}

/// Who clicked takes the click back: every entry has the owner from before again, except where somebody changed it since.
/// Gives how many the click was about, and those that are as before.
pub async fn restore_owners(
    db: &mut PgConnection,
    tenant: TenantId,
    batch: i64,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<(i64, Vec<EntryId>)> {
    let all = sqlx::query_scalar!(
        r#"select count(*) as "count!" from owner_change where tenant_id = $1 and batch = $2 and account_id = $3"#,
        tenant as TenantId,
        batch,
        account as AccountId,
    );
    let all = all.fetch_one(&mut *db).await?;
    let restored = sqlx::query_scalar!(
        r#"with undone as (
               delete from owner_change where tenant_id = $1 and batch = $2 and account_id = $3
               returning entry_id, former_owner_id, version
           )
           update entry_keeping kept
           set owner_id = undone.former_owner_id, technical_changed_at = $4, version = kept.version + 1
           from undone where kept.tenant_id = $1 and kept.entry_id = undone.entry_id and kept.version = undone.version
           returning kept.entry_id as "entry: EntryId""#,
        tenant as TenantId,
        batch,
        account as AccountId,
        now,
    );
    Ok((all, restored.fetch_all(db).await?))
}

/// Clicks that nobody takes back any more.
pub async fn delete_old_owner_changes(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    before: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("delete from owner_change where tenant_id = $1 and changed_at < $2", tenant as TenantId, before)
        .execute(db)
        .await?;
    Ok(())
}

/// False: somebody else was faster.
pub async fn update_kept(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    entry: EntryId,
    (owner, interval): (Option<AccountId>, Option<i32>),
    version: i32,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let saved = sqlx::query!(
        "insert into entry_keeping (tenant_id, entry_id, owner_id, interval_months, technical_changed_at)
         select $1, $2, $3, $4, $6
         where $5 = 0 or exists (select from entry_keeping where tenant_id = $1 and entry_id = $2)
         on conflict (tenant_id, entry_id) do update
         set owner_id = excluded.owner_id, interval_months = excluded.interval_months,
             technical_changed_at = excluded.technical_changed_at, version = entry_keeping.version + 1
         where entry_keeping.version = $5",
        tenant as TenantId,
        entry as EntryId,
        owner as Option<AccountId>,
        interval,
        version,
        now,
    );
    Ok(saved.execute(db).await?.rows_affected() == 1)
}

pub async fn find_rule(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Rule> {
    let found = sqlx::query_as!(
        Rule,
        "select interval_months, remind_days, version from keeping_rule where tenant_id = $1",
        tenant as TenantId,
    );
    Ok(found.fetch_optional(db).await?.unwrap_or_default())
}

/// False: somebody else was faster.
pub async fn update_rule(db: impl PgExecutor<'_>, tenant: TenantId, rule: Rule) -> sqlx::Result<bool> {
    let saved = sqlx::query!(
        "insert into keeping_rule (tenant_id, interval_months, remind_days)
         select $1, $2, $3 where $4 = 0 or exists (select from keeping_rule where tenant_id = $1)
         on conflict (tenant_id) do update
         set interval_months = excluded.interval_months, remind_days = excluded.remind_days, version = keeping_rule.version + 1
         where keeping_rule.version = $4",
        tenant as TenantId,
        rule.interval_months,
        rule.remind_days,
        rule.version,
    );
    Ok(saved.execute(db).await?.rows_affected() == 1)
}
