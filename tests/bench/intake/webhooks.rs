//! Three hundred single messages a second, each due when it is due, however late the answers come.

use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::task::JoinSet;

use crate::figures::{Times, per_second};
use crate::server::Server;

const SENDERS: usize = 30;
const PER_SECOND: usize = 300;
const SECONDS: usize = 20;

pub const HEAD: &str = "messages | a second | p50 | p99 | server's processor time each";

pub async fn measure(server: &Server, door: &str) -> anyhow::Result<String> {
    let cpu = server.cpu()?;
    let start = Instant::now() + Duration::from_millis(50);
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        senders.spawn(send(server.client("").await?, door.to_owned(), sender, start));
    }
    let mut times = Times::default();
    while let Some(sent) = senders.join_next().await {
        times.0.extend(sent??);
    }
    let took = start.elapsed();
    let cpu = server.cpu()?.saturating_sub(cpu) / u32::try_from(times.0.len())?;
    Ok(format!(
        "{} | {:.0} | {} | {:.2} ms",
        times.0.len(),
        per_second(times.0.len(), took),
        times.cells(),
        cpu.as_secs_f64() * 1_000.0
    ))
}

async fn send(
    mut client: crate::client::Client,
    door: String,
    sender: usize,
    start: Instant,
) -> anyhow::Result<Vec<Duration>> {
    let gap = Duration::from_secs(1) * u32::try_from(SENDERS)? / u32::try_from(PER_SECOND)?;
    let mut times = Vec::new();
    for number in 0..(PER_SECOND * SECONDS / SENDERS) {
        let due = start + gap * u32::try_from(number)? + gap * u32::try_from(sender)? / u32::try_from(SENDERS)?;
        tokio::time::sleep_until(due.into()).await;
        let since = Instant::now().min(due + Duration::from_millis(1));
        let (call, step) = (number / 3, number % 3);
        let more = [
            r#""event":"newCall","from":"06990009777","to":"06990009100","user":["Platz-11"]"#,
            r#""event":"answer","answeringNumber":"Platz-11""#,
            r#""event":"hangup","cause":"normalClearing""#,
        ];
        let body = format!(r#"{{"callId":"w-{sender}-{call}","direction":"in",{}}}"#, more[step]);
        let (status, answer) = client.post_json(&door, &body).await?;
        ensure!(status == 200, "the door answers {status}: {}", String::from_utf8_lossy(&answer));
        times.push(since.elapsed());
    }
    Ok(times)
}
