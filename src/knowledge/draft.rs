//! The working text of an entry: what its editors have not published yet, and who has looked at it.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{LayerText, Outcome, Published, Target, publish, publish_adaptation, store};
use crate::app::App;
use crate::audit::Actor;
use crate::db::Scope;
use crate::ids::{AccountId, EntryId, TenantId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftState {
    Draft,
    /// A second person is asked to look at it.
    Review,
    /// That person wants something changed.
    Returned,
    /// It becomes public at its time.
    Approved,
}

impl DraftState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Review => "review",
            Self::Returned => "returned",
            Self::Approved => "approved",
        }
    }

    pub fn parse(text: &str) -> Self {
        match text {
            "review" => Self::Review,
            "returned" => Self::Returned,
            "approved" => Self::Approved,
            _ => Self::Draft,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Entwurf",
            Self::Review => "wartet auf Prüfung",
            Self::Returned => "zurückgegeben",
            Self::Approved => "freigegeben",
        }
    }

    /// The colour word of the badge; the label beside it says the same.
    pub fn colour(self) -> &'static str {
        match self {
            Self::Draft => "off",
            Self::Review => "busy",
            Self::Returned => "warn",
            Self::Approved => "good",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Draft {
    /// The public version it began with.
    pub based_on: i32,
    pub revision: i64,
    pub state: DraftState,
    pub release_at: Option<DateTime<Utc>>,
    /// What the second person wants changed.
    pub note: Option<String>,
    pub reviewer: Option<String>,
    pub changed_at: DateTime<Utc>,
    /// Of the last saving.
    pub author: String,
    /// Everybody who wrote on it.
    pub authors: Vec<AccountId>,
    pub text: LayerText,
}

impl Draft {
    /// Whoever wrote on a text does not look at it as the second person.
    pub fn is_by(&self, account: AccountId) -> bool {
        self.authors.contains(&account)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Ask,
    Return(String),
    Release(DateTime<Utc>),
}

/// Publishes the working text and ends it; None: there is none, or another version became public meanwhile.
pub async fn release(
    db: &mut PgConnection,
    tenant: TenantId,
    entry: EntryId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Published>> {
    store::hold_family(db, tenant, entry).await?;
    let Some(own) = store::lock_entry(db, tenant, entry).await? else { return Ok(None) };
    let Some(draft) = store::lock_draft(db, tenant, entry).await? else { return Ok(None) };
    if is_overtaken(db, tenant, entry, &draft, own.version).await? {
        return Ok(None);
    }
    let published = publish_text(db, tenant, entry, &draft.text, actor, now).await?;
    if published.is_some() {
        store::delete_draft(db, tenant, entry).await?;
    }
    Ok(published)
}

/// Somebody published other words than those the draft began with; a base that moved does not count.
async fn is_overtaken(
    db: &mut PgConnection,
    tenant: TenantId,
    entry: EntryId,
    draft: &Draft,
    version: i32,
) -> sqlx::Result<bool> {
    Ok(version > draft.based_on && store::is_rewritten_since(db, tenant, entry, draft.based_on).await?)
}

/// A whole text or an adaptation becomes the public one. None: what it adapts is not there any more.
pub async fn publish_text(
    db: &mut PgConnection,
    tenant: TenantId,
    entry: EntryId,
    text: &LayerText,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Published>> {
    match text {
        LayerText::Whole(content) => publish(db, tenant, Target::Existing(entry), content, actor, now).await.map(Some),
        LayerText::Patch(patch) => publish_adaptation(db, tenant, entry, patch, actor, now).await,
    }
}

/// Approved texts whose time has come become public; one that cannot goes back to its editors with the reason.
pub async fn release_due(app: &App) -> sqlx::Result<u32> {
    let mut released = 0;
    loop {
        let now = app.clock.now();
        let mut db = app.begin(&Scope::system()).await?;
        let Some((tenant, entry, account, reviewer)) = store::lock_due_draft(&mut *db, now).await? else {
            return Ok(released);
        };
        let actor = Actor { account, name: reviewer.unwrap_or_default() };
        match release(&mut db, tenant, entry, &actor, now).await? {
            Some(Published { outcome: Outcome::Created | Outcome::Updated | Outcome::Unchanged, .. }) => released += 1,
            None => {
                let note = "Konnte nicht veröffentlicht werden: Inzwischen gilt eine andere Fassung.".to_owned();
                store::judge_draft(&mut *db, tenant, entry, &Verdict::Return(note), &actor, now).await?;
            }
        }
        db.commit().await?;
    }
}
