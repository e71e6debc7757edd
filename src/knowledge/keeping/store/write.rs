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

/// How many entries have another owner than before.
pub async fn set_owner(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    entries: &[EntryId],
    owner: Option<AccountId>,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let set = sqlx::query!(
        "insert into entry_keeping (tenant_id, entry_id, owner_id, technical_changed_at)
         select $1, entry.id, $3, $4 from entry where tenant_id = $1 and id = any ($2)
         on conflict (tenant_id, entry_id) do update
         set owner_id = excluded.owner_id, technical_changed_at = excluded.technical_changed_at, version = entry_keeping.version + 1
         where entry_keeping.owner_id is distinct from excluded.owner_id",
        tenant as TenantId,
        entries as &[EntryId],
        owner as Option<AccountId>,
        now,
    );
    Ok(set.execute(db).await?.rows_affected())
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
