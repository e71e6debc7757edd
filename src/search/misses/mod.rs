//! Searches without a hit, kept for a town's editors: the words, how often and when, nothing about who asked.

mod pages;
mod store;

pub use pages::routes;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Request, privacy};
use crate::access::TenantAccess;
use crate::app::App;
use crate::db::Scope;

/// Shorter words were only begun.
const SHORTEST: usize = 3;
/// What nobody looked for again as long as this is forgotten.
const KEPT: TimeDelta = TimeDelta::days(180);

/// Words of a town that led nowhere.
#[derive(Debug, Clone)]
pub struct Miss {
    pub id: i64,
    pub words: String,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    pub count: i32,
}

/// Searches again and notes the query where there is really no hit and it is about no person.
pub async fn note_miss(app: &App, tenant: &TenantAccess, query: &str) -> sqlx::Result<()> {
    let words = privacy::as_kept(query);
    if tenant.is_intake() || words.chars().count() < SHORTEST {
        return Ok(());
    }
    let request = Request::new(query, &tenant.sources, 1, app.clock.now());
    let is_known = |word: &str| app.search.has_in_a_title(&request, word);
    if !privacy::may_be_kept(query, is_known) || app.search.find(request.clone()).await.total > 0 {
        return Ok(());
    }
    let mut db = app.begin(&tenant.scope()).await?;
    store::note_miss(&mut *db, tenant.id, &words, &privacy::folded(query), app.clock.now()).await?;
    db.commit().await
}

/// Whether these words are about a matter, as far as the tenant's titles tell.
pub fn may_keep_words(app: &App, tenant: &TenantAccess, words: &str) -> bool {
    privacy::may_be_kept(words, is_known(app, tenant))
}

/// Why this line must not be kept, as a sentence for whoever typed it.
pub fn line_problem(app: &App, tenant: &TenantAccess, line: &str) -> Option<&'static str> {
    privacy::line_problem(line, is_known(app, tenant))
}

fn is_known(app: &App, tenant: &TenantAccess) -> impl Fn(&str) -> bool {
    let request = Request::new("", &tenant.sources, 1, app.clock.now());
    move |word| app.search.has_in_a_title(&request, word)
}

/// Deletes what is too old to be worked on, in all tenants.
pub async fn forget_old_misses(app: &App) -> sqlx::Result<u64> {
    let mut db = app.begin(&Scope::system()).await?;
    let deleted = store::delete_misses_before(&mut *db, app.clock.now() - KEPT).await?;
    db.commit().await?;
    Ok(deleted)
}
