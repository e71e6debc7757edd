//! `check`: proves that the search index is what the database is. It only reads.

use anyhow::ensure;

use crate::config::Config;
use crate::db::Database;
use crate::search;

pub async fn run(config: &Config) -> anyhow::Result<()> {
    let database = Database::open(config.database_url.as_deref(), &config.data_dir()).await?;
    let reports = search::check(&database.pool, &config.data_dir().join("index")).await;
    database.close().await?;
    let reports = reports?;
    ensure!(!reports.is_empty(), "there is no search index in {} yet; `serve` builds it", config.data_dir().display());
    for report in &reports {
        println!("{report}");
    }
    ensure!(reports.iter().all(search::CheckReport::is_equal), "search index and database differ");
    Ok(())
}
