//! `migrate`: brings the database up to date and does nothing else.

use crate::config::Config;
use crate::db::Database;

pub async fn run(config: &Config) -> anyhow::Result<()> {
    Database::open(config.database_url.as_deref(), &config.data_dir()).await?.close().await
}
