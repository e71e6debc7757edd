//! What a resync found, in our words: calls that began while nobody listened. Everything here gives way to what was seen when it
//! happened.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::Message;
use super::members::SeatStanding;
use super::present::{AtSeat, CallNow};
use super::resync::Resync;
use super::stamp::{parse_duration, parse_stamp};
use super::translate::{Translator, digest};
use crate::calls::{Event, EventClock, EventKind, Facts, Identity, Incoming};

impl Translator {
    /// To be asked with `Resync::questions`.
    pub fn begin_resync(&self, asked: DateTime<Utc>, round: u64) -> Resync {
        Resync::new(asked, round, self.present.channels())
    }

    /// Seats, running calls, who waits, who talks.
    pub fn adopt(&mut self, resync: &Resync, now: DateTime<Utc>) -> Vec<Incoming> {
        let mut adopted = Vec::new();
        if resync.queues.is_complete() {
            let members: Vec<Message> = resync.queues.of("QueueMember").cloned().collect();
            for (standing, row) in self.present.replace_members(&members) {
                adopted.push(self.adopt_seat(standing, row.as_ref(), now));
            }
        }
        for channel in resync.find_gone() {
            self.present.end(channel);
        }
        let waiting: HashSet<&str> =
            resync.queues.of("QueueEntry").filter_map(|entry| entry.said("Uniqueid")).collect();
        for channel in &resync.channels.items {
            adopted.extend(self.adopt_channel(channel, &waiting, now));
        }
        for entry in resync.queues.of("QueueEntry") {
            adopted.extend(self.adopt_waiting(entry, now));
        }
        for channel in &resync.channels.items {
            adopted.extend(self.adopt_talk(channel, &resync.channels.items, resync.asked));
        }
        adopted
    }

    /// The end of a call that nobody saw.
    pub fn lose(&self, call_ref: String, asked: DateTime<Utc>) -> Incoming {
        self.found(call_ref, "lost", EventKind::CallLost, asked, Facts::default())
    }

    fn adopt_channel(&mut self, row: &Message, waiting: &HashSet<&str>, now: DateTime<Utc>) -> Option<Incoming> {
        let channel =
            row.said("Uniqueid").filter(|channel| row.said("Linkedid").is_none_or(|linked| linked == *channel))?;
        let name = row.get("Channel").unwrap_or_default();
        let is_trunk = row.get("Context") == Some(self.trunk_context.as_str());
        let is_call = is_trunk || waiting.contains(channel) || row.variable("", "SC_DID").is_some();
        let seat = self.present.seat_of(name).map(str::to_owned);
        let facts = match seat {
            // Which way a telephone's own call goes only its start says.
            _ if is_call && !name.starts_with("Local/") => adopted_in(row, is_trunk),
            Some(agent) if dials_out(row) => {
                Facts { direction: Some("out".to_owned()), agent: Some(agent), ..Facts::default() }
            }
            _ if self.present.call(channel).is_some() => return None,
            _ => {
                self.present.set_aside(channel);
                return None;
            }
        };
        self.begin_adopted(channel, name, &facts);
        let is_out = facts.direction.as_deref() == Some("out");
        let number = row.said(if is_out { "Exten" } else { "CallerIDNum" }).map(str::to_owned);
        let mut found =
            self.found(channel.to_owned(), "start", EventKind::CallStarted, since(row, "Duration", now), facts);
        found.number = number;
        Some(found)
    }

    fn begin_adopted(&mut self, channel: &str, name: &str, facts: &Facts) {
        if self.present.call(channel).is_none() {
            let talking = facts.agent.clone().map(|seat| AtSeat { seat, channel: name.to_owned() });
            let knows_dialled = facts.to.is_some() || talking.is_some();
            self.present
                .begin(channel, CallNow { channel: name.to_owned(), talking, knows_dialled, ..CallNow::default() });
        }
    }

    fn adopt_waiting(&mut self, entry: &Message, now: DateTime<Utc>) -> Option<Incoming> {
        let call_ref = entry.said("Uniqueid")?.to_owned();
        let queue = entry.said("Queue")?.to_owned();
        let identity = format!("queue {queue}");
        let facts = Facts { queue: Some(queue), position: entry.count("Position"), ..Facts::default() };
        Some(self.found(call_ref, &identity, EventKind::QueueEntered, since(entry, "Wait", now), facts))
    }

    /// A seat that talks with a caller already. When it began is not known; not before we asked is what can be said safely.
    fn adopt_talk(&mut self, row: &Message, rows: &[Message], asked: DateTime<Utc>) -> Option<Incoming> {
        let call_ref = row.said("Uniqueid").filter(|channel| self.present.call(channel).is_some())?;
        let bridge = row.said("BridgeId")?;
        let (seat, channel) = rows.iter().find_map(|other| {
            let name = other.get("Channel")?;
            let is_partner = other.said("BridgeId") == Some(bridge) && other.said("Uniqueid") != Some(call_ref);
            is_partner.then(|| self.present.seat_of(name)).flatten().map(|seat| (seat.to_owned(), name.to_owned()))
        })?;
        let call = self.present.call_mut(call_ref)?;
        if call.talking.is_some() {
            return None;
        }
        call.talking = Some(AtSeat { seat: seat.clone(), channel });
        let is_queue = row.get("Application") == Some("Queue");
        let queue = row.said("ApplicationData").filter(|_| is_queue).and_then(|data| data.split(',').next());
        let identity = format!("talk {seat}");
        let facts = Facts { queue: queue.map(str::to_owned), agent: Some(seat), ..Facts::default() };
        Some(self.found(call_ref.to_owned(), &identity, EventKind::CallConnected, asked, facts))
    }

    fn adopt_seat(&self, standing: SeatStanding, row: Option<&Message>, now: DateTime<Utc>) -> Incoming {
        let is_paused = standing.state == super::members::SeatState::Paused;
        let paused_at = row.and_then(|row| row.said("LastPause")).filter(|_| is_paused).and_then(parse_stamp);
        let at = paused_at.filter(|at| at.timestamp() > 0 && *at <= now).unwrap_or(now);
        let moment = at.timestamp_micros().to_string();
        let identity = Identity::Id(digest(&["seat", &standing.seat, "adopted", standing.state.as_str(), &moment]));
        self.seat_incoming(standing, identity, at, EventClock::Received, true)
    }

    fn found(
        &self,
        call_ref: String,
        identity: &str,
        kind: EventKind,
        at: DateTime<Utc>,
        mut facts: Facts,
    ) -> Incoming {
        facts.adopted = true;
        let event = Event { kind, at, clock: EventClock::Received, facts };
        let identity = Identity::InCall(format!("adopted {identity}"));
        Incoming { source: self.source, call_ref: Some(call_ref), identity, event, number: None }
    }
}

fn adopted_in(row: &Message, is_trunk: bool) -> Facts {
    let dialled = row.said("Exten").filter(|exten| is_trunk && *exten != "s");
    Facts {
        direction: Some("in".to_owned()),
        to: row.variable("", "SC_DID").or(dialled).map(str::to_owned),
        diversion: row.variable("", "SC_DIVERSION").map(str::to_owned),
        ..Facts::default()
    }
}

/// A telephone that was called by a queue runs another application.
fn dials_out(row: &Message) -> bool {
    let number = row.said("Exten").filter(|exten| *exten != "s" && !exten.starts_with(['*', '#']));
    row.get("Application") == Some("Dial") && number.is_some()
}

/// No call lasts a week; a clock that was set may say so.
fn since(row: &Message, key: &str, now: DateTime<Utc>) -> DateTime<Utc> {
    let lasted = row.get(key).and_then(parse_duration).filter(|lasted| *lasted < TimeDelta::weeks(1));
    now - lasted.unwrap_or(TimeDelta::zero())
}
