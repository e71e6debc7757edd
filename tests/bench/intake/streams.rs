//! Five hundred desks that listen, fifty rings a second: from the moment a message is sent until the desk's stream says it.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use chrono::Utc;
use ortsgespraech::clock::Clock;
use ortsgespraech::db::{Scope, begin_for};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::figures::{Times, megabytes};
use crate::server::Server;
use crate::site::Site;

const DESKS: usize = 500;
const PER_SECOND: u32 = 50;
const RINGS: u32 = 1_000;
/// At the same time, before those are listened to that are there.
const CONNECTING: usize = 25;

pub const HEAD: &str = "streams | rings | p50 | p99 | lost | server's memory | its processor time a ring";

type Sent = Arc<Mutex<HashMap<String, Instant>>>;

pub async fn measure(server: &Server, door: &str, site: &Site) -> anyhow::Result<String> {
    seat_agents(site).await?;
    let sent = Sent::default();
    let (heard, mut hears) = mpsc::unbounded_channel();
    for first in (0..DESKS).step_by(CONNECTING) {
        let opening = (first..first + CONNECTING).map(|desk| listen(server.port(), desk, sent.clone(), heard.clone()));
        futures_util::future::try_join_all(opening).await?;
    }
    let cpu = server.cpu()?;
    ring(server, door, &sent).await?;
    let mut times = Times::default();
    while let Ok(Some(time)) = tokio::time::timeout(Duration::from_secs(3), hears.recv()).await {
        times.0.push(time);
        if times.0.len() == RINGS as usize {
            break;
        }
    }
    let cpu = server.cpu()?.saturating_sub(cpu) / RINGS;
    Ok(format!(
        "{DESKS} | {RINGS} | {} | {} | {} MB | {:.2} ms",
        times.cells(),
        RINGS as usize - times.0.len(),
        megabytes(server.memory_kb()?),
        cpu.as_secs_f64() * 1_000.0
    ))
}

/// An agent at each of the seats, signed in.
async fn seat_agents(site: &Site) -> anyhow::Result<()> {
    let mut db = begin_for(&site.database.pool(), &Scope::system()).await?;
    sqlx::query(
        "with person as (
             insert into account (email, name, of_center, created_at)
             select 'agent' || n || '@example.org', 'Agent ' || n, true, $1 from generate_series(0, $2 - 1) n returning id, email
         ), role as (
             insert into account_role (account_id, role) select id, 'agent' from person
         ), place as (
             insert into seat (source_id, name)
             select source.id, 'Stream-' || n from source, generate_series(0, $2 - 1) n where source.name = 'native' returning id, name
         ), sat as (
             insert into desk (account_id, seat_id) select person.id, place.id from person
             join place on 'agent' || replace(place.name, 'Stream-', '') || '@example.org' = person.email
         )
         insert into session (token_hash, account_id, created_at, last_seen_at, browser)
         select sha256(convert_to(email, 'UTF8')), id, $1, $1, 'Messung' from person",
    )
    .bind(Clock::system().now())
    .bind(i32::try_from(DESKS)?)
    .execute(&mut *db)
    .await?;
    Ok(db.commit().await?)
}

/// Returns once the stream is open; what it says is told from then on.
async fn listen(port: u16, desk: usize, sent: Sent, heard: mpsc::UnboundedSender<Duration>) -> anyhow::Result<()> {
    let mut stream = BufReader::new(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?);
    let request = format!(
        "GET /desk/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ortsgespraech=agent{desk}@example.org\r\nAccept: text/event-stream\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    ensure!(line.contains(" 200 "), "a stream is refused: {line}");
    while line.trim_end() != "retry: 1000" {
        line.clear();
        ensure!(stream.read_line(&mut line).await? > 0, "a stream ends at once");
    }
    tokio::spawn(async move {
        loop {
            line.clear();
            match stream.read_line(&mut line).await {
                Ok(length) if length > 0 => {}
                _ => return,
            }
            if line.starts_with("event: ringing") {
                let since = sent.lock().ok().and_then(|mut sent| sent.remove(&format!("Stream-{desk}")));
                let _ = since.map(|since| heard.send(since.elapsed()));
            }
        }
    });
    Ok(())
}

/// One new call after the other, each at the next seat.
async fn ring(server: &Server, door: &str, sent: &Sent) -> anyhow::Result<()> {
    let mut client = server.client("").await?;
    let start = Instant::now();
    for number in 0..RINGS {
        tokio::time::sleep_until((start + Duration::from_secs(1) * number / PER_SECOND).into()).await;
        let seat = format!("Stream-{}", number as usize % DESKS);
        let now: chrono::DateTime<Utc> = Clock::system().now();
        let event = |kind: &str, more: serde_json::Value| {
            let mut event = json!({"event_id": format!("{kind} s{number}"), "type": kind, "call_ref": format!("s{number}"), "occurred_at": now.to_rfc3339()});
            if let (Some(event), Some(more)) = (event.as_object_mut(), more.as_object()) {
                event.extend(more.clone());
            }
            event
        };
        let events = [
            event("call.started", json!({"direction": "in", "to": "+496990009100"})),
            event("agent.ringing", json!({"agent": seat})),
        ];
        sent.lock().ok().context("nobody fails here")?.insert(seat, Instant::now());
        let (status, _) = client.post_json(door, &json!({"events": events}).to_string()).await?;
        ensure!(status == 200, "the door answers {status}");
    }
    Ok(())
}
