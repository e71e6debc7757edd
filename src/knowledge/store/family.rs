//! Entries with everything that stands upon them.

use sqlx::PgExecutor;

use crate::ids::EntryId;

/// These entries and all adaptations of them that the scope shows.
pub async fn list_family(db: impl PgExecutor<'_>, entries: &[EntryId]) -> sqlx::Result<Vec<EntryId>> {
    sqlx::query_scalar!(
        r#"select id as "id: EntryId" from entry where id = any ($1) or base_entry_id = any ($1)"#,
        entries as &[EntryId]
    )
    .fetch_all(db)
    .await
}
