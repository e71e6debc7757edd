//! How public answers leave: kept for a minute, asked for again by their tag, and for programs of any origin.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=60");

pub fn page(asked: &HeaderMap, html: String) -> Response {
    tagged(asked, HeaderValue::from_static("text/html; charset=utf-8"), html)
}

pub fn json(asked: &HeaderMap, value: &serde_json::Value) -> Response {
    let mut answer = tagged(asked, HeaderValue::from_static("application/json"), value.to_string());
    answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer
}

/// A weak tag: the same words, however they are packed.
fn tagged(asked: &HeaderMap, kind: HeaderValue, body: String) -> Response {
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(body.as_bytes())[..12]);
    let tag = format!("W/\"{digest}\"");
    let known = asked.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).unwrap_or_default();
    let is_known = known.split(',').any(|known| known.trim() == tag || known.trim() == "*");
    let tag = HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("W/\"\""));
    let headers = [(header::CACHE_CONTROL, KEPT), (header::ETAG, tag)];
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(header::CONTENT_TYPE, kind)], body).into_response()
}
