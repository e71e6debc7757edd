//! Names and addresses go some days after the appointment, the appointment itself after two years.

use chrono::TimeDelta;

use super::store;
use crate::app::App;
use crate::clock;
use crate::db::Scope;

const KEPT: TimeDelta = TimeDelta::days(730);

/// Says how many names and addresses were deleted.
pub async fn forget_contacts(app: &App) -> sqlx::Result<u64> {
    let now = app.clock.now();
    let mut db = app.begin(&Scope::system()).await?;
    let forgotten = store::delete_contacts_before(&mut *db, clock::day_of(now)).await?;
    store::delete_old_appointments(&mut *db, now - KEPT, now).await?;
    db.commit().await?;
    Ok(forgotten)
}
