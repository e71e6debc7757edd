//! SQL on `search_miss`.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgExecutor;

use super::Miss;
use crate::ids::TenantId;

/// The same words within a minute are one question, asked again by a reload.
pub async fn note_miss(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    words: &str,
    folded: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into search_miss (tenant_id, words, folded, first_at, last_at) values ($1, $2, $3, $4, $4)
         on conflict (tenant_id, folded) do update set count = search_miss.count + 1, last_at = excluded.last_at
         where search_miss.last_at <= excluded.last_at - interval '1 minute'",
        tenant as TenantId,
        words,
        folded,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a list asks for; an empty text means anything.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    pub tenant: TenantId,
    /// Folded.
    pub words: &'a str,
    /// Asked for last on one of these days; both belong to it, in Berlin.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

pub async fn count_misses(db: impl PgExecutor<'_>, wanted: &Wanted<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from search_miss
           where tenant_id = $1 and ($2 = '' or position($2 in folded) > 0)
             and ($3::date is null or last_at >= $3::timestamp at time zone 'Europe/Berlin')
             and ($4::date is null or last_at < ($4 + 1)::timestamp at time zone 'Europe/Berlin')"#,
        wanted.tenant as TenantId,
        wanted.words,
        wanted.from,
        wanted.to,
    )
    .fetch_one(db)
    .await
}

/// What is asked for most comes first, then what was asked for last.
pub async fn list_misses(
    db: impl PgExecutor<'_>,
    wanted: &Wanted<'_>,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<Miss>> {
    sqlx::query_as!(
        Miss,
        "select id, words, first_at, last_at, count from search_miss
         where tenant_id = $1 and ($2 = '' or position($2 in folded) > 0)
           and ($3::date is null or last_at >= $3::timestamp at time zone 'Europe/Berlin')
           and ($4::date is null or last_at < ($4 + 1)::timestamp at time zone 'Europe/Berlin')
         order by count desc, last_at desc, id limit $5 offset $6",
        wanted.tenant as TenantId,
        wanted.words,
        wanted.from,
        wanted.to,
        limit,
        offset,
    )
    .fetch_all(db)
    .await
}

pub async fn find_miss(db: impl PgExecutor<'_>, tenant: TenantId, id: i64) -> sqlx::Result<Option<Miss>> {
    sqlx::query_as!(
        Miss,
        "select id, words, first_at, last_at, count from search_miss where tenant_id = $1 and id = $2",
        tenant as TenantId,
        id,
    )
    .fetch_optional(db)
    .await
}

/// False: it was gone already.
pub async fn delete_miss(db: impl PgExecutor<'_>, tenant: TenantId, id: i64) -> sqlx::Result<bool> {
    let deleted =
        sqlx::query!("delete from search_miss where tenant_id = $1 and id = $2", tenant as TenantId, id).execute(db);
    Ok(deleted.await?.rows_affected() > 0)
}

pub async fn delete_misses_before(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    Ok(sqlx::query!("delete from search_miss where last_at < $1", before).execute(db).await?.rows_affected())
}
