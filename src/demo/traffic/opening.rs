//! A line's service hours over the simulated time, looked up many times.

use chrono::{DateTime, Utc};

use crate::tenants::{ServiceCalendar, ServiceState};

/// Stretches in which a line is answered, in order.
#[derive(Debug, Clone)]
pub struct Opening(Vec<(DateTime<Utc>, DateTime<Utc>)>);

impl Opening {
    /// Goes from opening to opening, so that the calendar is asked about twice a day.
    pub fn within(calendar: &ServiceCalendar, from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let mut stretches = Vec::new();
        let mut at = from;
        while at < to {
            at = match calendar.state_at(at) {
                ServiceState::Open { until } => {
                    stretches.push((at, until));
                    until
                }
                ServiceState::AlwaysOpen => {
                    stretches.push((at, to));
                    to
                }
                ServiceState::Closed { next_opening, .. } => next_opening.unwrap_or(to),
            };
        }
        Self(stretches)
    }

    pub fn contains(&self, moment: DateTime<Utc>) -> bool {
        self.first_after(moment).is_some_and(|(from, _)| *from <= moment)
    }

    /// Which part of this time is open, from 0 to 1.
    pub fn share_of(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
        let reached = self.0.iter().skip(self.position_after(from)).take_while(|(opens, _)| *opens < to);
        let open: i64 =
            reached.map(|(opens, closes)| ((*closes).min(to) - (*opens).max(from)).num_milliseconds()).sum();
        open as f64 / (to - from).num_milliseconds().max(1) as f64
    }

    fn first_after(&self, moment: DateTime<Utc>) -> Option<&(DateTime<Utc>, DateTime<Utc>)> {
        self.0.get(self.position_after(moment))
    }

    fn position_after(&self, moment: DateTime<Utc>) -> usize {
        self.0.partition_point(|(_, closes)| *closes <= moment)
    }
}
