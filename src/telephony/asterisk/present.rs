//! What a telephone system has told of the present: which calls run through which channels, and which telephone is whose.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::members::Member;

/// A telephone system that never tells the end of its calls must not fill our memory; what is forgotten only helps.
const MOST_CALLS: usize = 50_000;
const MOST_LEGS: usize = 100;

#[derive(Debug, Default)]
pub struct Present {
    /// By the seat's name.
    pub(super) members: BTreeMap<String, Member>,
    calls: HashMap<String, CallNow>,
    /// Channels that begin no call: a feature code, a telephone that we let ring.
    others: HashSet<String>,
}

/// A call's channels, for what somebody wants done with it.
#[derive(Debug, Clone, Default)]
pub struct CallNow {
    pub channel: String,
    /// Seats at which it rings, with the channel there.
    pub ringing: Vec<AtSeat>,
    pub talking: Option<AtSeat>,
    /// Channels of telephones that were rung for it.
    pub(super) legs: Vec<String>,
    /// It goes out, and nobody there has answered yet.
    pub(super) awaits_answer: bool,
    /// The start, or a later event, said which number was dialled.
    pub(super) knows_dialled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtSeat {
    pub seat: String,
    pub channel: String,
}

impl Present {
    pub fn call(&self, call_ref: &str) -> Option<&CallNow> {
        self.calls.get(call_ref)
    }

    pub(super) fn call_mut(&mut self, call_ref: &str) -> Option<&mut CallNow> {
        self.calls.get_mut(call_ref)
    }

    pub(super) fn begin(&mut self, call_ref: &str, call: CallNow) {
        if self.calls.len() >= MOST_CALLS {
            self.calls.clear();
        }
        self.others.remove(call_ref);
        self.calls.insert(call_ref.to_owned(), call);
    }

    pub(super) fn set_aside(&mut self, channel: &str) {
        if self.others.len() >= MOST_CALLS {
            self.others.clear();
        }
        self.others.insert(channel.to_owned());
    }

    pub(super) fn is_set_aside(&self, channel: &str) -> bool {
        self.others.contains(channel)
    }

    pub(super) fn end(&mut self, channel: &str) {
        self.others.remove(channel);
        self.calls.remove(channel);
    }

    /// All channels of which something is kept.
    pub(super) fn channels(&self) -> HashSet<String> {
        self.calls.keys().chain(&self.others).cloned().collect()
    }

    /// The call that a channel talks about: its own, or the one that it is a part of.
    pub(super) fn call_of<'a>(&self, channel: &'a str, linked: Option<&'a str>) -> &'a str {
        match linked {
            Some(linked) if !self.calls.contains_key(channel) && self.calls.contains_key(linked) => linked,
            _ => channel,
        }
    }

    /// The seat whose telephone a channel belongs to.
    pub fn seat_of(&self, channel: &str) -> Option<&str> {
        let interface = interface_of(channel);
        self.members.iter().find(|(_, member)| member.is_reached_by(interface)).map(|(seat, _)| seat.as_str())
    }

    pub fn interface_of_seat(&self, seat: &str) -> Option<&str> {
        self.members.get(seat).map(|member| member.interface.as_str())
    }

    /// The device behind it, where a queue rings it through a channel of its own.
    pub fn device_of_seat(&self, seat: &str) -> Option<&str> {
        self.members.get(seat).map(Member::device)
    }

    /// A telephone is rung for a call.
    pub(super) fn add_leg(&mut self, call_ref: &str, channel: &str) {
        if let Some(call) = self.calls.get_mut(call_ref).filter(|call| call.legs.len() < MOST_LEGS) {
            call.legs.push(channel.to_owned());
        }
    }

    pub(super) fn end_leg(&mut self, call_ref: &str, channel: &str) {
        if let Some(call) = self.calls.get_mut(call_ref) {
            call.legs.retain(|leg| leg != channel);
        }
    }

    /// The channel at which a seat talks, or at which it rings; in this call, or in any.
    pub fn channel_of_seat(&self, seat: &str, call_ref: Option<&str>) -> Option<&str> {
        let within =
            call_ref.and_then(|call_ref| self.calls.get(call_ref)).and_then(|call| self.channel_in(call, seat));
        within.or_else(|| {
            let talks = |call: &&CallNow| call.talking.as_ref().is_some_and(|at| at.seat == seat);
            let talking = self.calls.values().filter(talks);
            talking.chain(self.calls.values()).find_map(|call| self.channel_in(call, seat))
        })
    }

    /// Where a queue rings a channel of the dialplan, the telephone's own stands behind it.
    fn channel_in<'a>(&'a self, call: &'a CallNow, seat: &str) -> Option<&'a str> {
        let at = call.talking.iter().chain(&call.ringing).find(|at| at.seat == seat)?;
        let device = self.device_of_seat(seat);
        let leg = call.legs.iter().rev().find(|leg| Some(interface_of(leg)) == device);
        leg.or(Some(&at.channel)).map(String::as_str).filter(|channel| !channel.is_empty())
    }
}

/// "PJSIP/11-0000001f" is a channel of "PJSIP/11".
pub(super) fn interface_of(channel: &str) -> &str {
    channel.rsplit_once('-').map_or(channel, |(interface, _)| interface)
}

/// "11" of "PJSIP/11".
pub(super) fn endpoint_of(interface: &str) -> &str {
    let name = interface.split_once('/').map_or(interface, |(_, name)| name);
    name.split_once('@').map_or(name, |(name, _)| name)
}
