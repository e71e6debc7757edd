//! Reading bulletins: a town's list, and what holds now for everybody at once.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgExecutor;

use crate::bulletins::{Announcement, Bulletin, Priority};
use crate::ids::{AccountId, BulletinId, EntryId, LineId, TenantId};

struct Row {
    tenant: TenantId,
    id: BulletinId,
    title: String,
    text: String,
    priority: String,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    remind_on: Option<NaiveDate>,
    ended_at: Option<DateTime<Utc>>,
    needs_acknowledgement: bool,
    towns: Vec<TenantId>,
    lines: Vec<LineId>,
    topics: Vec<String>,
    entry_tenants: Vec<TenantId>,
    entries: Vec<EntryId>,
    version: i32,
    changed_at: DateTime<Utc>,
    changed_by: String,
    is_acknowledged: bool,
    /// How many of how many have read it.
    read: Option<i64>,
    total: Option<i64>,
}

impl From<Row> for Bulletin {
    fn from(row: Row) -> Self {
        let said = Announcement {
            title: row.title,
            text: row.text,
            priority: Priority::parse(&row.priority).unwrap_or_default(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            remind_on: row.remind_on,
            needs_acknowledgement: row.needs_acknowledgement,
            towns: row.towns,
            lines: row.lines,
            topics: row.topics,
            entries: row.entry_tenants.into_iter().zip(row.entries).collect(),
        };
        let Row { tenant, id, ended_at, version, changed_at, changed_by, is_acknowledged, .. } = row;
        Self { tenant, id, said, ended_at, version, changed_at, changed_by, is_acknowledged }
    }
}

/// What holds now in any of these towns, the urgent ones first, then the latest; `account` is the person who reads.
pub async fn list_current(
    db: impl PgExecutor<'_>,
    towns: &[TenantId],
    account: Option<AccountId>,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Bulletin>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select tenant_id as "tenant: TenantId", id as "id: BulletinId", title, text, priority, starts_at, ends_at,
                  remind_on, ended_at, needs_acknowledgement, towns as "towns: Vec<TenantId>",
                  lines as "lines: Vec<LineId>", topics, entry_tenants as "entry_tenants: Vec<TenantId>",
                  entries as "entries: Vec<EntryId>", version, changed_at, changed_by,
                  exists (
                      select from bulletin_acknowledgement ack
                      where ack.tenant_id = bulletin.tenant_id and ack.bulletin_id = bulletin.id and ack.account_id = $2
                  ) as "is_acknowledged!", null::bigint as read, null::bigint as total
           from bulletin
           where towns && $1 and ended_at is null and starts_at <= $3 and (ends_at is null or ends_at > $3)
           order by case priority when 'urgent' then 1 when 'important' then 2 else 3 end, starts_at desc, id desc"#,
        towns as &[TenantId],
        account as Option<AccountId>,
        now,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Bulletin::from).collect())
}

/// One bulletin that is not over, for who follows them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub key: (TenantId, BulletinId),
    pub version: i32,
    pub towns: Vec<TenantId>,
}

/// What holds at this moment in all towns that the scope shows.
pub async fn list_open(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> sqlx::Result<Vec<Open>> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", id as "id: BulletinId", version, towns as "towns: Vec<TenantId>"
           from bulletin
           where ended_at is null and starts_at <= $1 and (ends_at is null or ends_at > $1)"#,
        now
    )
    .fetch_all(db)
    .await?;
    let open = |tenant, id, version, towns| Open { key: (tenant, id), version, towns };
    Ok(rows.into_iter().map(|row| open(row.tenant, row.id, row.version, row.towns)).collect())
}

/// What a list asks for; empty texts mean anything.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Written by this tenant, or holding for it.
    pub tenant: TenantId,
    pub words: &'a str,
    pub phase: &'a str,
    pub now: DateTime<Utc>,
}

/// One line of the list, with how many have read it where that is asked for.
#[derive(Debug, Clone)]
pub struct Listed {
    pub bulletin: Bulletin,
    pub read: Option<(i64, i64)>,
}

impl From<Row> for Listed {
    fn from(row: Row) -> Self {
        Self { read: row.read.zip(row.total), bulletin: row.into() }
    }
}

pub async fn count_bulletins(db: impl PgExecutor<'_>, wanted: &Wanted<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from bulletin
           where (tenant_id = $1 or $1 = any (towns))
             and ($2 = '' or position(lower($2) in lower(title || ' ' || text)) > 0)
             and ($3 = '' or $3 = case when ended_at is not null or ends_at <= $4 then 'ended'
                                       when starts_at > $4 then 'planned' else 'current' end)"#,
        wanted.tenant as TenantId,
        wanted.words,
        wanted.phase,
        wanted.now,
    )
    .fetch_one(db)
    .await
}

/// What holds now comes first, then what will, then what is over; each with the latest beginning first.
pub async fn list_bulletins(
    db: impl PgExecutor<'_>,
    wanted: &Wanted<'_>,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<Listed>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select tenant_id as "tenant: TenantId", id as "id: BulletinId", title, text, priority, starts_at, ends_at,
                  remind_on, ended_at, needs_acknowledgement, towns as "towns: Vec<TenantId>",
                  lines as "lines: Vec<LineId>", topics, entry_tenants as "entry_tenants: Vec<TenantId>",
                  entries as "entries: Vec<EntryId>", version, changed_at, changed_by,
                  false as "is_acknowledged!", counted.read as "read?", counted.total as "total?"
           from (
               select *, case when ended_at is not null or ends_at <= $4 then 'ended'
                              when starts_at > $4 then 'planned' else 'current' end as phase
               from bulletin
               where (tenant_id = $1 or $1 = any (towns))
                 and ($2 = '' or position(lower($2) in lower(title || ' ' || text)) > 0)
           ) bulletin
           left join lateral count_bulletin_readers(tenant_id, id) counted on needs_acknowledgement and tenant_id = $1
           where $3 = '' or phase = $3
           order by array_position(array['current', 'planned', 'ended'], phase), starts_at desc, id desc
           limit $5 offset $6"#,
        wanted.tenant as TenantId,
        wanted.words,
        wanted.phase,
        wanted.now,
        limit,
        offset,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Listed::from).collect())
}

/// One that this tenant wrote.
pub async fn find_bulletin(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: BulletinId,
) -> sqlx::Result<Option<Bulletin>> {
    let row = sqlx::query_as!(
        Row,
        r#"select tenant_id as "tenant: TenantId", id as "id: BulletinId", title, text, priority, starts_at, ends_at,
                  remind_on, ended_at, needs_acknowledgement, towns as "towns: Vec<TenantId>",
                  lines as "lines: Vec<LineId>", topics, entry_tenants as "entry_tenants: Vec<TenantId>",
                  entries as "entries: Vec<EntryId>", version, changed_at, changed_by, false as "is_acknowledged!",
                  null::bigint as read, null::bigint as total
           from bulletin where tenant_id = $1 and id = $2"#,
        tenant as TenantId,
        id as BulletinId,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Bulletin::from))
}
