//! How soon two running servers find what was published: from the commit to the first answer with it over HTTP.

use std::time::{Duration, Instant};

use anyhow::ensure;
use ortsgespraech::audit::Actor;
use ortsgespraech::clock::Clock;
use ortsgespraech::db::{Scope, begin_for};
use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::{self, Content, Target};

use crate::client::Client;
use crate::database::BenchDatabase;
use crate::figures::Times;
use crate::server::Server;

const CHANGES: usize = 20;
const PATIENCE: Duration = Duration::from_mins(2);

#[derive(Default)]
pub struct Freshness {
    /// Of single changes, server by server.
    found: [Times; 2],
    /// Of the whole catalogue announced anew at once, with a new entry behind it; the slower server.
    after_all: Duration,
}

pub async fn measure(
    database: &BenchDatabase,
    tenant: TenantId,
    servers: [&Server; 2],
    token: &str,
) -> anyhow::Result<Freshness> {
    let mut clients = [servers[0].client(token).await?, servers[1].client(token).await?];
    let mut freshness = Freshness::default();
    for number in 0..CHANGES {
        let title = format!("Neuigkeit {number}");
        let published = publish(database, tenant, &title).await?;
        for (times, took) in freshness.found.iter_mut().zip(find_with_both(&mut clients, &title, published).await?) {
            times.0.push(took);
        }
    }
    database.announce(tenant).await?;
    let published = publish(database, tenant, "Schlusslicht").await?;
    let [one, other] = find_with_both(&mut clients, "Schlusslicht", published).await?;
    freshness.after_all = one.max(other);
    Ok(freshness)
}

/// Tells when it was committed.
async fn publish(database: &BenchDatabase, tenant: TenantId, title: &str) -> anyhow::Result<Instant> {
    let content = Content { title: title.to_owned(), ..Content::default() };
    let mut db = begin_for(&database.pool(), &Scope::system()).await?;
    let (target, actor) = (Target::External(title), Actor::command_line());
    knowledge::publish(&mut db, tenant, target, &content, &actor, Clock::system().now()).await?;
    db.commit().await?;
    Ok(Instant::now())
}

async fn find_with_both([one, other]: &mut [Client; 2], title: &str, since: Instant) -> anyhow::Result<[Duration; 2]> {
    let (one, other) = tokio::try_join!(find(one, title, since), find(other, title, since))?;
    Ok([one, other])
}

async fn find(client: &mut Client, title: &str, since: Instant) -> anyhow::Result<Duration> {
    let key = format!("\"external_id\":\"{title}\"");
    loop {
        let answer = client.search("kreis", title).await?;
        if String::from_utf8_lossy(&answer).contains(&key) {
            return Ok(since.elapsed());
        }
        ensure!(since.elapsed() < PATIENCE, "{title} is not found after {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

impl Freshness {
    pub const HEAD: &'static str =
        "server 1: median | slowest | server 2: median | slowest | behind the whole catalogue";

    pub fn cells(&self) -> String {
        let [one, other] = &self.found;
        let cells = |times: &Times| format!("{:.0} ms | {:.0} ms", times.percentile(50), times.percentile(100));
        format!("{} | {} | {:.1} s", cells(one), cells(other), self.after_all.as_secs_f64())
    }
}
