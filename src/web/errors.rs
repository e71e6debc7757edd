//! Everything that can go wrong at the web edge, logged once and told to the person in their language.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use super::error_words::Words;
use super::frame::Frame;
use crate::access::Viewer;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 303 to the sign-in page; 401 for programs and for parts of pages.
    #[error("not signed in")]
    SignedOut,
    /// 403: signed in, but without the permission for this kind of page.
    #[error("not permitted")]
    Forbidden,
    /// 404: unknown, or another tenant's.
    #[error("not found")]
    NotFound,
    /// 409: somebody else changed the thing first, and the page cannot show it in a form.
    #[error("changed meanwhile")]
    Conflict,
    /// 422: what was sent cannot be understood; the text says why.
    #[error("{0}")]
    Unusable(String),
    /// 422: the same for a program, which reads the reason in both languages.
    #[error("{english}")]
    Refused { german: String, english: String },
    /// Any status: a program is turned away, and reads why in both languages.
    #[error("{english}")]
    Turned { status: StatusCode, german: &'static str, english: &'static str },
    /// 429: too much at once; a second later it may go.
    #[error("too many requests")]
    TooMany,
    /// 413: more was sent than any form needs.
    #[error("too large")]
    TooLarge,
    /// 503: the database cannot be reached or is too busy.
    #[error("database unavailable: {0}")]
    Unavailable(sqlx::Error),
    /// 500: a mistake of ours in a statement.
    #[error("database: {0}")]
    Database(sqlx::Error),
    /// 500: any other mistake of ours.
    #[error("internal: {0:#}")]
    Internal(anyhow::Error),
}

/// PostgreSQL's code for it.
const DEADLOCK: &str = "40P01";

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => Self::Unavailable(error),
            // Two acts waited for each other, and this one was ended; once more it goes through.
            sqlx::Error::Database(ref of_database) if of_database.code().as_deref() == Some(DEADLOCK) => {
                Self::Unavailable(error)
            }
            other => Self::Database(other),
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.into())
    }
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Unusable(_) | Self::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Turned { status, .. } => *status,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Rides on the bare response until `present` knows whether a page, a part of one or a program asked.
#[derive(Debug, Clone, Default)]
struct Reason {
    german: Option<String>,
    english: Option<String>,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(error = %self, "request failed");
        }
        let reason = match self {
            Self::Unusable(german) => Reason { german: Some(german), english: None },
            Self::Refused { german, english } => Reason { german: Some(german), english: Some(english) },
            Self::Turned { german, english, .. } => {
                Reason { german: Some(german.to_owned()), english: Some(english.to_owned()) }
            }
            _ => Reason::default(),
        };
        let mut response = status.into_response();
        if status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        response.extensions_mut().insert(reason);
        response
    }
}

/// Gives every failed response without a body of its own its German words: a page, a fragment or problem+json.
pub async fn present(request: Request, next: Next) -> Response {
    let asks = Asks::from(&request);
    let response = next.run(request).await;
    let status = response.status();
    let has_body = response.headers().contains_key(header::CONTENT_TYPE)
        && response.extensions().get::<Reason>().is_none()
        && !is_plain_text(&response);
    if has_body || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let reason = response.extensions().get::<Reason>().cloned().unwrap_or_default();
    let words = Words::of(status, reason.german);
    match asks.form {
        AskedFor::Api => problem(status, &words, reason.english.as_deref(), &response),
        AskedFor::Part => part(status, &words, &asks),
        AskedFor::Page if status == StatusCode::UNAUTHORIZED => {
            super::frame::redirect(&asks.sign_in_url()).into_response()
        }
        AskedFor::Page => page(status, &words, &asks, response.extensions().get()),
    }
}

/// axum's and tower's own rejections come as English plain text.
fn is_plain_text(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

enum AskedFor {
    Api,
    Part,
    Page,
}

struct Asks {
    form: AskedFor,
    path: String,
    is_get: bool,
    request_id: String,
}

impl From<&Request> for Asks {
    fn from(request: &Request) -> Self {
        let path = request.uri().path();
        let form = if path.starts_with("/api/") {
            AskedFor::Api
        } else if request.headers().contains_key("hx-request") {
            AskedFor::Part
        } else {
            AskedFor::Page
        };
        Self {
            form,
            is_get: request.method() == axum::http::Method::GET,
            path: request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned(),
            request_id: request_id(request.headers()),
        }
    }
}

impl Asks {
    fn sign_in_url(&self) -> String {
        if self.is_get && self.path != "/" {
            let next = data_encoding::BASE64URL_NOPAD.encode(self.path.as_bytes());
            format!("/sign-in?next={next}")
        } else {
            "/sign-in".to_owned()
        }
    }
}

pub fn request_id(headers: &HeaderMap) -> String {
    headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or("-").to_owned()
}

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage<'a> {
    frame: Frame,
    status: u16,
    words: &'a Words,
    /// Where trying once more makes sense.
    again: Option<&'a str>,
    request_id: &'a str,
}

#[derive(Template)]
#[template(path = "web/_error.html")]
struct ErrorPart<'a> {
    words: &'a Words,
    request_id: &'a str,
}

fn page(status: StatusCode, words: &Words, asks: &Asks, viewer: Option<&Viewer>) -> Response {
    let frame = viewer.map_or_else(|| Frame::public(words.title), |viewer| Frame::around(viewer, words.title));
    let again = (asks.is_get && status.is_server_error()).then_some(asks.path.as_str());
    let page = ErrorPage { frame, status: status.as_u16(), words, again, request_id: &asks.request_id };
    (status, Html(page.render().unwrap_or_default())).into_response()
}

fn part(status: StatusCode, words: &Words, asks: &Asks) -> Response {
    let part = ErrorPart { words, request_id: &asks.request_id };
    let mut response = (status, Html(part.render().unwrap_or_default())).into_response();
    // What stands on the page stays; the words go to their own place.
    response.headers_mut().insert("hx-retarget", header::HeaderValue::from_static("#problem"));
    response.headers_mut().insert("hx-reswap", header::HeaderValue::from_static("innerHTML"));
    if status == StatusCode::UNAUTHORIZED {
        // A part of a page cannot show the sign-in form; the whole page goes there.
        response.headers_mut().insert("hx-redirect", header::HeaderValue::from_static("/sign-in"));
    }
    response
}

fn problem(status: StatusCode, words: &Words, english: Option<&str>, original: &Response) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": words.title,
        "status": status.as_u16(),
        "detail": words.text,
        "detail_en": english.unwrap_or(words.english),
    });
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    let mut response = (status, kind, body.to_string()).into_response();
    for name in [header::ALLOW, header::RETRY_AFTER, header::WWW_AUTHENTICATE] {
        if let Some(value) = original.headers().get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}
