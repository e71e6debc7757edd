//! What each telephone system's words mean in ours: requests as their makers document them, with invented numbers.

use chrono::{DateTime, Utc};
use ortsgespraech::calls::{EventClock, EventKind, Identity, Incoming};
use ortsgespraech::ids::SourceId;
use ortsgespraech::telephony::Adapter;
use ortsgespraech::telephony::conventions::{Delivery, Heard, Refusal, read};

use crate::support::app::test_time;

pub const JSON: &str = "application/json";
pub const FORM: &str = "application/x-www-form-urlencoded";

pub fn hear(adapter: Adapter, content_type: &str, body: &str) -> Result<Heard, Refusal> {
    let delivery = Delivery { source: SourceId(7), received: test_time(), content_type, body: body.as_bytes() };
    read(adapter, delivery)
}

#[track_caller]
pub fn messages(adapter: Adapter, content_type: &str, body: &str) -> Vec<Incoming> {
    let heard = hear(adapter, content_type, body).unwrap_or_else(|refusal| panic!("{refusal:?}: {body}"));
    assert_eq!((heard.unknown.len(), heard.rejected.len()), (0, 0), "{heard:?}");
    heard.messages
}

/// One line a message: call, kind, facts, number.
fn told(messages: &[Incoming]) -> Vec<String> {
    let line = |message: &Incoming| {
        let facts = serde_json::to_string(&message.event.facts).expect("facts");
        let call = message.call_ref.as_deref().unwrap_or("-");
        let number = message.number.as_deref().unwrap_or("-");
        format!("{call} {} {facts} {number}", message.event.kind.as_str())
    };
    messages.iter().map(line).collect()
}

#[test]
fn zammad_call_is_told_in_json() {
    let new = r#"{"event":"newCall","direction":"in","from":"022147109001","to":"06990009100","callId":"307fa962","user":["Platz-11","Platz-12"],"queue":"zentrale"}"#;
    let heard = messages(Adapter::Zammad, JSON, new);
    assert_eq!(
        told(&heard),
        [
            r#"307fa962 call.started {"direction":"in","to":"06990009100","queue":"zentrale"} 022147109001"#,
            r#"307fa962 agent.ringing {"agent":"Platz-11"} -"#,
            r#"307fa962 agent.ringing {"agent":"Platz-12"} -"#,
        ]
    );
    assert_eq!(heard[0].identity, Identity::InCall("newCall".to_owned()));
    assert_eq!((heard[0].event.at, heard[0].event.clock), (test_time(), EventClock::Received));
    let answer = r#"{"event":"answer","callId":"307fa962","user":"Frau Beispiel","answeringNumber":"11"}"#;
    let heard = messages(Adapter::Zammad, JSON, answer);
    assert_eq!(told(&heard), [r#"307fa962 call.connected {"agent":"11"} -"#]);
    assert_eq!(heard[0].identity, Identity::InCall("answer 11".to_owned()));
    let hangup = r#"{"event":"hangup","callId":"307fa962","cause":"normalClearing"}"#;
    let heard = messages(Adapter::Zammad, JSON, hangup);
    assert_eq!(told(&heard), [r#"307fa962 call.ended {"cause":"normalClearing"} -"#]);
    assert_eq!(heard[0].identity, Identity::InCall("hangup".to_owned()));
}

#[test]
fn every_packing_of_the_same_fields_means_the_same() {
    let json =
        r#"{"event":"newCall","direction":"in","from":"anonymous","to":"zentrale","call_id":4711,"user":"Müller"}"#;
    let form = "event=newCall&direction=in&from=anonymous&to=zentrale&callId=4711&user%5B%5D=M%C3%BCller";
    let parts = [
        ("event", "newCall"),
        ("direction", "in"),
        ("from", "anonymous"),
        ("to", "zentrale"),
        ("callId", "4711"),
        ("user[]", "Müller"),
    ];
    let part = |(name, value): &(&str, &str)| {
        format!("--grenze\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let multipart: String = parts.iter().map(part).chain(["--grenze--\r\n".to_owned()]).collect();
    let expected = messages(Adapter::Zammad, JSON, json);
    assert_eq!(expected.len(), 2);
    for (kind, body) in [
        (FORM, form),
        ("multipart/form-data; boundary=grenze", &multipart),
        ("multipart/form-data; charset=utf-8; boundary=\"grenze\"", &multipart),
        ("", form),
        ("", json),
        ("application/json; charset=utf-8", &format!("\u{feff}{json}")),
    ] {
        assert_eq!(messages(Adapter::Zammad, kind, body), expected, "{kind}");
    }
}

#[test]
fn citizens_number_never_stands_in_the_facts() {
    let out = "event=newCall&direction=out&from=06990009100&to=022147109001&callId=2&user=Platz-11";
    let heard = messages(Adapter::Zammad, FORM, out);
    let expected = r#"2 call.started {"direction":"out","shown_as":"06990009100","agent":"Platz-11"} 022147109001"#;
    assert_eq!(told(&heard), [expected]);
    // Whoever hangs up stands first with some senders.
    let swapped = "event=hangup&direction=in&from=06990009100&to=022147109001&callId=1&cause=cancel";
    assert_eq!(told(&messages(Adapter::Zammad, FORM, swapped)), [r#"1 call.ended {"cause":"cancel"} -"#]);
    let native = r#"{"type":"queue.entered","call_ref":"3","from":"022147109001","to":"022147109001","queue":"a"}"#;
    assert_eq!(told(&messages(Adapter::Native, JSON, native)), [r#"3 queue.entered {"queue":"a"} -"#]);
}

#[test]
fn voicemail_has_not_answered() {
    for body in [
        "event=answer&callId=1&user=voicemail",
        "event=answer&callId=1&answeringNumber=VoiceMail&user[]=Platz-11",
        "event=answer&callId=1&user[]=voicemail&answeringNumber=11",
    ] {
        let heard = messages(Adapter::Zammad, FORM, body);
        assert_eq!(heard[0].event.kind, EventKind::LineNotice, "{body}");
        assert_eq!(heard[0].event.facts.reason.as_deref(), Some("voicemail"));
    }
}

#[test]
fn sipgate_transfer_is_a_new_call_of_the_old_one() {
    let new = "event=newCall&direction=in&from=4922147109001&to=496990009110&callId=c2&origCallId=c1&diversion=496990009100&user%5B%5D=Beispiel&userId%5B%5D=w1&fullUserId%5B%5D=1000001w1&xcid=x";
    let heard = hear(Adapter::Sipgate, FORM, new).expect("understood");
    assert!(heard.asks_for_more);
    assert_eq!(
        told(&heard.messages),
        [
            r#"c2 call.started {"direction":"in","to":"496990009110","diversion":"496990009100","parent_ref":"c1"} 4922147109001"#,
            r#"c2 agent.ringing {"agent":"1000001w1"} -"#,
            r#"c2 call.linked {"parent_ref":"c1"} -"#,
            r#"c1 call.transferred {"kind":"blind","target":"496990009110"} -"#,
        ]
    );
    let answer = "event=answer&callId=c2&user=Beispiel&userId=w1&fullUserId=1000001w1&from=4922147109001&to=496990009110&direction=in&answeringNumber=4969900091";
    let heard = hear(Adapter::Sipgate, FORM, answer).expect("understood");
    assert!(!heard.asks_for_more);
    assert_eq!(heard.messages[0].event.facts.agent.as_deref(), Some("1000001w1"));
    assert_eq!(hear(Adapter::Sipgate, FORM, "event=dtmf&dtmf=1&callId=c2"), Ok(Heard::default()));
}

#[test]
fn placetel_says_the_direction_with_the_event() {
    let of = |body: &str| told(&messages(Adapter::Placetel, FORM, body));
    assert_eq!(
        of("event=IncomingCall&from=022147109001&to=06990009100&call_id=f4591ba3"),
        [r#"f4591ba3 call.started {"direction":"in","to":"06990009100"} 022147109001"#]
    );
    assert_eq!(
        of("event=OutgoingCall&from=06990009100&to=022147109001&call_id=b"),
        [r#"b call.started {"direction":"out","shown_as":"06990009100"} 022147109001"#]
    );
    assert_eq!(
        of("event=CallAccepted&from=022147109001&to=06990009100&call_id=f4591ba3&peer=7777abc%40fpbx.de"),
        [r#"f4591ba3 call.connected {"agent":"7777abc"} -"#]
    );
    let hung_up = |kind: &str| of(&format!("event=HungUp&call_id=c&type={kind}"));
    assert_eq!(hung_up("missed"), [r#"c call.ended {"cause":"cancel"} -"#]);
    assert_eq!(hung_up("accepted"), [r#"c call.ended {"result":"answered","cause":"normalClearing"} -"#]);
    assert_eq!(hung_up("blocked"), [r#"c call.ended {"cause":"blocked"} -"#]);
    let voicemail = [r#"c line.notice {"reason":"voicemail"} -"#, r#"c call.ended {"cause":"voicemail"} -"#];
    assert_eq!(hung_up("voicemail"), voicemail);
}

#[test]
fn unknown_events_are_named_and_nothing_more() {
    for adapter in [Adapter::Zammad, Adapter::Sipgate, Adapter::Placetel] {
        let heard = hear(adapter, FORM, "event=transfer").expect("no mistake");
        assert_eq!((heard.unknown, heard.messages), (vec!["transfer".to_owned()], Vec::new()));
    }
}

#[test]
fn finished_call_is_taken_from_whatever_is_filled() {
    let body = r#"{"Number":"022147109001","CallType":"Inbound","Agent":"101","Duration":"00:01:23","DateTime":"[DateTime]",
        "CallStartTimeUTC":"2026-11-17T09:00:00Z","Name":"Erika Beispiel","did":"06990009100"}"#;
    let heard = messages(Adapter::Completed, JSON, body);
    let [call] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!(call.number.as_deref(), Some("022147109001"));
    let facts = &call.event.facts;
    assert_eq!((facts.to.as_deref(), facts.agent.as_deref()), (Some("06990009100"), Some("101")));
    assert_eq!((facts.talk_ms, facts.wait_ms, facts.result.as_deref()), (Some(83_000), None, Some("answered")));
    assert_eq!(call.event.at, "2026-11-17T09:00:00Z".parse::<DateTime<Utc>>().expect("a time"));
    let key = call.call_ref.clone().expect("a key");
    assert!(!key.contains("4710") && messages(Adapter::Completed, JSON, body)[0].call_ref == Some(key), "{heard:?}");
    let written = r#"{"call_ref":"a","started_at":"2026-11-16T08:00:00+01:00","answered_at":"2026-11-16T07:00:12Z","ended_at":"2026-11-16T07:01:00Z","result":"answered"}"#;
    let facts = messages(Adapter::Completed, JSON, written).remove(0).event.facts;
    assert_eq!((facts.wait_ms, facts.result.as_deref()), (Some(12_000), Some("answered")));
    let missed = "CallType=Missed&Number=022147109001&Agent=%5BAgent%5D&CallStartTimeUTC=2026-11-16+07:00:00";
    let facts = messages(Adapter::Completed, FORM, missed).remove(0).event.facts;
    assert_eq!((facts.result.as_deref(), facts.agent, facts.talk_ms), (Some("abandoned"), None, None));
    hear(Adapter::Completed, FORM, "hallo=1").expect_err("nothing about a call");
    hear(Adapter::Completed, FORM, "Duration=3&started_at=gestern").expect_err("no time");
}
