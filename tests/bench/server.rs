//! The real program as its own process.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::client::Client;
use crate::figures::Times;

const PATIENCE: Duration = Duration::from_mins(2);
/// What the kernel counts a process's time in (USER_HZ).
const TICK: Duration = Duration::from_millis(10);

pub struct Server {
    process: Child,
    port: u16,
    /// Until it said that it is ready.
    pub start: Duration,
}

impl Server {
    /// Returns once the server says that it is ready.
    pub async fn start(database: &str, dir: &Path) -> anyhow::Result<Self> {
        Self::start_with(&[("DATABASE_URL", database)], dir).await
    }

    async fn start_with(environment: &[(&str, &str)], dir: &Path) -> anyhow::Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let process = Command::new(env!("CARGO_BIN_EXE_ortsgespraech"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .env_remove("DATABASE_URL")
            .envs(environment.iter().copied())
            .env("ORTSGESPRAECH_DATA_DIR", dir)
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .spawn()
            .context("the program does not start")?;
        let started = Instant::now();
        let mut server = Self { process, port, start: Duration::ZERO };
        while !server.is_ready().await {
            ensure!(started.elapsed() < PATIENCE, "the server is not ready after {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.start = started.elapsed();
        Ok(server)
    }

    /// With a database of its own in the directory.
    pub async fn start_alone(dir: &Path) -> anyhow::Result<Self> {
        Self::start_with(&[], dir).await
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    async fn is_ready(&self) -> bool {
        let Ok(mut client) = self.client("").await else { return false };
        client.get("/readyz").await.is_ok_and(|(status, _)| status == 200)
    }

    pub async fn client(&self, token: &str) -> anyhow::Result<Client> {
        Client::connect(self.port, token).await
    }

    /// One search after the other, each a tenant's slug and what is looked for.
    pub async fn search(&self, token: &str, searches: &[(String, String)]) -> anyhow::Result<Times> {
        let mut client = self.client(token).await?;
        for (tenant, query) in searches.iter().take(200) {
            client.search(tenant, query).await?;
        }
        let mut times = Vec::with_capacity(searches.len());
        for (tenant, query) in searches {
            let started = Instant::now();
            client.search(tenant, query).await?;
            times.push(started.elapsed());
        }
        Ok(Times(times))
    }

    pub fn memory_kb(&self) -> anyhow::Result<usize> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS")).context("no VmRSS")?;
        Ok(line.split_whitespace().nth(1).context("no figure")?.parse()?)
    }

    /// Processor time of all its threads since the start.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        // The name in brackets may have spaces; user and system time are the 14th and 15th field.
        let (_, fields) = stat.rsplit_once(')').context("no name")?;
        let times = fields.split_whitespace().skip(11).take(2).map(str::parse::<u32>);
        Ok(TICK * times.sum::<Result<u32, _>>()?)
    }

    /// Politely, as a service manager does; it is waited for.
    pub fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").arg(self.process.id().to_string()).status()?;
        self.process.wait()?;
        Ok(())
    }
}

/// A failed measurement leaves no server behind.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
