//! What the search over all numbers reads: offices and contacts as they are, and which towns changed.

use sqlx::PgExecutor;

use crate::ids::{ContactId, TenantId, UnitId};

/// One office, or one of its contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexed {
    pub tenant: TenantId,
    pub unit: UnitId,
    pub contact: Option<ContactId>,
    pub name: String,
    pub short_name: Option<String>,
    pub tasks: Option<String>,
    pub phone: Option<String>,
    pub mail: Option<String>,
    pub place: String,
    /// The office of a contact, the office above an office.
    pub above: Option<String>,
}

/// How often each town was changed; in the order of commits within a town.
pub async fn list_revisions(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(TenantId, i64)>> {
    let rows = sqlx::query!(r#"select tenant_id as "tenant: TenantId", revision from directory_revision"#);
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.tenant, row.revision)).collect())
}

pub async fn list_for_index(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<Indexed>> {
    sqlx::query_as!(
        Indexed,
        r#"select unit.tenant_id as "tenant!: TenantId", unit.id as "unit!: UnitId", null::bigint as "contact: ContactId",
                  unit.name as "name!", unit.short_name, unit.tasks, unit.phone, unit.mail,
                  concat_ws(' ', unit.street, unit.city, unit.room) as "place!", above.name as "above?"
           from unit left join unit above on above.tenant_id = unit.tenant_id and above.id = unit.parent_id
           where unit.tenant_id = $1 and unit.archived_at is null
           union all
           select contact.tenant_id, contact.unit_id, contact.id, contact.name, null, contact.task, contact.phone,
                  contact.mail, coalesce(contact.room, ''), unit.name
           from contact join unit on unit.tenant_id = contact.tenant_id and unit.id = contact.unit_id
           where contact.tenant_id = $1 and contact.archived_at is null and unit.archived_at is null"#,
        tenant as TenantId,
    )
    .fetch_all(db)
    .await
}
