//! How towns want promises to be kept.

use sqlx::PgExecutor;

use crate::cases::Rule;
use crate::ids::TenantId;

/// A town without a row keeps to the defaults.
pub async fn find_rule(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Rule> {
    let rule = sqlx::query_as!(
        Rule,
        "select promise_hours, warn_hours, escalation_mail, contact_days, complaint_days, attempts, extensions, link_days,
                version
         from case_rule where tenant_id = $1",
        tenant as TenantId,
    );
    Ok(rule.fetch_optional(db).await?.unwrap_or_default())
}

/// `rule.version` is the one that was seen. False: somebody else was faster.
pub async fn save_rule(db: impl PgExecutor<'_>, tenant: TenantId, rule: &Rule) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into case_rule (tenant_id, promise_hours, warn_hours, escalation_mail, contact_days, complaint_days,
                                attempts, extensions, link_days)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9
         where $10 = 0 or exists (select from case_rule where tenant_id = $1 and version = $10)
         on conflict (tenant_id) do update set
             promise_hours = excluded.promise_hours, warn_hours = excluded.warn_hours,
             escalation_mail = excluded.escalation_mail, contact_days = excluded.contact_days,
             complaint_days = excluded.complaint_days, attempts = excluded.attempts, extensions = excluded.extensions,
             link_days = excluded.link_days, version = case_rule.version + 1
         where case_rule.version = $10",
        tenant as TenantId,
        rule.promise_hours,
        rule.warn_hours,
        rule.escalation_mail,
        rule.contact_days,
        rule.complaint_days,
        rule.attempts,
        rule.extensions,
        rule.link_days,
        rule.version,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
