//! SQL on `session`.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::Json;

use crate::ids::AccountId;
use crate::web::Flash;

/// One row in the list of a person's sessions.
#[derive(Debug, Clone)]
pub struct Session {
    pub token_hash: Vec<u8>,
    pub browser: String,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
}

pub async fn insert_session(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
    account: AccountId,
    browser: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into session (token_hash, account_id, created_at, last_seen_at, browser) values ($1, $2, $3, $3, $4)",
        token_hash,
        account as AccountId,
        now,
        browser
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_session(db: impl PgExecutor<'_>, token_hash: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("delete from session where token_hash = $1", token_hash).execute(db).await?;
    Ok(())
}

/// Signs a person out: everywhere, or everywhere else.
pub async fn delete_sessions(db: impl PgExecutor<'_>, account: AccountId, except: Option<&[u8]>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from session where account_id = $1 and ($2::bytea is null or token_hash <> $2)",
        account as AccountId,
        except
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Sessions that are still good, the last used first.
pub async fn list_sessions(
    db: impl PgExecutor<'_>,
    account: AccountId,
    seen_since: DateTime<Utc>,
    made_since: DateTime<Utc>,
) -> sqlx::Result<Vec<Session>> {
    sqlx::query_as!(
        Session,
        "select token_hash, browser, created_at, last_seen_at from session
         where account_id = $1 and last_seen_at > $2 and created_at > $3 order by last_seen_at desc",
        account as AccountId,
        seen_since,
        made_since
    )
    .fetch_all(db)
    .await
}

pub async fn is_good(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
    seen_since: DateTime<Utc>,
    made_since: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from session join account on account.id = session.account_id
               where token_hash = $1 and last_seen_at > $2 and session.created_at > $3 and account.disabled_at is null
           ) as "good!""#,
        token_hash,
        seen_since,
        made_since
    )
    .fetch_one(db)
    .await
}

/// The message waiting for the session's next page.
pub async fn update_flash(db: impl PgExecutor<'_>, session: &[u8], flash: Option<&Flash>) -> sqlx::Result<()> {
    sqlx::query!(
        "update session set flash = $2 where token_hash = $1",
        session,
        flash.map(Json) as Option<Json<&Flash>>
    )
    .execute(db)
    .await?;
    Ok(())
}
