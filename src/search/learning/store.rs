//! SQL on `learned` and `learning_switch`.

use chrono::NaiveDate;
use sqlx::{PgConnection, PgExecutor};

use super::{HALF_LIFE, LEAST_WEIGHT, Learned, Lesson};
use crate::ids::{EntryId, TenantId};

/// One more answer on top of what is left of the earlier ones. False: the town does not learn.
pub async fn note_answer(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    words: &[String],
    entry: (TenantId, EntryId),
    today: NaiveDate,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into learned (tenant_id, words, entry_tenant_id, entry_id, weight, answered_on)
         select $1, $2, $3, $4, 1, $5
         where not exists (select from learning_switch where tenant_id = $1 and not learns)
         on conflict (tenant_id, words, entry_tenant_id, entry_id) do update
         set weight = 1 + learned.weight * 0.5 ^ (greatest(0, $5 - learned.answered_on) / $6::real),
             answered_on = greatest(learned.answered_on, $5), xact = pg_current_xact_id()",
        tenant as TenantId,
        words,
        entry.0 as TenantId,
        entry.1 as EntryId,
        today,
        HALF_LIFE,
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// The answer was a mistake of the hand.
pub async fn take_back_answer(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    words: &[String],
    entry: (TenantId, EntryId),
    today: NaiveDate,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update learned
         set weight = greatest(0, weight * 0.5 ^ (greatest(0, $5 - answered_on) / $6::real) - 1),
             answered_on = greatest(answered_on, $5), xact = pg_current_xact_id()
         where tenant_id = $1 and words = $2 and entry_tenant_id = $3 and entry_id = $4",
        tenant as TenantId,
        words,
        entry.0 as TenantId,
        entry.1 as EntryId,
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

/// What a list asks for; empty texts mean anything.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub tenant: TenantId,
    pub today: NaiveDate,
    /// A part of a title, folded as titles are.
    pub title: String,
    /// A part of the learned words, folded.
    pub words: String,
    /// The stems of those words.
    pub stems: Vec<String>,
    /// By the last answer, else by the weight.
    pub latest_first: bool,
}

/// What counts on that day of what the town itself has learned.
pub async fn count_lessons(db: impl PgExecutor<'_>, wanted: &Wanted) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from lesson
           where tenant_id = $1 and weight * 0.5 ^ (greatest(0, $2 - answered_on) / $3::real) >= $4::real
             and ($5 = '' or strpos(sort_key, $5) > 0
                  or $6 <> '' and (strpos(array_to_string(words, ' '), $6) > 0 or words @> $7))"#,
        wanted.tenant as TenantId,
        wanted.today,
        HALF_LIFE,
        LEAST_WEIGHT,
        wanted.title,
        wanted.words,
        &wanted.stems,
    )
    .fetch_one(db)
    .await
}

pub async fn list_lessons(
    db: impl PgExecutor<'_>,
    wanted: &Wanted,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<Learned>> {
    sqlx::query_as!(
        Learned,
        r#"select id as "id!", words as "words!", entry_tenant_id as "owner!: TenantId",
                  entry_id as "entry!: EntryId", title,
                  (weight * 0.5 ^ (greatest(0, $2 - answered_on) / $3::real))::real as "weight!",
                  answered_on as "answered_on!"
           from lesson
           where tenant_id = $1 and weight * 0.5 ^ (greatest(0, $2 - answered_on) / $3::real) >= $4::real
             and ($5 = '' or strpos(sort_key, $5) > 0
                  or $6 <> '' and (strpos(array_to_string(words, ' '), $6) > 0 or words @> $7))
           order by case when $8 then answered_on end desc, "weight!" desc, answered_on desc, id
           offset $9 limit $10"#,
        wanted.tenant as TenantId,
        wanted.today,
        HALF_LIFE,
        LEAST_WEIGHT,
        wanted.title,
        wanted.words,
        &wanted.stems,
        wanted.latest_first,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

/// All that the town could forget, however little it counts.
pub async fn count_all(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from learned where tenant_id = $1 and weight > 0"#,
        tenant as TenantId
    )
    .fetch_one(db)
    .await
}

/// None: there is none, or it is forgotten already.
pub async fn find_lesson(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    id: i64,
    today: NaiveDate,
) -> sqlx::Result<Option<Learned>> {
    sqlx::query_as!(
        Learned,
        r#"select id as "id!", words as "words!", entry_tenant_id as "owner!: TenantId",
                  entry_id as "entry!: EntryId", title,
                  (weight * 0.5 ^ (greatest(0, $3 - answered_on) / $4::real))::real as "weight!",
                  answered_on as "answered_on!"
           from lesson where tenant_id = $1 and id = $2 and weight > 0"#,
        tenant as TenantId,
        id,
        today,
        HALF_LIFE,
    )
    .fetch_optional(db)
    .await
}

/// Forgets one lesson, or everything that the town has learned. The rows stay until every server has noticed.
pub async fn forget(db: impl PgExecutor<'_>, tenant: TenantId, id: Option<i64>, today: NaiveDate) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update learned set weight = 0, answered_on = greatest(answered_on, $3), xact = pg_current_xact_id()
         where tenant_id = $1 and ($2::bigint is null or id = $2) and weight > 0",
        tenant as TenantId,
        id,
        today,
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// What counts nearly nothing any more, and what was forgotten a day ago.
pub async fn delete_forgotten(db: impl PgExecutor<'_>, today: NaiveDate) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from learned
         where answered_on + 1 < $1 and weight * 0.5 ^ (($1 - answered_on) / $2::real) < $3::real",
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
