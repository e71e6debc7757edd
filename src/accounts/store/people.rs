//! SQL on the people of one town, run inside that town's scope.

use sqlx::{PgConnection, PgExecutor};

use crate::access::Role;
use crate::ids::{AccountId, TenantId};

/// Somebody with a role in the town.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: AccountId,
    pub name: String,
    pub email: String,
    pub of_center: bool,
    pub has_password: bool,
    pub is_disabled: bool,
    pub version: i32,
    pub roles: Vec<String>,
}

impl Person {
    pub fn roles(&self) -> impl Iterator<Item = Role> + '_ {
        self.roles.iter().filter_map(|role| Role::parse(role))
    }
}

/// One page of a town's people by name. An empty `role` means any.
pub async fn list_people(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    words: &str,
    role: &str,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Person>> {
    sqlx::query_as!(
        Person,
        r#"select account.id as "id: AccountId", name, email, of_center, password_hash is not null as "has_password!",
                  disabled_at is not null as "is_disabled!", version, array_agg(role order by role) as "roles!"
           from account join account_role on account_id = account.id
           where tenant_id = $1 and position(lower($2) in lower(name || ' ' || email)) > 0
           group by account.id having $3 = '' or bool_or(role = $3)
           order by name, account.id limit $4 offset $5"#,
        tenant as TenantId,
        words,
        role,
        limit,
        offset,
    )
    .fetch_all(db)
    .await
}

/// Who tends a town's knowledge, by name.
pub async fn list_editors(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<(AccountId, String)>> {
    let rows = sqlx::query!(
        r#"select account.id as "id: AccountId", name from account
           where disabled_at is null
             and exists (select from account_role
                         where account_id = account.id and tenant_id = $1 and role in ('editor', 'tenant-admin'))
           order by name, id"#,
        tenant as TenantId,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Where the town's administration reads its mail.
pub async fn list_admin_addresses(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select email from account
         where disabled_at is null
           and exists (select from account_role
                       where account_id = account.id and tenant_id = $1 and role = 'tenant-admin')
         order by email",
        tenant as TenantId,
    )
    .fetch_all(db)
    .await
}

pub async fn count_people(db: impl PgExecutor<'_>, tenant: TenantId, words: &str, role: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(distinct account.id) as "count!" from account join account_role on account_id = account.id
           where tenant_id = $1 and position(lower($2) in lower(name || ' ' || email)) > 0 and ($3 = '' or role = $3)"#,
        tenant as TenantId,
        words,
        role,
    )
    .fetch_one(db)
    .await
}

pub async fn find_person(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    account: AccountId,
) -> sqlx::Result<Option<Person>> {
    sqlx::query_as!(
        Person,
        r#"select account.id as "id: AccountId", name, email, of_center, password_hash is not null as "has_password!",
                  disabled_at is not null as "is_disabled!", version, array_agg(role order by role) as "roles!"
           from account join account_role on account_id = account.id
           where tenant_id = $1 and account.id = $2 group by account.id"#,
        tenant as TenantId,
        account as AccountId,
    )
    .fetch_optional(db)
    .await
}

/// Counts a change of roles; the center's people are nobody's here. False: somebody else was faster.
pub async fn touch_person(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    account: AccountId,
    version: i32,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update account set version = version + 1
         where id = $2 and version = $3 and not of_center
           and exists (select from account_role where account_id = $2 and tenant_id = $1)",
        tenant as TenantId,
        account as AccountId,
        version,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// What the person is in this town from now on; other towns' roles stay.
pub async fn replace_roles(
    db: &mut PgConnection,
    tenant: TenantId,
    account: AccountId,
    roles: &[Role],
) -> sqlx::Result<()> {
    let roles: Vec<_> = roles.iter().map(|role| role.as_str().to_owned()).collect();
    sqlx::query!(
        "delete from account_role where tenant_id = $1 and account_id = $2 and role <> all ($3)",
        tenant as TenantId,
        account as AccountId,
        &roles,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into account_role (account_id, role, tenant_id) select $2, role, $1 from unnest($3::text[]) as given (role)
         on conflict do nothing",
        tenant as TenantId,
        account as AccountId,
        &roles,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn update_name(db: impl PgExecutor<'_>, account: AccountId, name: &str) -> sqlx::Result<()> {
    sqlx::query!("update account set name = $2 where id = $1", account as AccountId, name).execute(db).await?;
    Ok(())
}
