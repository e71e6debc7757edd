//! Lists of entries for browsing: what a tenant sees of its own and of its knowledge bases.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgExecutor;

use crate::ids::{EntryId, TenantId};

/// Which entries are wanted. Empty texts and None mean "all".
#[derive(Debug, Clone)]
pub struct Listing {
    /// The tenant that looks.
    pub reader: TenantId,
    pub today: NaiveDate,
    /// Part of the title, folded.
    pub title: String,
    /// 'a' to 'z', or '0' for everything else.
    pub letter: String,
    pub is_own: Option<bool>,
    pub is_valid: Option<bool>,
    pub life_situation: String,
    pub unit: String,
    /// Own entries that were withdrawn, in place of those that are public.
    pub withdrawn: bool,
    /// Of the withdrawn ones those that are kept aside, or the others.
    pub archived: bool,
}

#[derive(Debug, Clone)]
pub struct Listed {
    pub tenant: TenantId,
    pub id: EntryId,
    pub title: String,
    pub unit: Option<String>,
    pub life_situations: Vec<String>,
    pub changed_at: DateTime<Utc>,
    pub valid_from: Option<NaiveDate>,
    pub valid_until: Option<NaiveDate>,
}

/// How many entries each letter has, whatever letter is chosen.
pub async fn count_by_letter(db: impl PgExecutor<'_>, listing: &Listing) -> sqlx::Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select letter, count(*) as "count!"
           from entry
           left join unit on unit.tenant_id = entry.tenant_id and unit.id = entry.unit_id
           where case when $2 then published_version is null and latest_version > 0 and entry.tenant_id = $1
                                and (entry.archived_at is not null) = $9
                      else (entry.tenant_id, entry.id) in (select seen.tenant_id, seen.id from readable_entries($1) seen) end
             and ($3 = '' or strpos(sort_key, $3) > 0)
             and ($4::bool is null or (entry.tenant_id = $1) = $4)
             and ($5::bool is null or (coalesce(valid_from <= $6, true) and coalesce(valid_until >= $6, true)) = $5)
             and ($7 = '' or $7 = any (life_situations))
             and ($8 = '' or coalesce(unit.name, unit_name) = $8)
           group by letter order by letter"#,
        listing.reader as TenantId,
        listing.withdrawn,
        listing.title,
        listing.is_own,
        listing.is_valid,
        listing.today,
        listing.life_situation,
        listing.unit,
        listing.archived,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.letter, row.count)).collect())
}

pub async fn list_entries(
    db: impl PgExecutor<'_>,
    listing: &Listing,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"select entry.tenant_id as "tenant: TenantId", entry.id as "id: EntryId", title,
                  coalesce(unit.name, unit_name) as unit, life_situations, changed_at, valid_from, valid_until
           from entry
           left join unit on unit.tenant_id = entry.tenant_id and unit.id = entry.unit_id
           where case when $2 then published_version is null and latest_version > 0 and entry.tenant_id = $1
                                and (entry.archived_at is not null) = $12
                      else (entry.tenant_id, entry.id) in (select seen.tenant_id, seen.id from readable_entries($1) seen) end
             and ($3 = '' or strpos(sort_key, $3) > 0)
             and ($4::bool is null or (entry.tenant_id = $1) = $4)
             and ($5::bool is null or (coalesce(valid_from <= $6, true) and coalesce(valid_until >= $6, true)) = $5)
             and ($7 = '' or $7 = any (life_situations))
             and ($8 = '' or coalesce(unit.name, unit_name) = $8)
             and ($9 = '' or letter = $9)
           order by letter, sort_key, entry.id
           offset $10 limit $11"#,
        listing.reader as TenantId,
        listing.withdrawn,
        listing.title,
        listing.is_own,
        listing.is_valid,
        listing.today,
        listing.life_situation,
        listing.unit,
        listing.letter,
        offset,
        limit,
        listing.archived,
    )
    .fetch_all(db)
    .await
}

/// Life situations of the published entries and how many each has.
pub async fn count_by_life_situation(db: impl PgExecutor<'_>, reader: TenantId) -> sqlx::Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select situation as "situation!", count(*) as "count!"
           from readable_entries($1) seen
           join entry on entry.tenant_id = seen.tenant_id and entry.id = seen.id
           cross join unnest(life_situations) as situation
           group by situation order by situation"#,
        reader as TenantId,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.situation, row.count)).collect())
}

/// Responsible offices of the published entries, by owner, and how many entries each has.
pub async fn count_by_unit(db: impl PgExecutor<'_>, reader: TenantId) -> sqlx::Result<Vec<(TenantId, String, i64)>> {
    let rows = sqlx::query!(
        r#"select entry.tenant_id as "tenant: TenantId", coalesce(unit.name, unit_name) as "unit!", count(*) as "count!"
           from readable_entries($1) seen
           join entry on entry.tenant_id = seen.tenant_id and entry.id = seen.id
           left join unit on unit.tenant_id = entry.tenant_id and unit.id = entry.unit_id
           where coalesce(unit.name, unit_name) is not null
           group by 1, 2 order by 2, 1"#,
        reader as TenantId,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant, row.unit, row.count)).collect())
}

/// One line of an entry's history.
#[derive(Debug, Clone)]
pub struct VersionLine {
    pub version: i32,
    pub title: String,
    pub created_at: DateTime<Utc>,
    pub author: String,
    pub is_published: bool,
    /// Not the author's words changed, but what they stand on.
    pub is_moved_base: bool,
}

/// The newest first.
pub async fn list_versions(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    entry: EntryId,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<VersionLine>> {
    sqlx::query_as!(
        VersionLine,
        r#"select version.version, version.title, version.created_at, version.author,
                  coalesce(entry.published_version = version.version, false) as "is_published!",
                  version.reason = 'base' as "is_moved_base!"
           from entry_version version
           join entry on entry.tenant_id = version.tenant_id and entry.id = version.entry_id
           where version.tenant_id = $1 and version.entry_id = $2
           order by version.version desc offset $3 limit $4"#,
        tenant as TenantId,
        entry as EntryId,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}
