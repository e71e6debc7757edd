//! Gaps that were handed over go on costing something where they came from. Only numbers and moments cross the border.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::gaps::LEAST_MS;
use crate::ids::TenantId;

/// What every handed gap cost since then where it came from. One that came back, was given again or was made part of another
/// one there costs nothing here any more. Returns in whose queues something is different now.
pub async fn count_handed(db: impl PgExecutor<'_>, since: DateTime<Utc>) -> sqlx::Result<Vec<TenantId>> {
    sqlx::query_scalar!(
        r#"with handed as (
               select tenant_id, id, from_tenant_id, from_gap_id,
                      id = max(id) over (partition by tenant_id, from_tenant_id, from_gap_id) as is_latest
               from gap_report where kind = 'handed'
           ), figures as (
               select figures.gap_id, figures.calls + figures.others as cases, figures.lost_ms
               from (select distinct from_tenant_id as id from handed where from_gap_id is not null) giver
               cross join lateral gap_figures(giver.id, $1, $2) figures
           ), present as (
               select handed.tenant_id, handed.id, coalesce(figures.cases, 1) as cases,
                      coalesce(figures.lost_ms, 0) as lost_ms, spoken.last_at
               from handed
               left join gap giver on giver.tenant_id = handed.from_tenant_id and giver.id = handed.from_gap_id
                    and giver.other_tenant_id = handed.tenant_id and giver.merged_into is null and handed.is_latest
               left join figures on figures.gap_id = giver.id
               left join lateral (
                   select max(part.last_at) as last_at from gap part
                   where part.tenant_id = giver.tenant_id and (part.id = giver.id or part.merged_into = giver.id)
               ) spoken on true
           ), counted as (
               update gap_report report
               set count = least(present.cases, 2147483647), lost_ms = least(present.lost_ms, 2147483647),
                   last_at = present.last_at
               from present
               where report.tenant_id = present.tenant_id and report.id = present.id
                 and (report.count, report.lost_ms, report.last_at)
                     is distinct from (present.cases, present.lost_ms, present.last_at)
               returning report.tenant_id
           )
           select distinct tenant_id as "owner: TenantId" from counted order by 1"#,
        since,
        LEAST_MS,
    )
    .fetch_all(db)
    .await
}

/// What was reported where the gaps of these tenants came from is a report here: it is the latest, and it opens again what
/// was closed before, unless editors know that it is no error and only searches say so.
pub async fn reopen_handed(db: &mut PgConnection, owners: &[TenantId]) -> sqlx::Result<()> {
    super::collect::hold(&mut *db, owners).await?;
    sqlx::query!(
        "update gap set last_at = said.last_at
         from (
             select report.tenant_id, coalesce(member.merged_into, member.id) as gap_id, max(report.last_at) as last_at
             from gap_report report
             join gap member on member.tenant_id = report.tenant_id and member.id = report.gap_id
             where report.tenant_id = any ($1) and report.kind = 'handed' and report.last_at is not null
             group by 1, 2
         ) said
         where gap.tenant_id = said.tenant_id and gap.id = said.gap_id and gap.last_at < said.last_at",
        owners as &[TenantId],
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update gap set
             state = 'open', outcome = null, outcome_version = null, closed_at = null, closed_by = null,
             reopened_at = again.at, version = version + 1, calls_before = null, answered_before = null,
             calls_after = null, answered_after = null, effect_days = null, effect_at = null
         from (
             select root.tenant_id, root.id, max(coalesce(said.last_at, said.at)) as at
             from gap_report report
             join gap member on member.tenant_id = report.tenant_id and member.id = report.gap_id
             join gap root on root.tenant_id = member.tenant_id and root.id = coalesce(member.merged_into, member.id)
                  and root.state = 'closed' and root.outcome not in ('handed', 'returned')
             join gap giver on giver.tenant_id = report.from_tenant_id and giver.id = report.from_gap_id
                  and giver.other_tenant_id = report.tenant_id
             join gap part on part.tenant_id = giver.tenant_id and (part.id = giver.id or part.merged_into = giver.id)
             join gap_report said on said.tenant_id = part.tenant_id and said.gap_id = part.id
             where report.tenant_id = any ($1) and report.kind = 'handed' and said.kind <> 'returned'
               and coalesce(said.last_at, said.at) > root.closed_at
               and (root.outcome <> 'no_error' or said.kind not in ('miss', 'handed'))
             group by root.tenant_id, root.id
         ) again
         where gap.tenant_id = again.tenant_id and gap.id = again.id",
        owners as &[TenantId],
    )
    .execute(db)
    .await?;
    Ok(())
}
