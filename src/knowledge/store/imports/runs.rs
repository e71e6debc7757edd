//! SQL on `import_run`.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::run::{ImportRun, NewRun, RunFilter, RunState};
use crate::audit::Actor;
use crate::ids::{AccountId, TenantId};

pub async fn insert_run(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    new: &NewRun<'_>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into import_run (tenant_id, state, format, file_name, path, total, withdraws, created_at, created_by, author)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
        tenant as TenantId,
        new.state.as_str(),
        new.format,
        new.file_name,
        new.path,
        new.size,
        new.withdraws,
        now,
        actor.account as Option<AccountId>,
        actor.name,
    )
    .fetch_one(db)
    .await
}

/// The one list of columns, for one run and for many.
macro_rules! select_runs {
    ($rest:literal, $($bind:expr),+ $(,)?) => {
        sqlx::query_as!(
            ImportRun,
            r#"select id, tenant_id as "tenant: TenantId", state as "state: RunState", format, file_name, path, withdraws,
                      done, total, created, updated, unchanged, rejected, conflicts, withdrawals, restored, left_alone,
                      remarks, failure, created_at, created_by as "created_by: AccountId", author,
                      asked_by as "asked_by: AccountId", asked_name, applied_at, undone_at, undone_by,
                      refused_at, refused_by, refusal
               from import_run where tenant_id = $1 and "# + $rest,
            $($bind),+
        )
    };
}

pub async fn find_run(db: impl PgExecutor<'_>, tenant: TenantId, id: i64) -> sqlx::Result<Option<ImportRun>> {
    select_runs!("id = $2", tenant as TenantId, id).fetch_optional(db).await
}

/// The latest first.
pub async fn list_runs(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    filter: &RunFilter<'_>,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<ImportRun>> {
    let found = select_runs!(
        "($2::text is null or state = $2)
         and ($3 = '' or position(lower($3) in lower(file_name || ' ' || author)) > 0)
         order by id desc limit $4 offset $5",
        tenant as TenantId,
        filter.state(),
        filter.words,
        limit,
        offset,
    );
    found.fetch_all(db).await
}

pub async fn count_runs(db: impl PgExecutor<'_>, tenant: TenantId, filter: &RunFilter<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from import_run
           where tenant_id = $1 and ($2::text is null or state = $2)
             and ($3 = '' or position(lower($3) in lower(file_name || ' ' || author)) > 0)"#,
        tenant as TenantId,
        filter.state(),
        filter.words,
    )
    .fetch_one(db)
    .await
}

/// Runs of all tenants that wait for the server, the oldest first.
pub async fn find_work(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(TenantId, i64)>> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", id from import_run
           where state in ('reading', 'applying', 'undoing') order by id limit 20"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant, row.id)).collect())
}

/// False: another server process is at it. Held until the end of the transaction, and not by the row, so that its
/// progress can be written meanwhile.
pub async fn lock_run(db: impl PgExecutor<'_>, run: i64) -> sqlx::Result<bool> {
    let locked = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended('import run', $1)) as "locked!""#,
        run
    );
    locked.fetch_one(db).await
}

/// False: it was not applied, or somebody else was faster.
pub async fn begin_undoing(db: impl PgExecutor<'_>, tenant: TenantId, run: i64, actor: &Actor) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update import_run set state = 'undoing', done = 0, asked_by = $3, asked_name = $4, failure = null
         where tenant_id = $1 and id = $2 and state = 'applied'",
        tenant as TenantId,
        run,
        actor.account as Option<AccountId>,
        actor.name,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn note_progress(db: impl PgExecutor<'_>, tenant: TenantId, run: i64, done: i64) -> sqlx::Result<()> {
    sqlx::query!("update import_run set done = $3 where tenant_id = $1 and id = $2", tenant as TenantId, run, done)
        .execute(db)
        .await?;
    Ok(())
}

/// How much work there is.
pub async fn note_size(db: impl PgExecutor<'_>, tenant: TenantId, run: i64, total: i64) -> sqlx::Result<()> {
    sqlx::query!("update import_run set total = $3 where tenant_id = $1 and id = $2", tenant as TenantId, run, total)
        .execute(db)
        .await?;
    Ok(())
}

/// The file was read and is gone.
pub async fn take_path(db: impl PgExecutor<'_>, tenant: TenantId, run: i64) -> sqlx::Result<()> {
    sqlx::query!("update import_run set path = null where tenant_id = $1 and id = $2", tenant as TenantId, run)
        .execute(db)
        .await?;
    Ok(())
}

/// The work came to nothing: what was to be read is given up, everything else is as it was before.
pub async fn fail_run(db: impl PgExecutor<'_>, tenant: TenantId, run: i64, why: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update import_run
         set state = case state when 'reading' then 'failed' when 'applying' then 'ready' when 'undoing' then 'applied'
                                else state end,
             failure = $3, path = null
         where tenant_id = $1 and id = $2",
        tenant as TenantId,
        run,
        why,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The counts of its records, and the state after the work.
pub async fn finish_run(
    db: &mut PgConnection,
    tenant: TenantId,
    run: i64,
    state: RunState,
    remarks: Option<&serde_json::Value>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update import_run
         set state = $3, remarks = coalesce($4, remarks), done = total,
             created = found.created, updated = found.updated, unchanged = found.unchanged, rejected = found.rejected,
             conflicts = found.conflicts, withdrawals = found.withdrawals, restored = found.restored,
             left_alone = found.left_alone,
             applied_at = case when $3 = 'applied' then $5 else applied_at end,
             undone_at = case when $3 = 'undone' then $5 end, undone_by = case when $3 = 'undone' then $6 end
         from (select count(*) filter (where outcome = 'created') as created,
                      count(*) filter (where outcome = 'updated') as updated,
                      count(*) filter (where outcome in ('unchanged', 'kept')) as unchanged,
                      count(*) filter (where outcome = 'rejected') as rejected,
                      count(*) filter (where outcome = 'conflict') as conflicts,
                      count(*) filter (where outcome = 'withdrawn') as withdrawals,
                      count(*) filter (where restored) as restored,
                      count(*) filter (where not restored) as left_alone
               from import_record where tenant_id = $1 and run_id = $2) found
         where import_run.tenant_id = $1 and import_run.id = $2",
        tenant as TenantId,
        run,
        state.as_str(),
        remarks,
        now,
        actor.name,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Previews that nobody took up.
pub async fn delete_stale_runs(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let stale = sqlx::query!(
        "delete from import_run
         where state in ('ready', 'failed', 'refused') and applied_at is null and coalesce(refused_at, created_at) < $1",
        before
    );
    Ok(stale.execute(db).await?.rows_affected())
}
