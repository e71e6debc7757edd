//! SQL on `link_check`.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::ids::{EntryId, TenantId};

/// One page as it answered; without a problem it is alive.
#[derive(Debug)]
pub struct Answer<'a> {
    pub entry: EntryId,
    pub url: &'a str,
    pub problem: Option<&'a str>,
}

/// A link that did not answer at the last look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLink {
    pub url: String,
    pub since: DateTime<Utc>,
    pub reason: String,
}

/// What fails stays failing since the first time.
pub async fn replace_answers(
    db: &mut PgConnection,
    tenant: TenantId,
    answers: &[Answer<'_>],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let entries: Vec<_> = answers.iter().map(|answer| answer.entry).collect();
    let urls: Vec<_> = answers.iter().map(|answer| answer.url.to_owned()).collect();
    let problems: Vec<_> = answers.iter().map(|answer| answer.problem.map(str::to_owned)).collect();
    sqlx::query!(
        "insert into link_check (tenant_id, entry_id, url, failing_since, reason, checked_at)
         select $1, entry_id, url, case when problem is not null then $5::timestamptz end, problem, $5
         from unnest($2::bigint[], $3::text[], $4::text[]) as given (entry_id, url, problem)
         on conflict (tenant_id, entry_id, url_key) do update
         set failing_since = case when excluded.reason is null then null
                                  else coalesce(link_check.failing_since, excluded.failing_since) end,
             reason = excluded.reason, checked_at = excluded.checked_at",
        tenant as TenantId,
        &entries as &[EntryId],
        &urls,
        &problems as &[Option<String>],
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Of texts that do not point there any more.
pub async fn delete_answers_before(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from link_check where checked_at < $1", before).execute(db).await?;
    Ok(())
}

/// Which of these addresses did not answer.
pub async fn list_dead_links(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    urls: &[String],
) -> sqlx::Result<Vec<DeadLink>> {
    sqlx::query_as!(
        DeadLink,
        r#"select url, min(failing_since) as "since!", min(reason) as "reason!" from link_check
           where tenant_id = $1 and url = any ($2) and failing_since is not null group by url order by url"#,
        tenant as TenantId,
        urls,
    )
    .fetch_all(db)
    .await
}
