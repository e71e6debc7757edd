//! The fold: whatever the order and however often, the same events are the same call.

use ortsgespraech::calls::{CallResult, Event, EventKind, Folded, Outcome, fold};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::events::{answered, event, text};

fn folded(events: &[Event]) -> Folded {
    fold(events).expect("a call")
}

fn in_call(to: &str) -> Event {
    event(EventKind::CallStarted, 0.0, |f| (f.direction, f.to) = (text("in"), text(to)))
}

fn entered(seconds: f64, queue: &str) -> Event {
    event(EventKind::QueueEntered, seconds, |f| f.queue = text(queue))
}

fn left(seconds: f64, queue: &str) -> Event {
    event(EventKind::QueueLeft, seconds, |f| f.queue = text(queue))
}

fn ended(seconds: f64, cause: &str) -> Event {
    event(EventKind::CallEnded, seconds, |f| f.cause = text(cause))
}

#[test]
fn answered_call_has_its_times_to_the_millisecond() {
    let call = folded(&answered("069 90009-100", "kreis", "Platz-11"));
    assert_eq!((call.result, call.wait_ms, call.talk_ms), (CallResult::Answered, Some(3500), Some(60_000)));
    assert_eq!(call.legs.len(), 1);
    assert_eq!(call.agent.as_deref(), Some("Platz-11"));
    assert!(call.ringing.is_empty() && call.talking.is_none() && !call.incomplete);
}

#[test]
fn ringing_and_talking_seats_are_those_of_now() {
    let events = answered("069 90009-100", "kreis", "Platz-11");
    let ringing = folded(&events[..3]);
    assert_eq!((ringing.ringing.as_slice(), ringing.result), (&["Platz-11".to_owned()][..], CallResult::Open));
    assert_eq!(ringing.waiting.expect("waits").1.as_deref(), Some("kreis"));
    let talking = folded(&events[..5]);
    assert_eq!((talking.talking.as_deref(), talking.ringing.len()), (Some("Platz-11"), 0));
    assert!(talking.waiting.is_none());
    assert!(folded(&events[..7]).talking.is_none(), "the agent left");
}

#[test]
fn caller_who_hangs_up_while_waiting_abandons() {
    let events = [
        in_call("100"),
        entered(0.5, "a"),
        event(EventKind::CallerHungUp, 4.0, |_| {}),
        left(4.001, "a"),
        ended(4.002, "0"),
    ];
    let call = folded(&events);
    assert_eq!(
        (call.result, call.wait_ms, call.legs[0].outcome),
        (CallResult::Abandoned, Some(3501), Outcome::Abandoned)
    );
}

#[test]
fn queue_that_gives_up_is_an_overflow_even_when_the_caller_hangs_up_later() {
    let hung_up = event(EventKind::CallerHungUp, 20.0, |_| {});
    let call = folded(&[in_call("100"), entered(0.5, "a"), left(12.5, "a"), hung_up, ended(20.1, "16")]);
    assert_eq!(
        (call.result, call.wait_ms, call.legs[0].outcome),
        (CallResult::Overflow, Some(12_000), Outcome::LeftQueue)
    );
}

#[test]
fn second_queue_counts_once_and_waits_add_up() {
    let mut events = vec![in_call("100"), entered(0.0, "a"), left(10.0, "a"), entered(10.5, "b"), left(15.5, "b")];
    events.push(event(EventKind::CallConnected, 15.5, |f| (f.queue, f.agent) = (text("b"), text("Platz-2"))));
    events.push(ended(45.5, "16"));
    let call = folded(&events);
    assert_eq!((call.result, call.wait_ms, call.talk_ms), (CallResult::Answered, Some(15_000), Some(30_000)));
    assert_eq!(call.legs.iter().map(|leg| leg.outcome).collect::<Vec<_>>(), [Outcome::LeftQueue, Outcome::Answered]);
}

#[test]
fn line_without_queue_is_closed_with_a_notice_and_unserved_without() {
    let notice = event(EventKind::LineNotice, 0.1, |f| f.reason = text("closed"));
    assert_eq!(folded(&[in_call("100"), notice, ended(3.0, "16")]).result, CallResult::Closed);
    assert_eq!(folded(&[in_call("100"), ended(0.5, "16")]).result, CallResult::Unserved);
}

#[test]
fn late_answer_upgrades_an_end_that_came_first() {
    let end = ended(9.0, "normalClearing");
    assert_eq!(folded(&[in_call("100"), end.clone()]).result, CallResult::Abandoned);
    let answer = event(EventKind::CallConnected, 4.0, |f| f.agent = text("11"));
    let call = folded(&[in_call("100"), end.clone(), answer]);
    assert_eq!((call.result, call.wait_ms, call.talk_ms), (CallResult::Answered, Some(4000), Some(5000)));
    // The answer's message was so late that its own clock lies behind the end.
    let late = event(EventKind::CallConnected, 11.0, |f| f.agent = text("11"));
    let call = folded(&[in_call("100"), end, late]);
    assert_eq!((call.result, call.talk_ms), (CallResult::Answered, None));
}

#[test]
fn lost_call_is_found_again_by_any_later_word() {
    let lost = event(EventKind::CallLost, 30.0, |_| {});
    let waiting = [in_call("100"), entered(0.5, "a"), lost.clone()];
    assert_eq!((folded(&waiting).result, folded(&waiting).incomplete), (CallResult::Unknown, true));
    let mut events = answered("100", "a", "Platz-11");
    let whole = folded(&events);
    events.push(lost);
    assert_eq!(folded(&events), whole, "its end was seen after all");
    assert_eq!(folded(&events[..5]).result, CallResult::Open);
}

#[test]
fn rough_telling_gives_way_to_the_exact_one() {
    let exact = answered("100", "a", "Platz-11");
    let rough = exact.iter().filter(|event| event.facts.queue.is_some()).map(|event| {
        let mut event = event.clone();
        event.at -= chrono::TimeDelta::milliseconds(700);
        event.facts.coarse = true;
        event
    });
    let both: Vec<_> = exact.iter().cloned().chain(rough).collect();
    assert_eq!(folded(&both), folded(&exact));
}

#[test]
fn transfer_takes_the_agent_out_of_the_call() {
    let mut events = answered("100", "a", "Platz-11")[..5].to_vec();
    let told = |f: &mut ortsgespraech::calls::Facts| {
        (f.kind, f.target, f.result) = (text("blind"), text("30"), text("Success"));
    };
    events.push(event(EventKind::CallTransferred, 9.0, told));
    events.push(ended(20.0, "16"));
    let call = folded(&events);
    assert_eq!((call.talk_ms, call.transfers[0].target.as_deref()), (Some(5000), Some("30")));
}

fn stories() -> Vec<Vec<Event>> {
    let mut overflow = vec![in_call("100"), entered(0.0, "a"), left(10.0, "a"), entered(10.5, "b")];
    overflow.extend([event(EventKind::CallerHungUp, 12.0, |_| {}), left(12.0, "b"), ended(12.1, "0")]);
    let mut vain = answered("100", "a", "Platz-12");
    vain.insert(3, event(EventKind::AgentRinging, 0.6, |f| (f.queue, f.agent) = (text("a"), text("Platz-11"))));
    vain.insert(
        4,
        event(EventKind::AgentRingNoAnswer, 2.6, |f| {
            (f.queue, f.agent, f.ring_ms) = (text("a"), text("Platz-11"), Some(2000));
        }),
    );
    let webhook = vec![
        in_call("100"),
        event(EventKind::CallConnected, 3.0, |f| f.agent = text("11")),
        ended(9.0, "normalClearing"),
    ];
    vec![answered("100", "a", "Platz-11"), overflow, vain, webhook]
}

proptest! {
    #[test]
    fn any_order_and_any_repetition_is_the_same_call(
        story in any::<Index>(),
        again in prop::collection::vec(any::<Index>(), 0..12),
        order in prop::collection::vec(any::<u32>(), 24),
    ) {
        let stories = stories();
        let events = story.get(&stories).clone();
        let mut mixed: Vec<Event> = events.clone();
        mixed.extend(again.iter().map(|place| place.get(&events).clone()));
        let mut keyed: Vec<(u32, Event)> = order.iter().copied().cycle().zip(mixed).collect();
        keyed.sort_by_key(|(key, _)| *key);
        let mixed: Vec<Event> = keyed.into_iter().map(|(_, event)| event).collect();
        prop_assert_eq!(fold(&mixed), fold(&events));
    }

    #[test]
    fn no_events_make_it_fail(
        picks in prop::collection::vec((any::<Index>(), any::<Index>(), -100_000.0..100_000.0f64), 1..20),
    ) {
        let stories = stories();
        let events = picks.iter().map(|(story, place, seconds)| {
            let story = story.get(&stories);
            let mut picked = place.get(story).clone();
            picked.at = event(picked.kind, *seconds, |_| {}).at;
            picked
        });
        let call = fold(&events.collect::<Vec<_>>()).expect("a call");
        prop_assert!(call.wait_ms.is_none_or(|ms| ms >= 0) && call.talk_ms.is_none_or(|ms| ms >= 0));
    }
}
