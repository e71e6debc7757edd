//! `simulate`: writes invented call history.

mod live;

use std::io::{self, IsTerminal};
use std::sync::Arc;

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::spawn_blocking;

use super::tenants_by_slug;
use crate::calls::{self, PastCall};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Database, Scope, begin_for};
use crate::demo::{self, traffic};
use live::Live;
use traffic::{Traffic, Volume};

/// Writes plausible call history that ends now: weekday and half-hour profile, service hours and holidays, waits, abandons,
/// topics, outcomes. The same seed writes the same calls, except for their ids.
#[derive(Debug, clap::Args)]
pub struct Simulate {
    /// How many days, today included
    #[arg(long, required_unless_present = "live", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    /// Calls on an ordinary working day, for all tenants together; a week has five times as many
    #[arg(long, required_unless_present = "live", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    calls_per_day: Option<u32>,
    /// Any number; another seed gives other calls
    #[arg(long, required_unless_present = "live")]
    seed: Option<u64>,
    /// Only calls to the lines of this tenant; may be repeated. Without it all tenants and their shared lines
    #[arg(long)]
    tenant: Vec<String>,
    #[command(flatten)]
    live: Live,
}

impl Simulate {
    fn volume(&self) -> anyhow::Result<Volume> {
        let (days, calls_per_day) = (self.days.context("--days")?, self.calls_per_day.context("--calls-per-day")?);
        Ok(Volume { days, calls_per_day, seed: self.seed.context("--seed")? })
    }
}

/// Calls in one transaction, about.
const BATCH: u32 = 10_000;
/// Transactions at the same time: one writes while the next one is being invented and checked.
const WRITERS: usize = 2;

pub async fn run(config: &Config, simulate: &Simulate) -> anyhow::Result<()> {
    if simulate.live.is_wanted() {
        return live::run(config, &simulate.live, simulate.seed).await;
    }
    let database = Database::open(config.database_url.as_deref(), &config.data_dir()).await?;
    let written = write_history(&database, simulate).await;
    database.close().await?;
    println!("calls={}", written?);
    Ok(())
}

async fn write_history(database: &Database, simulate: &Simulate) -> anyhow::Result<usize> {
    let now = Clock::system().now();
    let volume = simulate.volume()?;
    let mut db = begin_for(&database.pool, &Scope::system()).await?;
    let tenants = tenants_by_slug(&mut db, &simulate.tenant).await?;
    let traffic = Arc::new(Traffic::new(demo::load_scene(&mut db, &tenants).await?, volume, now));
    let days: Vec<_> = traffic.days().collect();
    if let (Some(first), Some(last)) = (days.first(), days.last()) {
        calls::ensure_months(&mut db, first.pred_opt().unwrap_or(*first), *last).await?;
    }
    db.commit().await?;
    let bar = progress_bar(days.len() as u64);
    let days_a_batch = usize::try_from(BATCH.div_ceil(volume.calls_per_day))?;
    let batches = days.chunks(days_a_batch).map(<[_]>::to_vec);
    let written = stream::iter(batches)
        .map(|days| write_days(database, Arc::clone(&traffic), days))
        .buffer_unordered(WRITERS)
        .try_fold(0, async |sum, (days, calls)| {
            bar.inc(days);
            Ok(sum + calls)
        })
        .await
        .context("not every day was written, and those that were stay")?;
    bar.finish_and_clear();
    Ok(written)
}

async fn write_days(
    database: &Database,
    traffic: Arc<Traffic>,
    days: Vec<chrono::NaiveDate>,
) -> anyhow::Result<(u64, usize)> {
    let count = days.len() as u64;
    let invented: Vec<PastCall> =
        spawn_blocking(move || days.into_iter().flat_map(|day| traffic.calls_of(day)).collect()).await?;
    let mut db = begin_for(&database.pool, &Scope::system()).await?;
    calls::bulk_load(&mut db, demo::SOURCE, &invented).await?;
    db.commit().await?;
    Ok((count, invented.len()))
}

fn progress_bar(days: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} days, {elapsed}, {eta} left");
    ProgressBar::new(days).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
