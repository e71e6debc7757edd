//! What owners have to be told, and what they were told already.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgExecutor;

use crate::ids::{AccountId, EntryId, TenantId};

/// One entry that its owner does not know to be due.
#[derive(Debug, Clone)]
pub struct Reminder {
    pub owner: AccountId,
    pub owner_name: String,
    pub owner_email: String,
    pub tenant: TenantId,
    pub slug: String,
    pub town: String,
    pub entry: EntryId,
    /// 'due': to be checked; 'expiry': its text ends.
    pub kind: String,
    pub for_day: NaiveDate,
}

/// Of all tenants in scope, those of one owner and one town together.
pub async fn list_reminders(db: impl PgExecutor<'_>, today: NaiveDate) -> sqlx::Result<Vec<Reminder>> {
    sqlx::query_as!(
        Reminder,
        r#"select owner_id as "owner!: AccountId", owner_name as "owner_name!", owner_email as "owner_email!",
                  keeping.tenant_id as "tenant!: TenantId", tenant.slug, tenant.short_name as town,
                  keeping.entry_id as "entry!: EntryId", told.kind as "kind!", told.for_day as "for_day!"
           from keeping
           join tenant on tenant.id = keeping.tenant_id
           cross join lateral (values ('due', due_on), ('expiry', valid_until)) told (kind, for_day)
           where is_published and owner_id is not null and told.for_day - remind_days <= $1
             and not exists (select from keeping_reminder known
                 where known.tenant_id = keeping.tenant_id and known.entry_id = keeping.entry_id
                   and known.kind = told.kind and known.for_day = told.for_day and known.owner_id = keeping.owner_id)
           order by owner_id, tenant.short_name, keeping.tenant_id, keeping.entry_id"#,
        today,
    )
    .fetch_all(db)
    .await
}

pub async fn insert_reminders(db: impl PgExecutor<'_>, reminders: &[Reminder], now: DateTime<Utc>) -> sqlx::Result<()> {
    let tenants: Vec<_> = reminders.iter().map(|reminder| reminder.tenant).collect();
    let entries: Vec<_> = reminders.iter().map(|reminder| reminder.entry).collect();
    let kinds: Vec<_> = reminders.iter().map(|reminder| reminder.kind.clone()).collect();
    let days: Vec<_> = reminders.iter().map(|reminder| reminder.for_day).collect();
    let owners: Vec<_> = reminders.iter().map(|reminder| reminder.owner).collect();
    sqlx::query!(
        "insert into keeping_reminder (tenant_id, entry_id, kind, for_day, owner_id, reminded_at)
         select tenant_id, entry_id, kind, for_day, owner_id, $6
         from unnest($1::int[], $2::bigint[], $3::text[], $4::date[], $5::bigint[])
             as told (tenant_id, entry_id, kind, for_day, owner_id)
         on conflict do nothing",
        &tenants as &[TenantId],
        &entries as &[EntryId],
        &kinds,
        &days,
        &owners as &[AccountId],
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
