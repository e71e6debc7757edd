//! Catalogues of several sizes: what their index costs, and how fast it answers by itself, over HTTP and to fifty agents.

use std::time::{Duration, Instant};

use ortsgespraech::app::App;
use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::Content;
use ortsgespraech::search::Request;

use crate::agents::{Typing, type_titles};
use crate::catalogue::{self, Salad};
use crate::figures::{Times, megabytes, per_second, print_table};
use crate::freshness::{self, Freshness};
use crate::site::Site;
use crate::{HITS, SEARCHES};

/// From here on it is worth knowing what many agents and many changes do.
const LARGE: usize = 10_000;

const HEAD: &str = "catalogue | index built | entries/s | start with index | server memory | in process p50 | p99 | HTTP p50 | p99 | HTTP : in process";

/// One line of each table.
struct Figures {
    name: String,
    search: String,
    typing: Option<Typing>,
    freshness: Option<Freshness>,
}

pub async fn measure_all(address: &str) -> anyhow::Result<()> {
    let mut figures = Vec::new();
    for entries in sizes() {
        let mut salad = Salad::from_own_words();
        let contents = salad.entries(entries);
        let queries = salad.typed(&contents, SEARCHES);
        figures.push(measure(address, format!("{entries} generated"), &contents, queries).await?);
    }
    match catalogue::berlin(SEARCHES) {
        Some((contents, queries)) => {
            figures.push(measure(address, "Berlin, real queries".to_owned(), &contents, queries).await?);
        }
        None => println!("the Berlin catalogue is not there; only generated ones are measured"),
    }
    print(&figures);
    Ok(())
}

/// 1,000, 10,000 and 100,000, or what ORTSGESPRAECH_BENCH_ENTRIES says.
fn sizes() -> Vec<usize> {
    let chosen = std::env::var("ORTSGESPRAECH_BENCH_ENTRIES").ok();
    let chosen: Option<Vec<usize>> = chosen.map(|list| list.split(',').filter_map(|size| size.parse().ok()).collect());
    chosen.unwrap_or_else(|| vec![1_000, 10_000, 100_000])
}

async fn measure(address: &str, name: String, contents: &[Content], queries: Vec<String>) -> anyhow::Result<Figures> {
    let site = Site::new(address).await?;
    let founded = site.database.found_towns(0).await?;
    site.database.fill(&[founded.kreis], contents).await?;
    eprintln!("{name}: {} entries published, {} searches to come", contents.len(), queries.len());
    let (app, build) = site.build_index().await?;
    let inside = search_inside(&app, founded.kreis, &queries);
    drop(app);
    let server = site.start_server().await?;
    let searches: Vec<_> = queries.into_iter().map(|query| ("kreis".to_owned(), query)).collect();
    let over_http = server.search(&founded.token, &searches).await?;
    let memory = megabytes(server.memory_kb()?);
    let search = cells(contents.len(), build, server.start, memory, &inside, &over_http);
    let (mut typing, mut freshness) = (None, None);
    if contents.len() >= LARGE {
        let titles: Vec<String> = contents.iter().map(|content| content.title.clone()).collect();
        typing = Some(type_titles(&server, &founded.token, &titles).await?);
        let other = site.start_server().await?;
        let servers = [&server, &other];
        freshness = Some(freshness::measure(&site.database, founded.kreis, servers, &founded.token).await?);
        other.stop()?;
    }
    server.stop()?;
    site.remove(address).await?;
    Ok(Figures { name, search, typing, freshness })
}

/// Without a network and without a server.
fn search_inside(app: &App, tenant: TenantId, queries: &[String]) -> Times {
    let search = |query: &String| app.search.search(&Request::new(query, [tenant], HITS, app.clock.now())).total;
    queries.iter().take(200).for_each(|query| _ = search(query));
    let (mut times, mut empty) = (Times::default(), 0);
    for query in queries {
        let started = Instant::now();
        empty += usize::from(search(query) == 0);
        times.0.push(started.elapsed());
    }
    eprintln!("{empty} of {} searches found nothing", queries.len());
    times
}

fn cells(entries: usize, build: Duration, start: Duration, memory: usize, inside: &Times, over_http: &Times) -> String {
    format!(
        "{:.1} s | {:.0} | {:.2} s | {memory} MB | {} | {} | {}",
        build.as_secs_f64(),
        per_second(entries, build),
        start.as_secs_f64(),
        inside.cells(),
        over_http.cells(),
        over_http.ratio_to(inside)
    )
}

fn print(figures: &[Figures]) {
    let lines: Vec<_> = figures.iter().map(|line| format!("{} | {}", line.name, line.search)).collect();
    print_table("One search after the other", HEAD, &lines);
    let of = |cells: fn(&Figures) -> Option<String>| -> Vec<String> {
        figures.iter().filter_map(|line| Some(format!("{} | {}", line.name, cells(line)?))).collect()
    };
    let typing = of(|line| line.typing.as_ref().map(Typing::cells));
    print_table("50 agents type four keys a second", &format!("catalogue | {}", Typing::HEAD), &typing);
    let freshness = of(|line| line.freshness.as_ref().map(Freshness::cells));
    print_table("From the commit until it is found", &format!("catalogue | {}", Freshness::HEAD), &freshness);
}
