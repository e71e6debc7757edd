//! Styles, scripts and fonts: embedded in the release binary, served under a hash of their content and cached for a year.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// One hash over all files, as a folder of the address: relative addresses inside the styles carry it by themselves.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = Sha256::new();
    let mut names: Vec<_> = Static::iter().collect();
    names.sort_unstable();
    for name in names {
        hasher.update(name.as_bytes());
        hasher.update(Static::get(&name).map(|file| file.metadata.sha256_hash()).unwrap_or_default());
    }
    data_encoding::HEXLOWER.encode(&hasher.finalize()[..8])
});

pub fn url(path: &str) -> String {
    format!("/static/{}/{path}", *VERSION)
}

/// An old hash is answered too, with today's file: a page that was open during an update keeps its looks.
pub async fn asset(Path((version, path)): Path<(String, String)>) -> Response {
    let Some(file) = Static::get(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let caching = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers =
        [(header::CONTENT_TYPE, file.metadata.mimetype().to_owned()), (header::CACHE_CONTROL, caching.to_owned())];
    (headers, file.data).into_response()
}
