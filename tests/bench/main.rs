//! `make bench`: how fast the search answers, over HTTP and by itself, and what a server with its index costs.
//!
//! Everything runs here and now: a database is made and dropped on the server of DATABASE_URL, the program is started on
//! a loopback port, and both sides search the same index for the same words in one run.

mod catalogue;
mod database;
mod server;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ortsgespraech::app::{App, Settings};
use ortsgespraech::clock::Clock;
use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::Content;
use ortsgespraech::search::{Follower, Request, SearchIndex};

use catalogue::Salad;
use database::BenchDatabase;
use server::Server;

/// As many as the desk shows.
const HITS: usize = 10;
const SEARCHES: usize = 2_000;

/// One line of the table.
struct Figures {
    name: String,
    entries: usize,
    build: Duration,
    start: Duration,
    memory_kb: usize,
    inside: Times,
    over_http: Times,
}

struct Times(Vec<Duration>);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Ok(address) = std::env::var("DATABASE_URL") else {
        println!("no DATABASE_URL: `make bench` starts a database and sets it");
        return Ok(());
    };
    let mut lines = Vec::new();
    for entries in sizes() {
        let mut salad = Salad::from_own_words();
        let contents: Vec<Content> = (0..entries).map(|_| salad.entry()).collect();
        let queries = salad.typed(&contents, SEARCHES);
        lines.push(measure(&address, format!("{entries} generated"), &contents, &queries).await?);
    }
    match catalogue::berlin(SEARCHES) {
        Some((contents, queries)) => {
            lines.push(measure(&address, "Berlin, real queries".to_owned(), &contents, &queries).await?);
        }
        None => println!("the Berlin catalogue is not there; only generated ones are measured"),
    }
    print_table(&lines);
    Ok(())
}

/// 1,000 and 100,000, or what ORTSGESPRAECH_BENCH_ENTRIES says.
fn sizes() -> Vec<usize> {
    let chosen = std::env::var("ORTSGESPRAECH_BENCH_ENTRIES").ok();
    let chosen: Option<Vec<usize>> = chosen.map(|list| list.split(',').filter_map(|size| size.parse().ok()).collect());
    chosen.unwrap_or_else(|| vec![1_000, 100_000])
}

async fn measure(address: &str, name: String, contents: &[Content], queries: &[String]) -> anyhow::Result<Figures> {
    let dir = Scratch::new()?;
    let database = BenchDatabase::create(address, &dir.0).await?;
    let (tenant, token) = database.fill(contents).await?;
    eprintln!("{name}: {} entries published, {} searches to come", contents.len(), queries.len());
    let (build, inside) = measure_inside(&database, &dir.0, tenant, queries).await?;
    let started = Instant::now();
    let server = Server::start(&database.address, &dir.0).await?;
    let start = started.elapsed();
    let over_http = server.search(&token, queries)?;
    let memory_kb = server.memory_kb()?;
    server.stop()?;
    database.remove(address).await?;
    Ok(Figures { name, entries: contents.len(), build, start, memory_kb, inside, over_http: Times(over_http) })
}

/// Builds the index that the server finds when it starts, and asks it without a network.
async fn measure_inside(
    database: &BenchDatabase,
    dir: &Path,
    tenant: TenantId,
    queries: &[String],
) -> anyhow::Result<(Duration, Times)> {
    let search = SearchIndex::open(&dir.join("index"))?;
    let app = App { pool: database.pool(), clock: Clock::system(), search, settings: Arc::new(Settings::default()) };
    let started = Instant::now();
    Follower::new(&app)?.catch_up().await?;
    let build = started.elapsed();
    let ask = |query: &String| {
        let started = Instant::now();
        let results = app.search.search(&Request::new(query, [tenant], HITS, app.clock.now()));
        (started.elapsed(), results.total)
    };
    for query in queries.iter().take(200) {
        let _ = ask(query);
    }
    let asked: Vec<_> = queries.iter().map(ask).collect();
    let empty = asked.iter().filter(|(_, total)| *total == 0).count();
    eprintln!("{empty} of {} searches found nothing", asked.len());
    Ok((build, Times(asked.into_iter().map(|(took, _)| took).collect())))
}

impl Times {
    /// In milliseconds.
    fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(place).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn print_table(lines: &[Figures]) {
    println!(
        "| catalogue | index built | entries/s | start with index | server memory | in process p50 | p99 | HTTP p50 | p99 | HTTP : in process |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for line in lines {
        let [inside, over_http] =
            [&line.inside, &line.over_http].map(|times| (times.percentile(50), times.percentile(99)));
        println!(
            "| {} | {:.1} s | {:.0} | {:.2} s | {:.0} MB | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} |",
            line.name,
            line.build.as_secs_f64(),
            line.entries as f64 / line.build.as_secs_f64(),
            line.start.as_secs_f64(),
            line.memory_kb as f64 / 1024.0,
            inside.0,
            inside.1,
            over_http.0,
            over_http.1,
            over_http.0 / inside.0,
        );
    }
}

/// A directory that goes with the measurement.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Self> {
        let dir = std::env::temp_dir().join(format!("ortsgespraech-bench-{}", std::process::id()));
        std::fs::create_dir_all(&dir)?;
        Ok(Self(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
