//! Keeps what this process has learned as the database has it.

use sqlx::PgPool;

use super::super::SearchIndex;
use super::store;
use crate::app::App;
use crate::db::{self, Follows, Scope};

#[derive(Debug)]
pub struct LearningFollower {
    pool: PgPool,
    index: SearchIndex,
    /// Everything older was read.
    next: i64,
}

impl LearningFollower {
    pub fn new(app: &App) -> Self {
        Self { pool: app.pool.clone(), index: app.search.clone(), next: 0 }
    }

    /// Everything that is committed now counts afterwards.
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

impl Follows for LearningFollower {
    const WHAT: &'static str = "what was learned";

    async fn follow(&mut self) -> anyhow::Result<()> {
        self.catch_up().await
    }
}
