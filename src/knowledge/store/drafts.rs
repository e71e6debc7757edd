//! SQL on `entry_draft` and `entry_draft_revision`: the working text beside the public one.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};

use super::super::{Draft, DraftState, LayerText, Verdict};
use crate::audit::Actor;
use crate::ids::{AccountId, EntryId, TenantId};

/// The working text, its row held until the end of the transaction.
pub async fn lock_draft(db: &mut PgConnection, tenant: TenantId, entry: EntryId) -> sqlx::Result<Option<Draft>> {
    sqlx::query!(
        "select from entry_draft where tenant_id = $1 and entry_id = $2 for update",
        tenant as TenantId,
        entry as EntryId
    )
    .fetch_optional(&mut *db)
    .await?;
    find_draft(db, tenant, entry).await
}

pub async fn find_draft(db: &mut PgConnection, tenant: TenantId, entry: EntryId) -> sqlx::Result<Option<Draft>> {
    let row = sqlx::query!(
        r#"select draft.based_on, draft.revision, draft.state, draft.release_at, draft.note, draft.reviewer, draft.changed_at,
                  last.content as "content: Value", last.author, entry.base_entry_id is not null as "is_patch!",
                  array(select distinct account_id from entry_draft_revision revision
                        where revision.tenant_id = $1 and revision.entry_id = $2 and account_id is not null)
                      as "authors!: Vec<AccountId>"
           from entry_draft draft
           join entry on entry.tenant_id = draft.tenant_id and entry.id = draft.entry_id
           join entry_draft_revision last on last.tenant_id = draft.tenant_id and last.entry_id = draft.entry_id
                                         and last.revision = draft.revision
           where draft.tenant_id = $1 and draft.entry_id = $2"#,
        tenant as TenantId,
        entry as EntryId,
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Draft {
        based_on: row.based_on,
        revision: row.revision,
        state: DraftState::parse(&row.state),
        release_at: row.release_at,
        note: row.note,
        reviewer: row.reviewer,
        changed_at: row.changed_at,
        author: row.author,
        authors: row.authors,
        text: text(row.content, row.is_patch)?,
    }))
}

fn text(content: Value, is_patch: bool) -> sqlx::Result<LayerText> {
    let text = if is_patch {
        serde_json::from_value(content).map(LayerText::Patch)
    } else {
        serde_json::from_value(content).map(LayerText::Whole)
    };
    text.map_err(|error| sqlx::Error::Decode(error.into()))
}

/// What was saved at a time, for bringing two people together.
pub async fn find_revision(
    db: &mut PgConnection,
    tenant: TenantId,
    entry: EntryId,
    revision: i64,
) -> sqlx::Result<Option<LayerText>> {
    let row = sqlx::query!(
        r#"select revision.content as "content: Value", entry.base_entry_id is not null as "is_patch!"
           from entry_draft_revision revision
           join entry on entry.tenant_id = revision.tenant_id and entry.id = revision.entry_id
           where revision.tenant_id = $1 and revision.entry_id = $2 and revision.revision = $3"#,
        tenant as TenantId,
        entry as EntryId,
        revision,
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| text(row.content, row.is_patch)).transpose()
}

/// Saves the working text; whoever was asked to look at the one before is not asked any more.
pub async fn save_draft(
    db: &mut PgConnection,
    tenant: TenantId,
    entry: EntryId,
    based_on: i32,
    text: &LayerText,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<i64> {
    let json = match text {
        LayerText::Whole(content) => content.to_json_and_hash().0,
        LayerText::Patch(patch) => patch.to_json_and_hash().0,
    };
    let revision = sqlx::query_scalar!(
        r#"insert into entry_draft as draft (tenant_id, entry_id, based_on, revision, changed_at)
           values ($1, $2, $3, nextval('draft_revision'), $4)
           on conflict (tenant_id, entry_id) do update
               set revision = excluded.revision, based_on = excluded.based_on, changed_at = excluded.changed_at, state = 'draft',
                   release_at = null, asked_at = null, reviewed_by = null, reviewer = null,
                   note = case when draft.state = 'returned' then draft.note end
           returning revision"#,
        tenant as TenantId,
        entry as EntryId,
        based_on,
        now,
    )
    .fetch_one(&mut *db)
    .await?;
    sqlx::query!(
        "insert into entry_draft_revision (tenant_id, entry_id, revision, content, saved_at, account_id, author)
         values ($1, $2, $3, $4::text::jsonb, $5, $6, $7)",
        tenant as TenantId,
        entry as EntryId,
        revision,
        json,
        now,
        actor.account as Option<AccountId>,
        actor.name,
    )
    .execute(db)
    .await?;
    Ok(revision)
}

/// What becomes of the working text as it is now.
pub async fn judge_draft(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    entry: EntryId,
    verdict: &Verdict,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (state, release_at, note) = match verdict {
        Verdict::Ask => (DraftState::Review, None, None),
        Verdict::Return(note) => (DraftState::Returned, None, Some(note.as_str())),
        Verdict::Release(at) => (DraftState::Approved, Some(*at), None),
    };
    sqlx::query!(
        "update entry_draft
         set state = $3, release_at = $4, note = $5, asked_at = case when $3 = 'review' then $6::timestamptz end,
             reviewed_by = case when $3 <> 'review' then $7::bigint end, reviewer = case when $3 <> 'review' then $8::text end
         where tenant_id = $1 and entry_id = $2",
        tenant as TenantId,
        entry as EntryId,
        state.as_str(),
        release_at,
        note,
        now,
        actor.account as Option<AccountId>,
        actor.name,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_draft(db: impl PgExecutor<'_>, tenant: TenantId, entry: EntryId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from entry_draft where tenant_id = $1 and entry_id = $2",
        tenant as TenantId,
        entry as EntryId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An entry that never was public is nothing without its working text.
pub async fn delete_unpublished(db: impl PgExecutor<'_>, tenant: TenantId, entry: EntryId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from entry where tenant_id = $1 and id = $2 and latest_version = 0",
        tenant as TenantId,
        entry as EntryId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// One working text in a list.
#[derive(Debug, Clone)]
pub struct DraftLine {
    pub entry: EntryId,
    pub title: String,
    pub state: String,
    pub release_at: Option<DateTime<Utc>>,
    pub note: Option<String>,
    pub changed_at: DateTime<Utc>,
    pub author: String,
}

/// Those that wait for somebody first; an empty text wants all titles, or all states.
pub async fn list_drafts(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    title: &str,
    state: &str,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<DraftLine>> {
    sqlx::query_as!(
        DraftLine,
        r#"select draft.entry_id as "entry: EntryId", entry.title, draft.state, draft.release_at, draft.note, draft.changed_at, last.author
           from entry_draft draft
           join entry on entry.tenant_id = draft.tenant_id and entry.id = draft.entry_id
           join entry_draft_revision last on last.tenant_id = draft.tenant_id and last.entry_id = draft.entry_id
                                         and last.revision = draft.revision
           where draft.tenant_id = $1 and ($2 = '' or strpos(entry.sort_key, $2) > 0) and ($3 = '' or draft.state = $3)
           order by array_position(array['review', 'returned', 'draft', 'approved'], draft.state), draft.changed_at desc,
                    draft.entry_id
           offset $4 limit $5"#,
        tenant as TenantId,
        title,
        state,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

pub async fn count_drafts(db: impl PgExecutor<'_>, tenant: TenantId, title: &str, state: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from entry_draft draft
           join entry on entry.tenant_id = draft.tenant_id and entry.id = draft.entry_id
           where draft.tenant_id = $1 and ($2 = '' or strpos(entry.sort_key, $2) > 0) and ($3 = '' or draft.state = $3)"#,
        tenant as TenantId,
        title,
        state,
    )
    .fetch_one(db)
    .await
}

/// An approved text whose time has come, of any tenant. Another server that looks at the same time gets another one.
pub async fn lock_due_draft(
    db: impl PgExecutor<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(TenantId, EntryId, Option<AccountId>, Option<String>)>> {
    let row = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", entry_id as "entry: EntryId", reviewed_by as "account: AccountId", reviewer
           from entry_draft where release_at <= $1 order by release_at limit 1 for update skip locked"#,
        now,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.tenant, row.entry, row.account, row.reviewer)))
}

/// Whether a second person has to look at each text of this tenant.
pub async fn requires_review(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!("select requires_review from editorial where tenant_id = $1", tenant as TenantId);
    Ok(found.fetch_optional(db).await?.unwrap_or_default())
}

pub async fn set_requires_review(db: impl PgExecutor<'_>, tenant: TenantId, required: bool) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into editorial (tenant_id, requires_review) values ($1, $2)
         on conflict (tenant_id) do update set requires_review = excluded.requires_review, version = editorial.version + 1",
        tenant as TenantId,
        required,
    )
    .execute(db)
    .await?;
    Ok(())
}
