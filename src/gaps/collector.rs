//! What searches without a hit and results of calls say comes into the queue here, each once however often this runs; and
//! what was kept long enough goes.

use chrono::TimeDelta;

use super::store::{self, MissedWords};
use super::{About, WINDOW};
use crate::app::App;
use crate::db::Scope;

/// Results older than this are corrected no more (a day), and every call is over.
const SETTLED: TimeDelta = TimeDelta::days(2);
/// Reports are kept so long.
const KEPT: TimeDelta = TimeDelta::days(730);
/// And who reported, unless it was told before.
const REPORTER_KEPT: TimeDelta = TimeDelta::days(90);
/// Rows of searches in one turn.
const TURN: i64 = 500;

pub async fn collect(app: &App) -> sqlx::Result<()> {
    collect_results(app).await?;
    while collect_misses(app).await? == TURN {}
    let now = app.clock.now();
    let mut db = app.begin(&Scope::system()).await?;
    store::measure(&mut db, now - WINDOW, now).await?;
    store::price_calls(&mut *db, now - SETTLED).await?;
    store::release_reporters(&mut *db, now - REPORTER_KEPT).await?;
    store::count_effects(&mut *db, now).await?;
    db.commit().await?;
    follow_handed(app).await
}

/// A gap rises where it was handed to with what is reported where it came from. Through several hands it takes a turn each.
async fn follow_handed(app: &App) -> sqlx::Result<()> {
    let mut db = app.begin(&Scope::system()).await?;
    if store::take_turn(&mut *db).await? {
        let owners = store::count_handed(&mut *db, app.clock.now() - WINDOW).await?;
        if !owners.is_empty() {
            store::reopen_handed(&mut db, &owners).await?;
        }
    }
    db.commit().await
}

/// "Nicht beantwortet" for want of knowledge, and "verbunden, weil Wissen fehlt": also of calls that were corrected since, or
/// that no desk of ours has seen.
async fn collect_results(app: &App) -> sqlx::Result<()> {
    let now = app.clock.now();
    let mut db = app.begin(&Scope::system()).await?;
    if store::take_turn(&mut *db).await? {
        store::withdraw_results(&mut db, now - SETTLED).await?;
        store::file_results(&mut *db, now - WINDOW, About::Call.title()).await?;
    }
    db.commit().await
}

/// How many rows there were.
async fn collect_misses(app: &App) -> sqlx::Result<i64> {
    let mut db = app.begin(&Scope::system()).await?;
    if !store::take_turn(&mut *db).await? {
        return Ok(0);
    }
    let misses = store::list_new_misses(&mut *db, TURN).await?;
    let about = |miss: &MissedWords| About::Words(miss.words.clone());
    let (keys, stems): (Vec<_>, Vec<_>) =
        misses.iter().map(|miss| (about(miss).key(), about(miss).stems().join(" "))).unzip();
    store::file_misses(&mut db, &misses, &keys, &stems).await?;
    db.commit().await?;
    Ok(i64::try_from(misses.len()).unwrap_or(i64::MAX))
}

/// Once a day.
pub async fn forget_old_reports(app: &App) -> sqlx::Result<u64> {
    let mut db = app.begin(&Scope::system()).await?;
    let deleted = store::delete_reports_before(&mut db, app.clock.now() - KEPT).await?;
    db.commit().await?;
    Ok(deleted)
}
