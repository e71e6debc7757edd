//! Which slots are free. Pure: opening, wish and what is taken go in, slots come out.

use chrono::{DateTime, TimeDelta, Utc};

use super::Type;
use crate::ids::ResourceId;
use crate::tenants::Stretch;

/// No appointment lasts longer, its buffer included; the database says so too.
const LONGEST: TimeDelta = TimeDelta::minutes(600);

/// What somebody needs.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub minutes: i32,
    /// Between this appointment and the next at the same place.
    pub buffer_minutes: i32,
    /// So many of a resource's places at once.
    pub need: i32,
    pub earliest: DateTime<Utc>,
    /// The slot ends no later.
    pub latest: DateTime<Utc>,
}

impl Wanted {
    pub fn of(kind: &Type, earliest: DateTime<Utc>, latest: DateTime<Utc>) -> Self {
        let Type { minutes, buffer_minutes, need, .. } = *kind;
        Self { minutes, buffer_minutes, need, earliest, latest }
    }
}

/// A counter, a room, a person, with what is taken there.
#[derive(Debug, Clone)]
pub struct Place {
    pub resource: ResourceId,
    pub name: String,
    /// So many callers at a time.
    pub places: i32,
    /// In order of their beginnings.
    pub taken: Vec<Taken>,
}

#[derive(Debug, Clone, Copy)]
pub struct Taken {
    pub from: DateTime<Utc>,
    /// With the buffer.
    pub to: DateTime<Utc>,
    pub first_lane: i32,
    /// Not included.
    pub last_lane: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub resource: ResourceId,
    /// The first of the places that are taken there.
    pub lane: i32,
}

impl Slot {
    pub fn blocked_until(&self, wanted: &Wanted) -> DateTime<Utc> {
        self.ends_at + TimeDelta::minutes(wanted.buffer_minutes.into())
    }
}

/// One slot a beginning, in order: at the first resource that has room. Beginnings follow each other by length and buffer from
/// the moment at which the office opens, so that nothing between two of them is lost. `open` is in order, without overlaps.
pub fn free_slots(open: &[Stretch], wanted: &Wanted, places: &[Place]) -> Vec<Slot> {
    let length = TimeDelta::minutes(wanted.minutes.max(1).into());
    let step = length + TimeDelta::minutes(wanted.buffer_minutes.into());
    let mut found = Vec::new();
    for (opens, closes) in open {
        let mut starts_at = *opens;
        while starts_at + length <= (*closes).min(wanted.latest) {
            if starts_at >= wanted.earliest {
                found.extend(places.iter().find_map(|place| place.slot_at(starts_at, length, step, wanted.need)));
            }
            starts_at += step;
        }
    }
    found
}

impl Place {
    fn slot_at(&self, starts_at: DateTime<Utc>, length: TimeDelta, step: TimeDelta, need: i32) -> Option<Slot> {
        let until = starts_at + step;
        let first = self.taken.partition_point(|taken| taken.from < starts_at - LONGEST);
        let last = self.taken.partition_point(|taken| taken.from < until);
        let meanwhile: Vec<_> =
            self.taken[first..last.max(first)].iter().filter(|taken| taken.to > starts_at).collect();
        let is_free = |lane: &i32| {
            let lanes = *lane..*lane + need;
            meanwhile.iter().all(|taken| taken.last_lane <= lanes.start || lanes.end <= taken.first_lane)
        };
        let lane = (0..=self.places - need).find(is_free)?;
        Some(Slot { starts_at, ends_at: starts_at + length, resource: self.resource, lane })
    }
}
