//! SQL on `import_run` where a second person has a say: who uploaded a file does not apply it, and others do not let it
//! vanish.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::audit::Actor;
use crate::ids::{AccountId, TenantId};

/// False: it is no preview any more, or this person uploaded it and the tenant wants a second one.
pub async fn begin_applying(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    run: i64,
    withdraws: bool,
    actor: &Actor,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update import_run
         set state = 'applying', done = 0, withdraws = withdraws or $3, asked_by = $4, asked_name = $5, failure = null
         where tenant_id = $1 and id = $2 and state = 'ready'
           and (created_by is distinct from $4
                or not exists (select from editorial where tenant_id = $1 and requires_review))",
        tenant as TenantId,
        run,
        withdraws,
        actor.account as Option<AccountId>,
        actor.name,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The second person's no; false: it is no preview any more, or nobody has to be asked.
pub async fn refuse_run(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    run: i64,
    reason: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update import_run set state = 'refused', refusal = $3, refused_at = $4, refused_by = $6
         where tenant_id = $1 and id = $2 and state = 'ready' and created_by is distinct from $5
           and exists (select from editorial where tenant_id = $1 and requires_review)",
        tenant as TenantId,
        run,
        reason,
        now,
        actor.account as Option<AccountId>,
        actor.name,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// With all that belongs to it; false: it was applied, is being worked at, or is somebody else's where nobody decides alone.
pub async fn delete_run(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    run: i64,
    account: Option<AccountId>,
) -> sqlx::Result<bool> {
    let deleted = sqlx::query!(
        "delete from import_run
         where tenant_id = $1 and id = $2 and state in ('ready', 'failed', 'refused') and applied_at is null
           and (state = 'failed' or created_by is null or created_by = $3
                or not exists (select from editorial where tenant_id = $1 and requires_review))",
        tenant as TenantId,
        run,
        account as Option<AccountId>,
    );
    Ok(deleted.execute(db).await?.rows_affected() == 1)
}

/// Previews of others that wait for this person.
pub async fn count_waiting_runs(db: impl PgExecutor<'_>, tenant: TenantId, account: AccountId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from import_run
           where tenant_id = $1 and state = 'ready' and created_by is distinct from $2
             and exists (select from editorial where tenant_id = $1 and requires_review)"#,
        tenant as TenantId,
        account as AccountId,
    )
    .fetch_one(db)
    .await
}
