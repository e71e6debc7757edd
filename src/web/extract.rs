//! What a request carries, cleaned before any handler sees it: no control characters, no broken UTF-8, never a 500.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use unicode_normalization::UnicodeNormalization;

use super::{Error, Result};

/// Fields of a posted form.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let bytes = axum::body::Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.status().as_u16() {
                413 => Error::TooLarge,
                _ => unusable(),
            }
        })?;
        Ok(Self(from_urlencoded(&bytes)?))
    }
}

/// Fields of the address.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(Self(from_urlencoded(parts.uri.query().unwrap_or_default().as_bytes())?))
    }
}

/// Parts of the path; one that does not fit names a thing that does not exist.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Error::NotFound)
    }
}

fn unusable() -> Error {
    Error::Unusable("Die gesendeten Angaben konnten nicht gelesen werden.".to_owned())
}

fn from_urlencoded<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let pairs: Vec<(String, String)> = serde_html_form::from_bytes(bytes).map_err(|_| unusable())?;
    let cleaned: Vec<_> = pairs.into_iter().map(|(name, value)| (name, clean(&value))).collect();
    let text = serde_html_form::to_string(cleaned).map_err(|_| unusable())?;
    serde_html_form::from_str(&text).map_err(|_| unusable())
}

/// Composed characters, Unix line ends, no other control characters, no space at the ends.
/// PostgreSQL refuses NUL in text, and nobody types the others on purpose.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = text.nfc().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    kept.trim().to_owned()
}
