//! What an entry's page says about its keeping.

use askama::Template;
use chrono::NaiveDate;
use sqlx::PgConnection;

use super::super::{Kept, store};
use crate::ids::{EntryId, TenantId};
use crate::web::format;

/// `{{ keeping }}` in a rail.
#[derive(Debug, Template)]
#[template(path = "knowledge/_keeping.html")]
pub struct KeepingPart {
    kept: Kept,
    entry: EntryId,
    /// The owner's address part, where this person may edit.
    editing: Option<String>,
    today: NaiveDate,
}

/// The template escapes what needs it.
impl askama::filters::HtmlSafe for KeepingPart {}

impl KeepingPart {
    /// `editing`: the owner's slug where this person may edit. None: there is no such entry in scope.
    pub async fn find(
        db: &mut PgConnection,
        owner: TenantId,
        entry: EntryId,
        editing: Option<String>,
        today: NaiveDate,
    ) -> sqlx::Result<Option<Self>> {
        let kept = store::find_kept(db, owner, entry).await?;
        Ok(kept.map(|kept| Self { kept, entry, editing, today }))
    }

    /// Stands above the text for everybody who reads it.
    pub fn banner(&self) -> Option<String> {
        self.kept.banner(self.today)
    }

    fn checked(&self) -> String {
        let Some(at) = self.kept.checked_at else { return "nie".to_owned() };
        match self.kept.checked_by.as_ref().filter(|_| self.editing.is_some()) {
            Some(by) => format!("{} von {by}", format::day(at)),
            None => format::day(at),
        }
    }

    fn due(&self) -> String {
        format::date(self.kept.due_on)
    }

    fn is_overdue(&self) -> bool {
        self.kept.is_overdue(self.today)
    }

    fn changed(&self) -> String {
        format::day(self.kept.changed_at)
    }

    fn technical(&self) -> Option<String> {
        self.kept.technical_changed_at.map(format::day)
    }
}
