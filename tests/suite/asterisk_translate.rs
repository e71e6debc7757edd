//! Rules of the translation that single messages show, and streams of a real Asterisk where they are at hand.

use chrono::{DateTime, TimeDelta, Utc};
use ortsgespraech::calls::{EventClock, EventKind, Identity, Incoming};
use ortsgespraech::telephony::asterisk::{Message, Translator, parse_duration, parse_stamp};

use crate::support::app::test_time;
use crate::support::captures::{SOURCE, captures, messages, real_captures, real_folder, translate};

fn translator() -> Translator {
    Translator::new(SOURCE, "from-trunk")
}

/// A channel that began it all.
fn own(event: &str, more: &[(&str, &str)]) -> Message {
    let common = [("Event", event), ("Channel", "PJSIP/amt-1"), ("Uniqueid", "a.1"), ("Linkedid", "a.1")];
    common.into_iter().chain(more.iter().copied()).collect()
}

fn kinds(told: &[Incoming]) -> Vec<&'static str> {
    told.iter().map(|incoming| incoming.event.kind.as_str()).collect()
}

#[test]
fn stamps_are_read_to_the_last_digit() {
    let exact = parse_stamp("1794900000.123457").expect("a time");
    assert_eq!(exact.timestamp_micros(), 1_794_900_000_123_457);
    assert_eq!(parse_stamp("1794900000.5").expect("a time").timestamp_micros(), 1_794_900_000_500_000);
    for wrong in ["", ".", "1.", ".5", "-1.0", "1e9", "1.2.3", "+1.0", "99999999999999999999.0"] {
        assert_eq!(parse_stamp(wrong), None, "{wrong}");
    }
    assert_eq!(parse_duration("25:00:03"), Some(TimeDelta::seconds(90_003)));
}

#[test]
fn absurd_clock_gives_way_to_ours() {
    let of = |stamp: &str| {
        let message = own("Hangup", &[("Timestamp", stamp), ("Cause", "16")]);
        translator().translate(&message, test_time()).expect("an end").event
    };
    let near = test_time() + TimeDelta::hours(47);
    assert_eq!(of(&format!("{}.000000", near.timestamp())).at, near);
    for absurd in [
        "0.000000".to_owned(),
        "631151999.000000".to_owned(),
        format!("{}.0", (near + TimeDelta::hours(2)).timestamp()),
    ] {
        let event = of(&absurd);
        assert_eq!((event.at, event.clock), (test_time(), EventClock::Received), "{absurd}");
    }
}

#[test]
fn without_timestamps_rings_may_repeat_and_ends_may_not() {
    let identities = |event: &str| {
        let message = own(event, &[("Queue", "q"), ("Interface", "PJSIP/3"), ("MemberName", "Tisch-3")]);
        let at = |seconds| test_time() + TimeDelta::seconds(seconds);
        [0, 9].map(|seconds| translator().translate(&message, at(seconds)).expect("an event").identity)
    };
    let [first, second] = identities("AgentCalled");
    assert_ne!(first, second);
    let [first, second] = identities("QueueCallerLeave");
    assert_eq!(first, second);
    assert!(matches!(first, Identity::InCall(_)));
}

#[test]
fn trunk_that_does_not_say_what_was_dialled_is_completed_by_the_dialplan() {
    let mut translator = translator();
    let trunk = [("Context", "from-trunk"), ("Exten", "s"), ("CallerIDNum", "06990009123")];
    let started = translator.translate(&own("Newchannel", &trunk), test_time()).expect("a start");
    assert_eq!(started.event.facts.to, None);
    let later = [trunk.as_slice(), &[("ChanVariable", "SC_DID=06990009500"), ("Queue", "q")]].concat();
    let joined = translator.translate(&own("QueueCallerJoin", &later), test_time()).expect("an entry");
    assert_eq!(joined.event.facts.to.as_deref(), Some("06990009500"));
    assert_eq!(joined.number, None, "it came with the start");
}

#[test]
fn citizens_number_is_never_taken_for_a_dialled_one() {
    let mut translator = translator();
    let seat = [
        ("Channel", "PJSIP/3-1"),
        ("Context", "innen"),
        ("Exten", "06990009321"),
        ("ChanVariable", "SC_DID=06990009321"),
    ];
    let of = |event: &str| {
        let fields = [("Event", event), ("Uniqueid", "b.1"), ("Linkedid", "b.1")];
        fields.into_iter().chain(seat).collect::<Message>()
    };
    for event in ["Newchannel", "HangupRequest", "Hangup"] {
        let told = translator.translate(&of(event), test_time()).expect("an event");
        let facts = serde_json::to_string(&told.event.facts).expect("plain facts");
        assert!(!facts.contains("06990009321"), "{event}: {facts}");
    }
}

#[test]
fn channels_that_begin_no_call_end_none() {
    let mut translator = translator();
    for (channel, exten) in [("PJSIP/3-1", "*45"), ("PJSIP/3-1", "s"), ("PJSIP/3-1", ""), ("Local/4@innen-1;1", "4")] {
        for event in ["Newchannel", "HangupRequest", "Hangup"] {
            let fields = [
                ("Event", event),
                ("Channel", channel),
                ("Context", "innen"),
                ("Exten", exten),
                ("Uniqueid", "c.1"),
                ("Linkedid", "c.1"),
            ];
            assert_eq!(
                translator.translate(&fields.into_iter().collect(), test_time()),
                None,
                "{event} {channel} {exten}"
            );
        }
    }
}

#[test]
fn call_ends_with_its_own_channel_even_when_a_transfer_linked_it_elsewhere() {
    let mut translator = translator();
    translator.translate(&own("Newchannel", &[("Context", "from-trunk"), ("Exten", "06990009500")]), test_time());
    let relinked = [("Event", "Hangup"), ("Uniqueid", "a.1"), ("Linkedid", "older.1"), ("Cause", "16")];
    let ended = translator.translate(&relinked.into_iter().collect(), test_time()).expect("an end");
    assert_eq!((ended.event.kind, ended.call_ref.as_deref()), (EventKind::CallEnded, Some("a.1")));
}

#[test]
fn dialplans_own_uniqueid_is_not_the_channels() {
    let fields = [("UserEvent", "ServiceCenter"), ("Kind", "voicemail"), ("Uniqueid", "other.9")];
    let told = translator().translate(&own("UserEvent", &fields), test_time()).expect("a notice");
    assert_eq!((told.call_ref.as_deref(), told.event.facts.reason.as_deref()), (Some("a.1"), Some("voicemail")));
    let other = own("UserEvent", &[("UserEvent", "Somebodys")]);
    assert_eq!(translator().translate(&other, test_time()), None);
}

#[test]
fn only_names_that_nobody_knows_are_counted() {
    let mut translator = translator();
    for event in ["Newstate", "RTCPSent", "BridgeEnter", "DialState", "Unheard", "Unheard", "UserEvent"] {
        translator.translate(&own(event, &[]), test_time());
    }
    assert_eq!(translator.take_oddities(), [("Unheard".to_owned(), 2)]);
    assert_eq!(translator.take_oddities(), []);
}

#[test]
fn told_twice_is_the_same_twice() {
    for (name, bytes) in captures() {
        let (mut translator, messages) = (translator(), messages(&bytes));
        let mut pass = || -> Vec<Identity> {
            messages
                .iter()
                .filter_map(|message| translator.translate(message, test_time()))
                .map(|told| told.identity)
                .collect()
        };
        let first = pass();
        let second = pass();
        assert!(second.iter().all(|identity| first.contains(identity)), "{name}");
    }
}

/// To the last of the six digits that both write.
fn is_at(told: &Incoming, moment: &serde_json::Value) -> bool {
    parse_stamp(&format!("{:.6}", moment.as_f64().expect("a time"))) == Some(told.event.at)
}

/// Each stream's meaning was worked out beside it from the switch's own log of its queues.
#[test]
fn streams_of_a_real_asterisk_mean_what_its_queue_log_says() {
    let streams = real_captures();
    let Ok(expected) = std::fs::read(real_folder().join("expected.json")) else { return };
    let expected: serde_json::Value = serde_json::from_slice(&expected).expect("JSON");
    let received: DateTime<Utc> = "2026-11-21T12:00:00Z".parse().expect("a valid time");
    for (name, calls) in expected.as_object().expect("scenarios") {
        let (_, bytes) = streams.iter().find(|(stream, _)| stream == name).expect("the stream of a scenario");
        let told = translate(bytes, received);
        for call in calls.as_array().expect("calls") {
            let of_call: Vec<Incoming> =
                told.iter().filter(|told| told.call_ref.as_deref() == call["uniqueid"].as_str()).cloned().collect();
            means(&of_call, call, name);
        }
        let started = told.iter().filter(|told| told.event.kind == EventKind::CallStarted).count();
        assert_eq!(started, calls.as_array().expect("calls").len(), "{name}");
    }
}

fn means(told: &[Incoming], call: &serde_json::Value, name: &str) {
    let of = |kind: EventKind| told.iter().filter(move |told| told.event.kind == kind);
    let start = of(EventKind::CallStarted).next().expect("a start");
    assert!(is_at(start, &call["start"]), "{name}");
    let is_out = start.event.facts.direction.as_deref() == Some("out");
    assert_eq!(is_out, call["result"] == "outbound", "{name}");
    let dialled = if is_out { start.number.as_deref() } else { start.event.facts.to.as_deref() };
    assert_eq!(dialled, call["did"].as_str(), "{name}");
    let end = of(EventKind::CallEnded).next().expect("an end");
    assert!(is_at(end, &call["end"]), "{name}");
    assert_eq!(end.event.facts.cause.as_deref(), call["cause"].as_str(), "{name}");
    assert_eq!(of(EventKind::CallerHungUp).count() > 0, call["caller_hung_up"], "{name}: {:?}", kinds(told));
    let legs = call["legs"].as_array().expect("legs");
    assert_eq!(of(EventKind::QueueEntered).count(), legs.len(), "{name}");
    let connected = of(EventKind::CallConnected).filter(|told| told.event.facts.queue.is_some());
    assert_eq!(connected.count(), legs.iter().filter(|leg| leg["outcome"] == "answered").count(), "{name}");
    let rings: Vec<_> = legs.iter().flat_map(|leg| leg["rings"].as_array().expect("rings")).collect();
    let silent: Vec<_> = of(EventKind::AgentRingNoAnswer)
        .map(|told| serde_json::json!([told.event.facts.agent, told.event.facts.ring_ms]))
        .collect();
    assert_eq!(silent.iter().collect::<Vec<_>>(), rings, "{name}");
    let transfers: Vec<_> = of(EventKind::CallTransferred).map(|told| told.event.facts.target.clone()).collect();
    let expected: Vec<_> = call["transfers"]
        .as_array()
        .expect("transfers")
        .iter()
        .map(|transfer| transfer["target"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(transfers, expected, "{name}");
}
