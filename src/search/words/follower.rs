//! Keeps the towns' words of this process as the database has them.

use sqlx::PgPool;

use super::super::SearchIndex;
use super::{Additions, store};
use crate::app::App;
use crate::db::{self, Follows, Scope};

#[derive(Debug)]
pub struct WordFollower {
    pool: PgPool,
    index: SearchIndex,
}

impl WordFollower {
    pub fn new(app: &App) -> Self {
        Self { pool: app.pool.clone(), index: app.search.clone() }
    }

    /// Everything that is committed now counts afterwards.
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

impl Follows for WordFollower {
    const WHAT: &'static str = "the words of the towns";

    async fn follow(&mut self) -> anyhow::Result<()> {
        self.catch_up().await
    }
}
