//! `simulate --live`: an imaginary telephone system that knocks at a running server's door until it is told to stop.

use anyhow::{Context, ensure};
use axum::body::Body;
use axum::http::{Request, header};
use chrono::{DateTime, Utc};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::time::Duration;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Database, Scope, begin_for};
use crate::demo::live::{self, Hall, House, People, Stage};

#[derive(Debug, clap::Args)]
pub struct Live {
    /// Calls that come in now, told through the native door of a running server, instead of history
    #[arg(long = "live", id = "live", conflicts_with_all = ["days", "calls_per_day", "tenant"])]
    is_wanted: bool,
    /// Where the server is
    #[arg(long, requires = "live", default_value = "http://127.0.0.1:8080")]
    server: String,
    #[arg(long, requires = "live", default_value = "60", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    calls_per_hour: u32,
    /// Seats that answer by themselves
    #[arg(long, requires = "live", default_value = "4", value_parser = clap::value_parser!(u16).range(0..=5_000))]
    seats: u16,
    /// Ends by itself; without it Ctrl-C ends it
    #[arg(long, requires = "live")]
    minutes: Option<u32>,
}

impl Live {
    pub fn is_wanted(&self) -> bool {
        self.is_wanted
    }
}

/// A server somewhere else.
struct OverThere {
    house: House,
    client: Client<HttpConnector, Body>,
    door: String,
    calls_per_hour: f64,
}

impl Hall for OverThere {
    fn now(&self) -> DateTime<Utc> {
        self.house.clock.now()
    }

    fn calls_per_hour(&self, _: DateTime<Utc>) -> f64 {
        self.calls_per_hour
    }

    async fn people(&self) -> anyhow::Result<People> {
        self.house.people().await
    }

    async fn tell(&self, message: String) -> anyhow::Result<()> {
        let request = Request::post(&self.door).header(header::CONTENT_TYPE, "application/json");
        let answer = self.client.request(request.body(Body::from(message))?).await?;
        ensure!(answer.status().is_success(), "the door answers {}", answer.status());
        Ok(())
    }
}

pub async fn run(config: &Config, live: &Live, seed: Option<u64>) -> anyhow::Result<()> {
    let database = Database::open(config.database_url.as_deref(), &config.data_dir()).await?;
    let played = play(&database, live, seed).await;
    database.close().await?;
    played
}

async fn play(database: &Database, live: &Live, seed: Option<u64>) -> anyhow::Result<()> {
    let clock = Clock::system();
    let now = clock.now();
    let (house, path) = live::open_door(&database.pool, &clock).await?;
    let lines = live::lines(&mut *begin_for(&database.pool, &Scope::system()).await?).await?;
    ensure!(!lines.is_empty(), "there is no line yet; `line create` makes one");
    let name = now.timestamp().to_string();
    let stage = Stage::new(lines, live.seats.into(), seed.unwrap_or(now.timestamp().unsigned_abs()), &name, now);
    let hall = OverThere {
        house,
        client: Client::builder(TokioExecutor::new()).build_http(),
        door: format!("{}{path}", live.server.trim_end_matches('/')),
        calls_per_hour: live.calls_per_hour.into(),
    };
    hall.tell(r#"{"events":[]}"#.to_owned()).await.with_context(|| format!("no server answers at {}", live.server))?;
    let (stop, stopped) = watch::channel(false);
    let playing = tokio::spawn(live::play(hall, stage, stopped));
    let minutes = live.minutes.map(|minutes| Duration::from_secs(60 * u64::from(minutes)));
    tokio::select! {
        () = tokio::time::sleep(minutes.unwrap_or(Duration::MAX)) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    stop.send_replace(true);
    Ok(playing.await?)
}
