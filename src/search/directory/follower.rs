//! Keeps the index of the directory as the database is: town by town, whenever its revision is another one.

use std::collections::HashMap;

use sqlx::PgPool;

use super::DirectoryIndex;
use crate::app::App;
use crate::db::{self, Follows, Scope};
use crate::directory;
use crate::ids::TenantId;

pub struct DirectoryFollower {
    pool: PgPool,
    index: DirectoryIndex,
    /// As they were read.
    revisions: HashMap<TenantId, i64>,
}

impl DirectoryFollower {
    pub fn new(app: &App) -> Self {
        Self { pool: app.pool.clone(), index: app.search.directory().clone(), revisions: HashMap::new() }
    }

    /// Everything that is committed now counts afterwards.
    pub async fn catch_up(&mut self) -> anyhow::Result<()> {
        let mut db = db::begin_for(&self.pool, &Scope::system()).await?;
        // The revision is read before the rows: what comes in between is read twice and never missed.
        for (tenant, revision) in directory::list_revisions(&mut *db).await? {
            if self.revisions.get(&tenant) == Some(&revision) {
                continue;
            }
            let things = directory::list_for_index(&mut *db, tenant).await?;
            let index = self.index.clone();
            tokio::task::spawn_blocking(move || index.replace(tenant, &things)).await??;
            self.revisions.insert(tenant, revision);
        }
        Ok(())
    }
}

impl Follows for DirectoryFollower {
    const WHAT: &'static str = "the index of the directory";

    async fn follow(&mut self) -> anyhow::Result<()> {
        self.catch_up().await
    }
}
