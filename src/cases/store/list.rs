//! The list: which cases fit, and how many.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::read::load_cases;
use crate::cases::{CaseFile, Reach, Reference};
use crate::ids::{AccountId, CaseId, TenantId, UnitId};

/// What the list is narrowed to. Empty texts mean "any".
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub reach: Reach,
    pub town: Option<TenantId>,
    pub unit: Option<UnitId>,
    /// "open", "working", "closed"; "" is whatever is not closed, "all" is everything.
    pub state: String,
    pub kind: String,
    /// "warn" and "late".
    pub due: String,
    pub mine: Option<AccountId>,
    pub reference: Option<Reference>,
    pub words: String,
    pub now: DateTime<Utc>,
}

pub async fn count_cases(db: impl PgExecutor<'_>, wanted: &Wanted) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from case_file
           where (tenant_id = any ($1) or unit_id = any ($2)) and ($3::int is null or tenant_id = $3)
             and ($4::bigint is null or unit_id = $4)
             and ($5 = 'all' or $5 = '' and state <> 'closed' or state = $5) and ($6 = '' or kind = $6)
             and ($7 = '' or state <> 'closed' and answered_at is null and due_at is not null
                  and case $7 when 'late' then due_at <= $8 else warn_at <= $8 end)
             and ($9::bigint is null or taken_by = $9 or assignee = $9)
             and ($10::text is null or reference = $10) and position(lower($11) in lower(concern)) > 0"#,
        &wanted.reach.whole as &[TenantId],
        &wanted.reach.offices as &[UnitId],
        wanted.town as Option<TenantId>,
        wanted.unit as Option<UnitId>,
        wanted.state,
        wanted.kind,
        wanted.due,
        wanted.now,
        wanted.mine as Option<AccountId>,
        wanted.reference.as_ref().map(Reference::as_str),
        wanted.words,
    )
    .fetch_one(db)
    .await
}

/// What has to be done first comes first; what is closed follows, the latest first.
pub async fn list_cases(
    db: &mut PgConnection,
    wanted: &Wanted,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<CaseFile>> {
    let ids = sqlx::query_scalar!(
        r#"select id as "id: CaseId" from case_file
           where (tenant_id = any ($1) or unit_id = any ($2)) and ($3::int is null or tenant_id = $3)
             and ($4::bigint is null or unit_id = $4)
             and ($5 = 'all' or $5 = '' and state <> 'closed' or state = $5) and ($6 = '' or kind = $6)
             and ($7 = '' or state <> 'closed' and answered_at is null and due_at is not null
                  and case $7 when 'late' then due_at <= $8 else warn_at <= $8 end)
             and ($9::bigint is null or taken_by = $9 or assignee = $9)
             and ($10::text is null or reference = $10) and position(lower($11) in lower(concern)) > 0
           order by state = 'closed', closed_at desc nulls last, answered_at is not null, due_at nulls last, id desc
           limit $12 offset $13"#,
        &wanted.reach.whole as &[TenantId],
        &wanted.reach.offices as &[UnitId],
        wanted.town as Option<TenantId>,
        wanted.unit as Option<UnitId>,
        wanted.state,
        wanted.kind,
        wanted.due,
        wanted.now,
        wanted.mine as Option<AccountId>,
        wanted.reference.as_ref().map(Reference::as_str),
        wanted.words,
        limit,
        offset,
    );
    let ids = ids.fetch_all(&mut *db).await?;
    load_cases(db, &ids).await
}

/// How many open promises are late, or nearly.
pub async fn count_due(db: impl PgExecutor<'_>, reach: &Reach, now: DateTime<Utc>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from case_file
           where state <> 'closed' and answered_at is null and warn_at <= $3
             and (tenant_id = any ($1) or unit_id = any ($2))"#,
        &reach.whole as &[TenantId],
        &reach.offices as &[UnitId],
        now,
    )
    .fetch_one(db)
    .await
}
