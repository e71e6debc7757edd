//! Gaps that go to another tenant, which has to act, and back. Runs in the scope of both.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::gaps::Figures;
use crate::ids::{EntryId, GapId, TenantId};

/// The text of this base that a tenant's own entry builds on.
pub async fn find_base(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    entry: EntryId,
    base: TenantId,
) -> sqlx::Result<Option<EntryId>> {
    let found = sqlx::query_scalar!(
        r#"select base_entry_id as "entry: EntryId" from entry where tenant_id = $1 and id = $2 and base_tenant_id = $3"#,
        tenant as TenantId,
        entry as EntryId,
        base as TenantId,
    );
    Ok(found.fetch_optional(db).await?.flatten())
}

#[derive(Debug, Clone)]
pub struct Handing<'a> {
    pub gap: GapId,
    pub to: TenantId,
    pub key: String,
    pub stems: Vec<String>,
    pub entry: Option<EntryId>,
    pub title: &'a str,
    pub message: &'a str,
    pub figures: Figures,
    /// What the giving tenant is called; its row is not to be seen there.
    pub from: &'a str,
}

/// Files the gap with the other tenant, with what it cost here, and notes where it went.
pub async fn hand_over(
    db: &mut PgConnection,
    tenant: TenantId,
    handing: &Handing<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<GapId> {
    let cases = i32::try_from(handing.figures.cases().max(1)).unwrap_or(i32::MAX);
    let there = sqlx::query_scalar!(
        r#"select file_gap_report($1, $2, $3, $4, $5, $6, 'handed', $7, $8, $9) as "gap!: GapId""#,
        handing.to as TenantId,
        handing.key,
        &handing.stems,
        handing.entry.map(|_| handing.to) as Option<TenantId>,
        handing.entry as Option<EntryId>,
        handing.title,
        handing.message,
        now,
        cases,
    )
    .fetch_one(&mut *db)
    .await?;
    sqlx::query!(
        "update gap_report set from_tenant_id = $3, from_gap_id = $4, lost_ms = $5, from_name = $6
         where tenant_id = $1 and id = (select max(id) from gap_report
                                        where tenant_id = $1 and gap_id = $2 and kind = 'handed' and from_gap_id is null)",
        handing.to as TenantId,
        there as GapId,
        tenant as TenantId,
        handing.gap as GapId,
        i32::try_from(handing.figures.lost_ms).unwrap_or(i32::MAX),
        handing.from,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update gap set other_tenant_id = $3,
                other_gap_id = (select coalesce(merged_into, id) from gap where tenant_id = $3 and id = $4)
         where tenant_id = $1 and id = $2",
        tenant as TenantId,
        handing.gap as GapId,
        handing.to as TenantId,
        there as GapId,
    )
    .execute(db)
    .await?;
    Ok(there)
}

/// Whose gap was handed over.
#[derive(Debug, Clone)]
pub struct Giver {
    pub tenant: TenantId,
    pub gap: GapId,
    pub name: String,
}

/// Those who gave this gap, or one that was merged into it.
pub async fn list_givers(db: impl PgExecutor<'_>, tenant: TenantId, gap: GapId) -> sqlx::Result<Vec<Giver>> {
    sqlx::query_as!(
        Giver,
        r#"select distinct report.from_tenant_id as "tenant!: TenantId", report.from_gap_id as "gap!: GapId",
                  report.from_name as "name!"
           from gap_report report
           join gap part on part.tenant_id = report.tenant_id and part.id = report.gap_id
           where report.tenant_id = $1 and coalesce(part.merged_into, part.id) = $2 and report.kind = 'handed'
             and report.from_gap_id is not null"#,
        tenant as TenantId,
        gap as GapId,
    )
    .fetch_all(db)
    .await
}

fn keys(givers: &[Giver]) -> (Vec<TenantId>, Vec<GapId>) {
    givers.iter().map(|giver| (giver.tenant, giver.gap)).unzip()
}

/// The gaps are those of the givers again, with a word why.
pub async fn return_to_givers(
    db: &mut PgConnection,
    tenant: TenantId,
    givers: &[Giver],
    (name, message): (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (tenants, gaps) = keys(givers);
    sqlx::query!(
        "insert into gap_report (tenant_id, gap_id, kind, about, line, at, from_tenant_id, from_name)
         select gap.tenant_id, gap.id, 'returned', gap.title, nullif($4, ''), $5, $1, $6
         from unnest($2::int[], $3::bigint[]) as giver (tenant_id, id)
         join gap on gap.tenant_id = giver.tenant_id and gap.id = giver.id and gap.other_tenant_id = $1",
        tenant as TenantId,
        &tenants as &[TenantId],
        &gaps as &[GapId],
        message,
        now,
        name,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update gap set state = case when assignee is null then 'open' else 'working' end, outcome = null, closed_at = null,
                        closed_by = null, other_tenant_id = null, other_gap_id = null, reopened_at = $4,
                        version = version + 1
         from unnest($2::int[], $3::bigint[]) as giver (tenant_id, id)
         where gap.tenant_id = giver.tenant_id and gap.id = giver.id and gap.other_tenant_id = $1",
        tenant as TenantId,
        &tenants as &[TenantId],
        &gaps as &[GapId],
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What was answered where the gaps went is the answer here too, and their reporters are told.
pub async fn answer_givers(
    db: &mut PgConnection,
    tenant: TenantId,
    givers: &[Giver],
    (text, sentence): (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (tenants, gaps) = keys(givers);
    sqlx::query!(
        "update gap set answer = nullif($4, ''), version = version + 1
         from unnest($2::int[], $3::bigint[]) as giver (tenant_id, id)
         where gap.tenant_id = giver.tenant_id and gap.id = giver.id and gap.other_tenant_id = $1",
        tenant as TenantId,
        &tenants as &[TenantId],
        &gaps as &[GapId],
        text,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update gap_report report set told = $4, told_at = $5, seen_at = null
         from unnest($2::int[], $3::bigint[]) as giver (tenant_id, id)
         join gap root on root.tenant_id = giver.tenant_id and root.id = giver.id and root.other_tenant_id = $1
         join gap part on part.tenant_id = root.tenant_id and coalesce(part.merged_into, part.id) = root.id
         where report.tenant_id = part.tenant_id and report.gap_id = part.id and report.account_id is not null",
        tenant as TenantId,
        &tenants as &[TenantId],
        &gaps as &[GapId],
        sentence,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
