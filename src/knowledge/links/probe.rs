//! One question to one page: HEAD, at most a few redirects, never into our own network.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

const PATIENCE: Duration = Duration::from_secs(10);
const MOST_REDIRECTS: usize = 4;

#[derive(Clone)]
pub struct Probe {
    tls: TlsConnector,
    /// Only tests ask this machine.
    reaches_own_network: bool,
}

impl Probe {
    pub fn new() -> anyhow::Result<Self> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), reaches_own_network: false })
    }

    #[must_use]
    pub fn into_own_network(self) -> Self {
        Self { reaches_own_network: true, ..self }
    }

    /// Ok: somebody answers there. Otherwise why not, in words for editors.
    pub async fn ask(&self, address: &str) -> Result<(), String> {
        let asked = tokio::time::timeout(PATIENCE, self.follow(address)).await;
        match asked {
            Ok(Ok(status)) if is_alive(status) => Ok(()),
            Ok(Ok(StatusCode::NOT_FOUND | StatusCode::GONE)) => Err("Seite nicht gefunden".to_owned()),
            Ok(Ok(status)) => Err(format!("Fehler {}", status.as_u16())),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("keine Antwort".to_owned()),
        }
    }

    async fn follow(&self, address: &str) -> anyhow::Result<StatusCode> {
        let mut url = Url::parse(address).context("keine gültige Adresse")?;
        for _ in 0..=MOST_REDIRECTS {
            let (mut status, mut headers) = self.head(&url, Method::HEAD).await?;
            if matches!(status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED) {
                (status, headers) = self.head(&url, Method::GET).await?;
            }
            let next = headers.get(header::LOCATION).and_then(|place| place.to_str().ok());
            match next.filter(|_| status.is_redirection()) {
                Some(next) => url = url.join(next).context("führt zu keiner gültigen Adresse")?,
                None => return Ok(status),
            }
        }
        anyhow::bail!("leitet immer weiter")
    }

    async fn head(&self, url: &Url, method: Method) -> anyhow::Result<(StatusCode, HeaderMap)> {
        let stream = TcpStream::connect(self.address_of(url).await?).await.context("keine Verbindung")?;
        let host = url.host_str().context("keine gültige Adresse")?;
        if url.scheme() == "http" {
            return exchange(stream, url, host, method).await;
        }
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).context("keine gültige Adresse")?;
        let stream = self.tls.connect(name, stream).await.context("kein gültiges Zertifikat")?;
        exchange(stream, url, host, method).await
    }

    /// The address is looked up once and that one is asked: a name cannot turn inwards between the look and the question.
    async fn address_of(&self, url: &Url) -> anyhow::Result<SocketAddr> {
        let port = url.port_or_known_default().context("keine gültige Adresse")?;
        anyhow::ensure!(matches!(url.scheme(), "http" | "https"), "führt zu keiner Webseite");
        anyhow::ensure!(self.reaches_own_network || matches!(port, 80 | 443), "ungewöhnlicher Anschluss");
        let found: Vec<SocketAddr> = match url.host().context("keine gültige Adresse")? {
            Host::Domain(name) => lookup_host((name, port)).await.context("Name unbekannt")?.collect(),
            Host::Ipv4(address) => vec![(address, port).into()],
            Host::Ipv6(address) => vec![(address, port).into()],
        };
        let inwards = found.iter().any(|address| !is_public(address.ip()));
        anyhow::ensure!(self.reaches_own_network || !inwards, "führt in ein internes Netz");
        found.first().copied().context("Name unbekannt")
    }
}

async fn exchange<S>(stream: S, url: &Url, host: &str, method: Method) -> anyhow::Result<(StatusCode, HeaderMap)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.context("keine Antwort")?;
    // It ends with the sender.
    tokio::spawn(connection);
    let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, authority)
        .header(header::USER_AGENT, concat!("Ortsgespraech/", env!("CARGO_PKG_VERSION"), " (Linkpruefung)"))
        .body(Body::empty())?;
    let answer = sender.send_request(request).await.context("keine Antwort")?;
    Ok((answer.status(), answer.headers().clone()))
}

/// A page that asks who we are is there; so is one that is busy.
fn is_alive(status: StatusCode) -> bool {
    status.is_success()
        || status.is_redirection()
        || matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS)
}

/// Not this machine, not the house's network, nothing that is no place in the internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_broadcast()
                || address.is_documentation()
                || address.is_multicast()
                || first == 0
                || first >= 240
                || (first == 100 && (64..128).contains(&second))
                || (first == 192 && second == 0)
                || (first == 198 && (18..20).contains(&second)))
        }
        IpAddr::V6(address) => {
            let first = address.segments()[0];
            match (address.to_ipv4_mapped(), address.to_ipv4()) {
                (Some(mapped), _) => is_public(mapped.into()),
                (None, Some(_)) => false,
                // Global unicast alone, without tunnels that carry an IPv4 address, and without documentation.
                _ => {
                    (0x2000..0x4000).contains(&first)
                        && first != 0x2002
                        && !address.to_string().starts_with("2001:db8")
                        && !(first == 0x2001 && address.segments()[1] == 0)
                        && first != 0x3fff
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Probe, is_public};

    #[test]
    fn only_places_in_the_internet_are_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "2002:a00:1::",
            "ff02::1",
            "2001:db8::1",
            "64:ff9b::a00:1",
            "2001::1",
        ] {
            assert!(!is_public(inside.parse().expect(inside)), "{inside}");
        }
        for outside in ["93.184.216.34", "2a00:1450:4001::1", "::ffff:93.184.216.34"] {
            assert!(is_public(outside.parse().expect(outside)), "{outside}");
        }
    }

    #[tokio::test]
    async fn own_network_is_never_asked() {
        let probe = Probe::new().expect("a probe");
        for (address, reason) in [
            ("http://127.0.0.1/", "führt in ein internes Netz"),
            ("http://localhost/", "führt in ein internes Netz"),
            ("https://[::1]/", "führt in ein internes Netz"),
            ("http://2130706433/", "führt in ein internes Netz"),
            ("http://169.254.169.254/latest/meta-data", "führt in ein internes Netz"),
            ("http://93.184.216.34:22/", "ungewöhnlicher Anschluss"),
            ("ftp://stadt.example/", "führt zu keiner Webseite"),
            ("kein Link", "keine gültige Adresse"),
        ] {
            assert_eq!(probe.ask(address).await, Err(reason.to_owned()), "{address}");
        }
    }
}
