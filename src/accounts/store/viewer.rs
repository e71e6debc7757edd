//! The person behind a session, with everything a request may need to know about them.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use crate::access::{Preferences, Role, TenantAccess, Viewer};
use crate::accounts::{ABSOLUTE_TIMEOUT, IDLE_TIMEOUT};
use crate::ids::AccountId;

/// One query for a whole person: session, roles, tenants and their knowledge bases.
pub async fn find_viewer(db: &mut PgConnection, session: &[u8], now: DateTime<Utc>) -> sqlx::Result<Option<Viewer>> {
    let row = sqlx::query!(
        r#"
        select account.id as "id: AccountId", account.name, account.email, account.single_keys,
               account.town_sound, account.greeting, account.of_center,
               session.last_seen_at, session.flash,
               (select name from center) as "center!",
               array(select role from account_role where account_id = account.id and tenant_id is null) as "center_roles!",
               array(select skill from account_skill where account_id = account.id) as "skills!",
               (
                   select coalesce(json_agg(json_build_object(
                       'id', tenant.id, 'slug', tenant.slug, 'name', tenant.name, 'short_name', tenant.short_name,
                       'kind', tenant.kind, 'accent', tenant.accent, 'shape', tenant.shape, 'postcodes', tenant.postcodes,
                       'sources', (
                           select json_agg(json_build_object('id', owner.id, 'slug', owner.slug,
                                               'short_name', owner.short_name, 'topics', source.topics)
                                           order by source.place)
                           from knowledge_sources(tenant.id) source join tenant owner on owner.id = source.tenant_id),
                       'roles', roles.names
                   ) order by tenant.name), '[]')
                   from tenant
                   cross join lateral (
                       -- Whoever takes the center's calls also sees those whose town is not known yet. A town's own
                       -- switchboard does not: they may be another town's.
                       select array_agg(distinct role) as names from account_role
                       where account_id = account.id
                         and (tenant_id = tenant.id or tenant_id is null
                              or (tenant.kind = 'intake' and account.of_center and role in ('agent', 'operator')))
                   ) roles
                   where roles.names is not null
               ) as "tenants!: Json<Vec<TenantAccess>>"
        from session join account on account.id = session.account_id
        where session.token_hash = $1 and session.last_seen_at > $2 and session.created_at > $3
          and account.disabled_at is null
        "#,
        session,
        now - IDLE_TIMEOUT,
        now - ABSOLUTE_TIMEOUT,
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if now - row.last_seen_at > TimeDelta::minutes(1) {
        touch_session(&mut *db, session, now).await?;
    }
    Ok(Some(Viewer {
        account: row.id,
        name: row.name,
        email: row.email,
        preferences: Preferences { single_keys: row.single_keys, town_sound: row.town_sound, greeting: row.greeting },
        of_center: row.of_center,
        session: session.to_vec(),
        flash: row.flash,
        tenants: row.tenants.0,
        skills: row.skills,
        center: row.center,
        center_roles: row.center_roles.iter().filter_map(|role| Role::parse(role)).collect(),
    }))
}

async fn touch_session(db: impl PgExecutor<'_>, session: &[u8], now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update session set last_seen_at = $2 where token_hash = $1", session, now).execute(db).await?;
    Ok(())
}
