//! Keeps the towns' words of this process as the database has them.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;

use super::super::SearchIndex;
use super::super::bell::Bell;
use super::{Additions, store};
use crate::app::App;
use crate::db::{self, Scope};

/// A notification may get lost; the look at one number costs little.
const POLL: Duration = Duration::from_millis(800);
const AFTER_FAILURE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub struct WordFollower {
    pool: PgPool,
    index: SearchIndex,
    bell: Bell,
}

impl WordFollower {
    pub fn new(app: &App) -> Self {
        Self { pool: app.pool.clone(), index: app.search.clone(), bell: Bell::on("lexicon_change") }
    }

    /// Until `stop` says so.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let caught_up = self.catch_up().await;
            if let Err(error) = &caught_up {
                tracing::warn!(error = format!("{error:#}"), "the towns' words cannot be read");
                self.bell.unhook();
            }
            let wait = async {
                if caught_up.is_ok() { self.bell.rung(&self.pool).await } else { std::future::pending().await }
            };
            tokio::select! {
                () = wait => {}
                () = tokio::time::sleep(if caught_up.is_ok() { POLL } else { AFTER_FAILURE }) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Every line that is committed now counts afterwards.
    pub async fn catch_up(&self) -> anyhow::Result<()> {
        let mut db = db::begin_for(&self.pool, &Scope::system()).await?;
        let epoch = store::find_epoch(&mut *db).await?;
        let before = self.index.additions();
        if before.epoch == epoch {
            return Ok(());
        }
        // Lines that are newer than the epoch are read again with the next one.
        let lines = store::list_all_wordings(&mut *db).await?;
        drop(db);
        let additions = tokio::task::spawn_blocking(move || Additions::of(epoch, lines, &before)).await?;
        self.index.replace_additions(additions);
        Ok(())
    }
}
