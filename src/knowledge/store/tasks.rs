//! SQL on `knowledge_task`. Tasks are made in the database, where a base moves (`follow_bases`).

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::ids::{AccountId, EntryId, KnowledgeTaskId, TenantId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    BaseChanged,
    BaseWithdrawn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskOutcome {
    /// The own words stay.
    Kept,
    /// The base's words hold, at least in part.
    Accepted,
    /// Goes on as an entry of its own.
    Detached,
}

impl TaskOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Accepted => "accepted",
            Self::Detached => "detached",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Task {
    pub id: KnowledgeTaskId,
    pub entry: EntryId,
    pub title: String,
    pub kind: TaskKind,
    /// The last version of the adaptation whose base somebody has seen.
    pub since_version: i32,
    pub latest_version: i32,
    pub opened_at: DateTime<Utc>,
    pub moves: i32,
    /// Whose text moved.
    pub base_name: String,
}

struct Row {
    id: KnowledgeTaskId,
    entry: EntryId,
    title: String,
    kind: String,
    since_version: i32,
    latest_version: i32,
    opened_at: DateTime<Utc>,
    moves: i32,
    base_name: String,
}

impl From<Row> for Task {
    fn from(row: Row) -> Self {
        let kind = if row.kind == "base_withdrawn" { TaskKind::BaseWithdrawn } else { TaskKind::BaseChanged };
        let Row { id, entry, title, since_version, latest_version, opened_at, moves, base_name, .. } = row;
        Self { id, entry, title, kind, since_version, latest_version, opened_at, moves, base_name }
    }
}

/// Open ones, the newest first. An empty text wants all titles.
pub async fn list_tasks(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    title: &str,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<Task>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select task.id as "id: KnowledgeTaskId", task.entry_id as "entry: EntryId", entry.title, task.kind, since_version,
                  entry.latest_version, opened_at, moves, base.short_name as base_name
           from knowledge_task task
           join entry on entry.tenant_id = task.tenant_id and entry.id = task.entry_id
           join tenant base on base.id = entry.base_tenant_id
           where task.tenant_id = $1 and closed_at is null and ($2 = '' or strpos(entry.sort_key, $2) > 0)
           order by opened_at desc, task.id desc offset $3 limit $4"#,
        tenant as TenantId,
        title,
        offset,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Task::from).collect())
}

pub async fn count_open_tasks(db: impl PgExecutor<'_>, tenant: TenantId, title: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from knowledge_task task
           join entry on entry.tenant_id = task.tenant_id and entry.id = task.entry_id
           where task.tenant_id = $1 and closed_at is null and ($2 = '' or strpos(entry.sort_key, $2) > 0)"#,
        tenant as TenantId,
        title,
    )
    .fetch_one(db)
    .await
}

pub async fn find_task(db: impl PgExecutor<'_>, tenant: TenantId, id: KnowledgeTaskId) -> sqlx::Result<Option<Task>> {
    let row = sqlx::query_as!(
        Row,
        r#"select task.id as "id: KnowledgeTaskId", task.entry_id as "entry: EntryId", entry.title, task.kind, since_version,
                  entry.latest_version, opened_at, moves, base.short_name as base_name
           from knowledge_task task
           join entry on entry.tenant_id = task.tenant_id and entry.id = task.entry_id
           join tenant base on base.id = entry.base_tenant_id
           where task.tenant_id = $1 and task.id = $2 and closed_at is null"#,
        tenant as TenantId,
        id as KnowledgeTaskId,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Task::from))
}

/// The open task of an entry.
pub async fn find_open_task(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    entry: EntryId,
) -> sqlx::Result<Option<KnowledgeTaskId>> {
    sqlx::query_scalar!(
        r#"select id as "id: KnowledgeTaskId" from knowledge_task
           where tenant_id = $1 and entry_id = $2 and closed_at is null order by id limit 1"#,
        tenant as TenantId,
        entry as EntryId,
    )
    .fetch_optional(db)
    .await
}

/// False: the base moved again since the task was looked at, or somebody else closed it.
pub async fn close_task(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: KnowledgeTaskId,
    seen_moves: i32,
    outcome: TaskOutcome,
    account: Option<AccountId>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update knowledge_task set closed_at = $4, outcome = $5, closed_by = $6, version = version + 1
         where tenant_id = $1 and id = $2 and moves = $3 and closed_at is null",
        tenant as TenantId,
        id as KnowledgeTaskId,
        seen_moves,
        now,
        outcome.as_str(),
        account as Option<AccountId>,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// All open ones of an entry.
pub async fn close_tasks_of(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    entry: EntryId,
    outcome: TaskOutcome,
    account: Option<AccountId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update knowledge_task set closed_at = $3, outcome = $4, closed_by = $5, version = version + 1
         where tenant_id = $1 and entry_id = $2 and closed_at is null",
        tenant as TenantId,
        entry as EntryId,
        now,
        outcome.as_str(),
        account as Option<AccountId>,
    )
    .execute(db)
    .await?;
    Ok(())
}
