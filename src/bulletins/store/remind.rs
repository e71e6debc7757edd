//! Who has to be asked whether a bulletin without an end still holds.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgExecutor;

use crate::ids::{AccountId, BulletinId, TenantId};

/// One bulletin and one person who may end it.
#[derive(Debug, Clone)]
pub struct Reminder {
    pub tenant: TenantId,
    pub slug: String,
    pub town: String,
    pub bulletin: BulletinId,
    pub title: String,
    pub for_day: NaiveDate,
    pub account: AccountId,
    pub name: String,
    pub email: String,
}

/// Of all tenants in scope. Whoever wrote it last is asked; where that person may not write any more, the tenant's editors,
/// and without any of them the operators.
pub async fn list_reminders(
    db: impl PgExecutor<'_>,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Reminder>> {
    sqlx::query_as!(
        Reminder,
        r#"select tenant_id as "tenant: TenantId", slug, town, bulletin_id as "bulletin: BulletinId", title,
                  remind_on as "for_day!", account_id as "account: AccountId", name, email
           from (
               select bulletin.tenant_id, tenant.slug, tenant.short_name as town, bulletin.id as bulletin_id, bulletin.title,
                      bulletin.remind_on, account.id as account_id, account.name, account.email,
                      rank() over (partition by bulletin.id
                                   order by account.id is distinct from bulletin.author_id, writer.is_operator) as turn
               from bulletin
               join tenant on tenant.id = bulletin.tenant_id
               cross join lateral (
                   select account_id, bool_and(role = 'operator') as is_operator from account_role
                   where role = 'operator' or tenant_id = bulletin.tenant_id and role in ('editor', 'tenant-admin')
                   group by account_id
               ) writer
               join account on account.id = writer.account_id and account.disabled_at is null
               where bulletin.ended_at is null and bulletin.remind_on <= $1 and bulletin.starts_at <= $2
                 and bulletin.reminded_for is distinct from bulletin.remind_on
           ) asked
           where turn = 1 order by tenant_id, bulletin_id, account_id"#,
        today,
        now,
    )
    .fetch_all(db)
    .await
}

/// Nobody is asked twice about the same day.
pub async fn mark_reminded(db: impl PgExecutor<'_>, reminders: &[Reminder]) -> sqlx::Result<()> {
    let bulletins: Vec<_> = reminders.iter().map(|reminder| reminder.bulletin).collect();
    let days: Vec<_> = reminders.iter().map(|reminder| reminder.for_day).collect();
    sqlx::query!(
        "update bulletin set reminded_for = asked.day
         from unnest($1::bigint[], $2::date[]) as asked (id, day) where bulletin.id = asked.id",
        &bulletins as &[BulletinId],
        &days,
    )
    .execute(db)
    .await?;
    Ok(())
}
