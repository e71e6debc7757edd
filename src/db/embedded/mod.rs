//! The program's own PostgreSQL, for whoever has no database server: a private cluster in the data directory.
//! `serve` and the verbs share it; the first one starts it, the last one stops it.
//!
//! Architecture invariant: the system's own clusters are never touched, and the server listens on no network address.

mod account;
mod binaries;
mod cluster;
mod command;
mod log;
mod postmaster;
mod share;
mod socket;

use std::path::{Path, PathBuf};

use anyhow::Context;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::task::spawn_blocking;

pub use command::{Place, run_with_database};
use share::Share;

/// Overrides the search for the server programs `initdb`, `pg_ctl` and `postgres`.
const BINARIES_VARIABLE: &str = "ORTSGESPRAECH_POSTGRES_BIN";

/// How to start a server; [`EmbeddedPostgres::start`] is the usual way.
#[derive(Clone, Debug)]
pub struct Launch {
    data_dir: PathBuf,
    durable: bool,
    binaries: Option<PathBuf>,
}

impl Launch {
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let binaries = std::env::var_os(BINARIES_VARIABLE).map(PathBuf::from);
        Self { data_dir: data_dir.into(), durable: true, binaries }
    }

    /// Quick, and lost when the machine crashes: for tests only.
    #[must_use]
    pub fn without_durability(self) -> Self {
        Self { durable: false, ..self }
    }

    /// Uses the server programs of this directory and looks nowhere else.
    #[must_use]
    pub fn with_binaries(self, directory: impl Into<PathBuf>) -> Self {
        Self { binaries: Some(directory.into()), ..self }
    }

    pub async fn start(self) -> anyhow::Result<EmbeddedPostgres> {
        let share = spawn_blocking(move || Share::join(&self)).await??;
        let postgres = EmbeddedPostgres { url: share.url(), share: Some(share) };
        postgres.ensure_database().await.context("the embedded PostgreSQL does not answer")?;
        Ok(postgres)
    }
}

/// One program's share in the running server.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    url: String,
    share: Option<Share>,
}

impl EmbeddedPostgres {
    /// Starts the server of this data directory, or joins the one that runs already.
    pub async fn start(data_dir: &Path) -> anyhow::Result<Self> {
        Launch::new(data_dir).start().await
    }

    pub async fn start_for_tests(data_dir: &Path) -> anyhow::Result<Self> {
        Launch::new(data_dir).without_durability().start().await
    }

    /// The address for sqlx and psql; whoever cannot enter the cluster's directory cannot use it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Gives the share back; the last one to do so stops the server.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        match self.share.take() {
            Some(share) => spawn_blocking(move || share.leave()).await?,
            None => Ok(()),
        }
    }

    async fn ensure_database(&self) -> anyhow::Result<()> {
        let options: PgConnectOptions = self.url.parse()?;
        let mut connection = options.database("postgres").connect().await?;
        let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(cluster::DATABASE)
            .fetch_one(&mut connection)
            .await?;
        if !exists {
            tolerate_twin(sqlx::query("create database ortsgespraech").execute(&mut connection).await)?;
        }
        connection.close().await?;
        Ok(())
    }
}

/// Two verbs may find the database missing at the same moment; one of them makes it.
fn tolerate_twin<T>(outcome: sqlx::Result<T>) -> sqlx::Result<()> {
    const DUPLICATE: [&str; 2] = ["42P04", "23505"];
    match outcome {
        Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| DUPLICATE.contains(&code.as_ref())) => {
            Ok(())
        }
        outcome => outcome.map(drop),
    }
}

/// A verb that fails halfway never reaches `stop`; it must not leave the server behind.
impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        if let Some(share) = self.share.take()
            && let Err(error) = share.leave()
        {
            tracing::warn!("the embedded PostgreSQL was left running: {error:#}");
        }
    }
}
