//! `reindex`: asks every server process to build its search index anew.

use crate::config::Config;
use crate::db::{Database, Scope, begin_for};
use crate::search;

pub async fn run(config: &Config) -> anyhow::Result<()> {
    let database = Database::open(config.database_url.as_deref(), &config.data_dir()).await?;
    let mut db = begin_for(&database.pool, &Scope::system()).await?;
    let epoch = search::raise_epoch(&mut *db).await?;
    db.commit().await?;
    println!("search index {epoch} asked for: a running server builds it within seconds, another one when it starts");
    database.close().await
}
