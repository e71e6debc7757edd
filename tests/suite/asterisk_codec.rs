//! Bytes of a manager interface into messages, whatever pieces they come in.

use ortsgespraech::telephony::asterisk::{Action, Codec, Frame, MESSAGE_LIMIT};
use proptest::prelude::*;
use tokio_util::bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

use crate::support::captures::{capture, captures, decode, messages, real_captures};

fn frames(bytes: &[u8]) -> Vec<Frame> {
    decode(&mut Codec::default(), &mut BytesMut::from(bytes))
}

/// As a connection would deliver them.
fn frames_in_pieces(bytes: &[u8], lengths: &[usize]) -> (Vec<Frame>, u64) {
    let (mut codec, mut buffer, mut rest, mut found) = (Codec::default(), BytesMut::new(), bytes, Vec::new());
    for length in lengths.iter().cycle() {
        let (piece, later) = rest.split_at((*length).min(rest.len()));
        buffer.extend_from_slice(piece);
        found.extend(decode(&mut codec, &mut buffer));
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    (found, codec.dropped())
}

#[test]
fn fields_keep_their_order_and_repeat() {
    let found = messages(b"Event: UserEvent\r\nUniqueid: a.1\r\nKind: closed\r\nUniqueid: b.2\r\nChanVariable: X=1\r\nchanvariable: Y=2=3\r\n\r\n");
    let [message] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(message.get("uniqueID"), Some("a.1"));
    assert_eq!(message.fields()[3], ("Uniqueid".to_owned(), "b.2".to_owned()));
    assert_eq!(message.variable("", "Y"), Some("2=3"));
    assert_eq!(message.fields().len(), 6);
}

#[test]
fn line_ends_may_lack_their_carriage_return() {
    assert_eq!(frames(b"Event: Hangup\nCause: 16\n\n"), frames(b"Event: Hangup\r\nCause: 16\r\n\r\n"));
}

#[test]
fn banner_is_known_wherever_it_comes() {
    let found = frames(b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\n\r\nEvent: Half\r\nAsterisk Call Manager/5.0\r\nEvent: Whole\r\n\r\n");
    let [Frame::Banner(first), Frame::Message(reply), Frame::Banner(_), Frame::Message(whole)] = found.as_slice()
    else {
        panic!("{found:?}")
    };
    assert_eq!((first.as_str(), reply.response()), ("Asterisk Call Manager/11.0.0", Some("Success")));
    assert_eq!((whole.event(), whole.fields().len()), (Some("Whole"), 1));
}

#[test]
fn names_of_callers_get_no_further() {
    let [message] =
        &messages(b"Event: X\r\nCallerIDName: Erika\r\nDestConnectedLineName: Erika\r\nCallerIDNum: 1\r\n\r\n")[..]
    else {
        panic!()
    };
    assert_eq!(message.fields().len(), 2);
    assert!(!format!("{message:?}").contains("CallerIDNum"), "a log shows what kind of message it is, no more");
}

#[test]
fn invalid_utf_8_is_no_end() {
    let [message] = &messages(b"Event: X\r\nMemberName: M\xfcller\r\n\r\n")[..] else { panic!() };
    assert_eq!(message.get("MemberName"), Some("M\u{fffd}ller"));
}

/// PostgreSQL keeps no zero byte, and no index a key of 64 KiB.
#[test]
fn values_are_such_as_a_database_can_keep() {
    let line = format!("Event: X\r\nUniqueid: a\0b\x1bc{}\r\n\r\n", "d".repeat(1000));
    let [message] = &messages(line.as_bytes())[..] else { panic!() };
    assert_eq!(message.get("Uniqueid").map(str::len), Some(250));
    assert!(message.get("Uniqueid").is_some_and(|value| value.starts_with("abcd")));
}

#[test]
fn too_long_a_message_is_left_out_and_counted() {
    let mut bytes = b"Event: Before\r\n\r\nEvent: Long\r\n".to_vec();
    bytes.extend(format!("Field: {}\r\n", "x".repeat(900)).repeat(100).into_bytes());
    bytes.extend(b"\r\nEvent: Line\r\nLong: ");
    bytes.extend(vec![b'y'; 3 * MESSAGE_LIMIT]);
    bytes.extend(b"\r\nMore: of it\r\n\r\nEvent: After\r\n\r\n");
    for lengths in [[bytes.len(), 1], [1, 1], [1460, 7], [MESSAGE_LIMIT, 3]] {
        let (found, dropped) = frames_in_pieces(&bytes, &lengths);
        let events: Vec<_> =
            found.iter().filter_map(|frame| if let Frame::Message(m) = frame { m.event() } else { None }).collect();
        assert_eq!((events, dropped), (vec!["Before", "After"], 2), "in pieces of {lengths:?}");
    }
}

#[test]
fn half_a_message_at_the_end_is_none() {
    let mut codec = Codec::default();
    let mut buffer = BytesMut::from(&b"Event: Hangup\r\nUniqueid: pbx-1.1"[..]);
    assert_eq!(codec.decode_eof(&mut buffer).expect("no error"), None);
    assert!(buffer.is_empty());
}

#[test]
fn value_cannot_begin_an_action_of_its_own() {
    let action = Action::new("QueuePause", "order-1").with("Reason", "Pause\r\n\r\nAction: Originate");
    let mut bytes = BytesMut::new();
    Codec::default().encode(action, &mut bytes).expect("memory");
    assert_eq!(&bytes[..], b"Action: QueuePause\r\nActionID: order-1\r\nReason: Pause    Action: Originate\r\n\r\n");
}

#[test]
fn secret_is_in_no_log() {
    assert_eq!(format!("{:?}", Action::new("Login", "1").with("Secret", "geheim")), "Action(Login)");
}

#[test]
fn every_cut_gives_the_same_messages() {
    for name in ["closed", "joinempty"] {
        let bytes = capture(name);
        let whole = frames(&bytes);
        for cut in 1..bytes.len() {
            let (found, _) = frames_in_pieces(&bytes, &[cut, bytes.len()]);
            assert!(found == whole, "{name} cut at {cut}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn pieces_of_any_length_give_the_same_messages(lengths in prop::collection::vec(1_usize..3000, 1..20), pick in any::<prop::sample::Index>()) {
        let mut all = captures();
        all.extend(real_captures());
        let (_, bytes) = pick.get(&all);
        prop_assert_eq!(frames_in_pieces(bytes, &lengths).0, frames(bytes));
    }

    #[test]
    fn garbage_is_read_alike_in_any_pieces(bytes in prop::collection::vec(prop::sample::select(b"ab:\r\n \xff=".to_vec()), 0..400), lengths in prop::collection::vec(1_usize..9, 1..9)) {
        prop_assert_eq!(frames_in_pieces(&bytes, &lengths).0, frames(&bytes));
    }
}
