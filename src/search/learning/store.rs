//! SQL on `learned` and `learning_switch`.

use chrono::NaiveDate;
use sqlx::{PgConnection, PgExecutor};

use super::{HALF_LIFE, LEAST_WEIGHT, Lesson};
use crate::ids::{EntryId, TenantId};

/// One more answer on top of what is left of the earlier ones.
pub async fn note_answer(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    words: &[String],
    entry: (TenantId, EntryId),
    today: NaiveDate,
) -> sqlx::Result<()> {
    add_weight(db, tenant, words, entry, 1.0, today).await
}

/// The answer was a mistake of the hand.
pub async fn take_back_answer(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    words: &[String],
    entry: (TenantId, EntryId),
    today: NaiveDate,
) -> sqlx::Result<()> {
    add_weight(db, tenant, words, entry, -1.0, today).await
}

async fn add_weight(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    words: &[String],
    entry: (TenantId, EntryId),
    weight: f32,
    today: NaiveDate,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into learned (tenant_id, words, entry_tenant_id, entry_id, weight, answered_on)
         select $1, $2, $3, $4, greatest($5::real, 0), $6
         where not exists (select from learning_switch where tenant_id = $1 and not learns)
         on conflict (tenant_id, words, entry_tenant_id, entry_id) do update
         set weight = greatest(0, $5 + learned.weight * 0.5 ^ (greatest(0, $6 - learned.answered_on) / $7::real)),
             answered_on = greatest(learned.answered_on, $6), xact = pg_current_xact_id()",
        tenant as TenantId,
        words,
        entry.0 as TenantId,
        entry.1 as EntryId,
        weight,
        today,
        HALF_LIFE,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Everything written since the transaction `since`, and from where to go on.
pub async fn list_changed(db: &mut PgConnection, since: i64) -> sqlx::Result<(Vec<Lesson>, i64)> {
    let next = sqlx::query_scalar!(r#"select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "next!""#)
        .fetch_one(&mut *db)
        .await?;
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", words, entry_tenant_id as "entry_tenant: TenantId",
                  entry_id as "entry: EntryId", weight, answered_on
           from learned where xact >= $1::bigint::text::xid8"#,
        since
    )
    .fetch_all(db)
    .await?;
    let lessons = rows.into_iter().map(|row| Lesson {
        tenant: row.tenant,
        words: row.words,
        entry: (row.entry_tenant, row.entry),
        weight: row.weight,
        answered_on: row.answered_on,
    });
    Ok((lessons.collect(), next))
}

pub async fn list_switches(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(TenantId, bool)>> {
    let rows = sqlx::query!(r#"select tenant_id as "tenant: TenantId", learns from learning_switch"#);
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.tenant, row.learns)).collect())
}

/// What counts nearly nothing any more, and what was forgotten a day ago.
pub async fn delete_forgotten(db: impl PgExecutor<'_>, today: NaiveDate) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from learned
         where answered_on < $1 and weight * 0.5 ^ (($1 - answered_on) / $2::real) < $3::real",
        today,
        HALF_LIFE,
        LEAST_WEIGHT,
    );
    Ok(done.execute(db).await?.rows_affected())
}

pub async fn find_switch(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<bool> {
    let learns = sqlx::query_scalar!("select learns from learning_switch where tenant_id = $1", tenant as TenantId);
    Ok(learns.fetch_optional(db).await?.unwrap_or(true))
}

pub async fn update_switch(db: impl PgExecutor<'_>, tenant: TenantId, learns: bool) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into learning_switch (tenant_id, learns) values ($1, $2)
         on conflict (tenant_id) do update set learns = $2, xact = pg_current_xact_id()",
        tenant as TenantId,
        learns,
    )
    .execute(db)
    .await?;
    Ok(())
}
