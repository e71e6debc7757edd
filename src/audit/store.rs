//! SQL on `audit`.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgExecutor;

use super::{Act, Actor, Record};
use crate::ids::{AccountId, TenantId};

pub async fn record(db: impl PgExecutor<'_>, now: DateTime<Utc>, actor: &Actor, act: Act<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into audit (tenant_id, at, account_id, actor, action, thing, thing_id, details)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        act.tenant as Option<TenantId>,
        now,
        actor.account as Option<AccountId>,
        actor.name,
        act.action,
        act.thing,
        act.thing_id,
        act.details,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a list asks for; empty texts mean anything.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// None: every tenant, and the center as a whole.
    pub tenant: Option<TenantId>,
    pub words: &'a str,
    pub thing: &'a str,
    /// Both days belong to it, in Berlin.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// The latest first.
pub async fn list_records(
    db: impl PgExecutor<'_>,
    wanted: &Wanted<'_>,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<Record>> {
    sqlx::query_as!(
        Record,
        r#"select at, tenant_id as "tenant: TenantId", actor, action, thing, thing_id, details from audit
           where ($1::int is null or tenant_id = $1)
             and ($2 = '' or position(lower($2) in lower(concat_ws(' ', actor, action, thing, thing_id, details))) > 0)
             and ($3 = '' or thing = $3)
             and ($4::date is null or at >= $4::timestamp at time zone 'Europe/Berlin')
             and ($5::date is null or at < ($5 + 1)::timestamp at time zone 'Europe/Berlin')
           order by at desc, id desc limit $6 offset $7"#,
        wanted.tenant as Option<TenantId>,
        wanted.words,
        wanted.thing,
        wanted.from,
        wanted.to,
        limit,
        offset,
    )
    .fetch_all(db)
    .await
}

pub async fn count_records(db: impl PgExecutor<'_>, wanted: &Wanted<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from audit
           where ($1::int is null or tenant_id = $1)
             and ($2 = '' or position(lower($2) in lower(concat_ws(' ', actor, action, thing, thing_id, details))) > 0)
             and ($3 = '' or thing = $3)
             and ($4::date is null or at >= $4::timestamp at time zone 'Europe/Berlin')
             and ($5::date is null or at < ($5 + 1)::timestamp at time zone 'Europe/Berlin')"#,
        wanted.tenant as Option<TenantId>,
        wanted.words,
        wanted.thing,
        wanted.from,
        wanted.to,
    )
    .fetch_one(db)
    .await
}
