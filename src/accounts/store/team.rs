//! SQL on the center's team, run by the operator.

use sqlx::{PgConnection, PgExecutor};

use crate::access::Role;
use crate::ids::{AccountId, TenantId};

/// One of the center's people.
#[derive(Debug, Clone)]
pub struct Member {
    pub id: AccountId,
    pub name: String,
    pub email: String,
    pub has_password: bool,
    pub is_disabled: bool,
    pub version: i32,
    /// Center roles only.
    pub roles: Vec<String>,
    /// Where agent and supervisor hold; empty: everywhere.
    pub tenants: Vec<TenantId>,
    pub skills: Vec<String>,
}

/// The team by name. A center has some dozen people; pages and filters run over the whole list.
pub async fn list_members(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Member>> {
    sqlx::query_as!(
        Member,
        r#"select id as "id: AccountId", name, email, password_hash is not null as "has_password!",
                  disabled_at is not null as "is_disabled!", version,
                  array(select distinct role from account_role where account_id = account.id
                        and role in ('agent', 'supervisor', 'operator') order by role) as "roles!",
                  array(select distinct tenant_id from account_role where account_id = account.id
                        and role in ('agent', 'supervisor') and tenant_id is not null
                        order by tenant_id) as "tenants!: Vec<TenantId>",
                  array(select skill from account_skill where account_id = account.id order by skill) as "skills!"
           from account where of_center order by name, id"#
    )
    .fetch_all(db)
    .await
}

/// False: somebody else was faster.
pub async fn update_member(
    db: impl PgExecutor<'_>,
    account: AccountId,
    version: i32,
    name: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update account set name = $3, of_center = true, version = version + 1 where id = $1 and version = $2",
        account as AccountId,
        version,
        name,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Somebody known from a town joins the team.
pub async fn update_of_center(db: impl PgExecutor<'_>, account: AccountId) -> sqlx::Result<()> {
    sqlx::query!("update account set of_center = true, version = version + 1 where id = $1", account as AccountId)
        .execute(db)
        .await?;
    Ok(())
}

/// Center roles from now on; roles that towns gave stay.
pub async fn replace_center_roles(
    db: &mut PgConnection,
    account: AccountId,
    roles: &[(Role, Option<TenantId>)],
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from account_role where account_id = $1 and role in ('agent', 'supervisor', 'operator')",
        account as AccountId
    )
    .execute(&mut *db)
    .await?;
    let names: Vec<_> = roles.iter().map(|(role, _)| role.as_str().to_owned()).collect();
    let tenants: Vec<_> = roles.iter().map(|(_, tenant)| *tenant).collect();
    sqlx::query!(
        "insert into account_role (account_id, role, tenant_id)
         select $1, role, tenant from unnest($2::text[], $3::int[]) as given (role, tenant) on conflict do nothing",
        account as AccountId,
        &names,
        &tenants as &[Option<TenantId>],
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn replace_skills(db: &mut PgConnection, account: AccountId, skills: &[String]) -> sqlx::Result<()> {
    sqlx::query!("delete from account_skill where account_id = $1", account as AccountId).execute(&mut *db).await?;
    sqlx::query!(
        "insert into account_skill (account_id, skill) select $1, skill from unnest($2::text[]) as given (skill)
         on conflict do nothing",
        account as AccountId,
        skills,
    )
    .execute(db)
    .await?;
    Ok(())
}
