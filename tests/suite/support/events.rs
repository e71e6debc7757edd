//! Messages of an imaginary telephone system, a line each.

use chrono::{DateTime, TimeDelta, Utc};
use ortsgespraech::calls::{Event, EventClock, EventKind, Facts, Identity, Incoming};
use ortsgespraech::ids::SourceId;

use super::TestApp;

/// When imaginary calls begin.
pub fn start() -> DateTime<Utc> {
    "2026-11-17T09:00:00Z".parse().expect("a valid time")
}

/// `seconds` after the start: `event(EventKind::CallEnded, 3.5, |facts| facts.cause = ...)`.
pub fn event(kind: EventKind, seconds: f64, tell: impl FnOnce(&mut Facts)) -> Event {
    let mut facts = Facts::default();
    tell(&mut facts);
    #[expect(clippy::cast_possible_truncation, reason = "a few seconds")]
    let after = TimeDelta::microseconds((seconds * 1e6).round() as i64);
    Event { kind, at: start() + after, clock: EventClock::Source, facts }
}

#[expect(clippy::unnecessary_wraps, reason = "facts are told or not")]
pub fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

/// A call to `to` that waits in a queue, is answered at a seat and ended by the caller.
pub fn answered(to: &str, queue: &str, seat: &str) -> Vec<Event> {
    vec![
        event(EventKind::CallStarted, 0.0, |f| (f.direction, f.to) = (text("in"), text(to))),
        event(EventKind::QueueEntered, 0.5, |f| f.queue = text(queue)),
        event(EventKind::AgentRinging, 0.6, |f| (f.queue, f.agent) = (text(queue), text(seat))),
        event(EventKind::QueueLeft, 4.0, |f| f.queue = text(queue)),
        event(EventKind::CallConnected, 4.0, |f| (f.queue, f.agent) = (text(queue), text(seat))),
        event(EventKind::CallerHungUp, 64.0, |_| {}),
        event(EventKind::AgentLeft, 64.0, |f| (f.queue, f.by) = (text(queue), text("caller"))),
        event(EventKind::CallEnded, 64.1, |f| f.cause = text("16")),
    ]
}

/// The same as messages of a source.
pub fn messages(source: SourceId, call_ref: &str, events: Vec<Event>) -> Vec<Incoming> {
    let message = |(place, event): (usize, Event)| Incoming {
        source,
        call_ref: (event.kind != EventKind::AgentState).then(|| call_ref.to_owned()),
        identity: Identity::Id(format!("{call_ref} {place}")),
        number: (event.kind == EventKind::CallStarted).then(|| "069 90009-777".to_owned()),
        event,
    };
    events.into_iter().enumerate().map(message).collect()
}

impl TestApp {
    pub async fn insert_source(&self, name: &str, adapter: &str) -> SourceId {
        let mut db = self.begin_as_system().await;
        let insert = sqlx::query_scalar("insert into source (name, adapter) values ($1, $2) returning id");
        let id = insert.bind(name).bind(adapter).fetch_one(&mut *db).await.expect("a source");
        db.commit().await.expect("commit");
        SourceId(id)
    }
}
