//! Promises that are about to be broken, or were; and what was kept long enough. In all tenants at once.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::ids::{CaseId, TenantId};

#[derive(Debug, Clone, Copy)]
pub struct Unkept {
    pub tenant: TenantId,
    pub id: CaseId,
    pub is_late: bool,
}

/// Held until the transaction ends; what another server holds is left to it.
pub async fn list_unkept(db: impl PgExecutor<'_>, now: DateTime<Utc>, most: i64) -> sqlx::Result<Vec<Unkept>> {
    sqlx::query_as!(
        Unkept,
        r#"select tenant_id as "tenant: TenantId", id as "id: CaseId", due_at <= $1 as "is_late!"
           from case_file
           where state <> 'closed' and answered_at is null
             and (warn_at <= $1 and warned_at is null and escalated_at is null or due_at <= $1 and escalated_at is null)
           order by due_at, id limit $2 for update skip locked"#,
        now,
        most,
    )
    .fetch_all(db)
    .await
}

pub async fn mark_warned(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: CaseId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update case_file set warned_at = $3 where tenant_id = $1 and id = $2",
        tenant as TenantId,
        id as CaseId,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Nobody is warned of what is over.
pub async fn mark_escalated(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: CaseId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update case_file set escalated_at = $3, warned_at = coalesce(warned_at, $3) where tenant_id = $1 and id = $2",
        tenant as TenantId,
        id as CaseId,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The ways to people whose cases were closed long enough ago, by each town's rule. Says only how many.
pub async fn delete_old_contacts(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"with gone as (
               delete from case_contact contact using case_file
               left join case_rule rule on rule.tenant_id = case_file.tenant_id
               where case_file.tenant_id = contact.tenant_id and case_file.id = contact.case_id
                 and case_file.closed_at <= $1::timestamptz - make_interval(days => coalesce(rule.contact_days, 30))
               returning contact.tenant_id, contact.case_id
           ), told as (
               insert into case_event (tenant_id, case_id, at, act, actor)
               select tenant_id, case_id, $1, 'contact deleted', 'Löschregel' from gone
           )
           select count(*) as "count!" from gone"#,
        now,
    )
    .fetch_one(db)
    .await
}
