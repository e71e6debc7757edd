//! Who asks: the session cookie of a person or the bearer token of a program.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use cookie::{Cookie, SameSite};

use super::Result;
use super::guard::Identity;
use crate::accounts;
use crate::app::App;

const COOKIE: &str = "ortsgespraech";

/// Finds out who asks and notes it for the guard. It refuses nobody: that is the route's permission's work.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Result<Response> {
    let mut identity = Identity::default();
    if let Some(secret) = bearer_token(request.headers()) {
        identity.token = accounts::find_token(&app, &secret).await?;
    } else if let Some(secret) = session_cookie(request.headers()) {
        identity.viewer = accounts::find_viewer(&app, &secret).await?;
    }
    let viewer = identity.viewer.clone();
    request.extensions_mut().insert(identity);
    let mut response = next.run(request).await;
    // An error page keeps the person's navigation.
    if let Some(viewer) = viewer.filter(|_| !response.status().is_success()) {
        response.extensions_mut().insert(viewer);
    }
    Ok(response)
}

fn bearer_token(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|token| token.trim().to_owned())
}

pub fn session_cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(std::result::Result::ok)
        .find(|cookie| cookie.name() == COOKIE)
        .map(|cookie| cookie.value().to_owned())
}

/// `Secure` follows the request: plain HTTP is used on loopback and behind nothing else.
pub fn set_cookie(secret: &str, headers: &HeaderMap) -> String {
    Cookie::build((COOKIE, secret))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_https(headers))
        .build()
        .to_string()
}

pub fn remove_cookie() -> String {
    let mut cookie = Cookie::build((COOKIE, "")).path("/").http_only(true).build();
    cookie.make_removal();
    cookie.to_string()
}

fn is_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes() == b"https")
}

/// How the person who asks reaches the program: for links that are copied into a mail.
pub fn origin(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1:8080");
    format!("{}://{host}", if is_https(headers) { "https" } else { "http" })
}
