//! How fast somebody may ask: so many requests a second, twice as many for a moment. Kept by each server for itself.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use chrono::{DateTime, Utc};

/// Whoever has been quiet long enough is forgotten when there are so many.
const MANY: usize = 10_000;

#[derive(Debug, Clone)]
pub struct Pace<K>(Arc<Mutex<HashMap<K, Bucket>>>);

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: DateTime<Utc>,
}

impl<K> Default for Pace<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Eq + Hash> Pace<K> {
    /// One request more. False: it is too many.
    pub fn admit(&self, who: K, per_second: i32, now: DateTime<Utc>) -> bool {
        let most = f64::from(per_second) * 2.0;
        let mut buckets = self.0.lock().expect("no holder panics");
        if buckets.len() >= MANY {
            buckets.retain(|_, bucket| (now - bucket.at).num_seconds() < 2);
        }
        let bucket = buckets.entry(who).or_insert(Bucket { left: most, at: now });
        let passed = (now - bucket.at).as_seconds_f64().max(0.0);
        bucket.left = (bucket.left + passed * f64::from(per_second)).min(most);
        bucket.at = now;
        let is_admitted = bucket.left >= 1.0;
        if is_admitted {
            bucket.left -= 1.0;
        }
        is_admitted
    }
}

/// Behind a proxy on this machine, the one that it names.
pub fn address(headers: &HeaderMap, connection: Option<&ConnectInfo<SocketAddr>>) -> String {
    let Some(ConnectInfo(peer)) = connection else { return String::new() };
    let address = peer.ip().to_canonical();
    let forwarded = headers.get("x-forwarded-for").filter(|_| address.is_loopback());
    let last = forwarded.and_then(|value| value.to_str().ok()).and_then(|list| list.rsplit(',').next());
    last.map_or_else(|| address.to_string(), |word| word.trim().to_owned())
}
