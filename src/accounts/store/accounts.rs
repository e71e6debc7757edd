//! SQL on `account` itself, and on the center's name.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::access::{Preferences, Role};
use crate::ids::{AccountId, TenantId};

pub struct Credentials {
    pub id: AccountId,
    pub password_hash: Option<String>,
}

pub async fn find_credentials(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        r#"select id as "id: AccountId", password_hash from account where email = $1 and disabled_at is null"#,
        email
    )
    .fetch_optional(db)
    .await
}

#[derive(Debug)]
pub struct NewAccount<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub password_hash: Option<&'a str>,
    /// A role with None holds for every tenant of the center. Agents, operators and whoever serves every tenant are the
    /// center's people.
    pub roles: &'a [(Role, Option<TenantId>)],
}

pub async fn insert_account(db: &mut PgConnection, new: NewAccount<'_>, now: DateTime<Utc>) -> sqlx::Result<AccountId> {
    let id = sqlx::query_scalar!(
        r#"insert into account (email, name, password_hash, created_at, of_center) values (lower($1), $2, $3, $4, $5)
           returning id as "id: AccountId""#,
        new.email,
        new.name,
        new.password_hash,
        now,
        new.roles.iter().any(|(role, tenant)| tenant.is_none() || matches!(role, Role::Agent | Role::Operator)),
    )
    .fetch_one(&mut *db)
    .await?;
    let roles: Vec<_> = new.roles.iter().map(|(role, _)| role.as_str().to_owned()).collect();
    let tenants: Vec<_> = new.roles.iter().map(|(_, tenant)| *tenant).collect();
    sqlx::query!(
        "insert into account_role (account_id, role, tenant_id)
         select $1, role, tenant from unnest($2::text[], $3::int[]) as given (role, tenant)
         on conflict do nothing",
        id as AccountId,
        &roles,
        &tenants as &[Option<TenantId>],
    )
    .execute(db)
    .await?;
    Ok(id)
}

pub async fn find_account_by_email(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<Option<Known>> {
    sqlx::query_as!(
        Known,
        r#"select id as "id: AccountId", of_center, password_hash is not null as "has_password!"
           from account where email = lower($1)"#,
        email
    )
    .fetch_optional(db)
    .await
}

/// An account that is there already.
#[derive(Debug, Clone)]
pub struct Known {
    pub id: AccountId,
    pub of_center: bool,
    pub has_password: bool,
}

/// Whether all of a person's roles are in this tenant: only then may its admin speak for the whole account.
pub async fn belongs_only_to(db: impl PgExecutor<'_>, account: AccountId, tenant: TenantId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select not of_center and not exists (
               select from account_role where account_id = account.id and tenant_id is distinct from $2
           ) as "only!" from account where id = $1"#,
        account as AccountId,
        tenant as TenantId,
    )
    .fetch_one(db)
    .await
}

pub async fn update_password(db: impl PgExecutor<'_>, account: AccountId, hash: &str) -> sqlx::Result<()> {
    sqlx::query!("update account set password_hash = $2 where id = $1", account as AccountId, hash).execute(db).await?;
    Ok(())
}

pub async fn update_preferences(
    db: impl PgExecutor<'_>,
    account: AccountId,
    preferences: &Preferences,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update account set single_keys = $2, town_sound = $3, greeting = $4 where id = $1",
        account as AccountId,
        preferences.single_keys,
        preferences.town_sound,
        preferences.greeting,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// False: it is so already, or there is no such person in the team.
pub async fn update_activity(
    db: impl PgExecutor<'_>,
    account: AccountId,
    disabled_at: Option<DateTime<Utc>>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update account set disabled_at = $2, version = version + 1
         where id = $1 and of_center and (disabled_at is null) <> ($2::timestamptz is null)",
        account as AccountId,
        disabled_at
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn find_center_name(db: impl PgExecutor<'_>) -> sqlx::Result<String> {
    sqlx::query_scalar!("select name from center").fetch_one(db).await
}

/// The name, and the version of its row.
pub async fn find_center(db: impl PgExecutor<'_>) -> sqlx::Result<(String, i32)> {
    let row = sqlx::query!("select name, version from center").fetch_one(db).await?;
    Ok((row.name, row.version))
}

/// False: somebody else was faster.
pub async fn update_center(db: impl PgExecutor<'_>, name: &str, version: i32) -> sqlx::Result<bool> {
    let done = sqlx::query!("update center set name = $1, version = version + 1 where version = $2", name, version);
    Ok(done.execute(db).await?.rows_affected() == 1)
}
