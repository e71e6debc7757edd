//! SQL on `mail`.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::{Listed, MailFile, NewMail, Words};
use crate::ids::TenantId;

/// Into the outbox, as part of the caller's transaction. False: the same mail is there already.
pub async fn enqueue(db: impl PgExecutor<'_>, mail: NewMail<'_>, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let added = sqlx::query!(
        "insert into mail (tenant_id, dedupe_key, recipient, subject, text, next_try_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (tenant_id, dedupe_key) do nothing",
        mail.tenant as Option<TenantId>,
        mail.key,
        mail.recipient,
        mail.subject,
        mail.text,
        now,
    );
    Ok(added.execute(db).await?.rows_affected() == 1)
}

/// As above, with a part that looks like a letter.
pub async fn enqueue_with_html(
    db: &mut PgConnection,
    mail: NewMail<'_>,
    html: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    if !enqueue(&mut *db, mail, now).await? {
        return Ok(false);
    }
    let added = sqlx::query!(
        "update mail set html = $3 where tenant_id is not distinct from $1 and dedupe_key = $2",
        mail.tenant as Option<TenantId>,
        mail.key,
        html,
    );
    added.execute(db).await?;
    Ok(true)
}

/// The same with a file in it.
pub async fn enqueue_with_file(
    db: &mut PgConnection,
    mail: NewMail<'_>,
    file: MailFile<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let is_new = enqueue(&mut *db, mail, now).await?;
    if is_new {
        sqlx::query!(
            "update mail set attachment_name = $3, attachment_text = $4
             where tenant_id is not distinct from $1 and dedupe_key = $2",
            mail.tenant as Option<TenantId>,
            mail.key,
            file.name,
            file.text,
        )
        .execute(db)
        .await?;
    }
    Ok(is_new)
}

/// A mail that this server sends now.
#[derive(Debug)]
pub struct Claimed {
    pub id: i64,
    /// The same at every try.
    pub key: String,
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub attachment_name: Option<String>,
    pub attachment_text: Option<String>,
    pub tries: i32,
}

impl Claimed {
    pub fn file(&self) -> Option<MailFile<'_>> {
        let (name, text) = self.attachment_name.as_deref().zip(self.attachment_text.as_deref())?;
        Some(MailFile { name, text })
    }
}

/// Mails whose time has come. Until the lease ends no other server takes them.
pub async fn claim(
    db: impl PgExecutor<'_>,
    now: DateTime<Utc>,
    lease: TimeDelta,
    most: i64,
) -> sqlx::Result<Vec<Claimed>> {
    sqlx::query_as!(
        Claimed,
        r#"update mail set tries = tries + 1, next_try_at = $2
           where id in (select id from mail where state = 'waiting' and next_try_at <= $1
                        order by next_try_at, id limit $3 for update skip locked)
           returning id, message_key::text as "key!", recipient, subject, text, html, attachment_name, attachment_text, tries"#,
        now,
        now + lease,
        most,
    )
    .fetch_all(db)
    .await
}

/// What was said, and a link in it, is the recipient's alone from now on.
pub async fn mark_sent(db: impl PgExecutor<'_>, id: i64, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update mail set state = 'sent', settled_at = $2, error = null, text = '', html = null where id = $1",
        id,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// `next`: None gives the mail up.
pub async fn mark_failed(
    db: impl PgExecutor<'_>,
    id: i64,
    error: &str,
    next: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update mail set state = case when $3::timestamptz is null then 'failed' else 'waiting' end,
                settled_at = case when $3 is null then $4::timestamptz end, next_try_at = coalesce($3, next_try_at), error = $2
         where id = $1",
        id,
        error,
        next,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Where nobody can send, nothing waits for ever.
pub async fn give_up_before(
    db: impl PgExecutor<'_>,
    before: DateTime<Utc>,
    error: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let given_up = sqlx::query!(
        "update mail set state = 'failed', settled_at = $3, error = $2 where state = 'waiting' and created_at < $1",
        before,
        error,
        now,
    );
    Ok(given_up.execute(db).await?.rows_affected())
}

pub async fn delete_settled_before(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    Ok(sqlx::query!("delete from mail where settled_at < $1", before).execute(db).await?.rows_affected())
}

/// Empty texts mean "any".
pub async fn count_mails(db: impl PgExecutor<'_>, state: &str, words: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from mail
           where ($1 = '' or state = $1) and position(lower($2) in lower(subject)) > 0"#,
        state,
        words,
    )
    .fetch_one(db)
    .await
}

pub async fn list_mails(
    db: impl PgExecutor<'_>,
    state: &str,
    words: &str,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"select mail.id, tenant.short_name as "town?", recipient, subject, state, tries, next_try_at, mail.created_at,
                  settled_at, error
           from mail left join tenant on tenant.id = mail.tenant_id
           where ($1 = '' or state = $1) and position(lower($2) in lower(subject)) > 0
           order by mail.created_at desc, mail.id desc offset $3 limit $4"#,
        state,
        words,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

/// How many wait and how many were given up, for the sentence above the list.
pub async fn count_open(db: impl PgExecutor<'_>) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select count(*) filter (where state = 'waiting') as "waiting!", count(*) filter (where state = 'failed') as "failed!"
           from mail"#
    );
    let row = row.fetch_one(db).await?;
    Ok((row.waiting, row.failed))
}

/// The subject of a mail that is tried once more; None: there is nothing to try.
pub async fn retry(db: impl PgExecutor<'_>, id: i64, now: DateTime<Utc>) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "update mail set state = 'waiting', settled_at = null, tries = 0, next_try_at = $2, created_at = $2
         where id = $1 and state <> 'sent' returning subject",
        id,
        now,
    )
    .fetch_optional(db)
    .await
}

/// None: the town keeps to ours.
pub async fn find_words(db: impl PgExecutor<'_>, tenant: TenantId, purpose: &str) -> sqlx::Result<Option<Words>> {
    sqlx::query_as!(
        Words,
        "select subject, greeting, signature, version from mail_words where tenant_id = $1 and purpose = $2",
        tenant as TenantId,
        purpose,
    )
    .fetch_optional(db)
    .await
}

/// `words.version` is the one that was seen. False: somebody else was faster.
pub async fn save_words(db: impl PgExecutor<'_>, tenant: TenantId, purpose: &str, words: &Words) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into mail_words (tenant_id, purpose, subject, greeting, signature)
         select $1, $2, $3, $4, $5
         where $6 = 0 or exists (select from mail_words where tenant_id = $1 and purpose = $2 and version = $6)
         on conflict (tenant_id, purpose) do update set
             subject = excluded.subject, greeting = excluded.greeting, signature = excluded.signature,
             version = mail_words.version + 1
         where mail_words.version = $6",
        tenant as TenantId,
        purpose,
        words.subject,
        words.greeting,
        words.signature,
        words.version,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
