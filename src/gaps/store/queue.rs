//! Reading the queue of one tenant.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::gaps::effect::{Effect, Share};
use crate::gaps::{Figures, Gap, Kind, LEAST_MS, Occurrence, Outcome, State};
use crate::ids::{AccountId, EntryId, GapId, TenantId};

/// What a list asks for; an empty text means anything.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    pub tenant: TenantId,
    /// For the figures.
    pub since: DateTime<Utc>,
    /// "open", "working", "closed", "all"; empty: whatever is not closed.
    pub state: &'a str,
    pub kind: &'a str,
    pub assignee: Option<AccountId>,
    pub words: &'a str,
    /// Calls that name neither an entry nor words: nobody can answer them, so they are no line of the queue.
    pub nameless: bool,
}

pub async fn count_gaps(db: impl PgExecutor<'_>, wanted: &Wanted<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from gap
           where tenant_id = $1 and merged_into is null and (key = 'calls') = $6
             and ($2 = '' and state <> 'closed' or $2 = 'all' or state = $2)
             and ($3 = '' or exists (select from gap_report report join gap part on part.id = report.gap_id
                                     where report.tenant_id = $1 and part.tenant_id = $1 and report.kind = $3
                                       and coalesce(part.merged_into, part.id) = gap.id))
             and ($4::bigint is null or assignee = $4)
             and position(lower($5) in lower(title)) > 0"#,
        wanted.tenant as TenantId,
        wanted.state,
        wanted.kind,
        wanted.assignee as Option<AccountId>,
        wanted.words,
        wanted.nameless,
    )
    .fetch_one(db)
    .await
}

/// What cost most comes first, then what was reported last.
pub async fn list_gaps(
    db: impl PgExecutor<'_>,
    wanted: &Wanted<'_>,
    only: Option<GapId>,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Gap>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select gap.id as "id: GapId", gap.title, gap.stems, gap.entry_tenant_id as "entry_tenant: TenantId",
                  gap.entry_id as "entry: EntryId", gap.entry_version, gap.state, gap.assignee as "assignee: AccountId",
                  account.name as "assignee_name?", gap.answer, gap.outcome, gap.outcome_version, gap.closed_at,
                  gap.closed_by, gap.first_at, gap.last_at, gap.reopened_at, gap.merged_into as "merged_into: GapId",
                  gap.other_tenant_id as "other_tenant: TenantId", gap.other_gap_id as "other_gap: GapId",
                  gap.calls_before, gap.answered_before, gap.calls_after, gap.answered_after, gap.effect_days, gap.version,
                  coalesce(figures.calls, 0) as "calls!", coalesce(figures.others, 0) as "others!",
                  coalesce(figures.lost_ms, 0) as "lost_ms!"
           from gap
           left join gap_figures($1, $6, $7) figures on figures.gap_id = gap.id
           left join account on account.id = gap.assignee
           where gap.tenant_id = $1 and ($8::bigint is null and gap.merged_into is null and (gap.key = 'calls') = $11 or gap.id = $8)
             and ($2 = '' and gap.state <> 'closed' or $2 = 'all' or gap.state = $2)
             and ($3 = '' or exists (select from gap_report report join gap part on part.id = report.gap_id
                                     where report.tenant_id = $1 and part.tenant_id = $1 and report.kind = $3
                                       and coalesce(part.merged_into, part.id) = gap.id))
             and ($4::bigint is null or gap.assignee = $4)
             and position(lower($5) in lower(gap.title)) > 0
           order by coalesce(figures.lost_ms, 0) desc, gap.last_at desc, gap.id limit $9 offset $10"#,
        wanted.tenant as TenantId,
        wanted.state,
        wanted.kind,
        wanted.assignee as Option<AccountId>,
        wanted.words,
        wanted.since,
        LEAST_MS,
        only as Option<GapId>,
        limit,
        offset,
        wanted.nameless,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Gap::from).collect())
}

pub async fn find_gap(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: GapId,
    since: DateTime<Utc>,
) -> sqlx::Result<Option<Gap>> {
    let wanted = Wanted { tenant, since, state: "all", kind: "", assignee: None, words: "", nameless: false };
    Ok(list_gaps(db, &wanted, Some(id), (1, 0)).await?.pop())
}

/// Calls and other cases that were reported here from a moment on.
pub async fn count_cases_since(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    gap: GapId,
    since: DateTime<Utc>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(distinct report.call_id)
                  + coalesce(sum(report.count) filter (where report.call_id is null), 0) as "count!"
           from gap_report report
           join gap part on part.tenant_id = report.tenant_id and part.id = report.gap_id
           where report.tenant_id = $1 and coalesce(part.merged_into, part.id) = $2 and report.at > $3
             and report.kind not in ('handed', 'returned')"#,
        tenant as TenantId,
        gap as GapId,
        since,
    )
    .fetch_one(db)
    .await
}

struct Row {
    id: GapId,
    title: String,
    stems: Vec<String>,
    entry_tenant: Option<TenantId>,
    entry: Option<EntryId>,
    entry_version: Option<i32>,
    state: String,
    assignee: Option<AccountId>,
    assignee_name: Option<String>,
    answer: Option<String>,
    outcome: Option<String>,
    outcome_version: Option<i32>,
    closed_at: Option<DateTime<Utc>>,
    closed_by: Option<String>,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    reopened_at: Option<DateTime<Utc>>,
    merged_into: Option<GapId>,
    other_tenant: Option<TenantId>,
    other_gap: Option<GapId>,
    calls_before: Option<i32>,
    answered_before: Option<i32>,
    calls_after: Option<i32>,
    answered_after: Option<i32>,
    effect_days: Option<f64>,
    version: i32,
    calls: i64,
    others: i64,
    lost_ms: i64,
}

impl Row {
    fn effect(&self) -> Option<Effect> {
        Some(Effect::Solved {
            before: Share { answered: self.answered_before?, calls: self.calls_before? },
            after: Share { answered: self.answered_after?, calls: self.calls_after? },
            days: self.effect_days?,
        })
    }
}

impl From<Row> for Gap {
    fn from(row: Row) -> Self {
        Self {
            effect: row.effect(),
            id: row.id,
            title: row.title,
            stems: row.stems,
            entry: row.entry_tenant.zip(row.entry),
            entry_version: row.entry_version,
            state: State::parse(&row.state).unwrap_or(State::Open),
            assignee: row.assignee,
            assignee_name: row.assignee_name,
            answer: row.answer,
            outcome: row.outcome.as_deref().and_then(Outcome::parse),
            outcome_version: row.outcome_version,
            closed_at: row.closed_at,
            closed_by: row.closed_by,
            first_at: row.first_at,
            last_at: row.last_at,
            reopened_at: row.reopened_at,
            merged_into: row.merged_into,
            other: row.other_tenant.zip(row.other_gap),
            version: row.version,
            figures: Figures { calls: row.calls, others: row.others, lost_ms: row.lost_ms },
        }
    }
}

/// The newest reports of a gap and of what was merged into it.
pub async fn list_occurrences(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    gap: GapId,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Occurrence>> {
    let rows = sqlx::query!(
        r#"select report.kind, report.about, report.line, report.at, report.count,
                  report.call_id is not null as "in_call!", report.lost_ms, report.from_name as "from?", report.last_at
           from gap_report report
           join gap part on part.tenant_id = report.tenant_id and part.id = report.gap_id
           where report.tenant_id = $1 and coalesce(part.merged_into, part.id) = $2
           order by report.at desc, report.id desc limit $3 offset $4"#,
        tenant as TenantId,
        gap as GapId,
        limit,
        offset,
    )
    .fetch_all(db)
    .await?;
    let occurrence = |row: &str| Kind::parse(row).unwrap_or(Kind::Missing);
    let rows = rows.into_iter().map(|row| Occurrence {
        kind: occurrence(&row.kind),
        about: row.about,
        line: row.line,
        at: row.at,
        count: row.count,
        in_call: row.in_call,
        lost_ms: row.lost_ms,
        from: row.from,
        last_at: row.last_at,
    });
    Ok(rows.collect())
}

/// What lost time is measured against.
#[derive(Debug, Clone)]
pub struct Measure {
    pub median_ms: Option<i32>,
    pub calls: i32,
    pub counted_at: DateTime<Utc>,
}

pub async fn find_measure(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Option<Measure>> {
    sqlx::query_as!(
        Measure,
        "select median_ms, calls, counted_at from gap_measure where tenant_id = $1",
        tenant as TenantId,
    )
    .fetch_optional(db)
    .await
}

/// Searches without a hit in a gap, before and after a moment, in windows of the same length.
pub async fn count_searches(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    gap: GapId,
    (from, closed_at, until): (DateTime<Utc>, DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select coalesce(sum(report.count) filter (where report.at >= $3 and report.at < $4), 0) as "before!",
                  coalesce(sum(report.count) filter (where report.at >= $4 and report.at < $5), 0) as "after!"
           from gap_report report
           join gap part on part.tenant_id = report.tenant_id and part.id = report.gap_id
           where report.tenant_id = $1 and coalesce(part.merged_into, part.id) = $2 and report.kind = 'miss'"#,
        tenant as TenantId,
        gap as GapId,
        from,
        closed_at,
        until,
    )
    .fetch_one(db)
    .await?;
    Ok((row.before, row.after))
}

pub async fn count_occurrences(db: impl PgExecutor<'_>, tenant: TenantId, gap: GapId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from gap_report report
           join gap part on part.tenant_id = report.tenant_id and part.id = report.gap_id
           where report.tenant_id = $1 and coalesce(part.merged_into, part.id) = $2"#,
        tenant as TenantId,
        gap as GapId,
    )
    .fetch_one(db)
    .await
}
