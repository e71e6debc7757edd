//! SQL on the tokens of doors.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::accounts::{hash_secret, new_secret};
use crate::ids::SourceId;

/// Makes a token and tells its secret, once. None: two are valid already, and more would never be looked after.
pub async fn insert_token(db: &mut PgConnection, source: SourceId, now: DateTime<Utc>) -> sqlx::Result<Option<String>> {
    // Whoever makes one waits here, so that two at the same moment are counted.
    sqlx::query!("select id from source where id = $1 for update", source as SourceId).fetch_optional(&mut *db).await?;
    let secret = new_secret();
    let made = sqlx::query!(
        "insert into source_token (token_hash, source_id, created_at)
         select $1, $2, $3
         where (select count(*) from source_token where source_id = $2 and revoked_at is null) < 2",
        hash_secret(&secret),
        source as SourceId,
        now
    )
    .execute(db)
    .await?;
    Ok((made.rows_affected() == 1).then_some(secret))
}

/// Ends every token of the source; a number of them.
pub async fn revoke_tokens(db: impl PgExecutor<'_>, source: SourceId, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update source_token set revoked_at = $2 where source_id = $1 and revoked_at is null",
        source as SourceId,
        now
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// A valid token; its secret is known to nobody.
#[derive(Debug, Clone)]
pub struct DoorToken {
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The valid ones, the newest first.
pub async fn list_tokens(db: impl PgExecutor<'_>, source: SourceId) -> sqlx::Result<Vec<DoorToken>> {
    sqlx::query_as!(
        DoorToken,
        "select created_at, last_used_at from source_token where source_id = $1 and revoked_at is null
         order by created_at desc, token_hash",
        source as SourceId
    )
    .fetch_all(db)
    .await
}

/// Leaves the newest one valid; the number of those that end.
pub async fn revoke_older_tokens(db: impl PgExecutor<'_>, source: SourceId, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update source_token set revoked_at = $2
         where source_id = $1 and revoked_at is null
           and token_hash <> (select token_hash from source_token where source_id = $1 and revoked_at is null
                              order by created_at desc, token_hash limit 1)",
        source as SourceId,
        now
    );
    Ok(done.execute(db).await?.rows_affected())
}
