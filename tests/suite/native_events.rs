//! Our own events: one or many, each with its own time and its own refusal.

use ortsgespraech::calls::{EventClock, EventKind, Identity};
use ortsgespraech::telephony::Adapter;
use serde_json::json;

use crate::conventions::{JSON, hear, messages};

/// The English reasons by index.
fn rejected(body: &serde_json::Value) -> Vec<(usize, &'static str)> {
    let heard = hear(Adapter::Native, JSON, &body.to_string()).expect("a batch");
    heard.rejected.iter().map(|rejected| (rejected.index, rejected.reason.english)).collect()
}

#[test]
fn every_type_is_understood() {
    for kind in EventKind::ALL {
        let event = json!({"type": kind.as_str(), "call_ref": "a", "agent": "Platz-11", "queue": "zentrale", "parent_ref": "b",
            "occurred_at": "2026-11-17T09:29:00.123456+00:00", "reason": "paused", "kind": "blind"});
        let heard = messages(Adapter::Native, JSON, &event.to_string());
        let [message] = heard.as_slice() else { panic!("{event}: {heard:?}") };
        assert_eq!((message.event.kind, message.event.clock), (kind, EventClock::Source));
        assert_eq!(message.call_ref.is_none(), kind == EventKind::AgentState);
    }
}

#[test]
fn event_id_is_the_identity_and_without_it_what_happened() {
    let event = |more: &str| {
        let body = format!(r#"{{"type":"agent.ringing","call_ref":"a","agent":"Platz-11","queue":"z"{more}}}"#);
        messages(Adapter::Native, JSON, &body).remove(0).identity
    };
    assert_eq!(event(r#","event_id":"e-1""#), Identity::Id("e-1".to_owned()));
    assert_eq!(event(""), event(""));
    let at = r#","occurred_at":"2026-11-17T09:00:00Z""#;
    assert_eq!(event(at), event(r#","occurred_at":"2026-11-17T10:00:00+01:00""#));
    assert_ne!(event(at), event(r#","occurred_at":"2026-11-17T09:00:01Z""#));
}

#[test]
fn numbers_follow_the_direction() {
    let started = |direction: &str| {
        let body = json!({"type": "call.started", "call_ref": "a", "direction": direction, "from": "069900091", "to": "02214710"});
        messages(Adapter::Native, JSON, &body.to_string()).remove(0)
    };
    let (incoming, outgoing) = (started("in"), started("out"));
    assert_eq!((incoming.number.as_deref(), incoming.event.facts.to.as_deref()), (Some("069900091"), Some("02214710")));
    assert_eq!(outgoing.number.as_deref(), Some("02214710"));
    assert_eq!((outgoing.event.facts.shown_as.as_deref(), outgoing.event.facts.to), (Some("069900091"), None));
}

#[test]
fn state_of_a_seat_stands_in_reason_or_beside_it() {
    let state = |more: serde_json::Value| {
        let mut event = json!({"type": "agent.state", "agent": "Platz-11"});
        event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let facts = messages(Adapter::Native, JSON, &event.to_string()).remove(0).event.facts;
        (facts.reason.unwrap_or_default(), facts.note)
    };
    assert_eq!(state(json!({"reason": "available"})), ("available".to_owned(), None));
    assert_eq!(state(json!({"reason": "paused", "note": "Mittag"})), ("paused".to_owned(), Some("Mittag".to_owned())));
    assert_eq!(state(json!({"state": "paused", "reason": "Mittag"})), ("paused".to_owned(), Some("Mittag".to_owned())));
}

#[test]
fn bad_event_is_refused_alone() {
    let good = json!({"type": "call.ended", "call_ref": "a", "cause": "normalClearing"});
    let events = json!({"events": [
        good,
        {"call_ref": "a"},
        {"type": "call.vanished", "call_ref": "a"},
        {"type": "call.ended"},
        {"type": "call.ended", "call_ref": "a".repeat(251)},
        {"type": "call.ended", "call_ref": "a", "occurred_at": "17.11.2026"},
        {"type": "call.ended", "call_ref": "a", "occurred_at": "2026-11-10T09:29:59Z"},
        {"type": "call.ended", "call_ref": "a", "occurred_at": "2026-11-19T09:30:01Z"},
        {"type": "call.started", "call_ref": "a", "direction": "seitwärts"},
        {"type": "agent.ringing", "call_ref": "a"},
        {"type": "queue.entered", "call_ref": "a"},
        {"type": "call.linked", "call_ref": "a"},
        {"type": "call.transferred", "call_ref": "a", "kind": "warm"},
        {"type": "agent.state", "agent": "Platz-11", "reason": "müde"},
        {"type": "call.ended", "call_ref": "a", "event_id": "e".repeat(251)},
        "call.ended",
        null,
        good,
    ]});
    let refused = rejected(&events);
    assert_eq!(refused.iter().map(|(index, _)| *index).collect::<Vec<_>>(), (1..17).collect::<Vec<_>>());
    assert_eq!(refused[1].1, "There is no event of this 'type'.");
    assert_eq!(refused[5].1, "The event is older than seven days; 'source import' takes such ones.");
    let heard = hear(Adapter::Native, JSON, &events.to_string()).expect("a batch");
    assert_eq!((heard.messages.len(), heard.unknown), (2, vec!["call.vanished".to_owned()]));
}

#[test]
fn batch_has_five_hundred_events_at_most() {
    let batch = |size: usize| json!({"events": vec![json!({"type": "call.ended", "call_ref": "a"}); size]}).to_string();
    assert_eq!(messages(Adapter::Native, JSON, &batch(500)).len(), 500);
    assert!(hear(Adapter::Native, JSON, &batch(501)).is_err());
    assert_eq!(messages(Adapter::Native, JSON, r#"{"events":[]}"#).len(), 0);
    for body in ["", "1", "\"a\"", "{\"events\":5}", "type=call.ended", "{\"type\":"] {
        assert!(hear(Adapter::Native, JSON, body).is_err(), "{body}");
    }
}
