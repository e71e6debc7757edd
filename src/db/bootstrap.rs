//! From nothing to a migrated database: server, application role, migrations, pool.

use std::path::Path;

use anyhow::Context;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, PgPool};

use super::embedded::EmbeddedPostgres;
use super::{APPLICATION_ROLE, MIGRATOR};

/// The database of a running program: a given server, or our own in the data directory.
#[derive(Debug)]
pub struct Database {
    pub pool: PgPool,
    embedded: Option<EmbeddedPostgres>,
}

impl Database {
    /// Connects, migrates, and hands out a pool of the application role.
    pub async fn open(database_url: Option<&str>, data_dir: &Path) -> anyhow::Result<Self> {
        let embedded = match database_url {
            Some(_) => None,
            None => Some(EmbeddedPostgres::start(data_dir).await?),
        };
        let url = embedded.as_ref().map_or(database_url.unwrap_or_default(), EmbeddedPostgres::url);
        let options: PgConnectOptions = url.parse().context("DATABASE_URL is no PostgreSQL address")?;
        let options = options.log_statements(tracing::log::LevelFilter::Trace);
        migrate(&options).await?;
        let pool = pool_options().max_connections(16).connect_with(options).await?;
        Ok(Self { pool, embedded })
    }

    pub async fn close(self) -> anyhow::Result<()> {
        self.pool.close().await;
        match self.embedded {
            Some(embedded) => embedded.stop().await,
            None => Ok(()),
        }
    }
}

async fn migrate(options: &PgConnectOptions) -> anyhow::Result<()> {
    let mut owner =
        PgConnection::connect_with(options).await.context("PostgreSQL does not answer at the given address")?;
    ensure_application_role(&mut owner).await?;
    MIGRATOR.run(&mut owner).await.context("a migration failed")?;
    owner.close().await?;
    Ok(())
}

/// Roles belong to the cluster, so two databases may race to make this one; "exists" is fine.
pub async fn ensure_application_role(owner: &mut PgConnection) -> anyhow::Result<()> {
    let statement = format!(
        "do $$ begin
            if not exists (select from pg_roles where rolname = '{APPLICATION_ROLE}') then
                create role {APPLICATION_ROLE} nologin nosuperuser nobypassrls;
            end if;
            if not pg_has_role('{APPLICATION_ROLE}', 'member') then
                execute format('grant {APPLICATION_ROLE} to %I', current_user);
            end if;
        exception when duplicate_object or unique_violation then null;
        end $$"
    );
    owner.execute(AssertSqlSafe(statement)).await.with_context(|| {
        format!("the database user must be able to create the role {APPLICATION_ROLE}, or be a member of it")
    })?;
    Ok(())
}

/// Every connection of the program and of the tests drops its owner's rights at once.
pub fn pool_options() -> PgPoolOptions {
    PgPoolOptions::new().after_connect(|connection, _| {
        Box::pin(async move {
            connection.execute("set role ortsgespraech_app").await?;
            Ok(())
        })
    })
}
