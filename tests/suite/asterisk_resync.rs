//! After a break: what runs is taken over, what is gone is lost, and a list that is not whole ends nothing.

use std::collections::HashSet;

use ortsgespraech::calls::{EventKind, Incoming};
use ortsgespraech::telephony::asterisk::{Message, Order, OrderDetails, Resync, Translator, action_for};
use proptest::prelude::*;

use crate::support::app::test_time;
use crate::support::captures::{SOURCE, capture, messages, real_folder};
use crate::support::fake_pbx::{Course, FakePbx};

fn translator() -> Translator {
    Translator::new(SOURCE, "from-trunk")
}

/// Answers to both questions.
fn answered(resync: &mut Resync, channels: &[&str], queues: &[&str]) {
    let [about_queues, about_channels] = resync.questions();
    for (question, items, end) in
        [(about_channels, channels, "CoreShowChannelsComplete"), (about_queues, queues, "QueueStatusComplete")]
    {
        let id = question.get("ActionID").expect("a number").to_owned();
        let count = items.len();
        let end = format!("Event: {end}\nEventList: Complete\nListItems: {count}\n");
        for item in items.iter().copied().chain([end.as_str()]) {
            for message in messages(format!("{item}ActionID: {id}\n\n").as_bytes()) {
                assert!(resync.hear(&message));
            }
        }
    }
}

fn lines(found: &[Incoming]) -> Vec<String> {
    let of = |incoming: &Incoming| {
        let facts = &incoming.event.facts;
        let said = [&facts.direction, &facts.to, &facts.queue, &facts.agent, &facts.reason].into_iter().flatten();
        let said: Vec<&str> = said.map(String::as_str).collect();
        let ago = (test_time() - incoming.event.at).num_seconds();
        format!("{} {ago}: {}", incoming.event.kind.as_str(), said.join(" "))
    };
    found.iter().map(of).collect()
}

const CALLER: &str = "Event: CoreShowChannel\nChannel: PJSIP/amt-1\nContext: ext-queues\nExten: 700\nCallerIDNum: 06990009123\n\
                      Uniqueid: a.1\nLinkedid: a.1\nChanVariable: SC_DID=06990009500\nApplication: Queue\n\
                      ApplicationData: buerger,t\nDuration: 00:02:00\nBridgeId: b-7\n";
const SEAT: &str = "Event: CoreShowChannel\nChannel: PJSIP/3-2\nContext: innen\nExten: 700\nCallerIDNum: 3\nUniqueid: a.2\n\
                    Linkedid: a.1\nApplication: AppQueue\nDuration: 00:01:10\nBridgeId: b-7\n";
const OUTBOUND: &str = "Event: CoreShowChannel\nChannel: PJSIP/4-3\nContext: innen\nExten: 06990009321\nCallerIDNum: 4\n\
                        Uniqueid: c.1\nLinkedid: c.1\nApplication: Dial\nDuration: 00:00:30\n";
const FEATURE: &str = "Event: CoreShowChannel\nChannel: PJSIP/4-4\nContext: innen\nExten: *45\nUniqueid: d.1\nLinkedid: d.1\n\
                       Application: Playback\nDuration: 00:00:02\n";
const TISCH_3: &str = "Event: QueueMember\nQueue: buerger\nName: Tisch-3\nLocation: PJSIP/3\nPaused: 0\n";
const TISCH_4: &str = "Event: QueueMember\nQueue: buerger\nName: Tisch-4\nLocation: Local/4@from-queue/n\nStateInterface: PJSIP/4\n\
                       Paused: 1\nPausedReason: Mittag\n";

#[test]
fn what_runs_is_taken_over() {
    let mut translator = translator();
    let mut resync = translator.begin_resync(test_time(), 1);
    answered(&mut resync, &[CALLER, SEAT, OUTBOUND, FEATURE], &[TISCH_3, TISCH_4]);
    assert!(resync.is_complete());
    let found = translator.adopt(&resync, test_time());
    assert_eq!(
        lines(&found),
        [
            "agent.state 0: Tisch-3 available",
            "agent.state 0: Tisch-4 paused",
            "call.started 120: in 06990009500",
            "call.started 30: out Tisch-4",
            "call.connected 0: buerger Tisch-3",
        ]
    );
    assert_eq!(found[3].number.as_deref(), Some("06990009321"));
    assert!(found.iter().all(|incoming| incoming.event.facts.adopted));
    let feature_ends = [("Event", "Hangup"), ("Channel", "PJSIP/4-4"), ("Uniqueid", "d.1"), ("Linkedid", "d.1")];
    assert_eq!(translator.translate(&feature_ends.into_iter().collect(), test_time()), None, "it was no call");
}

#[test]
fn seats_that_are_known_are_not_told_again() {
    let mut translator = translator();
    for round in 1..3 {
        let mut resync = translator.begin_resync(test_time(), round);
        answered(&mut resync, &[], &[TISCH_3, TISCH_4]);
        assert_eq!(translator.adopt(&resync, test_time()).len(), if round == 1 { 2 } else { 0 });
    }
    let mut resync = translator.begin_resync(test_time(), 3);
    answered(&mut resync, &[], &[TISCH_4]);
    assert_eq!(lines(&translator.adopt(&resync, test_time())), ["agent.state 0: Tisch-3 logged_out"]);
}

#[test]
fn call_told_of_in_the_meantime_is_not_lost() {
    let mut resync = translator().begin_resync(test_time(), 1);
    answered(&mut resync, &[CALLER], &[]);
    let open = ["a.1", "gone.1", "new.1"].map(str::to_owned).to_vec();
    assert_eq!(resync.find_lost(open, &HashSet::from(["new.1".to_owned()])), ["gone.1"]);
}

#[test]
fn list_that_lacks_an_item_loses_nothing() {
    let mut resync = translator().begin_resync(test_time(), 1);
    let [_, question] = resync.questions();
    let id = question.get("ActionID").expect("a number");
    let end = format!("Event: CoreShowChannelsComplete\nEventList: Complete\nListItems: 2\nActionID: {id}\n\n");
    for message in messages(format!("{CALLER}ActionID: {id}\n\n{end}").as_bytes()) {
        assert!(resync.hear(&message));
    }
    assert!(!resync.is_complete());
    assert_eq!(resync.find_lost(vec!["gone.1".to_owned()], &HashSet::new()), [""; 0]);
}

#[test]
fn late_answer_to_an_earlier_question_is_not_heard() {
    let (mut first, mut second) =
        (translator().begin_resync(test_time(), 1), translator().begin_resync(test_time(), 2));
    answered(&mut first, &[], &[]);
    let [question, _] = first.questions();
    let id = question.get("ActionID").expect("a number");
    let late: Message = [("Event", "QueueStatusComplete"), ("ActionID", id)].into_iter().collect();
    assert!(!second.hear(&late) && !second.is_answered());
}

fn order(act: &str, more: OrderDetails) -> Order {
    Order { id: 9, act: act.to_owned(), details: OrderDetails { seat: "Tisch-4".to_owned(), ..more } }
}

/// The queue rings a channel of the dialplan; what can be transferred is the telephone's.
#[tokio::test]
async fn order_about_a_call_names_the_telephones_own_channel() {
    let member = TISCH_4.replace("QueueMember\n", "QueueMemberStatus\n") + "\n";
    let stream = [messages(member.as_bytes()), messages(&capture("local_member"))].concat();
    let mut translator = translator();
    let link = FakePbx::start(vec![Course::default()]).await.link.clone();
    let mut sent = Vec::new();
    for message in stream {
        translator.translate(&message, test_time());
        if matches!(message.event(), Some("DialBegin" | "AgentConnect" | "AgentComplete")) {
            let transfer = order("transfer", OrderDetails { target: Some("45".to_owned()), ..OrderDetails::default() });
            let action = action_for(&transfer, translator.present(), &link);
            sent.push(action.map(|action| action.get("Channel").unwrap_or_default().to_owned()).map_err(|no| no.words));
        }
    }
    let own = Ok("PJSIP/4-00000040".to_owned());
    assert_eq!(sent, [own.clone(), own, Err("An diesem Platz ist gerade kein Gespräch.")]);
    let hold = action_for(&order("hold", OrderDetails::default()), translator.present(), &link).expect("an action");
    assert_eq!((hold.name(), hold.get("Variable")), ("PJSIPNotify", Some("Event=hold")));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn anything_may_be_said_in_any_order(said in prop::collection::vec(prop::collection::vec((prop::sample::select(KEYS), prop::sample::select(VALUES)), 1..12), 1..40)) {
        let mut translator = translator();
        let mut resync = translator.begin_resync(test_time(), 1);
        for fields in said {
            let message: Message = fields.into_iter().collect();
            resync.hear(&message);
            translator.translate(&message, test_time());
        }
        translator.adopt(&resync, test_time());
    }
}

const KEYS: &[&str] = &[
    "Event",
    "Event",
    "Uniqueid",
    "Linkedid",
    "Channel",
    "Context",
    "Exten",
    "Queue",
    "MemberName",
    "Interface",
    "Paused",
    "Timestamp",
    "ActionID",
    "Duration",
    "Wait",
    "LastPause",
    "ListItems",
    "EventList",
    "TransfereeUniqueid",
    "ChanVariable",
];
const VALUES: &[&str] = &[
    "Newchannel",
    "Hangup",
    "QueueCallerJoin",
    "AgentCalled",
    "AgentConnect",
    "BlindTransfer",
    "QueueMemberStatus",
    "QueueMemberRemoved",
    "CoreShowChannel",
    "QueueEntry",
    "QueueMember",
    "CoreShowChannelsComplete",
    "QueueStatusComplete",
    "channels-1",
    "queues-1",
    "a.1",
    "b.2",
    "from-trunk",
    "s",
    "",
    "<unknown>",
    "1",
    "0",
    "-7",
    "PJSIP/3-1",
    "Local/3@x-1;1",
    "4294967295:99:99",
    "1794900000.000001",
    "99999999999999999999",
    "Complete",
    "SC_DID=1",
    "=",
    "SC_DIVERSION=",
];

/// One caller talks, one waits.
#[test]
fn snapshot_of_a_real_asterisk_is_taken_over() {
    let Ok(text) = std::fs::read_to_string(real_folder().join("19-resync-snapshot.actions.ami")) else {
        eprintln!("no snapshot of a real Asterisk at hand; going on without");
        return;
    };
    let text = text.replace("resync-1", "queues-1").replace("resync-2", "channels-1");
    let mut translator = translator();
    let mut resync = translator.begin_resync(test_time(), 1);
    messages(text.as_bytes()).iter().for_each(|message| {
        resync.hear(message);
    });
    assert!(resync.is_complete());
    let found = translator.adopt(&resync, test_time());
    let calls: Vec<Incoming> =
        found.into_iter().filter(|incoming| incoming.event.kind != EventKind::AgentState).collect();
    let kinds: Vec<String> =
        lines(&calls).iter().map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(kinds, ["call.started 4", "call.started 2", "queue.entered 2", "call.connected 0"]);
    assert_eq!(calls[3].event.facts.agent.as_deref(), Some("Platz-12"));
}
