//! Slows down guessing: after ten failures within a quarter of an hour an account, or an address after fifty, waits.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::hash_secret;

const WINDOW: TimeDelta = TimeDelta::minutes(15);
const LOCK: TimeDelta = TimeDelta::minutes(15);

/// What is counted. Kept only as a hash.
#[derive(Debug, Clone)]
pub enum Subject {
    Account(String),
    Address(String),
}

impl Subject {
    fn key(&self) -> Vec<u8> {
        match self {
            Self::Account(email) => hash_secret(&format!("account {email}")),
            Self::Address(address) => hash_secret(&format!("address {address}")),
        }
    }

    fn allowed_failures(&self) -> i32 {
        match self {
            Self::Account(_) => 10,
            Self::Address(_) => 50,
        }
    }
}

/// Until when this subject has to wait, if it has to.
pub async fn locked_until(
    db: &mut PgConnection,
    subject: &Subject,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        r#"select locked_until as "locked_until!" from sign_in_throttle where key = $1 and locked_until > $2"#,
        subject.key(),
        now
    )
    .fetch_optional(db)
    .await
}

pub async fn count_failure(db: &mut PgConnection, subject: &Subject, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into sign_in_throttle as throttle (key, failures, first_failure_at) values ($1, 1, $2)
         on conflict (key) do update set
             failures = case when throttle.first_failure_at < $3 then 1 else throttle.failures + 1 end,
             first_failure_at = case when throttle.first_failure_at < $3 then $2 else throttle.first_failure_at end,
             locked_until = case when throttle.first_failure_at >= $3 and throttle.failures + 1 >= $4 then $5::timestamptz end",
        subject.key(),
        now,
        now - WINDOW,
        subject.allowed_failures(),
        now + LOCK,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn forget_failures(db: &mut PgConnection, subject: &Subject) -> sqlx::Result<()> {
    sqlx::query!("delete from sign_in_throttle where key = $1", subject.key()).execute(db).await?;
    Ok(())
}
