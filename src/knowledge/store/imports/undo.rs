//! Taking a run back: what stood before, for all entries that nobody touched since.

use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use super::super::super::Content;
use crate::ids::{EntryId, TenantId};

/// What a run did to an entry.
#[derive(Debug)]
pub struct Undoable {
    pub position: i32,
    pub entry: EntryId,
    /// The latest now.
    pub version: i32,
    pub published_before: Option<i32>,
    pub is_withdrawal: bool,
    /// Nobody changed the entry since.
    pub is_untouched: bool,
    pub content_before: Option<Json<Content>>,
}

pub async fn list_undoable(
    db: &mut PgConnection,
    tenant: TenantId,
    run: i64,
    after: i32,
    limit: i64,
) -> sqlx::Result<Vec<Undoable>> {
    sqlx::query_as!(
        Undoable,
        r#"select record.position, entry.id as "entry: EntryId", entry.latest_version as version, record.published_before, record.version_after is null as "is_withdrawal!",
                  (case when record.version_after is null
                        then entry.published_version is null and entry.latest_version = record.version_before
                        else entry.published_version is not distinct from record.version_after
                             and entry.latest_version = record.version_after end) as "is_untouched!",
                  before.content as "content_before?: Json<Content>"
           from import_record record
           join import_run on import_run.tenant_id = record.tenant_id and import_run.id = record.run_id
           join entry on entry.tenant_id = record.tenant_id and entry.id = record.entry_id
           left join entry_version before on before.tenant_id = entry.tenant_id and before.entry_id = entry.id
                                         and before.version = record.version_before
           where record.tenant_id = $1 and record.run_id = $2 and record.position > $3
             and (record.version_after is not null or record.outcome = 'withdrawn' and import_run.withdraws)
           order by record.position limit $4
           for update of entry"#,
        tenant as TenantId,
        run,
        after,
        limit,
    )
    .fetch_all(db)
    .await
}

pub async fn mark_restored(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    run: i64,
    positions: &[i32],
    restored: &[bool],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update import_record record set restored = given.restored
         from unnest($3::int[], $4::bool[]) as given (position, restored)
         where record.tenant_id = $1 and record.run_id = $2 and record.position = given.position",
        tenant as TenantId,
        run,
        positions,
        restored,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The text before this run is again what an import brought last.
pub async fn drop_bases(db: impl PgExecutor<'_>, tenant: TenantId, run: i64) -> sqlx::Result<()> {
    sqlx::query!("delete from import_base where tenant_id = $1 and run_id = $2", tenant as TenantId, run)
        .execute(db)
        .await?;
    Ok(())
}
