//! What runs down on the screen; the time itself is the server's.

use chrono::{DateTime, Utc};

use crate::web::format;

/// Runs down on the screen; the time itself is the server's.
pub struct Countdown {
    pub until: DateTime<Utc>,
    pub seconds_left: i64,
    pub seconds_total: i64,
}

impl Countdown {
    pub fn new(until: DateTime<Utc>, now: DateTime<Utc>, total: i64) -> Self {
        let seconds_left = (until - now).num_seconds().max(0);
        Self { until, seconds_left, seconds_total: total.max(seconds_left) }
    }

    pub fn until_for_machines(&self) -> String {
        format::machine_moment(self.until)
    }
}
