//! What the collector does, in all tenants at once.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::ids::TenantId;

/// One server at a time collects; false: another one is at it.
pub async fn take_turn(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtext('collect gaps')) as "is_ours!""#)
        .fetch_one(db)
        .await
}

/// Files the results of calls that say that knowledge is missing, each with the entry that was opened last.
pub async fn file_results(db: impl PgExecutor<'_>, since: DateTime<Utc>, title: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "select file_gap_report(
             coalesce(shown.tenant_id, town.id), coalesce('entry ' || shown.tenant_id || '-' || shown.id, 'calls'), '{}',
             shown.tenant_id, shown.id, coalesce(shown.title, $2), call.disposition, null, call.ended_at, 1, null,
             call.tenant_id, call.opened_at, call.id)
         from call
         join tenant town on town.id = coalesce(call.tenant_caller, call.tenant_id) and town.kind <> 'intake'
         left join lateral (
             select entry.tenant_id, entry.id, entry.title
             from call_entry opened
             join entry on entry.tenant_id = opened.entry_tenant_id and entry.id = opened.entry_id
             where opened.tenant_id = call.tenant_id and opened.opened_at = call.opened_at and opened.call_id = call.id
             order by opened.shown_at desc limit 1
         ) shown on true
         where call.opened_at >= $1 and (call.disposition = 'unanswered' or call.lacks_knowledge) and call.ended_at is not null
           and (call.disposition = 'transferred' and call.lacks_knowledge
                or call.disposition = 'unanswered'
                   and call.disposition_detail in ('knowledge-missing', 'knowledge-unclear', 'responsibility-unknown'))
           and not exists (select from gap_report where call_id = call.id and kind in ('unanswered', 'transferred'))
         order by coalesce(shown.tenant_id, town.id), call.opened_at, call.id",
        since,
        title,
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// Takes back what a corrected call does not say any more, and gaps that nobody touched and nothing speaks of.
pub async fn withdraw_results(db: &mut PgConnection, since: DateTime<Utc>) -> sqlx::Result<()> {
    let owners = sqlx::query_scalar!(
        r#"with gone as (
               delete from gap_report report using call
               where report.at >= $1 and report.kind in ('unanswered', 'transferred')
                 and call.tenant_id = report.call_tenant_id and call.opened_at = report.call_opened_at
                 and call.id = report.call_id
                 and (call.disposition is distinct from report.kind
                      or report.kind = 'transferred' and not call.lacks_knowledge
                      or report.kind = 'unanswered' and call.disposition_detail in ('caller-gone', 'other'))
               returning report.tenant_id
           )
           select distinct tenant_id as "owner: TenantId" from gone order by 1"#,
        since,
    )
    .fetch_all(&mut *db)
    .await?;
    delete_empty(db, &owners).await
}

/// Whoever files a report meanwhile waits, so that its gap does not go.
async fn delete_empty(db: &mut PgConnection, owners: &[TenantId]) -> sqlx::Result<()> {
    if owners.is_empty() {
        return Ok(());
    }
    hold(&mut *db, owners).await?;
    sqlx::query!(
        "delete from gap where tenant_id = any ($1) and (state = 'closed' or state = 'open' and version = 1)
           and not exists (select from gap_report where tenant_id = gap.tenant_id and gap_id = gap.id)
           and not exists (select from gap part where part.tenant_id = gap.tenant_id and part.merged_into = gap.id)",
        owners as &[TenantId],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whoever files a report with one of these tenants waits.
pub(super) async fn hold(db: impl PgExecutor<'_>, owners: &[TenantId]) -> sqlx::Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtext('gap'), owner) from (select unnest($1::int[]) as owner order by 1) held",
        owners as &[TenantId],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Searches of one row in `search_miss` that are not in the queue yet.
#[derive(Debug, Clone)]
pub struct MissedWords {
    pub tenant: TenantId,
    pub miss: i64,
    pub words: String,
    pub last_at: DateTime<Utc>,
    pub count: i32,
    pub more: i32,
}

pub async fn list_new_misses(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<MissedWords>> {
    sqlx::query_as!(
        MissedWords,
        r#"select miss.tenant_id as "tenant: TenantId", miss.id as miss, miss.words, miss.last_at, miss.count,
                  miss.count - coalesce(known.counted, 0) as "more!"
           from search_miss miss
           left join gap_miss known on known.tenant_id = miss.tenant_id and known.miss_id = miss.id
           where known.counted is null or known.counted < miss.count
           order by miss.tenant_id, miss.id limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await
}

/// `keys` and `stems`, parted by spaces, as the searches are grouped by. Searches without a stem only count as seen.
pub async fn file_misses(
    db: &mut PgConnection,
    misses: &[MissedWords],
    keys: &[String],
    stems: &[String],
) -> sqlx::Result<()> {
    let tenants: Vec<_> = misses.iter().map(|miss| miss.tenant).collect();
    let words: Vec<_> = misses.iter().map(|miss| miss.words.clone()).collect();
    let moments: Vec<_> = misses.iter().map(|miss| miss.last_at).collect();
    let more: Vec<_> = misses.iter().map(|miss| miss.more).collect();
    sqlx::query!(
        "select file_gap_report(tenant_id, key, string_to_array(stems, ' '), null, null, words, 'miss', null, moment, more)
         from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::int[])
              as miss (tenant_id, key, stems, words, moment, more)
         where stems <> ''",
        &tenants as &[TenantId],
        keys,
        stems,
        &words,
        &moments,
        &more,
    )
    .fetch_all(&mut *db)
    .await?;
    let ids: Vec<_> = misses.iter().map(|miss| miss.miss).collect();
    let counts: Vec<_> = misses.iter().map(|miss| miss.count).collect();
    sqlx::query!(
        "insert into gap_miss (tenant_id, miss_id, counted) select * from unnest($1::int[], $2::bigint[], $3::int[])
         on conflict (tenant_id, miss_id) do update set counted = excluded.counted",
        &tenants as &[TenantId],
        &ids,
        &counts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The median of the answered calls of every tenant, at most once an hour.
pub async fn measure(db: &mut PgConnection, since: DateTime<Utc>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into gap_measure (tenant_id, median_ms, calls, counted_at)
         select tenant.id, percentile_disc(0.5) within group (order by call.talk_ms), count(call.id), $2
         from tenant
         left join call on call.tenant_id = tenant.id and call.opened_at >= $1 and call.disposition = 'answered'
              and call.talk_ms is not null
         where not exists (select from gap_measure known
                           where known.tenant_id = tenant.id and known.counted_at > $2::timestamptz - interval '1 hour')
         group by tenant.id
         on conflict (tenant_id) do update
             set median_ms = excluded.median_ms, calls = excluded.calls, counted_at = excluded.counted_at",
        since,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What each reported call cost: the whole talk where it brought no answer, otherwise what lies above the median.
pub async fn price_calls(db: impl PgExecutor<'_>, since: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update gap_report report set lost_ms = priced.lost_ms
         from (
             select report.tenant_id, report.id,
                    case when call.disposition in ('unanswered', 'transferred') then call.talk_ms
                         else greatest(0, call.talk_ms - coalesce(measure.median_ms, call.talk_ms)) end as lost_ms
             from gap_report report
             join call on call.tenant_id = report.call_tenant_id and call.opened_at = report.call_opened_at
                  and call.id = report.call_id
             left join gap_measure measure on measure.tenant_id = call.tenant_id
             where report.call_id is not null and (report.at >= $1 or report.lost_ms is null) and call.talk_ms is not null
         ) priced
         where report.tenant_id = priced.tenant_id and report.id = priced.id
           and report.lost_ms is distinct from priced.lost_ms",
        since,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets who reported: those who have seen what became of it, and those of long ago.
pub async fn release_reporters(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update gap_report report set account_id = null
         from gap join gap root on root.tenant_id = gap.tenant_id and root.id = coalesce(gap.merged_into, gap.id)
         where gap.tenant_id = report.tenant_id and gap.id = report.gap_id and report.account_id is not null
           and (report.at < $1 or report.seen_at is not null and root.state = 'closed')",
        before,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Counts anew what closing the gaps of entries did, at most once an hour and until both windows are full. The calls of all
/// towns that showed the entry count, and only their number leaves those towns.
pub async fn count_effects(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update gap set calls_before = counted.calls_before, answered_before = counted.answered_before,
                        calls_after = counted.calls_after, answered_after = counted.answered_after,
                        effect_days = extract(epoch from counted.span) / 86400, effect_at = $1
         from (
             select gap.tenant_id, gap.id, window_.span,
                    count(distinct call.id) filter (where shown.shown_at < gap.first_at) as calls_before,
                    count(distinct call.id) filter (where shown.shown_at < gap.first_at
                                                      and call.disposition = 'answered') as answered_before,
                    count(distinct call.id) filter (where shown.shown_at >= gap.closed_at) as calls_after,
                    count(distinct call.id) filter (where shown.shown_at >= gap.closed_at
                                                      and call.disposition = 'answered') as answered_after
             from gap
             cross join lateral (select least($1::timestamptz - gap.closed_at, interval '28 days') as span) window_
             left join call_entry shown on shown.entry_tenant_id = gap.entry_tenant_id and shown.entry_id = gap.entry_id
                  and (shown.shown_at >= gap.first_at - window_.span and shown.shown_at < gap.first_at
                       or shown.shown_at >= gap.closed_at and shown.shown_at < gap.closed_at + window_.span)
             left join call on call.tenant_id = shown.tenant_id and call.opened_at = shown.opened_at
                  and call.id = shown.call_id and call.disposition is not null
             where gap.state = 'closed' and gap.entry_id is not null and gap.outcome not in ('handed', 'returned')
               and gap.closed_at > $1 - interval '29 days'
               and (gap.effect_at is null or gap.effect_at <= $1 - interval '1 hour')
             group by gap.tenant_id, gap.id, window_.span
         ) counted
         where gap.tenant_id = counted.tenant_id and gap.id = counted.id",
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_reports_before(db: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let owners =
        sqlx::query_scalar!(r#"delete from gap_report where at < $1 returning tenant_id as "owner: TenantId""#, before)
            .fetch_all(&mut *db)
            .await?;
    let count = owners.len();
    let mut distinct = owners;
    distinct.sort_unstable();
    distinct.dedup();
    delete_empty(db, &distinct).await?;
    Ok(u64::try_from(count).unwrap_or_default())
}
