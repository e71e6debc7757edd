//! Gaps of the same tenant that belong together, or may.

use sqlx::PgExecutor;

use crate::gaps::State;
use crate::ids::{GapId, TenantId};

/// Another gap of the same tenant.
#[derive(Debug, Clone)]
pub struct Similar {
    pub id: GapId,
    pub title: String,
    pub state: String,
}

impl Similar {
    pub fn state(&self) -> State {
        State::parse(&self.state).unwrap_or(State::Open)
    }
}

/// What was merged into this gap.
pub async fn list_members(db: impl PgExecutor<'_>, tenant: TenantId, gap: GapId) -> sqlx::Result<Vec<Similar>> {
    sqlx::query_as!(
        Similar,
        r#"select id as "id: GapId", title, state from gap where tenant_id = $1 and merged_into = $2 order by id"#,
        tenant as TenantId,
        gap as GapId,
    )
    .fetch_all(db)
    .await
}

/// Gaps whose words or titles share a stem with this one, the most alike first.
pub async fn list_similar(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    gap: GapId,
    stems: &[String],
    words: &[String],
) -> sqlx::Result<Vec<Similar>> {
    sqlx::query_as!(
        Similar,
        r#"select id as "id: GapId", title, state
           from (
               select id, title, state,
                      (select count(*) from unnest(stems) stem where stem = any ($3))
                      + (select count(*) from unnest($4::text[]) word where position(word in lower(title)) > 0) as shared
               from gap where tenant_id = $1 and id <> $2 and merged_into is null
           ) near
           where shared > 0 order by shared desc, id limit 8"#,
        tenant as TenantId,
        gap as GapId,
        stems,
        words,
    )
    .fetch_all(db)
    .await
}
