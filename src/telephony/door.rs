//! `/api/v1/cti/...`: where telephone systems knock that call us. A right token is answered 200 only after its messages are
//! stored for good, and whatever bytes come, the answer is never an error of ours.

use std::net::SocketAddr;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::conventions::{self, Delivery, Heard, Refusal};
use super::signature::Seal;
use super::store::{self, OpenDoor};
use super::{Adapter, door_path};
use crate::access::Permission;
use crate::accounts::hash_secret;
use crate::app::App;
use crate::calls::{IntakeError, Taken};
use crate::db::Scope;
use crate::ids::SourceId;
use crate::web::{Error, Pace, Path, Result, Routes};

/// One call's event is short; only batches and reports may be longer.
const LARGEST: usize = 64 * 1024;
const LARGEST_BATCH: usize = 1024 * 1024;
/// A token's last use is noted so roughly.
const NOTED_EVERY: chrono::TimeDelta = chrono::TimeDelta::hours(1);

pub fn routes() -> Routes {
    let pace = Pace::default();
    let same = pace.clone();
    let by_path = move |State(app): State<App>, Path(token): Path<String>, request: Request| {
        let pace = pace.clone();
        async move { knock(&app, &pace, Some(token), request).await }
    };
    let by_password = move |State(app): State<App>, request: Request| {
        let pace = same.clone();
        async move { knock(&app, &pace, token_of(request.headers()), request).await }
    };
    Routes::new().post("/api/v1/cti/{token}", Permission::Public, by_path).post(
        "/api/v1/cti",
        Permission::Public,
        by_password,
    )
}

async fn knock(app: &App, pace: &Pace<SourceId>, token: Option<String>, request: Request) -> Result<Response> {
    let received = app.clock.now();
    let token = token.ok_or(Error::SignedOut)?;
    let (parts, body) = request.into_parts();
    let peer = peer(&parts.headers, parts.extensions.get());
    let door = find_door(app, &token, peer).await?.ok_or(Error::SignedOut)?;
    if !pace.admit(door.source, door.per_second, received) {
        return Err(Error::TooMany);
    }
    let heard = match listen(&door, &parts.headers, body, received).await {
        Ok(heard) => heard,
        Err(turned_away) => {
            count(app, &door, "refused", vec![turned_away.reason.german.to_owned()]).await?;
            return Err(turned_away.into());
        }
    };
    let answer = Answer::about(&door, &heard, &parts.headers, &token);
    note(app, &door, &heard).await?;
    let taken = match app.intake.take(heard.messages).await {
        Ok(taken) => taken,
        Err(IntakeError::Busy) => return Err(Error::TooMany),
        // Whoever is not heard sends again; nothing that was sent is to blame.
        Err(IntakeError::Database(error)) => return Err(Error::Unavailable(error)),
    };
    Ok(answer.with(&taken))
}

/// In the path, because some telephone systems can do nothing else; as a bearer, or as a password.
fn token_of(headers: &HeaderMap) -> Option<String> {
    let (kind, value) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    match kind.to_ascii_lowercase().as_str() {
        "bearer" => Some(value.trim().to_owned()),
        "basic" => {
            let decoded = data_encoding::BASE64.decode(value.trim().as_bytes()).ok()?;
            let (_, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
            Some(password.to_owned())
        }
        _ => None,
    }
}

/// The other end of the connection; a proxy on the same machine is believed whom it speaks for.
fn peer(headers: &HeaderMap, connection: Option<&ConnectInfo<SocketAddr>>) -> Option<String> {
    let address = connection?.0.ip().to_canonical();
    let forwarded = headers.get("x-forwarded-for").filter(|_| address.is_loopback());
    let last = forwarded.and_then(|value| value.to_str().ok()).and_then(|list| list.rsplit(',').next());
    let named = last.and_then(|word| word.trim().parse::<std::net::IpAddr>().ok());
    Some(named.map_or(address, |named| named.to_canonical()).to_string())
}

async fn find_door(app: &App, token: &str, peer: Option<String>) -> Result<Option<OpenDoor>> {
    let (hash, now) = (hash_secret(token), app.clock.now());
    let mut db = app.begin(&Scope::system()).await.map_err(Error::Unavailable)?;
    let door = store::find_open_door(&mut *db, &hash, peer).await.map_err(Error::Unavailable)?;
    if door.as_ref().is_some_and(|door| door.last_used_at.is_none_or(|at| now - at >= NOTED_EVERY)) {
        store::touch_token(&mut *db, &hash, now).await.map_err(Error::Unavailable)?;
        db.commit().await.map_err(Error::Unavailable)?;
    }
    Ok(door)
}

/// Why somebody with a token is turned away.
struct TurnedAway {
    status: StatusCode,
    reason: Refusal,
}

impl From<TurnedAway> for Error {
    fn from(turned_away: TurnedAway) -> Self {
        let Refusal { german, english } = turned_away.reason;
        Self::Turned { status: turned_away.status, german, english }
    }
}

const STRANGE_NETWORK: Refusal = Refusal::new(
    "Aus diesem Netz nimmt die Telefonanlage keine Meldungen an.",
    "This network may not send for this telephone system.",
);
const TOO_LARGE: Refusal = Refusal::new("Die Meldung ist zu groß.", "The body is too large.");
const CUT_OFF: Refusal =
    Refusal::new("Die Meldung brach ab und konnte nicht gelesen werden.", "The body could not be read.");
const UNSIGNED: Refusal = Refusal::new(
    "Die Signatur fehlt, ist falsch oder älter als fünf Minuten.",
    "The signature is missing, wrong or older than five minutes.",
);

/// Everything that is asked of a request before it is believed.
async fn listen(
    door: &OpenDoor,
    headers: &HeaderMap,
    body: Body,
    received: chrono::DateTime<chrono::Utc>,
) -> std::result::Result<Heard, TurnedAway> {
    let turned = |status, reason| TurnedAway { status, reason };
    if !door.is_allowed {
        return Err(turned(StatusCode::FORBIDDEN, STRANGE_NETWORK));
    }
    let body = read(door.adapter, headers, body).await?;
    let seal = Seal { adapter: door.adapter, secret: door.signing_secret.as_deref(), key: door.signing_key.as_deref() };
    if !seal.is_intact(headers, &body, received) {
        return Err(turned(StatusCode::UNAUTHORIZED, UNSIGNED));
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let delivery = Delivery { source: door.source, received, content_type, body: &body };
    conventions::read(door.adapter, delivery).map_err(|reason| turned(StatusCode::UNPROCESSABLE_ENTITY, reason))
}

async fn read(adapter: Adapter, headers: &HeaderMap, body: Body) -> std::result::Result<Bytes, TurnedAway> {
    let largest = if matches!(adapter, Adapter::Native | Adapter::Completed) { LARGEST_BATCH } else { LARGEST };
    let too_large = || TurnedAway { status: StatusCode::PAYLOAD_TOO_LARGE, reason: TOO_LARGE };
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > largest) {
        return Err(too_large());
    }
    axum::body::to_bytes(body, largest).await.map_err(|error| {
        let is_limit = std::error::Error::source(&error).is_some_and(|source| source.to_string().contains("limit"));
        if is_limit { too_large() } else { TurnedAway { status: StatusCode::BAD_REQUEST, reason: CUT_OFF } }
    })
}

/// What was not understood is counted for the page that shows how a telephone system is connected.
async fn note(app: &App, door: &OpenDoor, heard: &Heard) -> Result<()> {
    let rejected = heard.rejected.iter().map(|rejected| rejected.reason.german.to_owned()).collect();
    count(app, door, "event", heard.unknown.clone()).await?;
    count(app, door, "refused", rejected).await
}

async fn count(app: &App, door: &OpenDoor, kind: &str, mut names: Vec<String>) -> Result<()> {
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(());
    }
    let mut db = app.begin(&Scope::system()).await.map_err(Error::Unavailable)?;
    let counted = store::count_oddities(&mut *db, door.source, kind, &names, app.clock.now()).await;
    counted.map_err(Error::Unavailable)?;
    db.commit().await.map_err(Error::Unavailable)
}

/// What each kind of telephone system expects to hear.
enum Answer {
    Nothing,
    Counts { rejected: Vec<serde_json::Value> },
    Xml(String),
}

impl Answer {
    fn about(door: &OpenDoor, heard: &Heard, headers: &HeaderMap, token: &str) -> Self {
        let rejected = heard.rejected.iter().map(|rejected| {
            json!({ "index": rejected.index, "error": rejected.reason.english, "error_de": rejected.reason.german })
        });
        match door.adapter {
            Adapter::Native | Adapter::Completed => Self::Counts { rejected: rejected.collect() },
            Adapter::Sipgate if heard.asks_for_more => {
                let url = format!("{}{}", origin(headers), door_path(token));
                Self::Xml(format!("<Response onAnswer=\"{url}\" onHangup=\"{url}\" />"))
            }
            Adapter::Sipgate => Self::Xml("<Response />".to_owned()),
            Adapter::Zammad | Adapter::Placetel | Adapter::AsteriskAmi => Self::Nothing,
        }
    }

    /// The same for a message that was known already.
    fn with(self, taken: &[Taken]) -> Response {
        match self {
            Self::Nothing => Json(json!({})).into_response(),
            Self::Counts { rejected } => {
                let accepted = taken.iter().filter(|taken| **taken == Taken::New).count();
                let duplicates = taken.len() - accepted;
                Json(json!({ "accepted": accepted, "duplicates": duplicates, "rejected": rejected })).into_response()
            }
            Self::Xml(response) => {
                let xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{response}");
                ([(header::CONTENT_TYPE, "application/xml")], xml).into_response()
            }
        }
    }
}

/// How the sender reached us, also through a proxy. Whatever stands in these headers, only a host gets through.
fn origin(headers: &HeaderMap) -> String {
    let word = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?.split(',').next()?.trim();
        (!value.is_empty()).then_some(value)
    };
    let scheme = if word("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    let is_host = |host: &&str| host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:[]".contains(c));
    let host = word("x-forwarded-host").or_else(|| word("host")).filter(is_host).unwrap_or("127.0.0.1:8080");
    format!("{scheme}://{host}")
}
