//! Whole calls as Asterisk tells them, in our words. The streams are our own: invented numbers, invented channels.

use crate::support::captures::{calls, seats};

/// The caller hangs up after the talk.
#[test]
fn answered() {
    insta::assert_snapshot!(calls("answered"), @r"
    0.0 call.started direction=in to=06990009500 | 06990009123
    0.2 queue.entered position=1 queue=buerger
    0.2 agent.ringing agent=Tisch-3 queue=buerger
    3.4 queue.left queue=buerger
    3.4 call.connected agent=Tisch-3 queue=buerger
    64.4 caller.hung_up
    64.4 agent.left agent=Tisch-3 by=caller queue=buerger
    64.4 call.ended cause=16
    ");
}

/// The seat ends the talk.
#[test]
fn agent_hangs_up() {
    insta::assert_snapshot!(calls("agent_hangs_up"), @r"
    0.0 call.started direction=in to=06990009500 | +496990009124
    0.2 queue.entered position=1 queue=buerger
    0.2 agent.ringing agent=Tisch-3 queue=buerger
    1.7 queue.left queue=buerger
    1.7 call.connected agent=Tisch-3 queue=buerger
    10.7 agent.left agent=Tisch-3 by=agent queue=buerger
    10.7 call.ended cause=16
    ");
}

/// The caller gives up.
#[test]
fn abandoned() {
    insta::assert_snapshot!(calls("abandoned"), @r"
    0.0 call.started direction=in to=06990009500 | 06990009123
    0.2 queue.entered position=1 queue=buerger
    0.2 agent.ringing agent=Tisch-3 queue=buerger
    7.5 caller.hung_up
    7.5 queue.left queue=buerger
    7.5 queue.left queue=buerger
    7.5 call.ended cause=0
    ");
}

/// One seat does not answer, the next does.
#[test]
fn second_seat_answers() {
    insta::assert_snapshot!(calls("second_seat_answers"), @r"
    0.0 call.started direction=in to=06990009500 | 06990009123
    0.2 queue.entered position=1 queue=buerger
    0.2 agent.ringing agent=Tisch-3 queue=buerger
    8.2 agent.ring_no_answer agent=Tisch-3 queue=buerger ring_ms=8000
    8.2 agent.ringing agent=Tisch-4 queue=buerger
    9.2 queue.left queue=buerger
    9.2 call.connected agent=Tisch-4 queue=buerger
    13.2 caller.hung_up
    13.2 agent.left agent=Tisch-4 by=caller queue=buerger
    13.2 call.ended cause=16
    ");
}

/// A busy seat is told at once.
#[test]
fn seat_busy() {
    insta::assert_snapshot!(calls("seat_busy"), @r"
    0.0 call.started direction=in to=06990009500 | 06990009123
    0.2 queue.entered position=1 queue=buerger
    0.2 agent.ringing agent=Tisch-3 queue=buerger
    0.2 agent.ring_no_answer agent=Tisch-3 queue=buerger ring_ms=0
    0.2 agent.ringing agent=Tisch-4 queue=buerger
    2.2 queue.left queue=buerger
    2.2 call.connected agent=Tisch-4 queue=buerger
    5.2 caller.hung_up
    5.2 agent.left agent=Tisch-4 by=caller queue=buerger
    5.2 call.ended cause=16
    ");
}

/// The queue gives up.
#[test]
fn queue_timeout() {
    insta::assert_snapshot!(calls("queue_timeout"), @r"
    0.0 call.started direction=in to=06990009500 | 06990009123
    0.2 queue.entered position=1 queue=buerger
    0.2 agent.ringing agent=Tisch-3 queue=buerger
    10.2 agent.ring_no_answer agent=Tisch-3 queue=buerger ring_ms=10000
    10.2 queue.left queue=buerger
    10.2 queue.left queue=buerger
    10.2 line.notice reason=overflow
    10.2 call.ended cause=16
    ");
}

/// One call, two queues.
#[test]
fn overflow() {
    insta::assert_snapshot!(calls("overflow"), @r"
    0.0 call.started direction=in to=06990009500 | 06990009123
    0.2 queue.entered position=1 queue=buerger
    12.2 queue.left queue=buerger
    12.2 queue.left queue=buerger
    12.2 line.notice reason=overflow
    12.4 queue.entered position=1 queue=reserve
    12.4 agent.ringing agent=Tisch-4 queue=reserve
    13.4 queue.left queue=reserve
    13.4 call.connected agent=Tisch-4 queue=reserve
    16.4 caller.hung_up
    16.4 agent.left agent=Tisch-4 by=caller queue=reserve
    16.4 call.ended cause=16
    ");
}

/// Nobody is in the queue, so it is never entered.
#[test]
fn joinempty() {
    insta::assert_snapshot!(calls("joinempty"), @r"
    0.0 call.started direction=in to=06990009600 | 06990009123
    0.3 call.ended cause=16
    ");
}

/// The dialplan says that the line is closed.
#[test]
fn closed() {
    insta::assert_snapshot!(calls("closed"), @r"
    0.0 call.started direction=in to=06990009700 | 06990009123
    0.0 line.notice reason=closed
    2.0 call.ended cause=16
    ");
}

/// A number that is held back is none that we keep as one.
#[test]
fn anonymous() {
    insta::assert_snapshot!(calls("anonymous"), @r"
    0.0 call.started direction=in to=06990009500 | anonymous
    0.2 queue.entered position=1 queue=buerger
    0.7 call.started direction=in to=06990009500
    0.9 queue.entered position=2 queue=buerger
    1.4 caller.hung_up
    1.4 queue.left queue=buerger
    1.4 queue.left queue=buerger
    1.4 call.ended cause=0
    1.4 caller.hung_up
    1.4 queue.left queue=buerger
    1.4 queue.left queue=buerger
    1.4 call.ended cause=0
    ");
}

/// Transferred without asking.
#[test]
fn blind_transfer() {
    insta::assert_snapshot!(calls("blind_transfer"), @r"
    0.0 call.started direction=in to=06990009500 | 06990009123
    0.2 queue.entered position=1 queue=buerger
    0.2 agent.ringing agent=Tisch-3 queue=buerger
    2.2 queue.left queue=buerger
    2.2 call.connected agent=Tisch-3 queue=buerger
    7.2 call.transferred kind=blind result=Success target=45
    7.2 agent.left agent=Tisch-3 by=transfer queue=buerger
    38.7 caller.hung_up
    38.7 call.ended cause=16
    ");
}

/// Transferred to somebody who is busy.
#[test]
fn blind_transfer_busy() {
    insta::assert_snapshot!(calls("blind_transfer_busy"), @r"
    0.0 call.started direction=in to=06990009500 | 06990009123
    0.2 queue.entered position=1 queue=buerger
    0.2 agent.ringing agent=Tisch-3 queue=buerger
    2.2 queue.left queue=buerger
    2.2 call.connected agent=Tisch-3 queue=buerger
    7.2 call.transferred kind=blind result=Success target=46
    7.2 agent.left agent=Tisch-3 by=transfer queue=buerger
    7.3 call.ended cause=17
    ");
}

/// Asked first, by a feature code; the consultation is no call of its own.
#[test]
fn attended_transfer() {
    insta::assert_snapshot!(calls("attended_transfer"), @r"
    0.0 call.started direction=in to=06990009500 | 06990009123
    0.2 queue.entered position=1 queue=buerger
    0.2 agent.ringing agent=Tisch-3 queue=buerger
    2.2 queue.left queue=buerger
    2.2 call.connected agent=Tisch-3 queue=buerger
    9.7 call.transferred kind=attended result=Success target=47
    9.7 agent.left agent=Tisch-3 by=transfer queue=buerger
    29.7 call.ended cause=16
    ");
}

/// The forwarded number comes with every event that carries it.
#[test]
fn diversion() {
    insta::assert_snapshot!(calls("diversion"), @r"
    0.0 call.started direction=in to=06990009500 | 06990009123
    0.2 queue.entered diversion=06990009900 position=1 queue=buerger
    0.2 agent.ringing agent=Tisch-3 diversion=06990009900 queue=buerger
    1.1 queue.left diversion=06990009900 queue=buerger
    1.1 call.connected agent=Tisch-3 diversion=06990009900 queue=buerger
    3.1 agent.left agent=Tisch-3 by=agent diversion=06990009900 queue=buerger
    3.1 call.ended cause=16 diversion=06990009900
    ");
}

/// The queue rings a channel of the dialplan.
#[test]
fn local_member() {
    insta::assert_snapshot!(calls("local_member"), @r"
    0.0 call.started direction=in to=06990009500 | 06990009123
    0.2 queue.entered position=1 queue=700
    0.2 agent.ringing agent=Tisch-4 queue=700
    2.2 queue.left queue=700
    2.2 call.connected agent=Tisch-4 queue=700
    6.2 caller.hung_up
    6.2 agent.left agent=Tisch-4 by=caller queue=700
    6.2 call.ended cause=16
    ");
}

/// The seat calls a citizen, whose number is in no event.
#[test]
fn outbound() {
    insta::assert_snapshot!(calls("outbound"), @r"
    0.0 call.started agent=3 direction=out | 06990009321
    4.0 call.connected agent=3
    10.0 caller.hung_up
    10.0 call.ended cause=16
    ");
}

/// One state for two queues; a feature code is no call.
#[test]
fn pause() {
    insta::assert_snapshot!(seats("pause"), @r"
    0.0 agent.state agent=Tisch-3 reason=available
    1.0 agent.state agent=Tisch-3 note=Mittag reason=paused
    3.0 agent.state agent=Tisch-3 reason=available
    5.3 agent.state agent=Tisch-3 reason=logged_out
    ");
}
