//! SQL on `import_proposal`.

use sqlx::PgExecutor;

use super::super::super::import::Proposal;
use crate::ids::TenantId;

/// An office that a file names for a town, beside the entry of another tenant.
#[derive(Debug, Clone)]
pub struct Proposed {
    pub town: String,
    pub external_id: String,
    pub title: Option<String>,
    pub unit_name: String,
    pub address: String,
}

pub async fn insert_proposals(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    run: i64,
    proposals: &[Proposal],
) -> sqlx::Result<()> {
    if proposals.is_empty() {
        return Ok(());
    }
    let towns: Vec<_> = proposals.iter().map(|proposal| proposal.town).collect();
    let [external_ids, names, addresses]: [Vec<String>; 3] = [
        proposals.iter().map(|proposal| proposal.external_id.clone()).collect(),
        proposals.iter().map(|proposal| proposal.unit.clone()).collect(),
        proposals.iter().map(|proposal| proposal.address.clone()).collect(),
    ];
    sqlx::query!(
        "insert into import_proposal (tenant_id, run_id, for_tenant_id, external_id, unit_name, address)
         select $1, $2, * from unnest($3::int[], $4::text[], $5::text[], $6::text[]) on conflict do nothing",
        tenant as TenantId,
        run,
        &towns as &[TenantId],
        &external_ids,
        &names,
        &addresses,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn activate_proposals(db: impl PgExecutor<'_>, tenant: TenantId, run: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "update import_proposal set active = true where tenant_id = $1 and run_id = $2",
        tenant as TenantId,
        run
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn deactivate_proposals(db: impl PgExecutor<'_>, tenant: TenantId, run: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "update import_proposal set active = false where tenant_id = $1 and run_id = $2",
        tenant as TenantId,
        run
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn count_proposals(db: impl PgExecutor<'_>, tenant: TenantId, run: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from import_proposal where tenant_id = $1 and run_id = $2"#,
        tenant as TenantId,
        run,
    )
    .fetch_one(db)
    .await
}

/// What a run proposes to towns, as far as the names of these towns may be seen.
pub async fn list_proposals(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    run: i64,
    limit: i64,
) -> sqlx::Result<Vec<Proposed>> {
    sqlx::query_as!(
        Proposed,
        r#"select coalesce(tenant.short_name, 'anderer Ort') as "town!", proposal.external_id, record.title as "title?",
                  proposal.unit_name, proposal.address
           from import_proposal proposal
           left join tenant on tenant.id = proposal.for_tenant_id
           left join lateral (
               select title from import_record
               where import_record.tenant_id = $1 and import_record.run_id = $2
                 and import_record.external_id = proposal.external_id limit 1
           ) record on true
           where proposal.tenant_id = $1 and proposal.run_id = $2
           order by 1, proposal.external_id limit $3"#,
        tenant as TenantId,
        run,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The tenant itself and those that read its entries, as far as their area is known.
pub async fn list_reading_towns(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<(TenantId, String)>> {
    let rows = sqlx::query!(
        r#"select tenant.id as "id: TenantId", tenant.ars as "ars!" from tenant
           where tenant.ars is not null
             and (tenant.id = $1 or exists (select from knowledge_sources(tenant.id) source where source.tenant_id = $1))"#,
        tenant as TenantId,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.ars)).collect())
}

/// Which of these offices the directory does not know.
pub async fn list_missing_units(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    names: &[String],
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select wanted.name as "name!" from unnest($2::text[]) as wanted (name)
           where not exists (select from unit where unit.tenant_id = $1 and unit.name = wanted.name)
           order by 1 limit 200"#,
        tenant as TenantId,
        names,
    )
    .fetch_all(db)
    .await
}
