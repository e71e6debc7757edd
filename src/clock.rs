//! The time, passed in. Architecture invariant: nobody else asks the system for it, so a test can set it.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Europe::Berlin;

#[derive(Clone, Debug, Default)]
pub struct Clock {
    fixed: Option<Arc<Mutex<DateTime<Utc>>>>,
}

impl Clock {
    pub fn system() -> Self {
        Self::default()
    }

    pub fn fixed(now: DateTime<Utc>) -> Self {
        Self { fixed: Some(Arc::new(Mutex::new(now))) }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that may")]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.fixed {
            Some(fixed) => *fixed.lock().expect("no holder panics"),
            None => Utc::now(),
        }
    }

    /// Moves a fixed clock forward; the system's clock cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        let fixed = self.fixed.as_ref().expect("only a fixed clock can be moved");
        *fixed.lock().expect("no holder panics") += by;
    }
}

/// The day that it is in Germany at this moment.
pub fn day_of(moment: DateTime<Utc>) -> NaiveDate {
    moment.with_timezone(&Berlin).date_naive()
}

/// The moment at which the clocks in Germany show this; of an hour that comes twice the first.
pub fn moment(day: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
    day.and_time(time).and_local_timezone(Berlin).earliest().map(|moment| moment.to_utc())
}
