//! `serve`: migrates, then answers until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::{App, Settings};
use crate::calls::Intake;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Database, Scope};
use crate::demo;
use crate::demo::live::{self, Stage};
use crate::desk::DeskHub;
use crate::search::SearchIndex;
use crate::telemetry;
use crate::work::Work;

/// Imaginary colleagues of whoever tries the demo.
const DEMO_SEATS: usize = 4;

#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Fill an empty database with the demo tenants, and offer their accounts on the sign-in page
    #[arg(long)]
    demo: bool,
}

pub async fn run(config: &Config, serve: &Serve) -> anyhow::Result<()> {
    let database = Database::open(config.database_url.as_deref(), &config.data_dir()).await?;
    let clock = Clock::system();
    let app = App {
        pool: database.pool.clone(),
        intake: Intake::new(database.pool.clone(), clock.clone()),
        desks: DeskHub::default(),
        clock,
        search: SearchIndex::open(&config.data_dir().join("index"))?,
        settings: Arc::new(Settings {
            demo_accounts: if serve.demo { &demo::DEMO_ACCOUNTS } else { &[] },
            uploads: Some(config.data_dir().join("uploads")),
        }),
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
    let desks = app.desks.clone();
    let router = crate::routes::router(app.clone());
    let playing = if serve.demo { play_demo(&app, &router).await? } else { None };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    // A stream has no end of its own: every open desk would keep the server from stopping.
    let stop = async move {
        stopped().await;
        desks.close();
    };
    axum::serve(listener, service).with_graceful_shutdown(stop).await?;
    if let Some((stop, played)) = playing {
        stop.send_replace(true);
        played.await?;
    }
    work.stop().await;
    database.close().await
}

type Playing = (watch::Sender<bool>, JoinHandle<()>);

/// The demo has a telephone system of its own, so that its desks live.
async fn play_demo(app: &App, router: &Router) -> anyhow::Result<Option<Playing>> {
    if !live::is_demo(&app.pool).await? {
        return Ok(None);
    }
    let (house, door) = live::open_door(&app.pool, &app.clock).await?;
    let now = app.clock.now();
    let lines = live::lines(&mut *app.begin(&Scope::system()).await?).await?;
    let stage = Stage::new(lines, DEMO_SEATS, now.timestamp().unsigned_abs(), &now.timestamp().to_string(), now);
    let (stop, stopped) = watch::channel(false);
    let hall = live::InHouse { house, router: router.clone(), door };
    Ok(Some((stop, tokio::spawn(live::play(hall, stage, stopped)))))
}

/// Ctrl-C, or a service manager's polite request.
async fn stopped() {
    let mut terminate = signal(SignalKind::terminate()).expect("a signal handler can be set");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {},
        _ = terminate.recv() => {},
    }
}
