//! How fast a source may speak: so many requests a second, twice as many for a moment. Kept by each server for itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};

use crate::ids::SourceId;

#[derive(Debug, Clone, Default)]
pub struct Pace(Arc<Mutex<HashMap<SourceId, Bucket>>>);

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: DateTime<Utc>,
}

impl Pace {
    /// One request more. False: it is too many.
    pub fn admit(&self, source: SourceId, per_second: i32, now: DateTime<Utc>) -> bool {
        let most = f64::from(per_second) * 2.0;
        let mut buckets = self.0.lock().expect("no holder panics");
        let bucket = buckets.entry(source).or_insert(Bucket { left: most, at: now });
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
