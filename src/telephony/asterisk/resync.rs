//! After a connection was made: which calls and seats the telephone system has now. What it answers late, badly or only in part
//! ends no call.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{Action, Message};

/// Two questions, and what came back so far.
#[derive(Debug)]
pub struct Resync {
    pub asked: DateTime<Utc>,
    pub channels: List,
    pub queues: List,
    /// Channels that were known when it was asked.
    known: HashSet<String>,
}

/// The answer to one question: an item a message, then one that says how many there were.
#[derive(Debug)]
pub struct List {
    id: String,
    item_events: &'static [&'static str],
    end_event: &'static str,
    pub items: Vec<Message>,
    standing: ListStanding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListStanding {
    Waiting,
    Complete,
    Failed,
}

impl Resync {
    /// `round` keeps late answers to an earlier question apart.
    pub fn new(asked: DateTime<Utc>, round: u64, known: HashSet<String>) -> Self {
        let queue_items = &["QueueMember", "QueueEntry", "QueueParams"];
        Self {
            asked,
            channels: List::new(format!("channels-{round}"), &["CoreShowChannel"], "CoreShowChannelsComplete"),
            queues: List::new(format!("queues-{round}"), queue_items, "QueueStatusComplete"),
            known,
        }
    }

    pub fn questions(&self) -> [Action; 2] {
        [Action::new("QueueStatus", &self.queues.id), Action::new("CoreShowChannels", &self.channels.id)]
    }

    /// Whether the message belongs to an answer.
    pub fn hear(&mut self, message: &Message) -> bool {
        self.channels.hear(message) || self.queues.hear(message)
    }

    pub fn is_answered(&self) -> bool {
        self.channels.is_settled() && self.queues.is_settled()
    }

    pub fn is_complete(&self) -> bool {
        self.channels.is_complete() && self.queues.is_complete()
    }

    /// Channels that were known before and run no more.
    pub fn find_gone(&self) -> Vec<&str> {
        if !self.channels.is_complete() {
            return Vec::new();
        }
        let listed: HashSet<&str> = self.channels.channel_ids().collect();
        self.known.iter().map(String::as_str).filter(|channel| !listed.contains(channel)).collect()
    }

    /// Calls that are open with us and that the telephone system does not know any more. `heard` are those that this connection
    /// told about: they may have begun after the list was written.
    pub fn find_lost(&self, open: Vec<String>, heard: &HashSet<String>) -> Vec<String> {
        if !self.channels.is_complete() {
            return Vec::new();
        }
        let listed: HashSet<&str> = self.channels.channel_ids().collect();
        open.into_iter().filter(|call_ref| !listed.contains(call_ref.as_str()) && !heard.contains(call_ref)).collect()
    }
}

impl List {
    fn new(id: String, item_events: &'static [&'static str], end_event: &'static str) -> Self {
        Self { id, item_events, end_event, items: Vec::new(), standing: ListStanding::Waiting }
    }

    fn hear(&mut self, message: &Message) -> bool {
        if message.action_id() != Some(self.id.as_str()) {
            return false;
        }
        match message.event() {
            Some(event) if self.item_events.contains(&event) => self.items.push(message.clone()),
            Some(event) if event == self.end_event => self.standing = self.end(message),
            // A refusal, or a list that was broken off.
            _ if message.response() == Some("Error") => self.standing = ListStanding::Failed,
            _ => {}
        }
        true
    }

    /// An item that was too long to be read is missing.
    fn end(&self, message: &Message) -> ListStanding {
        let is_whole = message.count("ListItems").is_none_or(|count| usize::try_from(count) == Ok(self.items.len()));
        let is_ended = message.get("EventList").is_none_or(|word| word.eq_ignore_ascii_case("Complete"));
        if is_whole && is_ended { ListStanding::Complete } else { ListStanding::Failed }
    }

    fn is_settled(&self) -> bool {
        self.standing != ListStanding::Waiting
    }

    pub fn is_complete(&self) -> bool {
        self.standing == ListStanding::Complete
    }

    pub fn channel_ids(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| item.said("Uniqueid"))
    }

    pub fn of<'a>(&'a self, event: &'a str) -> impl Iterator<Item = &'a Message> {
        self.items.iter().filter(move |item| item.event() == Some(event))
    }
}
