//! SQL on `lexicon_line` and `lexicon_epoch`.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::{WordLine, Wording};
use crate::ids::TenantId;

/// Moves with every change of any line.
pub async fn find_epoch(db: impl PgExecutor<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!("select epoch from lexicon_epoch").fetch_one(db).await
}

/// Of all tenants that the scope shows, the oldest line first.
pub async fn list_all_wordings(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(TenantId, Wording)>> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", expressions, terms from lexicon_line order by tenant_id, id"#
    )
    .fetch_all(db)
    .await?;
    let wording = |expressions, terms| Wording { expressions, terms, remark: None };
    Ok(rows.into_iter().map(|row| (row.tenant, wording(row.expressions, row.terms))).collect())
}

struct Row {
    id: i64,
    expressions: Vec<String>,
    terms: Vec<String>,
    remark: Option<String>,
    version: i32,
    changed_at: DateTime<Utc>,
    changed_by: String,
}

impl From<Row> for WordLine {
    fn from(row: Row) -> Self {
        let Row { id, expressions, terms, remark, version, changed_at, changed_by } = row;
        Self { id, wording: Wording { expressions, terms, remark }, version, changed_at, changed_by }
    }
}

/// All lines of a tenant, the oldest first.
pub async fn list_lines(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<WordLine>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, expressions, terms, remark, version, changed_at, changed_by from lexicon_line
         where tenant_id = $1 order by id",
        tenant as TenantId
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(WordLine::from).collect())
}

/// One page of those that contain the words, by what people say.
pub async fn list_lines_page(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    words: &str,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<WordLine>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, expressions, terms, remark, version, changed_at, changed_by from lexicon_line
         where tenant_id = $1
           and position(lower($2) in lower(concat_ws(' ', array_to_string(expressions || terms, ' '), remark))) > 0
         order by lower(expressions[1]), id limit $3 offset $4",
        tenant as TenantId,
        words,
        limit,
        offset,
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(WordLine::from).collect())
}

pub async fn count_lines(db: impl PgExecutor<'_>, tenant: TenantId, words: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from lexicon_line
           where tenant_id = $1
             and position(lower($2) in lower(concat_ws(' ', array_to_string(expressions || terms, ' '), remark))) > 0"#,
        tenant as TenantId,
        words,
    )
    .fetch_one(db)
    .await
}

pub async fn find_line(db: impl PgExecutor<'_>, tenant: TenantId, id: i64) -> sqlx::Result<Option<WordLine>> {
    let row = sqlx::query_as!(
        Row,
        "select id, expressions, terms, remark, version, changed_at, changed_by from lexicon_line
         where tenant_id = $1 and id = $2",
        tenant as TenantId,
        id,
    );
    Ok(row.fetch_optional(db).await?.map(WordLine::from))
}

pub async fn insert_line(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    wording: &Wording,
    author: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into lexicon_line (tenant_id, expressions, terms, remark, changed_by, changed_at)
         values ($1, $2, $3, $4, $5, $6) returning id",
        tenant as TenantId,
        &wording.expressions,
        &wording.terms,
        wording.remark,
        author,
        now,
    )
    .fetch_one(db)
    .await
}

/// False: somebody else was faster.
pub async fn update_line(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    (id, version): (i64, i32),
    wording: &Wording,
    author: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update lexicon_line set expressions = $4, terms = $5, remark = $6, changed_by = $7, changed_at = $8,
                version = version + 1
         where tenant_id = $1 and id = $2 and version = $3",
        tenant as TenantId,
        id,
        version,
        &wording.expressions,
        &wording.terms,
        wording.remark,
        author,
        now,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete_line(db: impl PgExecutor<'_>, tenant: TenantId, id: i64) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from lexicon_line where tenant_id = $1 and id = $2", tenant as TenantId, id);
    Ok(done.execute(db).await?.rows_affected() == 1)
}
