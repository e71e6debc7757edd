//! Sends the signals of telephones on to the desks that listen to this process.

use chrono::{DateTime, TimeDelta, Utc};

use super::store;
use crate::app::App;
use crate::db::{Follows, Scope};

const TIDIES_EVERY: TimeDelta = TimeDelta::minutes(1);

#[derive(Debug)]
pub struct DeskFollower {
    app: App,
    tidied_at: DateTime<Utc>,
}

impl DeskFollower {
    pub fn new(app: &App) -> Self {
        Self { app: app.clone(), tidied_at: app.clock.now() }
    }

    /// Everything that is committed now is sent afterwards.
    pub async fn catch_up(&mut self) -> anyhow::Result<()> {
        let (seats, cursors) = self.app.desks.cursors();
        if !seats.is_empty() {
            let mut db = self.app.begin(&Scope::system()).await?;
            let signals = store::list_signals(&mut *db, &seats, &cursors).await?;
            signals.into_iter().for_each(|signal| self.app.desks.send(signal));
        }
        self.tidy().await
    }

    async fn tidy(&mut self) -> anyhow::Result<()> {
        let now = self.app.clock.now();
        if now - self.tidied_at >= TIDIES_EVERY {
            self.tidied_at = now;
            let mut db = self.app.begin(&Scope::system()).await?;
            store::delete_old_signals(&mut *db, now).await?;
            db.commit().await?;
        }
        Ok(())
    }
}

impl Follows for DeskFollower {
    const WHAT: &'static str = "the signals of telephones";

    async fn follow(&mut self) -> anyhow::Result<()> {
        self.catch_up().await
    }
}
