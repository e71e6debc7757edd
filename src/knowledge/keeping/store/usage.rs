//! Counting how often entries were opened, over all towns that read them.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

/// New figures instead of the old ones.
pub async fn replace_use(db: &mut PgConnection, since: DateTime<Utc>, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let counted = sqlx::query!(
        "insert into entry_use (tenant_id, entry_id, shown, judged, unanswered, counted_at)
         select tenant_id, entry_id, count(*), count(disposition), count(*) filter (where disposition = 'unanswered'), $2
         from entry_showing where shown_at >= $1 and shown_at <= $2 group by tenant_id, entry_id
         on conflict (tenant_id, entry_id) do update
         set shown = excluded.shown, judged = excluded.judged, unanswered = excluded.unanswered, counted_at = excluded.counted_at",
        since,
        now,
    );
    let counted = counted.execute(&mut *db).await?.rows_affected();
    delete_use_before(db, now).await?;
    Ok(counted)
}

/// Entries that nobody opens any more.
async fn delete_use_before(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from entry_use where counted_at < $1", now).execute(db).await?;
    Ok(())
}
