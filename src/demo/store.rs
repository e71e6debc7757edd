//! The few statements for which no feature has a function: emptiness, the center's name, skills, offices, and what the
//! simulation has to know of the whole center.

use std::sync::Arc;

use sqlx::{PgConnection, PgExecutor};

use super::texts::Office;
use super::traffic::{Agent, Topic, zipf_weight};
use crate::calls::EntryKey;
use crate::ids::{AccountId, EntryId, TenantId};

/// One at a time may look whether the database is empty, until its transaction ends.
pub async fn lock_filling(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('demo'))").execute(db).await?;
    Ok(())
}

pub async fn update_center_name(db: impl PgExecutor<'_>, name: &str) -> sqlx::Result<()> {
    sqlx::query!("update center set name = $1", name).execute(db).await?;
    Ok(())
}

pub async fn insert_skill(db: impl PgExecutor<'_>, account: AccountId, skill: &str) -> sqlx::Result<()> {
    sqlx::query!("insert into account_skill (account_id, skill) values ($1, $2)", account as AccountId, skill)
        .execute(db)
        .await?;
    Ok(())
}

/// Its parent stands before it in the file.
pub async fn insert_office(db: impl PgExecutor<'_>, tenant: TenantId, office: &Office) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into unit (tenant_id, parent_id, name, phone, mail, street, postcode, city, room, opening_hours, phone_hours)
         select $1, (select id from unit where tenant_id = $1 and name = $2), $3, $4, $5, $6, $7, $8, $9, $10, $11",
        tenant as TenantId,
        office.parent,
        office.name,
        office.phone,
        office.mail,
        office.street,
        office.postcode,
        office.city,
        office.room,
        office.opening_hours,
        office.phone_hours,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whoever takes calls, in the order in which the accounts were made.
pub async fn list_agents(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Agent>> {
    let rows = sqlx::query!(
        r#"select account.id as "id: AccountId", array_remove(array_agg(role.tenant_id), null) as "tenants!: Vec<TenantId>",
                  bool_or(role.tenant_id is null) as "serves_all!",
                  array(select skill from account_skill where account_id = account.id) as "skills!"
           from account join account_role role on role.account_id = account.id and role.role = 'agent'
           where account.disabled_at is null
           group by account.id order by account.id"#
    )
    .fetch_all(db)
    .await?;
    let agents = rows.into_iter().map(|row| Agent {
        account: Some(row.id),
        skills: row.skills,
        tenants: (!row.serves_all).then_some(row.tenants),
    });
    Ok(agents.collect())
}

/// What is asked in a town: its own entries more often than those of its knowledge bases, older ones more often than newer.
pub async fn list_topics(db: &mut PgConnection, town: TenantId) -> sqlx::Result<Vec<Topic>> {
    const INHERITED: f64 = 0.35;
    let rows = sqlx::query!(
        r#"select entry.tenant_id as "owner: TenantId", entry.id as "id: EntryId", entry.unit_name,
                  entry.published_version as "version!", rank() over (partition by entry.tenant_id order by entry.id) as "rank!",
                  coalesce((
                      select body_tenant_id from authority
                      where tenant_id = $1 and body_tenant_id is not null and topic = any (entry.life_situations)
                      order by topic limit 1
                  ), entry.tenant_id) as "competent!: TenantId"
           from (
               select $1::int as tenant_id, null::text[] as topics, 0 as position
               union all
               select base_tenant_id, topics, position from knowledge_base where tenant_id = $1
           ) source
           join entry on entry.tenant_id = source.tenant_id
           where entry.published_version is not null
             and (source.topics is null or entry.life_situations && source.topics)
           order by source.position, entry.id"#,
        town as TenantId
    )
    .fetch_all(db)
    .await?;
    let topics = rows.into_iter().map(|row| Topic {
        key: EntryKey { tenant: row.owner, entry: row.id, version: row.version },
        competent: row.competent,
        unit: row.unit_name.map(Arc::from),
        weight: zipf_weight(usize::try_from(row.rank - 1).unwrap_or_default())
            * if row.owner == town { 1.0 } else { INHERITED },
    });
    Ok(topics.collect())
}
