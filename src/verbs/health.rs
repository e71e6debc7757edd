//! `health`: asks the running server whether it is alive, for container health checks without a second program.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::config::Config;

pub async fn run(config: &Config) -> anyhow::Result<()> {
    let answer = tokio::time::timeout(Duration::from_secs(5), ask(reachable(config.listen)))
        .await
        .context("the server does not answer within five seconds")??;
    anyhow::ensure!(
        answer.starts_with("HTTP/1.1 200"),
        "the server is not well: {}",
        answer.lines().next().unwrap_or("")
    );
    Ok(())
}

/// A server that listens on every address is asked on this machine's own.
fn reachable(listen: SocketAddr) -> SocketAddr {
    match listen.ip() {
        ip if ip.is_unspecified() => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), listen.port()),
        _ => listen,
    }
}

async fn ask(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address).await.with_context(|| format!("nobody listens on {address}"))?;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
