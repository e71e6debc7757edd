//! Changing single parts of a text without the editor: public at once, or, where a second person looks at each text, as a
//! working text for that person.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{LayerText, Verdict, publish_text, store};
use crate::audit::{self, Act, Actor};
use crate::ids::{EntryId, TenantId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amended {
    Published,
    /// It is a working text that waits for the second person.
    Asked,
    /// What it stood on is not there any more.
    Groundless,
}

/// The subject is a tenant's own entry with its latest version and that version's own words; the caller holds the entry.
pub async fn amend(
    db: &mut PgConnection,
    tenant: TenantId,
    (entry, version, mut text): (EntryId, i32, LayerText),
    change: impl FnOnce(&mut LayerText),
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<Amended> {
    if store::requires_review(&mut *db, tenant).await? {
        let mut based_on = version;
        // What somebody is writing already is not lost, nor what was published since they began.
        if let Some(draft) = store::lock_draft(db, tenant, entry).await? {
            (text, based_on) = (draft.text, draft.based_on);
        }
        change(&mut text);
        store::save_draft(db, tenant, entry, based_on, &text, actor, now).await?;
        store::judge_draft(&mut *db, tenant, entry, &Verdict::Ask, actor, now).await?;
        let details = serde_json::json!({});
        audit::record(&mut *db, now, actor, Act::of(tenant, "asked for review", "entry", entry, details)).await?;
        return Ok(Amended::Asked);
    }
    change(&mut text);
    if matches!(&text, LayerText::Patch(patch) if patch.is_empty()) {
        store::withdraw(db, tenant, entry, actor, now).await?;
        return Ok(Amended::Published);
    }
    let published = publish_text(db, tenant, entry, &text, actor, now).await?;
    Ok(published.map_or(Amended::Groundless, |_| Amended::Published))
}
