//! Reporting: what somebody says about an entry or a search, checked, and filed with whoever owns the text.

use serde::Deserialize;

use super::{Kind, LONGEST_LINE, store};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::calls::CallKey;
use crate::db::Scope;
use crate::ids::{AccountId, EntryId, GapId, TenantId};
use crate::search::{self, privacy};
use crate::web::forms::Errors;

/// What a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    Entry {
        owner: TenantId,
        entry: EntryId,
        title: String,
    },
    /// What was looked for.
    Words(String),
    /// A call in which nothing was opened and nothing typed that may be kept.
    Call,
}

#[derive(Debug, Clone)]
pub struct Report {
    pub kind: Kind,
    pub about: About,
    pub line: String,
    pub call: Option<CallKey>,
    pub reporter: Option<AccountId>,
}

/// The panel at the desk and the page at an entry.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    pub q: String,
    pub kind: String,
    pub line: String,
    /// What was looked for, where it is about no entry.
    pub words: String,
    /// For whom, at a desk without a call.
    pub town: String,
    #[serde(skip)]
    pub errors: Errors,
}

impl ReportForm {
    /// None: the messages stand at the fields. `entry`: the one that is on the screen.
    pub fn check(&mut self, app: &App, town: &TenantAccess, entry: Option<About>) -> Option<(Kind, About)> {
        let kind = Kind::parse(&self.kind).filter(|kind| Kind::SAID.contains(kind));
        if kind.is_none() {
            self.errors.add("kind", "Bitte wählen Sie, was nicht in Ordnung ist.");
        }
        let about = entry.or_else(|| self.words(app, town));
        let is_said = kind == Some(Kind::Missing) && matches!(about, Some(About::Words(_)));
        if self.line.is_empty() && !is_said {
            self.errors.add("line", "Bitte sagen Sie es in einer Zeile.");
        }
        self.errors.limit("line", &self.line, LONGEST_LINE);
        if let Some(problem) = search::line_problem(app, town, &self.line) {
            self.errors.add("line", problem);
        }
        kind.zip(about).filter(|_| self.errors.is_empty())
    }

    fn words(&mut self, app: &App, town: &TenantAccess) -> Option<About> {
        let about = about_words(app, town, &self.words);
        if self.words.is_empty() {
            self.errors.add("words", "Bitte sagen Sie, wonach gefragt wurde.");
        } else if about.is_none() {
            self.errors.add("words", "Bitte nur das Thema, in wenigen Wörtern: ohne Namen, Ziffern und Adressen.");
        }
        about
    }
}

/// None: they may be about a person, or say nothing.
pub fn about_words(app: &App, town: &TenantAccess, words: &str) -> Option<About> {
    let may_be_kept = search::may_keep_words(app, town, words) && !search::stems(words).is_empty();
    may_be_kept.then(|| About::Words(privacy::as_kept(words)))
}

impl About {
    /// Who has to act.
    fn owner(&self, town: TenantId) -> TenantId {
        match self {
            Self::Entry { owner, .. } => *owner,
            Self::Words(_) | Self::Call => town,
        }
    }

    pub fn title(&self) -> &str {
        match self {
            Self::Entry { title, .. } | Self::Words(title) => title,
            Self::Call => "Anrufe ohne Eintrag und Suchwort",
        }
    }

    pub(super) fn stems(&self) -> Vec<String> {
        match self {
            Self::Words(words) => search::stems(words),
            Self::Entry { .. } | Self::Call => Vec::new(),
        }
    }

    pub(super) fn key(&self) -> String {
        match self {
            Self::Entry { owner, entry, .. } => format!("entry {owner}-{entry}"),
            Self::Words(_) => format!("words {}", self.stems().join(" ")),
            Self::Call => "calls".to_owned(),
        }
    }
}

/// Files a report with the owner of the text. It is the one thing that a person puts before a tenant that is not the own one,
/// so the scope is the owner's, for this statement alone. None: this call's result was reported before.
pub async fn file(app: &App, viewer: &Viewer, town: TenantId, report: &Report) -> sqlx::Result<Option<GapId>> {
    let owner = report.about.owner(town);
    let mut db = app.begin(&Scope::tenants([owner]).as_account(viewer.account)).await?;
    let gap = store::file_report(&mut *db, owner, report, app.clock.now()).await?;
    db.commit().await?;
    Ok(gap)
}
