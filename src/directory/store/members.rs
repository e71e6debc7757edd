//! SQL on `unit_member`.

use sqlx::{PgConnection, PgExecutor};

use crate::ids::{AccountId, TenantId, UnitId};

pub async fn list_units_of(db: impl PgExecutor<'_>, tenant: TenantId, account: AccountId) -> sqlx::Result<Vec<UnitId>> {
    sqlx::query_scalar!(
        r#"select unit_id as "unit: UnitId" from unit_member where tenant_id = $1 and account_id = $2 order by unit_id"#,
        tenant as TenantId,
        account as AccountId,
    )
    .fetch_all(db)
    .await
}

pub async fn list_accounts_of(db: impl PgExecutor<'_>, tenant: TenantId, unit: UnitId) -> sqlx::Result<Vec<AccountId>> {
    sqlx::query_scalar!(
        r#"select account_id as "account: AccountId" from unit_member where tenant_id = $1 and unit_id = $2"#,
        tenant as TenantId,
        unit as UnitId,
    )
    .fetch_all(db)
    .await
}

pub async fn insert_member(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    unit: UnitId,
    account: AccountId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into unit_member (tenant_id, unit_id, account_id) values ($1, $2, $3) on conflict do nothing",
        tenant as TenantId,
        unit as UnitId,
        account as AccountId,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn replace_members(
    db: &mut PgConnection,
    tenant: TenantId,
    unit: UnitId,
    accounts: &[AccountId],
) -> sqlx::Result<()> {
    sqlx::query!("delete from unit_member where tenant_id = $1 and unit_id = $2", tenant as TenantId, unit as UnitId)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "insert into unit_member (tenant_id, unit_id, account_id) select $1, $2, unnest($3::bigint[])",
        tenant as TenantId,
        unit as UnitId,
        accounts as &[AccountId],
    )
    .execute(db)
    .await?;
    Ok(())
}
