//! How long a connection waits for what. Tests cannot wait a minute.

use std::time::Duration;

use rand::RngExt;

#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// For the connection, and for the answer to the login.
    pub connect_within: Duration,
    pub ping_every: Duration,
    pub pong_within: Duration,
    pub resync_within: Duration,
    /// After a resync without a whole answer.
    pub resync_again: Duration,
    pub orders_every: Duration,
    pub order_within: Duration,
    pub shortest_pause: Duration,
    pub longest_pause: Duration,
    /// A connection that lived this long was a good one.
    pub settled_after: Duration,
    pub refused_pause: Duration,
    /// Between two tries to hand over what was not taken.
    pub retry_intake: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            connect_within: Duration::from_secs(10),
            ping_every: Duration::from_secs(15),
            pong_within: Duration::from_secs(10),
            resync_within: Duration::from_secs(10),
            resync_again: Duration::from_mins(1),
            orders_every: Duration::from_secs(1),
            order_within: Duration::from_secs(30),
            shortest_pause: Duration::from_secs(1),
            longest_pause: Duration::from_mins(1),
            settled_after: Duration::from_mins(1),
            refused_pause: Duration::from_mins(1),
            retry_intake: Duration::from_millis(500),
        }
    }
}

/// Pauses between tries to connect: longer each time, and never the same for two of us.
#[derive(Debug, Default)]
pub struct Backoff {
    tries: u32,
}

impl Backoff {
    pub fn reset(&mut self) {
        self.tries = 0;
    }

    pub fn next(&mut self, pace: &Pace) -> Duration {
        let longest = pace.shortest_pause.saturating_mul(2_u32.saturating_pow(self.tries + 1)).min(pace.longest_pause);
        self.tries = (self.tries + 1).min(16);
        let part: f64 = rand::rng().random();
        pace.shortest_pause + longest.saturating_sub(pace.shortest_pause).mul_f64(part)
    }
}
