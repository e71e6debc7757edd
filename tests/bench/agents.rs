//! Fifty agents who type at the same time: what each of them waits for an answer.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::catalogue::{FIRST_SEARCHED, beginnings};
use crate::client::Client;
use crate::figures::{Times, per_second};
use crate::server::Server;

const AGENTS: u32 = 50;
/// Four keys a second.
const KEY: Duration = Duration::from_millis(250);
/// Between two titles, while the caller speaks.
const PAUSE: Duration = Duration::from_secs(1);
const TYPED_FOR: Duration = Duration::from_secs(15);

pub struct Typing {
    waited: Times,
    per_second: f64,
    cpu_per_search: Duration,
}

/// Each agent types titles of their own, letter by letter, over a connection of their own, in the Kreis.
pub async fn type_titles(server: &Server, token: &str, titles: &[String]) -> anyhow::Result<Typing> {
    let cpu = server.cpu()?;
    let mut agents = JoinSet::new();
    let start = Instant::now();
    for number in 0..AGENTS {
        let own = titles.chunks(titles.len().div_ceil(AGENTS as usize)).nth(number as usize).unwrap_or(titles).to_vec();
        let first_key = start + KEY * number / AGENTS;
        agents.spawn(type_until(start + TYPED_FOR, first_key, server.client(token).await?, own));
    }
    let mut waited = Times::default();
    while let Some(agent) = agents.join_next().await {
        waited.0.extend(agent??);
    }
    let searches = u32::try_from(waited.0.len())?;
    let cpu_per_search = server.cpu()?.saturating_sub(cpu) / searches.max(1);
    Ok(Typing { per_second: per_second(waited.0.len(), start.elapsed()), waited, cpu_per_search })
}

/// Keys are due when they are due, however late the answers come, and an answer is waited for from that moment on. Where the
/// agent waited for the key, the timer's own lateness of up to a millisecond is not the server's and does not count.
async fn type_until(
    end: Instant,
    first_key: Instant,
    mut client: Client,
    titles: Vec<String>,
) -> anyhow::Result<Vec<Duration>> {
    let mut waited = Vec::new();
    let mut due = first_key;
    for title in titles.iter().cycle() {
        due += KEY * (u32::try_from(FIRST_SEARCHED)? - 1);
        for typed in beginnings(title, 1) {
            if due >= end {
                return Ok(waited);
            }
            let is_late = Instant::now() > due;
            tokio::time::sleep_until(due.into()).await;
            let since = if is_late { due } else { Instant::now() };
            client.search("kreis", &typed).await?;
            waited.push(since.elapsed());
            due += KEY;
        }
        due += PAUSE;
    }
    Ok(waited)
}

impl Typing {
    pub const HEAD: &'static str = "searches | a second | waited p50 | p99 | server's processor time a search";

    pub fn cells(&self) -> String {
        format!(
            "{} | {:.0} | {} | {:.2} ms",
            self.waited.0.len(),
            self.per_second,
            self.waited.cells(),
            self.cpu_per_search.as_secs_f64() * 1_000.0
        )
    }
}
