//! A program that searches or tells about calls over HTTP, on one connection that stays open.

use std::net::Ipv4Addr;

use anyhow::{Context, ensure};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;

pub struct Client {
    stream: BufStream<TcpStream>,
    token: String,
    line: String,
}

impl Client {
    pub async fn connect(port: u16, token: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufStream::new(stream), token: token.to_owned(), line: String::new() })
    }

    /// What a tenant's search finds, as JSON.
    pub async fn search(&mut self, tenant: &str, query: &str) -> anyhow::Result<Vec<u8>> {
        let fields = serde_html_form::to_string([("q", query)])?;
        let (status, answer) = self.get(&format!("/api/v1/tenants/{tenant}/search?{fields}")).await?;
        ensure!(status == 200, "the server answers {status} for {query:?}");
        Ok(answer)
    }

    pub async fn get(&mut self, path: &str) -> anyhow::Result<(u16, Vec<u8>)> {
        let token = &self.token;
        let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n");
        self.ask(&request, "").await
    }

    pub async fn post_json(&mut self, path: &str, body: &str) -> anyhow::Result<(u16, Vec<u8>)> {
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        self.ask(&request, body).await
    }

    async fn ask(&mut self, request: &str, body: &str) -> anyhow::Result<(u16, Vec<u8>)> {
        self.stream.write_all(request.as_bytes()).await?;
        self.stream.write_all(body.as_bytes()).await?;
        self.stream.flush().await?;
        let status = self.read_line().await?.split(' ').nth(1).context("no status")?.parse()?;
        let mut length = None;
        while let Some((name, value)) = self.read_line().await?.trim().split_once(": ") {
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.parse()?);
            }
        }
        let mut body = vec![0; length.context("the answer does not say how long it is")?];
        self.stream.read_exact(&mut body).await?;
        Ok((status, body))
    }

    async fn read_line(&mut self) -> anyhow::Result<&str> {
        self.line.clear();
        self.stream.read_line(&mut self.line).await?;
        Ok(&self.line)
    }
}
