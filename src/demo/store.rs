//! The few statements for which no feature has a function: emptiness, the center's name, skills, offices, and what the
//! simulation has to know of the whole center.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::live::People;
use super::texts::Office;
use super::traffic::{Agent, Topic, zipf_weight};
use crate::calls::EntryKey;
use crate::ids::{AccountId, EntryId, SourceId, TenantId};

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

/// Whether this is the demo's own database.
pub async fn knows_account(db: &mut PgConnection, email: &str) -> sqlx::Result<bool> {
    let known = sqlx::query_scalar!(r#"select exists (select from account where email = $1) as "known!""#, email);
    known.fetch_one(db).await
}

pub async fn find_account(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<AccountId> {
    sqlx::query_scalar!(r#"select id as "id: AccountId" from account where email = $1"#, email).fetch_one(db).await
}

/// The imaginary telephone system, with a door.
pub async fn open_source(db: &mut PgConnection, name: &str) -> sqlx::Result<SourceId> {
    let source = sqlx::query_scalar!(r#"select id as "id: SourceId" from source where name = $1"#, name);
    let source = source.fetch_one(&mut *db).await?;
    sqlx::query!("insert into source_door (source_id) values ($1) on conflict do nothing", source as SourceId)
        .execute(db)
        .await?;
    Ok(source)
}

/// Seats that can be chosen before it rings there.
pub async fn insert_seats(db: &mut PgConnection, source: SourceId, seats: &[&str]) -> sqlx::Result<()> {
    let seats: Vec<String> = seats.iter().map(|seat| (*seat).to_owned()).collect();
    sqlx::query!(
        "insert into seat (source_id, name) select $1, unnest($2::text[]) on conflict do nothing",
        source as SourceId,
        &seats
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What the people at the seats of a source do.
pub async fn list_people(db: &mut PgConnection, source: SourceId, now: DateTime<Utc>) -> sqlx::Result<People> {
    // Whoever left without a word is not called for ever.
    let ready = sqlx::query_scalar!(
        "select seat.name from desk join seat on seat.id = desk.seat_id and seat.source_id = $1
         where desk.paused_at is null and (desk.call_id is null or desk.after_call_until <= $2)
           and exists (select from session where session.account_id = desk.account_id and last_seen_at > $3)",
        source as SourceId,
        now,
        now - TimeDelta::minutes(10)
    );
    let ready = ready.fetch_all(&mut *db).await?.into_iter().collect();
    let taken = sqlx::query!(
        r#"select call_ref as "call_ref!", talking is null as "rings!", disposition is not null as "is_finished!"
           from call where source_id = $1 and result = 'open' and account_id is not null and call_ref is not null"#,
        source as SourceId
    );
    let mut people = People { ready, ..People::default() };
    for call in taken.fetch_all(db).await? {
        match (call.rings, call.is_finished) {
            (true, _) => drop(people.accepted.insert(call.call_ref)),
            (false, true) => drop(people.finished.insert(call.call_ref)),
            (false, false) => {}
        }
    }
    Ok(people)
}

/// A number that can be called, with what its share of calls depends on.
pub struct CalledLine {
    pub number: String,
    pub slug: String,
    pub inhabitants: Option<i32>,
    pub rank: usize,
}

pub async fn list_called_lines(db: &mut PgConnection) -> sqlx::Result<Vec<CalledLine>> {
    let rows = sqlx::query!(
        r#"select number, slug, inhabitants, row_number() over (partition by line.tenant_id order by line.id) - 1 as "rank!"
           from line join tenant on tenant.id = line.tenant_id where active order by line.tenant_id, line.id"#
    );
    let rows = rows.fetch_all(db).await?.into_iter().map(|row| CalledLine {
        number: row.number,
        slug: row.slug,
        inhabitants: row.inhabitants,
        rank: usize::try_from(row.rank).unwrap_or_default(),
    });
    Ok(rows.collect())
}
