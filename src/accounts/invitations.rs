//! One-time links: the first password of a new account, or a new one for somebody who lost theirs.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::{hash_secret, new_secret};
use crate::ids::AccountId;

/// A link that lies in a mailbox for longer is somebody else's chance.
pub const LIFETIME: TimeDelta = TimeDelta::days(7);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub account: AccountId,
    pub name: String,
    pub email: String,
}

/// Makes a link's secret and tells it, once. Links of the same account made before are no longer good.
pub async fn create_invitation(
    db: &mut PgConnection,
    account: AccountId,
    created_by: Option<AccountId>,
    now: DateTime<Utc>,
) -> sqlx::Result<String> {
    let secret = new_secret();
    sqlx::query!(
        "update invitation set expires_at = $2 where account_id = $1 and used_at is null and expires_at > $2",
        account as AccountId,
        now
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into invitation (token_hash, account_id, created_by, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        hash_secret(&secret),
        account as AccountId,
        created_by as Option<AccountId>,
        now,
        now + LIFETIME,
    )
    .execute(db)
    .await?;
    Ok(secret)
}

/// Whose link it is, as long as it is good.
pub async fn find_invitation(
    db: impl PgExecutor<'_>,
    secret: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Invitation>> {
    sqlx::query_as!(
        Invitation,
        r#"select account.id as "account: AccountId", account.name, account.email
           from invitation join account on account.id = invitation.account_id
           where token_hash = $1 and used_at is null and expires_at > $2 and account.disabled_at is null"#,
        hash_secret(secret),
        now
    )
    .fetch_optional(db)
    .await
}

/// Uses the link up. False: somebody has used it in the meantime.
pub async fn use_invitation(db: impl PgExecutor<'_>, secret: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update invitation set used_at = $2 where token_hash = $1 and used_at is null and expires_at > $2",
        hash_secret(secret),
        now
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
