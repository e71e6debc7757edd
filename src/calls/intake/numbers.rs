//! Callers' numbers: kept apart from everything else, and for a short while only.

use chrono::TimeDelta;

use super::store;
use crate::app::App;
use crate::calls::Incoming;
use crate::db::Scope;
use crate::tenants::Number;

/// From the last word about the call.
pub const KEPT: TimeDelta = TimeDelta::days(7);

/// None for whoever does not show one.
pub fn of(message: &Incoming) -> Option<String> {
    match Number::of_exchange(message.number.as_deref()?) {
        Number::Anonymous => None,
        number => Some(number.as_stored()),
    }
}

/// What was kept long enough is deleted; how much is all that anybody learns.
pub async fn forget_old_numbers(app: &App) -> sqlx::Result<()> {
    let mut db = app.begin(&Scope::system()).await?;
    let deleted = store::delete_old(&mut db, app.clock.now()).await?;
    db.commit().await?;
    tracing::info!(deleted, "callers' numbers were deleted by rule");
    Ok(())
}
