//! Tokens of programs.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::{hash_secret, new_secret};
use crate::access::TokenHolder;
use crate::app::App;
use crate::db::Scope;
use crate::ids::TenantId;

/// What a token can open, with the words of the screen.
pub const TOKEN_SCOPES: [(&str, &str); 4] = [
    ("search", "Wissen suchen und lesen"),
    ("knowledge", "Wissen schreiben, suchen und lesen"),
    ("calls", "Anrufe lesen"),
    ("reports", "Auswertungen lesen"),
];

/// Makes a token and tells its secret, once.
pub async fn create_token(
    db: &mut PgConnection,
    label: &str,
    scopes: &[String],
    tenants: Option<&[TenantId]>,
    now: DateTime<Utc>,
) -> sqlx::Result<String> {
    let secret = new_secret();
    sqlx::query!(
        "insert into api_token (token_hash, label, scopes, tenants, created_at) values ($1, $2, $3, $4, $5)",
        hash_secret(&secret),
        label,
        scopes,
        tenants as Option<&[TenantId]>,
        now,
    )
    .execute(db)
    .await?;
    Ok(secret)
}

pub async fn find_token(app: &App, secret: &str) -> sqlx::Result<Option<TokenHolder>> {
    let mut db = app.begin(&Scope::system()).await?;
    sqlx::query_as!(
        TokenHolder,
        r#"select label, scopes, tenants as "tenants: Vec<TenantId>"
           from api_token where token_hash = $1 and revoked_at is null"#,
        hash_secret(secret)
    )
    .fetch_optional(&mut *db)
    .await
}

/// A token as the operator sees it; its secret is known to nobody.
#[derive(Debug, Clone)]
pub struct Token {
    pub id: i64,
    pub label: String,
    pub scopes: Vec<String>,
    pub tenants: Option<Vec<TenantId>>,
    pub created_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The newest first.
pub async fn list_tokens(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Token>> {
    sqlx::query_as!(
        Token,
        r#"select id, label, scopes, tenants as "tenants: Vec<TenantId>", created_at, revoked_at
           from api_token order by created_at desc, id desc"#
    )
    .fetch_all(db)
    .await
}

/// False: it is revoked already, or there is none.
pub async fn revoke_token(db: impl PgExecutor<'_>, id: i64, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!("update api_token set revoked_at = $2 where id = $1 and revoked_at is null", id, now);
    Ok(done.execute(db).await?.rows_affected() == 1)
}
