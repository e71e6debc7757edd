//! What a reporter gets to see: the own reports and what became of them, whoever's text it is. The first key is the person.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::gaps::Kind;
use crate::ids::AccountId;

#[derive(Debug, Clone)]
pub struct Told {
    pub id: i64,
    pub kind: String,
    pub about: String,
    pub line: Option<String>,
    pub at: DateTime<Utc>,
    pub told: Option<String>,
    pub told_at: Option<DateTime<Utc>>,
    pub is_seen: bool,
}

impl Told {
    pub fn kind(&self) -> &'static str {
        Kind::parse(&self.kind).map_or("", Kind::label)
    }

    pub fn is_news(&self) -> bool {
        self.told.is_some() && !self.is_seen
    }
}

pub async fn count_own(db: impl PgExecutor<'_>, account: AccountId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from gap_report where account_id = $1"#, account as AccountId)
        .fetch_one(db)
        .await
}

/// News first, then the newest.
pub async fn list_own(
    db: impl PgExecutor<'_>,
    account: AccountId,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Told>> {
    sqlx::query_as!(
        Told,
        r#"select id, kind, about, line, at, told, told_at, seen_at is not null as "is_seen!"
           from gap_report where account_id = $1
           order by told is not null and seen_at is null desc, at desc, id desc limit $2 offset $3"#,
        account as AccountId,
        limit,
        offset,
    )
    .fetch_all(db)
    .await
}

/// What the person was told and has not seen.
pub async fn list_untold(db: impl PgExecutor<'_>, account: AccountId, limit: i64) -> sqlx::Result<Vec<Told>> {
    sqlx::query_as!(
        Told,
        r#"select id, kind, about, line, at, told, told_at, false as "is_seen!"
           from gap_report where account_id = $1 and told is not null and seen_at is null
           order by told_at, id limit $2"#,
        account as AccountId,
        limit,
    )
    .fetch_all(db)
    .await
}

/// False: it is not this person's.
pub async fn mark_seen(
    db: impl PgExecutor<'_>,
    account: AccountId,
    report: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update gap_report set seen_at = $3 where account_id = $1 and id = $2 and told is not null",
        account as AccountId,
        report,
        now,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
