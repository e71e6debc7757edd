//! Members of queues: a seat is logged in while it is in a queue, and paused while it is paused in all of them.

use std::collections::BTreeMap;

use super::Message;
use super::present::Present;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatState {
    Available,
    Paused,
    LoggedOut,
}

impl SeatState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Paused => "paused",
            Self::LoggedOut => "logged_out",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Available, Self::Paused, Self::LoggedOut].into_iter().find(|state| state.as_str() == text)
    }
}

/// A seat's state with the words beside a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatStanding {
    pub seat: String,
    pub state: SeatState,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub struct Member {
    pub(super) interface: String,
    device: Option<String>,
    /// Paused there, or not.
    queues: BTreeMap<String, bool>,
    /// What was told last: every ring and every call repeats a seat's state in each of its queues.
    told: Option<(SeatState, Option<String>)>,
}

impl Member {
    pub(super) fn is_reached_by(&self, interface: &str) -> bool {
        let own = self.interface.split_once("/n").map_or(self.interface.as_str(), |(own, _)| own);
        interface == own || self.device.as_deref() == Some(interface)
    }

    pub(super) fn device(&self) -> &str {
        self.device.as_deref().unwrap_or(&self.interface)
    }

    fn state(&self) -> SeatState {
        match self.queues.values().all(|is_paused| *is_paused) {
            _ if self.queues.is_empty() => SeatState::LoggedOut,
            true => SeatState::Paused,
            false => SeatState::Available,
        }
    }

    fn change(&mut self, seat: &str, note: Option<&str>) -> Option<SeatStanding> {
        let state = self.state();
        let note = note.filter(|_| state == SeatState::Paused).map(str::to_owned);
        let standing = (state, note.clone());
        if self.told.as_ref() == Some(&standing) {
            return None;
        }
        self.told = Some(standing);
        Some(SeatStanding { seat: seat.to_owned(), state, note })
    }
}

impl Present {
    /// What a message about a queue's member changes for the seat. Its queue's list calls the same things by other names.
    pub(super) fn hear_member(&mut self, message: &Message) -> Option<SeatStanding> {
        let seat = seat_name(message)?.to_owned();
        let queue = message.said("Queue")?;
        let is_removed = message.event() == Some("QueueMemberRemoved");
        if is_removed && !self.members.get(&seat).is_some_and(|member| member.queues.contains_key(queue)) {
            // Nobody told us in which queues else it is.
            return None;
        }
        let member = self.note_member(&seat, message);
        if is_removed {
            member.queues.remove(queue);
        } else {
            member.queues.insert(queue.to_owned(), message.get("Paused") == Some("1"));
        }
        member.change(&seat, message.said("PausedReason").or(message.said("Reason")))
    }

    /// Where a seat's telephone is reached.
    pub(super) fn note_member(&mut self, seat: &str, message: &Message) -> &mut Member {
        let member = self.members.entry(seat.to_owned()).or_default();
        if let Some(interface) = message.said("Interface").or(message.said("Location")) {
            interface.clone_into(&mut member.interface);
        }
        if let Some(device) = message.said("StateInterface") {
            member.device = Some(device.to_owned());
        }
        member
    }

    /// What is known of a seat from before this connection, so that only changes are told.
    pub fn remember_seat(&mut self, standing: SeatStanding) {
        let member = self.members.entry(standing.seat).or_default();
        if member.told.is_none() {
            member.told = Some((standing.state, standing.note));
        }
    }

    /// After a complete list: a seat is in those queues that the list has it in, and in no others.
    pub(super) fn replace_members(&mut self, rows: &[Message]) -> Vec<(SeatStanding, Option<Message>)> {
        for member in self.members.values_mut() {
            member.queues.clear();
        }
        let mut last: BTreeMap<String, &Message> = BTreeMap::new();
        for row in rows {
            let (Some(seat), Some(queue)) = (seat_name(row), row.said("Queue")) else { continue };
            let member = self.note_member(seat, row);
            member.queues.insert(queue.to_owned(), row.get("Paused") == Some("1"));
            last.insert(seat.to_owned(), row);
        }
        let mut changes = Vec::new();
        for (seat, member) in &mut self.members {
            let row = last.get(seat).copied();
            let was_heard_of = member.told.is_some() || row.is_some();
            let note = row.and_then(|row| row.said("PausedReason"));
            if let Some(standing) = was_heard_of.then(|| member.change(seat, note)).flatten() {
                changes.push((standing, row.cloned()));
            }
        }
        changes
    }
}

/// `MemberName` says who it is; the interface may be a channel of the dialplan's own.
pub(super) fn seat_name(message: &Message) -> Option<&str> {
    ["MemberName", "Name", "AgentName", "Interface", "Location"].into_iter().find_map(|key| message.said(key))
}
