//! What somebody at a desk wants the telephone system to do, and what it answers.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::link::Link;
use super::present::endpoint_of;
use super::{Action, Message, Present};

/// One row of `source_order`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: i64,
    pub act: String,
    pub details: OrderDetails,
}

/// What an order is about, as far as its act asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct OrderDetails {
    /// As the source names it.
    pub seat: String,
    /// Without one: all queues of the seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// The words beside a pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Number to transfer to, to consult, or to call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_ref: Option<String>,
}

/// How an order ended; `succeeded` is none where nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    pub succeeded: Option<bool>,
    pub words: &'static str,
}

pub const UNANSWERED: Outcome = Outcome { succeeded: None, words: "Die Telefonanlage hat nicht geantwortet." };
pub const CUT_OFF: Outcome = Outcome {
    succeeded: None,
    words: "Die Verbindung zur Telefonanlage brach ab; ob sie es noch getan hat, ist unbekannt.",
};
const UNKNOWN_SEAT: Outcome = refused("Die Telefonanlage hat diesen Platz noch nicht genannt.");
const NO_CALL: Outcome = refused("An diesem Platz ist gerade kein Gespräch.");
const NOT_ALLOWED: Outcome = refused("Diese Telefonanlage ist nur zum Zuhören angebunden.");
const INCOMPLETE: Outcome = refused("Der Auftrag ist unvollständig.");

const fn refused(words: &'static str) -> Outcome {
    Outcome { succeeded: Some(false), words }
}

/// The telephone system's own words, and ours.
const REFUSALS: [(&str, &str); 11] = [
    ("permission denied", "Die Telefonanlage erlaubt das nicht."),
    ("invalid/unknown command", "Die Telefonanlage kennt diesen Befehl nicht."),
    ("already there", "Der Platz ist in dieser Warteschlange schon angemeldet."),
    ("not there", "Der Platz ist in dieser Warteschlange nicht angemeldet."),
    ("interface not found", "Der Platz ist in keiner Warteschlange angemeldet."),
    ("no such queue", "Diese Warteschlange gibt es in der Telefonanlage nicht."),
    ("no such channel", "Das Gespräch besteht nicht mehr."),
    ("channel not", "Das Gespräch besteht nicht mehr."),
    ("channel does not exist", "Das Gespräch besteht nicht mehr."),
    ("extension", "Diese Nummer kennt die Telefonanlage nicht."),
    ("endpoint", "Das Telefon dieses Platzes ist nicht erreichbar."),
];

/// Sent, and not answered yet.
#[derive(Debug, Default)]
pub struct Underway {
    sent: HashMap<i64, Instant>,
}

impl Underway {
    pub fn add(&mut self, order: i64) {
        self.sent.insert(order, Instant::now());
    }

    /// The answer to an order. An event that carries its number only tells more about it.
    pub fn hear(&mut self, message: &Message) -> Option<(i64, Outcome)> {
        let order = message.action_id()?.strip_prefix("order-")?.parse().ok()?;
        let response = message.response().filter(|_| message.event().is_none())?;
        self.sent.remove(&order)?;
        Some((order, outcome(response, message.get("Message").unwrap_or_default())))
    }

    pub fn take_overdue(&mut self, limit: Duration) -> Vec<i64> {
        let overdue: Vec<i64> =
            self.sent.iter().filter(|(_, sent)| sent.elapsed() >= limit).map(|(order, _)| *order).collect();
        self.sent.retain(|order, _| !overdue.contains(order));
        overdue
    }

    pub fn take_all(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.sent).into_keys().collect()
    }
}

fn outcome(response: &str, message: &str) -> Outcome {
    if response.eq_ignore_ascii_case("Success") {
        return Outcome { succeeded: Some(true), words: "Erledigt." };
    }
    let message = message.to_ascii_lowercase();
    let known = REFUSALS.iter().find(|(theirs, _)| message.contains(theirs));
    refused(known.map_or("Die Telefonanlage hat es abgelehnt.", |(_, ours)| ours))
}

/// What has to be sent, or why it cannot be.
pub fn action_for(order: &Order, present: &Present, link: &Link) -> Result<Action, Outcome> {
    if !link.may_control {
        return Err(NOT_ALLOWED);
    }
    let asked = Asked { details: &order.details, present, link, id: format!("order-{}", order.id) };
    match order.act.as_str() {
        "pause" => asked.pause(true),
        "ready" => asked.pause(false),
        "enter_queue" => asked.enter_queue(),
        "leave_queue" => asked.leave_queue(),
        "transfer" => asked.transfer("BlindTransfer"),
        "consult" => asked.transfer("Atxfer"),
        "call" => asked.call(),
        "answer" => asked.notify("Event=talk"),
        "hold" => asked.notify("Event=hold"),
        _ => Err(INCOMPLETE),
    }
}

struct Asked<'a> {
    details: &'a OrderDetails,
    present: &'a Present,
    link: &'a Link,
    id: String,
}

impl<'a> Asked<'a> {
    fn interface(&self) -> Result<&'a str, Outcome> {
        self.present.interface_of_seat(&self.details.seat).filter(|known| !known.is_empty()).ok_or(UNKNOWN_SEAT)
    }

    fn queue(&self) -> Result<&'a str, Outcome> {
        self.details.queue.as_deref().ok_or(INCOMPLETE)
    }

    /// The seat's own channel in a call.
    fn channel(&self) -> Result<&'a str, Outcome> {
        self.present.channel_of_seat(&self.details.seat, self.details.call_ref.as_deref()).ok_or(NO_CALL)
    }

    fn target(&self) -> Result<&'a str, Outcome> {
        self.details.target.as_deref().filter(|target| !target.is_empty()).ok_or(INCOMPLETE)
    }

    fn pause(self, paused: bool) -> Result<Action, Outcome> {
        let action = Action::new("QueuePause", &self.id)
            .with("Interface", self.interface()?)
            .with("Paused", if paused { "true" } else { "false" })
            .with_some("Queue", self.details.queue.as_deref());
        Ok(action.with_some("Reason", self.details.reason.as_deref().filter(|_| paused)))
    }

    fn enter_queue(self) -> Result<Action, Outcome> {
        let interface = self.interface()?;
        let device = self.present.device_of_seat(&self.details.seat).filter(|device| *device != interface);
        let action = Action::new("QueueAdd", &self.id)
            .with("Queue", self.queue()?)
            .with("Interface", interface)
            .with("MemberName", &self.details.seat);
        Ok(action.with_some("StateInterface", device))
    }

    fn leave_queue(self) -> Result<Action, Outcome> {
        let action = Action::new("QueueRemove", &self.id);
        Ok(action.with("Queue", self.queue()?).with("Interface", self.interface()?))
    }

    fn transfer(self, name: &'static str) -> Result<Action, Outcome> {
        let action = Action::new(name, &self.id).with("Channel", self.channel()?);
        Ok(action.with("Exten", self.target()?).with("Context", &self.link.inside_context))
    }

    /// The seat's telephone rings first; who picks up there is connected with the number.
    fn call(self) -> Result<Action, Outcome> {
        let device = self.interface().map(|_| self.present.device_of_seat(&self.details.seat))?.ok_or(UNKNOWN_SEAT)?;
        let action = Action::new("Originate", &self.id)
            .with("Channel", device)
            .with("Exten", self.target()?)
            .with("Context", &self.link.inside_context)
            .with("Priority", "1")
            .with("Timeout", "30000");
        Ok(action.with("Async", "true"))
    }

    /// There is no action that answers or holds a call at a telephone; some telephones do it when they are told so.
    fn notify(self, event: &str) -> Result<Action, Outcome> {
        let interface = self.interface()?;
        let action = Action::new("PJSIPNotify", &self.id);
        let action = match self.channel() {
            Ok(channel) if channel.starts_with("PJSIP/") => action.with("Channel", channel),
            _ => {
                let device = self.present.device_of_seat(&self.details.seat).unwrap_or(interface);
                action.with("Endpoint", endpoint_of(device))
            }
        };
        Ok(action.with("Variable", event))
    }
}
