//! The command line's verbs, one file each.

pub mod check;
pub mod database;
pub mod health;
pub mod knowledge;
pub mod line;
pub mod migrate;
pub mod place;
pub mod reindex;
pub mod serve;
pub mod simulate;
pub mod source;
pub mod tenant;
pub mod token;
pub mod user;

use anyhow::Context;
use sqlx::PgConnection;

use crate::config::Config;
use crate::db::{self, Database, Scope};
use crate::tenants::{self, Tenant};

/// One act of the command line: opens the database, does it in one transaction, and closes the database in any case.
async fn in_database<T>(
    config: &Config,
    act: impl AsyncFnOnce(&mut PgConnection) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let database = Database::open(config.database_url.as_deref(), &config.data_dir()).await?;
    let done = in_transaction(&database, act).await;
    database.close().await?;
    done
}

async fn in_transaction<T>(
    database: &Database,
    act: impl AsyncFnOnce(&mut PgConnection) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut db = db::begin_for(&database.pool, &Scope::system()).await?;
    let done = act(&mut db).await?;
    db.commit().await?;
    Ok(done)
}

/// The tenant of an option; the reserved one is none that could be named.
async fn tenant_by_slug(db: &mut PgConnection, slug: &str) -> anyhow::Result<Tenant> {
    let found = tenants::find_tenant_by_slug(&mut *db, slug).await?.filter(|tenant| tenant.kind != "intake");
    found.with_context(|| format!("there is no tenant '{slug}'; `ortsgespraech tenant list` shows all"))
}

async fn tenants_by_slug(db: &mut PgConnection, slugs: &[String]) -> anyhow::Result<Vec<Tenant>> {
    let mut found = Vec::with_capacity(slugs.len());
    for slug in slugs {
        found.push(tenant_by_slug(&mut *db, slug).await?);
    }
    Ok(found)
}

/// A row that is there already gets a sentence of its own instead of the database's.
fn unless_taken<T>(result: sqlx::Result<T>, taken: impl FnOnce() -> String) -> anyhow::Result<T> {
    match result {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => anyhow::bail!(taken()),
        other => Ok(other?),
    }
}
