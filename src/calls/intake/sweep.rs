//! Calls whose end nobody told: after half a day nobody will.

use chrono::TimeDelta;

use super::store;
use crate::app::App;
use crate::calls::{Event, EventClock, EventKind, Facts, Identity, Incoming};
use crate::db::Scope;

/// Longer than any call, shorter than the day after which a reference means another one.
const SILENCE: TimeDelta = TimeDelta::hours(12);
/// In one go; the rest comes with the next one.
const MOST: i64 = 5_000;

/// They count as offered, and their end stays unknown. A later word of their source corrects it.
pub async fn close_forgotten(app: &App) -> anyhow::Result<()> {
    let mut db = app.begin(&Scope::system()).await?;
    let silent = store::list_silent(&mut db, app.clock.now() - SILENCE, MOST).await?;
    drop(db);
    let lost = silent.into_iter().map(|(source, call_ref, heard_at)| Incoming {
        source,
        call_ref: Some(call_ref),
        identity: Identity::InCall(format!("silent since {}", heard_at.timestamp())),
        event: Event {
            kind: EventKind::CallLost,
            at: heard_at + SILENCE,
            clock: EventClock::Received,
            facts: Facts::default(),
        },
        number: None,
    });
    app.intake.take(lost.collect()).await?;
    Ok(())
}
