//! A town's own system with a JSON interface as Berlin's ZMS has it: free slots, reserve, confirm, delete. One connection a
//! question, never longer than a caller waits; its key is sent and never printed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use chrono::{DateTime, NaiveDate, Utc};
use http_body_util::{BodyExt, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

/// Somebody is on the telephone.
const PATIENCE: Duration = Duration::from_secs(5);
/// No answer of use is longer.
const LONGEST: usize = 1 << 20;

/// Why there is no answer to go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody answers, or not in time.
    Silent,
    /// It does not let us in, or has a problem of its own.
    Refused(u16),
    /// What it says cannot be understood.
    Unreadable,
    /// Somebody else was faster, or it knows nothing of it any more.
    Gone,
}

impl Trouble {
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Silent => "Das Terminsystem der Verwaltung antwortet nicht.",
            Self::Refused(_) => "Das Terminsystem der Verwaltung lehnt die Anfrage ab.",
            Self::Unreadable => "Die Antwort des Terminsystems ist nicht zu verstehen.",
            Self::Gone => "Dieser Termin ist gerade vergeben worden. Hier sind die nächsten freien.",
        }
    }
}

/// What was reserved there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    pub id: String,
    /// Opens it again; never printed.
    pub key: String,
}

#[derive(Clone)]
pub struct Zms {
    address: Url,
    scope: String,
    secret: Option<String>,
    tls: TlsConnector,
}

impl fmt::Debug for Zms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zms({})", self.address.host_str().unwrap_or_default())
    }
}

/// Every answer has this around it.
#[derive(Debug, Deserialize)]
struct Envelope {
    #[serde(default)]
    meta: Meta,
    #[serde(default)]
    data: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Meta {
    error: bool,
}

impl Zms {
    pub fn new(address: &str, scope: &str, secret: Option<String>) -> anyhow::Result<Self> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let address = Url::parse(address.trim_end_matches('/'))?;
        Ok(Self { address, scope: scope.to_owned(), secret, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Beginnings of what is free, in order.
    pub async fn list_free(
        &self,
        service: &str,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Result<Vec<DateTime<Utc>>, Trouble> {
        let query = [("request", service.to_owned()), ("startDate", from.to_string()), ("endDate", to.to_string())];
        let query = serde_html_form::to_string(query).unwrap_or_default();
        let path = format!("/scopes/{}/availability?{query}", encoded(&self.scope));
        let data = self.ask(Method::GET, &path, None).await?;
        let slots = data.as_array().ok_or(Trouble::Unreadable)?;
        let start = |slot: &Value| DateTime::from_timestamp(slot.get("date")?.as_i64()?, 0);
        let mut starts = slots.iter().map(start).collect::<Option<Vec<_>>>().ok_or(Trouble::Unreadable)?;
        starts.sort_unstable();
        starts.dedup();
        Ok(starts)
    }

    pub async fn reserve(&self, service: &str, starts_at: DateTime<Utc>) -> Result<Reserved, Trouble> {
        let scope = json!({ "id": self.scope });
        let process = json!({
            "scope": scope,
            "appointments": [{ "date": starts_at.timestamp(), "scope": scope, "slotCount": 1 }],
            "requests": [{ "id": service }],
        });
        let data = self.ask(Method::POST, "/process/status/reserved/", Some(process)).await?;
        let text = |name: &str| match data.get(name) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => Err(Trouble::Unreadable),
        };
        Ok(Reserved { id: text("id")?, key: text("authKey")? })
    }

    /// The same again changes nothing.
    pub async fn confirm(&self, reserved: &Reserved) -> Result<(), Trouble> {
        let process = json!({ "id": reserved.id, "authKey": reserved.key });
        let data = self.ask(Method::POST, "/process/status/confirmed/", Some(process)).await?;
        let is_confirmed = data.get("status").and_then(Value::as_str) == Some("confirmed");
        is_confirmed.then_some(()).ok_or(Trouble::Unreadable)
    }

    /// What is not there need not be deleted.
    pub async fn delete(&self, reserved: &Reserved) -> Result<(), Trouble> {
        let path = format!("/process/{}/{}/", encoded(&reserved.id), encoded(&reserved.key));
        match self.ask(Method::DELETE, &path, None).await {
            Ok(_) | Err(Trouble::Gone) => Ok(()),
            Err(trouble) => Err(trouble),
        }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Trouble> {
        let answer = tokio::time::timeout(PATIENCE, self.exchange(method, path, body)).await;
        let (status, bytes) = answer.map_err(|_| Trouble::Silent)?.map_err(|_| Trouble::Silent)?;
        match status {
            StatusCode::NOT_FOUND | StatusCode::CONFLICT | StatusCode::GONE => return Err(Trouble::Gone),
            status if !status.is_success() => return Err(Trouble::Refused(status.as_u16())),
            _ => {}
        }
        let envelope: Envelope = serde_json::from_slice(&bytes).map_err(|_| Trouble::Unreadable)?;
        if envelope.meta.error { Err(Trouble::Refused(status.as_u16())) } else { Ok(envelope.data) }
    }

    async fn exchange(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<(StatusCode, Vec<u8>)> {
        let host = self.address.host_str().unwrap_or_default();
        let port = self.address.port_or_known_default().unwrap_or(443);
        let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
        let request = self.request(method, path, host, body)?;
        if self.address.scheme() == "http" {
            return send(stream, request).await;
        }
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())?;
        send(self.tls.connect(name, stream).await?, request).await
    }

    fn request(&self, method: Method, path: &str, host: &str, body: Option<Value>) -> anyhow::Result<Request<Body>> {
        let authority = self.address.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address.path().trim_end_matches('/')))
            .header(header::HOST, authority)
            .header(header::ACCEPT, "application/json");
        let request = match &self.secret {
            Some(secret) => request.header("X-Authkey", secret),
            None => request,
        };
        Ok(match body {
            Some(body) => {
                request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))?
            }
            None => request.body(Body::empty())?,
        })
    }
}

async fn send<S>(stream: S, request: Request<Body>) -> anyhow::Result<(StatusCode, Vec<u8>)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the sender.
    tokio::spawn(connection);
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), LONGEST).collect().await;
    let body = body.map_err(|error| anyhow::anyhow!("no whole answer: {error}"))?;
    Ok((status, body.to_bytes().to_vec()))
}

/// As one part of a path.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
