//! SQL on `index_epoch`.

use sqlx::PgExecutor;

pub async fn find_epoch(db: impl PgExecutor<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!("select epoch from index_epoch").fetch_one(db).await
}

/// Every index of an older epoch is rebuilt.
pub async fn raise_epoch(db: impl PgExecutor<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!("update index_epoch set epoch = epoch + 1 returning epoch").fetch_one(db).await
}
