//! Keeps what this process has learned as the database has it.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;

use super::super::SearchIndex;
use super::super::bell::Bell;
use super::store;
use crate::app::App;
use crate::db::{self, Scope};

/// A notification may get lost; the look at the newest rows costs little.
const POLL: Duration = Duration::from_millis(800);
const AFTER_FAILURE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub struct LearningFollower {
    pool: PgPool,
    index: SearchIndex,
    bell: Bell,
    /// Everything older was read.
    next: i64,
}

impl LearningFollower {
    pub fn new(app: &App) -> Self {
        Self { pool: app.pool.clone(), index: app.search.clone(), bell: Bell::on("learned"), next: 0 }
    }

    /// Until `stop` says so.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let caught_up = self.catch_up().await;
            if let Err(error) = &caught_up {
                tracing::warn!(error = format!("{error:#}"), "what was learned cannot be read");
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

    /// Every answer that is committed now counts afterwards.
    pub async fn catch_up(&mut self) -> anyhow::Result<()> {
        let mut db = db::begin_for(&self.pool, &Scope::system()).await?;
        let (lessons, next) = store::list_changed(&mut db, self.next).await?;
        let switches = store::list_switches(&mut *db).await?;
        let memory = self.index.memory();
        memory.take(lessons);
        switches.into_iter().for_each(|(tenant, learns)| memory.switch(tenant, learns));
        self.next = next;
        Ok(())
    }
}
