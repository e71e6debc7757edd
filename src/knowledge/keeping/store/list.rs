//! The dashboard's rows and figures, and one entry's dates.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::PgExecutor;

use super::super::{FEWEST_JUDGED, Kept, Order, Row, Shelf};
use crate::ids::{AccountId, EntryId, TenantId};

/// A younger entry could not be used yet.
const YOUNG: TimeDelta = TimeDelta::days(30);

/// What a list asks for; an empty text means anything.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub tenant: TenantId,
    pub today: NaiveDate,
    pub now: DateTime<Utc>,
    pub shelf: Shelf,
    /// Part of the title, folded.
    pub title: String,
    pub owner: Option<AccountId>,
    pub order: Order,
}

/// How many entries lie on each shelf.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub all: i64,
    pub overdue: i64,
    pub never: i64,
    pub ownerless: i64,
    pub expiring: i64,
    pub dead_links: i64,
    pub unused: i64,
    pub used: i64,
    pub unhelpful: i64,
    /// When use was counted last.
    pub counted_at: Option<DateTime<Utc>>,
}

pub async fn count_shelves(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> sqlx::Result<Counts> {
    sqlx::query_as!(
        Counts,
        r#"select count(*) as "all!",
                  count(*) filter (where due_on < $2) as "overdue!",
                  count(*) filter (where checked_at is null) as "never!",
                  count(*) filter (where owner_id is null) as "ownerless!",
                  count(*) filter (where valid_until - remind_days <= $2) as "expiring!",
                  count(*) filter (where exists (select from link_check dead where dead.tenant_id = $1
                      and dead.entry_id = keeping.entry_id and dead.failing_since is not null)) as "dead_links!",
                  count(*) filter (where created_at <= $3 and coalesce(shown, 0) = 0) as "unused!",
                  count(*) filter (where shown > 0) as "used!",
                  count(*) filter (where judged >= $4 and unanswered > 0) as "unhelpful!",
                  max(counted_at) as counted_at
           from keeping left join entry_use used on used.tenant_id = $1 and used.entry_id = keeping.entry_id
           where keeping.tenant_id = $1 and is_published"#,
        tenant as TenantId,
        today,
        now - YOUNG,
        FEWEST_JUDGED,
    )
    .fetch_one(db)
    .await
}

pub async fn count_rows(db: impl PgExecutor<'_>, wanted: &Wanted) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from keeping left join entry_use used on used.tenant_id = $1 and used.entry_id = keeping.entry_id
           where keeping.tenant_id = $1 and is_published
             and ($5 = '' or strpos(sort_key, $5) > 0) and ($6::bigint is null or owner_id = $6)
             and case $7 when 'overdue' then due_on < $2
                         when 'never' then checked_at is null
                         when 'ownerless' then owner_id is null
                         when 'expiring' then valid_until - remind_days <= $2
                         when 'dead-links' then exists (select from link_check dead where dead.tenant_id = $1
                              and dead.entry_id = keeping.entry_id and dead.failing_since is not null)
                         when 'unused' then created_at <= $3 and coalesce(shown, 0) = 0
                         when 'used' then shown > 0
                         when 'unhelpful' then judged >= $4 and unanswered > 0
                         else true end"#,
        wanted.tenant as TenantId,
        wanted.today,
        wanted.now - YOUNG,
        FEWEST_JUDGED,
        wanted.title,
        wanted.owner as Option<AccountId>,
        wanted.shelf.as_str(),
    )
    .fetch_one(db)
    .await
}

pub async fn list_rows(db: impl PgExecutor<'_>, wanted: &Wanted, offset: i64, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select keeping.entry_id as "entry!: EntryId", title as "title!", owner_name as "owner_name?",
                  checked_at as "checked_at?", due_on as "due_on!", changed_at as "changed_at!", valid_until,
                  exists (select from link_check dead where dead.tenant_id = $1
                      and dead.entry_id = keeping.entry_id and dead.failing_since is not null) as "has_dead_link!",
                  coalesce(shown, 0) as "shown!", coalesce(judged, 0) as "judged!", coalesce(unanswered, 0) as "unanswered!"
           from keeping left join entry_use used on used.tenant_id = $1 and used.entry_id = keeping.entry_id
           where keeping.tenant_id = $1 and is_published
             and ($5 = '' or strpos(sort_key, $5) > 0) and ($6::bigint is null or owner_id = $6)
             and case $7 when 'overdue' then due_on < $2
                         when 'never' then checked_at is null
                         when 'ownerless' then owner_id is null
                         when 'expiring' then valid_until - remind_days <= $2
                         when 'dead-links' then exists (select from link_check dead where dead.tenant_id = $1
                              and dead.entry_id = keeping.entry_id and dead.failing_since is not null)
                         when 'unused' then created_at <= $3 and coalesce(shown, 0) = 0
                         when 'used' then shown > 0
                         when 'unhelpful' then judged >= $4 and unanswered > 0
                         else true end
           order by case when $8 = 'used' then -coalesce(shown, 0) end,
                    case when $8 = 'worst' and judged >= $4 then -unanswered::float8 / judged end nulls last,
                    case when $8 = 'oldest' then changed_at end,
                    case when $8 = 'due' then due_on end,
                    sort_key, keeping.entry_id
           offset $9 limit $10"#,
        wanted.tenant as TenantId,
        wanted.today,
        wanted.now - YOUNG,
        FEWEST_JUDGED,
        wanted.title,
        wanted.owner as Option<AccountId>,
        wanted.shelf.as_str(),
        wanted.order.as_str(),
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Of an entry in any state.
pub async fn find_kept(db: impl PgExecutor<'_>, tenant: TenantId, entry: EntryId) -> sqlx::Result<Option<Kept>> {
    sqlx::query_as!(
        Kept,
        r#"select title as "title!", owner_id as "owner?: AccountId", owner_name as "owner_name?", own_interval as "own_interval?",
                  interval_months as "interval_months!", checked_at as "checked_at?", checked_by as "checked_by?",
                  due_on as "due_on!", changed_at as "changed_at!", technical_changed_at as "technical_changed_at?",
                  version as "version!"
           from keeping where tenant_id = $1 and entry_id = $2"#,
        tenant as TenantId,
        entry as EntryId,
    )
    .fetch_optional(db)
    .await
}
