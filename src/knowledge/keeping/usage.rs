//! How often entries are opened in calls, counted in the background: a Kreis sees that its text is used in twelve towns, and
//! none of their calls.

use chrono::TimeDelta;

use super::store;
use crate::app::App;
use crate::db::Scope;

/// What counts as "lately".
const LATELY: TimeDelta = TimeDelta::days(90);

/// Counts anew for all tenants.
pub async fn count_use(app: &App) -> sqlx::Result<u64> {
    let now = app.clock.now();
    let mut db = app.begin(&Scope::system()).await?;
    let counted = store::replace_use(&mut db, now - LATELY, now).await?;
    db.commit().await?;
    Ok(counted)
}
