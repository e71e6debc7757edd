//! SQL on `greeting`.

use sqlx::PgExecutor;

use crate::ids::{LineId, TenantId};
use crate::tenants::{Greeting, Situation};

/// The tenant's own first, then line by line.
pub async fn list_greetings(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<Greeting>> {
    let rows = sqlx::query!(
        r#"select id, line_id as "line: LineId", situation, from_time, to_time, text, version from greeting
           where tenant_id = $1 order by line_id nulls first, situation desc, from_time nulls first, id"#,
        tenant as TenantId
    )
    .fetch_all(db)
    .await?;
    let greetings = rows.into_iter().filter_map(|row| {
        Some(Greeting {
            id: row.id,
            line: row.line,
            situation: Situation::parse(&row.situation)?,
            window: row.from_time.zip(row.to_time),
            text: row.text,
            version: row.version,
        })
    });
    Ok(greetings.collect())
}

pub async fn find_greeting(db: impl PgExecutor<'_>, tenant: TenantId, id: i64) -> sqlx::Result<Option<Greeting>> {
    Ok(list_greetings(db, tenant).await?.into_iter().find(|greeting| greeting.id == id))
}

/// The id of `greeting` is not looked at.
pub async fn insert_greeting(db: impl PgExecutor<'_>, tenant: TenantId, greeting: &Greeting) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into greeting (tenant_id, line_id, situation, from_time, to_time, text)
         values ($1, $2, $3, $4, $5, $6) returning id",
        tenant as TenantId,
        greeting.line as Option<LineId>,
        greeting.situation.as_str(),
        greeting.window.map(|window| window.0),
        greeting.window.map(|window| window.1),
        greeting.text,
    )
    .fetch_one(db)
    .await
}

/// False: somebody else was faster.
pub async fn update_greeting(db: impl PgExecutor<'_>, tenant: TenantId, greeting: &Greeting) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update greeting set line_id = $3, situation = $4, from_time = $5, to_time = $6, text = $7, version = version + 1
         where tenant_id = $1 and id = $2 and version = $8",
        tenant as TenantId,
        greeting.id,
        greeting.line as Option<LineId>,
        greeting.situation.as_str(),
        greeting.window.map(|window| window.0),
        greeting.window.map(|window| window.1),
        greeting.text,
        greeting.version,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn delete_greeting(db: impl PgExecutor<'_>, tenant: TenantId, id: i64) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from greeting where tenant_id = $1 and id = $2", tenant as TenantId, id);
    Ok(done.execute(db).await?.rows_affected() == 1)
}
