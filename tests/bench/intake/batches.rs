//! Batches through the door, one after the other, beside the plainest SQL for the same rows and commits.

use std::time::{Duration, Instant};

use anyhow::ensure;
use ortsgespraech::clock::Clock;

use super::messages::{self, Order};
use super::plain;
use crate::figures::{Times, per_second};
use crate::server::Server;
use crate::site::Site;

const BATCHES: usize = 100;
const EVENTS: usize = BATCHES * messages::CALLS_A_BATCH * messages::EVENTS_A_CALL;

pub const HEAD: &str =
    "order of events | events a second | a batch p50 | p99 | again (duplicates) a second | plain SQL a second | ratio";

pub async fn measure(server: &Server, door: &str, site: &Site, order: Order) -> anyhow::Result<String> {
    let name = format!("{order:?}");
    let bodies = messages::batches(&name, order, BATCHES, Clock::system().now());
    let first = send(server, door, &bodies, "accepted").await?;
    let again = send(server, door, &bodies, "duplicates").await?;
    let plain = plain::write(&site.database.address, &name, BATCHES).await?;
    let rate = |took: Duration| per_second(EVENTS, took);
    let total = |times: &Times| times.0.iter().sum::<Duration>();
    Ok(format!(
        "{name} | {:.0} | {} | {:.0} | {:.0} | {:.2}",
        rate(total(&first)),
        first.cells(),
        rate(total(&again)),
        rate(plain),
        plain.as_secs_f64() / total(&first).as_secs_f64()
    ))
}

async fn send(server: &Server, door: &str, bodies: &[String], expected: &str) -> anyhow::Result<Times> {
    let mut client = server.client("").await?;
    let mut times = Times::default();
    for body in bodies {
        let started = Instant::now();
        let (status, answer) = client.post_json(door, body).await?;
        times.0.push(started.elapsed());
        ensure!(status == 200, "the door answers {status}: {}", String::from_utf8_lossy(&answer));
        let answer: serde_json::Value = serde_json::from_slice(&answer)?;
        ensure!(answer[expected] == 500, "not everything was {expected}: {answer}");
    }
    Ok(times)
}
