//! SQL on `line`.

use sqlx::PgExecutor;

use crate::ids::{EntryId, LineId, TenantId};
use crate::tenants::Line;

struct Row {
    tenant: TenantId,
    id: LineId,
    number: String,
    label: String,
    skill: Option<String>,
    preset_entry_tenant: Option<TenantId>,
    preset_entry: Option<EntryId>,
    active: bool,
    version: i32,
    number_blocks: Vec<String>,
}

impl From<Row> for Line {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant,
            id: row.id,
            number: row.number,
            label: row.label,
            skill: row.skill,
            preset_entry: row.preset_entry_tenant.zip(row.preset_entry),
            active: row.active,
            version: row.version,
            number_blocks: row.number_blocks,
        }
    }
}

/// All lines of these tenants, deactivated ones too; the tenant's main number usually comes first.
pub async fn list_lines(db: impl PgExecutor<'_>, tenants: &[TenantId]) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select line.tenant_id as "tenant: TenantId", line.id as "id: LineId", number, label, skill,
                  preset_entry_tenant_id as "preset_entry_tenant: TenantId", preset_entry_id as "preset_entry: EntryId",
                  active, line.version, tenant.number_blocks
           from line join tenant on tenant.id = line.tenant_id
           where line.tenant_id = any ($1) order by line.tenant_id, number"#,
        tenants as &[TenantId]
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Line::from).collect())
}

pub async fn find_line(db: impl PgExecutor<'_>, tenant: TenantId, line: LineId) -> sqlx::Result<Option<Line>> {
    let row = sqlx::query_as!(
        Row,
        r#"select line.tenant_id as "tenant: TenantId", line.id as "id: LineId", number, label, skill,
                  preset_entry_tenant_id as "preset_entry_tenant: TenantId", preset_entry_id as "preset_entry: EntryId",
                  active, line.version, tenant.number_blocks
           from line join tenant on tenant.id = line.tenant_id
           where line.tenant_id = $1 and line.id = $2"#,
        tenant as TenantId,
        line as LineId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Line::from))
}

#[derive(Debug, Clone)]
pub struct NewLine<'a> {
    /// As `Number::dialable` gives it.
    pub number: &'a str,
    pub label: &'a str,
    pub skill: Option<&'a str>,
    pub preset_entry: Option<(TenantId, EntryId)>,
}

pub async fn insert_line(db: impl PgExecutor<'_>, tenant: TenantId, new: NewLine<'_>) -> sqlx::Result<LineId> {
    sqlx::query_scalar!(
        r#"insert into line (tenant_id, number, label, skill, preset_entry_tenant_id, preset_entry_id)
           values ($1, $2, $3, $4, $5, $6) returning id as "id: LineId""#,
        tenant as TenantId,
        new.number,
        new.label,
        new.skill,
        new.preset_entry.map(|entry| entry.0) as Option<TenantId>,
        new.preset_entry.map(|entry| entry.1) as Option<EntryId>,
    )
    .fetch_one(db)
    .await
}

/// Writes everything of a line but its activity. False: somebody else was faster.
pub async fn update_line(db: impl PgExecutor<'_>, line: &Line) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update line set number = $3, label = $4, skill = $5, preset_entry_tenant_id = $6, preset_entry_id = $7,
                version = version + 1
         where tenant_id = $1 and id = $2 and version = $8",
        line.tenant as TenantId,
        line.id as LineId,
        line.number,
        line.label,
        line.skill,
        line.preset_entry.map(|entry| entry.0) as Option<TenantId>,
        line.preset_entry.map(|entry| entry.1) as Option<EntryId>,
        line.version,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// False: there is no such line, or it is so already.
pub async fn update_line_activity(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    line: LineId,
    active: bool,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update line set active = $3, version = version + 1 where tenant_id = $1 and id = $2 and active <> $3",
        tenant as TenantId,
        line as LineId,
        active
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Every skill that some line in scope asks for.
pub async fn list_skills(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(r#"select distinct skill as "skill!" from line where skill is not null order by 1"#)
        .fetch_all(db)
        .await
}
