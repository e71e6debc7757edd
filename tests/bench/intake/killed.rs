//! The server, or the database under it, killed without warning in the middle of the traffic, again and again: whatever was
//! acknowledged is there, and what was not is taken when it is sent again.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use ortsgespraech::clock::Clock;
use ortsgespraech::db::{Database, Scope, begin_for};
use rand::RngExt;

use super::messages::{self, Order};
use super::{open_door_in, tenants_in};
use crate::server::Server;

pub const HEAD: &str =
    "killed | of these the database | batches acknowledged | cut off, sent again | events stored | lost | twice | took";

pub async fn measure(dir: &Path, times: usize) -> anyhow::Result<String> {
    let database = Database::open(None, dir).await?;
    tenants_in(&database.pool).await?;
    let door = open_door_in(&database.pool, "killed", ortsgespraech::telephony::Adapter::Native).await?;
    database.close().await?;
    let (mut sent, mut cut_off) = (0, 0);
    let started = Instant::now();
    for turn in 0..times {
        let server = Server::start_alone(dir).await?;
        let bodies = messages::batches(&format!("turn{turn}"), Order::Mixed, 20, Clock::system().now());
        let moment = Duration::from_millis(rand::rng().random_range(20..600));
        let killer = kill_after(moment, server.id(), postmaster(dir).filter(|_| turn % 4 == 3));
        let taken = send_until_cut(&server, &door, &bodies).await;
        killer.await??;
        drop(server);
        if taken < bodies.len() {
            cut_off += 1;
            let server = Server::start_alone(dir).await?;
            let again = send_until_cut(&server, &door, &bodies[taken..]).await;
            ensure!(taken + again == bodies.len(), "turn {turn}: what was cut off is not taken again");
            server.stop()?;
        }
        sent += bodies.len();
    }
    let (stored, keys, calls) = count(dir).await?;
    let expected = i64::try_from(sent * 500)?;
    ensure!(calls == expected / 5, "{calls} calls instead of {}", expected / 5);
    Ok(format!(
        "{times} | {} | {sent} | {cut_off} | {stored} | {} | {} | {:.0} s",
        times / 4,
        expected - keys,
        stored - keys,
        started.elapsed().as_secs_f64()
    ))
}

/// How many batches were acknowledged before the connection broke.
async fn send_until_cut(server: &Server, door: &str, bodies: &[String]) -> usize {
    let Ok(mut client) = server.client("").await else { return 0 };
    for (number, body) in bodies.iter().enumerate() {
        if !matches!(client.post_json(door, body).await, Ok((200, _))) {
            return number;
        }
    }
    bodies.len()
}

fn kill_after(moment: Duration, server: u32, database: Option<u32>) -> tokio::task::JoinHandle<anyhow::Result<()>> {
    tokio::spawn(async move {
        tokio::time::sleep(moment).await;
        for process in database.into_iter().chain([server]) {
            Command::new("kill").args(["-9", &process.to_string()]).status()?;
        }
        Ok(())
    })
}

/// The database server's own process.
fn postmaster(dir: &Path) -> Option<u32> {
    let files = ["postgres/data/postmaster.pid", "postgres/postmaster.pid"];
    let text = files.iter().find_map(|file| std::fs::read_to_string(dir.join(file)).ok())?;
    text.lines().next()?.trim().parse().ok()
}

/// Stored events, distinct identities, calls that are whole.
async fn count(dir: &Path) -> anyhow::Result<(i64, i64, i64)> {
    let database = Database::open(None, dir).await.context("the database comes back")?;
    let mut db = begin_for(&database.pool, &Scope::system()).await?;
    let counted = sqlx::query_as(
        "select (select count(*) from call_event join call using (tenant_id, opened_at) where call.id = call_id and call_ref like 'turn%'),
                (select count(*) from call_event_key),
                (select count(*) from call where call_ref like 'turn%' and result = 'answered' and not incomplete)",
    )
    .fetch_one(&mut *db)
    .await?;
    drop(db);
    database.close().await?;
    Ok(counted)
}
