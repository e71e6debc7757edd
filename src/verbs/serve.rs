//! `serve`: migrates, then answers until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::{App, Settings};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Database;
use crate::demo;
use crate::search::SearchIndex;
use crate::telemetry;
use crate::work::Work;

#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Fill an empty database with the demo tenants, and offer their accounts on the sign-in page
    #[arg(long)]
    demo: bool,
}

pub async fn run(config: &Config, serve: &Serve) -> anyhow::Result<()> {
    let database = Database::open(config.database_url.as_deref(), &config.data_dir()).await?;
    let app = App {
        pool: database.pool.clone(),
        clock: Clock::system(),
        search: SearchIndex::open(&config.data_dir().join("index"))?,
        settings: Arc::new(Settings { demo_accounts: if serve.demo { &demo::DEMO_ACCOUNTS } else { &[] } }),
    };
    if serve.demo && demo::fill(&app).await? {
        tracing::info!("filled the empty database with the demo");
    }
    telemetry::figures();
    let work = Work::start(&app)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}; is another program using it?", config.listen))?;
    tracing::info!(address = %config.listen, "ready");
    let router = crate::routes::router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router).with_graceful_shutdown(stopped()).await?;
    work.stop().await;
    database.close().await
}

/// Ctrl-C, or a service manager's polite request.
async fn stopped() {
    let mut terminate = signal(SignalKind::terminate()).expect("a signal handler can be set");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {},
        _ = terminate.recv() => {},
    }
}
