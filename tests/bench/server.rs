//! The real program as its own process, asked over one connection that stays open.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

const PATIENCE: Duration = Duration::from_mins(1);

pub struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Returns once the server says that it is ready.
    pub async fn start(database: &str, dir: &Path) -> anyhow::Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let process = Command::new(env!("CARGO_BIN_EXE_ortsgespraech"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .env("DATABASE_URL", database)
            .env("ORTSGESPRAECH_DATA_DIR", dir)
            .stdin(Stdio::null())
            .spawn()
            .context("the program does not start")?;
        let server = Self { process, port };
        let started = Instant::now();
        while !server.is_ready() {
            ensure!(started.elapsed() < PATIENCE, "the server is not ready after {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(server)
    }

    fn is_ready(&self) -> bool {
        let answer = self.connect().and_then(|mut stream| ask(&mut stream, "/readyz", ""));
        answer.is_ok_and(|(status, _)| status == 200)
    }

    fn connect(&self) -> anyhow::Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_nodelay(true)?;
        Ok(BufReader::new(stream))
    }

    pub fn search(&self, token: &str, queries: &[String]) -> anyhow::Result<Vec<Duration>> {
        let mut stream = self.connect()?;
        for query in queries.iter().take(200) {
            search(&mut stream, token, query)?;
        }
        queries.iter().map(|query| search(&mut stream, token, query)).collect()
    }

    pub fn memory_kb(&self) -> anyhow::Result<usize> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS")).context("no VmRSS")?;
        Ok(line.split_whitespace().nth(1).context("no figure")?.parse()?)
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

fn search(stream: &mut BufReader<TcpStream>, token: &str, query: &str) -> anyhow::Result<Duration> {
    let fields = serde_html_form::to_string([("q", query)])?;
    let started = Instant::now();
    let (status, _) = ask(stream, &format!("/api/v1/tenants/kreis/search?{fields}"), token)?;
    let took = started.elapsed();
    ensure!(status == 200, "the server answers {status} for {query:?}");
    Ok(took)
}

fn ask(stream: &mut BufReader<TcpStream>, path: &str, token: &str) -> anyhow::Result<(u16, Vec<u8>)> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.get_mut().write_all(request.as_bytes())?;
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).context("no status")?.parse()?;
    let mut length = None;
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        match line.trim().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = Some(value.parse()?),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length.context("the answer does not say how long it is")?];
    stream.read_exact(&mut body)?;
    Ok((status, body))
}
