//! What the desks at the telephones have to look at, from what changed in a call.

use std::collections::BTreeSet;

use crate::calls::{CallResult, Folded};
use crate::ids::{CallId, SourceId};

/// How a call stood before this group.
#[derive(Debug, Clone, Default)]
pub struct Before {
    pub ringing: Vec<String>,
    pub talking: Option<String>,
    pub is_over: bool,
}

/// Something for whoever sits at a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    pub source: SourceId,
    pub seat: String,
    pub kind: &'static str,
    pub call: Option<CallId>,
}

/// Only the seats concerned hear of it, each of them once.
pub fn signals(source: SourceId, call: CallId, before: &Before, now: &Folded) -> Vec<Signal> {
    let is_over = now.result != CallResult::Open;
    let rang: BTreeSet<_> = before.ringing.iter().collect();
    let rings: BTreeSet<_> = now.ringing.iter().collect();
    let involved = before.talking.iter().chain(now.legs.iter().filter_map(|leg| leg.agent.as_ref())).chain(&now.agent);
    let mut found: Vec<(&String, &'static str)> = Vec::new();
    if is_over && !before.is_over {
        found.extend(involved.map(|seat| (seat, "ended")));
    } else if before.talking != now.talking {
        found.extend(now.talking.iter().map(|seat| (seat, "connected")));
        found.extend(before.talking.iter().map(|seat| (seat, "left")));
    }
    found.extend(rings.difference(&rang).map(|seat| (*seat, "ringing")));
    found.extend(rang.difference(&rings).map(|seat| (*seat, "silent")));
    let mut told = BTreeSet::new();
    found.retain(|(seat, _)| told.insert(*seat));
    found.into_iter().map(|(seat, kind)| Signal { source, seat: seat.clone(), kind, call: Some(call) }).collect()
}
