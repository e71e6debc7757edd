//! Signatures over the raw body, checked before anybody reads it.

use axum::http::HeaderMap;
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::{BASE64, BASE64_MIME_PERMISSIVE, HEXLOWER_PERMISSIVE};
use ring::{hmac, signature};

use super::Adapter;

/// How far the sender's clock may be off, and how long a signed request can be repeated.
const TOLERATED: TimeDelta = TimeDelta::seconds(300);

/// What a door asks for beside its token.
#[derive(Debug, Clone, Copy)]
pub struct Seal<'a> {
    pub adapter: Adapter,
    pub secret: Option<&'a str>,
    /// PEM.
    pub key: Option<&'a str>,
}

impl Seal<'_> {
    /// True where nothing is asked for.
    pub fn is_intact(&self, headers: &HeaderMap, body: &[u8], now: DateTime<Utc>) -> bool {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let by_key = self.key.is_none_or(|key| is_signed_by_key(key, header("x-sipgate-signature"), body));
        let by_secret = self.secret.is_none_or(|secret| match self.adapter {
            Adapter::Placetel => is_hmac(secret, &[body], header("x-placetel-signature")),
            _ => is_signed_at(secret, header("x-signature"), body, now),
        });
        by_key && by_secret
    }
}

/// "t=1795231392,v1=hex": the time is signed too, so that an old request cannot be sent again.
fn is_signed_at(secret: &str, header: &str, body: &[u8], now: DateTime<Utc>) -> bool {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let Some((_, written)) = parts().find(|(name, _)| *name == "t") else { return false };
    let at = written.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let is_fresh = at.is_some_and(|at: DateTime<Utc>| (now - at).abs() <= TOLERATED);
    // Two are sent while a secret is changed.
    is_fresh && parts().any(|(name, tag)| name == "v1" && is_hmac(secret, &[written.as_bytes(), b".", body], tag))
}

/// Compared in constant time.
fn is_hmac(secret: &str, signed: &[&[u8]], tag: &str) -> bool {
    let Ok(tag) = HEXLOWER_PERMISSIVE.decode(tag.trim().as_bytes()) else { return false };
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), &signed.concat(), &tag).is_ok()
}

fn is_signed_by_key(pem: &str, header: &str, body: &[u8]) -> bool {
    let Some(key) = rsa_public_key(pem) else { return false };
    let Ok(tag) = BASE64.decode(header.trim().as_bytes()) else { return false };
    signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, key).verify(body, &tag).is_ok()
}

/// An RSA key as PEM, "PUBLIC KEY" or "RSA PUBLIC KEY".
pub fn is_public_key(pem: &str) -> bool {
    rsa_public_key(pem).is_some()
}

/// The key proper, without the envelope that names its kind.
fn rsa_public_key(pem: &str) -> Option<Vec<u8>> {
    let (kind, rest) = pem.split_once("-----BEGIN ")?.1.split_once("-----")?;
    let (text, _) = rest.split_once("-----END ")?;
    let der = BASE64_MIME_PERMISSIVE.decode(text.trim().as_bytes()).ok()?;
    match kind {
        "RSA PUBLIC KEY" => {
            der_element(&der, SEQUENCE)?;
            Some(der)
        }
        "PUBLIC KEY" => {
            let (inner, _) = der_element(&der, SEQUENCE)?;
            let (algorithm, after) = der_element(inner, SEQUENCE)?;
            let (bits, _) = der_element(after, BIT_STRING)?;
            let key = bits.strip_prefix(&[0])?;
            (algorithm.starts_with(&RSA) && der_element(key, SEQUENCE).is_some()).then(|| key.to_vec())
        }
        _ => None,
    }
}

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
/// The object identifier of rsaEncryption, 1.2.840.113549.1.1.1.
const RSA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// The first element's content and what follows it, if it is of this kind.
fn der_element(der: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match first {
        0x00..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x0f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    (found == kind).then(|| rest.split_at_checked(length))?
}
