//! The connection to a telephone system that is slow, cut off, silent, or refuses us.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use futures_util::future::join_all;
use ortsgespraech::calls::{EventKind, Identity, Incoming};
use ortsgespraech::telephony::asterisk::{Order, OrderDetails, SeatState, Standing};

use crate::support::app::test_time;
use crate::support::captures::{capture, translate};
use crate::support::fake_pbx::{Course, FakePbx, Resync};
use crate::support::listening::{Listening, Notebook};

fn playing(name: &str, piece: usize) -> Course {
    Course { stream: capture(name), piece, resync: Some(Resync::default()), ..Course::default() }
}

fn identities(taken: &[Incoming]) -> Vec<Identity> {
    taken.iter().map(|incoming| incoming.identity.clone()).collect()
}

fn kinds(taken: &[Incoming]) -> Vec<&'static str> {
    taken.iter().map(|incoming| incoming.event.kind.as_str()).collect()
}

fn lost(taken: &[Incoming]) -> Vec<&str> {
    let lost = taken.iter().filter(|incoming| incoming.event.kind == EventKind::CallLost);
    lost.filter_map(|incoming| incoming.call_ref.as_deref()).collect()
}

#[tokio::test]
async fn events_come_in_order_whatever_pieces_they_come_in() {
    let expected = translate(&capture("blind_transfer"), test_time());
    for piece in [1, 7, 1460] {
        let pbx = FakePbx::start(vec![playing("blind_transfer", piece)]).await;
        let listening = Listening::start(&pbx.link, Notebook::default());
        listening.until_taken(expected.len()).await;
        assert_eq!(listening.taken(), expected, "in pieces of {piece}");
        listening.stop().await;
    }
}

/// From the start again, as after a switch to another machine: what came twice is known by its identity.
#[tokio::test]
async fn line_cut_at_any_byte_loses_nothing_that_is_told_again() {
    let stream = capture("closed");
    let expected: BTreeSet<_> =
        identities(&translate(&stream, test_time())).into_iter().map(|id| format!("{id:?}")).collect();
    for cut in (1..stream.len()).step_by(41) {
        let first = Course { cut_at: Some(cut), ..playing("closed", 9) };
        let pbx = FakePbx::start(vec![first, playing("closed", 9)]).await;
        let listening = Listening::start(&pbx.link, Notebook::default());
        listening.until_standing(Standing::Resynced, 2).await;
        listening
            .until("the end of the call", |notes| {
                let taken = notes.taken.lock().expect("no holder panics");
                taken.iter().any(|incoming| incoming.event.kind == EventKind::CallEnded)
            })
            .await;
        let taken: BTreeSet<_> = identities(&listening.taken()).into_iter().map(|id| format!("{id:?}")).collect();
        assert_eq!(taken, expected, "cut at {cut}");
        listening.stop().await;
    }
}

/// As a telephone system does: what happened in between is never told.
#[tokio::test]
async fn half_a_message_before_a_cut_is_not_believed() {
    let stream = capture("closed");
    let whole = stream.windows(4).enumerate().filter(|(_, window)| window == b"\r\n\r\n").map(|(at, _)| at + 4);
    let second = whole.into_iter().nth(1).expect("two messages");
    let first = Course { cut_at: Some(second + 40), ..playing("closed", 64) };
    let rest = Course { stream: stream[second..].to_vec(), ..playing("closed", 64) };
    let pbx = FakePbx::start(vec![first, rest]).await;
    let listening = Listening::start(&pbx.link, Notebook::default());
    listening.until_taken(3).await;
    assert_eq!(kinds(&listening.taken()), ["call.started", "line.notice", "call.ended"]);
    let notes = listening.stop().await;
    let standings = notes.standings.lock().expect("no holder panics");
    assert!(
        matches!(standings[..4], [Standing::Connected, Standing::Resynced, Standing::Lost(_), Standing::Connected]),
        "{standings:?}"
    );
}

#[tokio::test]
async fn wrong_password_is_said_and_not_tried_in_haste() {
    let pbx = FakePbx::start(vec![Course::default()]).await;
    let mut link = pbx.link.clone();
    link.secret = "falsch".to_owned();
    let listening = Listening::start(&link, Notebook::default());
    listening.until_standing(Standing::Refused(""), 1).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(pbx.asked("Login").len(), 1);
    let notes = listening.stop().await;
    let standings = format!("{:?}", notes.standings.lock().expect("no holder panics"));
    assert!(standings.contains("Passwort") && !standings.contains("falsch\""), "{standings}");
}

#[tokio::test]
async fn silence_is_a_loss() {
    let pbx = FakePbx::start(vec![Course { is_deaf_to_pings: true, ..playing("joinempty", 50) }]).await;
    let listening = Listening::start(&pbx.link, Notebook::default());
    listening.until_standing(Standing::Lost(""), 1).await;
    listening.until_standing(Standing::Connected, 2).await;
    listening.stop().await;
}

#[tokio::test]
async fn answered_pings_keep_the_line() {
    let pbx = FakePbx::start(vec![playing("joinempty", 50)]).await;
    let listening = Listening::start(&pbx.link, Notebook::default());
    listening.until("pings", |_| pbx.asked("Ping").len() >= 4).await;
    let notes = listening.stop().await;
    assert_eq!(notes.standings.lock().expect("no holder panics").len(), 3, "connected, resynced, stopped");
}

#[tokio::test]
async fn what_the_intake_refuses_is_offered_until_it_is_taken() {
    let expected = translate(&capture("overflow"), test_time());
    let pbx = FakePbx::start(vec![playing("overflow", 333)]).await;
    let listening = Listening::start(&pbx.link, Notebook { refusals: 5.into(), ..Notebook::default() });
    listening.until_taken(expected.len()).await;
    assert_eq!(listening.taken(), expected);
    listening.stop().await;
}

#[tokio::test]
async fn calls_that_the_telephone_system_does_not_know_any_more_are_lost() {
    let channel = "Event: CoreShowChannel\r\nChannel: PJSIP/amt-1\r\nContext: from-trunk\r\nExten: 06990009500\r\n\
                   CallerIDNum: 06990009123\r\nUniqueid: runs.1\r\nLinkedid: runs.1\r\nDuration: 00:01:05\r\n";
    let entry = "Event: QueueEntry\r\nQueue: buerger\r\nPosition: 2\r\nUniqueid: runs.1\r\nWait: 50\r\n";
    let member = "Event: QueueMember\r\nQueue: buerger\r\nName: Tisch-3\r\nLocation: PJSIP/3\r\nPaused: 1\r\nPausedReason: Mittag\r\n";
    let resync =
        Resync { channels: vec![channel.into()], queues: vec![entry.into(), member.into()], ..Resync::default() };
    let pbx = FakePbx::start(vec![Course { resync: Some(resync), ..Course::default() }]).await;
    let open = Notebook { open_calls: vec!["gone.1".to_owned(), "runs.1".to_owned()].into(), ..Notebook::default() };
    let listening = Listening::start(&pbx.link, open);
    listening.until_taken(4).await;
    let taken = listening.taken();
    assert_eq!(kinds(&taken), ["agent.state", "call.started", "queue.entered", "call.lost"]);
    assert_eq!(lost(&taken), ["gone.1"]);
    assert!(taken[..3].iter().all(|incoming| incoming.event.facts.adopted));
    assert_eq!((test_time() - taken[1].event.at).num_seconds(), 65);
    assert_eq!((test_time() - taken[2].event.at).num_seconds(), 50);
    assert_eq!(taken[1].event.facts.to.as_deref(), Some("06990009500"));
    listening.stop().await;
}

#[tokio::test]
async fn no_call_is_lost_by_an_answer_that_is_missing_late_broken_off_or_refused() {
    let late = Resync { after: Duration::from_millis(1300), ..Resync::default() };
    let broken_off = Resync { is_broken_off: true, ..Resync::default() };
    let refused = Resync { is_refused: true, ..Resync::default() };
    join_all([None, Some(late), Some(broken_off), Some(refused)].map(|resync| async {
        let pbx = FakePbx::start(vec![Course { resync, ..Course::default() }]).await;
        let open = Notebook { open_calls: vec!["runs.1".to_owned()].into(), ..Notebook::default() };
        let listening = Listening::start(&pbx.link, open);
        listening.until_standing(Standing::Resynced, 2).await;
        assert_eq!(kinds(&listening.taken()), [""; 0]);
        listening.stop().await;
    }))
    .await;
}

#[tokio::test]
async fn only_changes_of_a_seat_are_told_after_a_restart() {
    let member = "Event: QueueMember\r\nQueue: buerger\r\nName: Tisch-3\r\nLocation: PJSIP/3\r\nPaused: 0\r\n";
    let resync = Resync { queues: vec![member.into()], ..Resync::default() };
    let pbx = FakePbx::start(vec![Course { resync: Some(resync), ..Course::default() }]).await;
    let seat =
        |name: &str, state| ortsgespraech::telephony::asterisk::SeatStanding { seat: name.into(), state, note: None };
    let known = vec![seat("Tisch-3", SeatState::Available), seat("Tisch-4", SeatState::Available)];
    let listening = Listening::start(&pbx.link, Notebook { seats: known.into(), ..Notebook::default() });
    listening.until_standing(Standing::Resynced, 1).await;
    listening.until_taken(1).await;
    let notes = listening.stop().await;
    let taken = notes.taken.lock().expect("no holder panics");
    let facts = &taken[0].event.facts;
    assert_eq!(
        (taken.len(), facts.agent.as_deref(), facts.reason.as_deref()),
        (1, Some("Tisch-4"), Some("logged_out"))
    );
}

fn order(id: i64, act: &str, details: OrderDetails) -> Order {
    Order { id, act: act.to_owned(), details: OrderDetails { seat: "Tisch-3".to_owned(), ..details } }
}

#[tokio::test]
async fn orders_are_sent_and_their_answers_understood() {
    let answers = HashMap::from([
        ("QueuePause", "Response: Success\r\nMessage: Interface paused successfully"),
        ("QueueAdd", "Response: Error\r\nMessage: Permission denied"),
    ]);
    let member = "Event: QueueMember\r\nQueue: buerger\r\nName: Tisch-3\r\nLocation: PJSIP/3\r\nPaused: 0\r\n";
    let resync = Resync { queues: vec![member.into()], ..Resync::default() };
    let pbx = FakePbx::start(vec![Course { answers, resync: Some(resync), ..Course::default() }]).await;
    let listening = Listening::start(&pbx.link, Notebook::default());
    listening.until_standing(Standing::Resynced, 1).await;
    listening.notes.orders.lock().expect("no holder panics").extend([
        order(1, "pause", OrderDetails { reason: Some("Mittag".to_owned()), ..OrderDetails::default() }),
        order(2, "enter_queue", OrderDetails { queue: Some("reserve".to_owned()), ..OrderDetails::default() }),
        order(3, "transfer", OrderDetails { target: Some("45".to_owned()), ..OrderDetails::default() }),
        order(4, "call", OrderDetails { target: Some("06990009321".to_owned()), ..OrderDetails::default() }),
    ]);
    listening.until("four outcomes", |notes| notes.settled.lock().expect("no holder panics").len() == 4).await;
    let mut settled = listening.stop().await.settled.lock().expect("no holder panics").clone();
    settled.sort_by_key(|(order, _)| *order);
    let outcomes: Vec<_> = settled.iter().map(|(_, outcome)| (outcome.succeeded, outcome.words)).collect();
    assert_eq!(outcomes[0].0, Some(true));
    assert_eq!(outcomes[1], (Some(false), "Die Telefonanlage erlaubt das nicht."));
    assert_eq!(outcomes[2], (Some(false), "An diesem Platz ist gerade kein Gespräch."));
    assert_eq!(outcomes[3].0, None, "nobody answered");
    let pause = &pbx.asked("QueuePause")[0];
    assert_eq!(
        (pause.get("Interface"), pause.get("Paused"), pause.get("Reason")),
        (Some("PJSIP/3"), Some("true"), Some("Mittag"))
    );
}

#[tokio::test]
async fn system_that_we_only_listen_to_is_ordered_nothing() {
    let pbx = FakePbx::start(vec![playing("joinempty", 99)]).await;
    let mut link = pbx.link.clone();
    link.may_control = false;
    let orders = vec![order(1, "pause", OrderDetails::default())];
    let listening = Listening::start(&link, Notebook { orders: orders.into(), ..Notebook::default() });
    listening.until("an outcome", |notes| !notes.settled.lock().expect("no holder panics").is_empty()).await;
    assert!(pbx.asked("QueuePause").is_empty());
    listening.stop().await;
}
