//! Which events of a channel or a queue mean something for a call, and what.

use super::members::seat_name;
use super::present::{AtSeat, CallNow, endpoint_of, interface_of};
use super::translate::{Heard, Translator};
use crate::calls::{Event, EventKind, Facts, Incoming};

const LONGEST_WORD: usize = 100;

/// Its name is none of those that tell about a call.
pub(super) struct NoCallEvent;

/// Whose fields of a message are meant: the channel's own stand without a word before them.
const OWN: &str = "";
const TRANSFEREE: &str = "Transferee";

impl Translator {
    pub(super) fn translate_call(&mut self, heard: &Heard<'_>) -> Result<Option<Incoming>, NoCallEvent> {
        Ok(match heard.event {
            "Newchannel" => self.new_channel(heard),
            "DialBegin" => self.dial_begin(heard),
            "DialEnd" => self.dial_end(heard),
            "QueueCallerJoin" => self.queue_join(heard),
            "QueueCallerLeave" | "QueueCallerAbandon" => self.queue_left(heard),
            "AgentCalled" => self.agent_called(heard),
            "AgentRingNoAnswer" => self.agent_silent(heard),
            "AgentConnect" => self.agent_connect(heard),
            "AgentComplete" => self.agent_complete(heard),
            "BlindTransfer" => self.blind_transfer(heard),
            "AttendedTransfer" => self.attended_transfer(heard),
            "HangupRequest" => self.hangup_request(heard),
            "Hangup" => self.hangup(heard),
            "UserEvent" => self.user_event(heard),
            _ => return Err(NoCallEvent),
        })
    }

    fn new_channel(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        let Some(channel) = heard.own_channel() else {
            let call_ref = heard.message.said("Linkedid")?;
            self.present.add_leg(call_ref, heard.message.said("Channel")?);
            return None;
        };
        if self.is_trunk(heard) {
            return Some(self.start_in(heard, channel));
        }
        let starts_call = heard.dialled().filter(|_| !heard.is_local());
        let Some(number) = starts_call else {
            self.present.set_aside(channel);
            return None;
        };
        Some(self.start_out(heard, channel, number))
    }

    fn start_in(&mut self, heard: &Heard<'_>, channel: &str) -> Incoming {
        let to = heard.message.said("Exten").filter(|exten| *exten != "s").map(str::to_owned);
        let call = CallNow { channel: heard.channel_name(), knows_dialled: to.is_some(), ..CallNow::default() };
        self.present.begin(channel, call);
        let facts = Facts { direction: Some("in".to_owned()), to, ..Facts::default() };
        let mut incoming = self.incoming(heard, channel, EventKind::CallStarted, facts, OWN);
        incoming.number = heard.message.said("CallerIDNum").map(str::to_owned);
        incoming
    }

    /// Whom it calls is a citizen: the number stands beside the event, never in it.
    fn start_out(&mut self, heard: &Heard<'_>, channel: &str, number: &str) -> Incoming {
        let name = heard.channel_name();
        let agent = self.seat_at(&name).or(heard.message.said("CallerIDNum").map(str::to_owned));
        let talking = agent.clone().map(|seat| AtSeat { seat, channel: name.clone() });
        let call = CallNow { channel: name, talking, awaits_answer: true, knows_dialled: true, ..CallNow::default() };
        self.present.begin(channel, call);
        let facts = Facts { direction: Some("out".to_owned()), agent, ..Facts::default() };
        let mut incoming = self.incoming(heard, channel, EventKind::CallStarted, facts, OWN);
        incoming.number = Some(number.to_owned());
        incoming
    }

    /// A telephone that we let ring dials only after it was picked up; its channel began without a number.
    fn dial_begin(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        let channel = heard.own_channel()?;
        let number = heard.dialled()?;
        let is_seat = self.present.seat_of(heard.message.get("Channel")?).is_some();
        let is_new = self.present.is_set_aside(channel) && is_seat && !heard.is_local();
        is_new.then(|| self.start_out(heard, channel, number))
    }

    /// Somebody outside answered. What a queue dials tells itself when it is connected.
    fn dial_end(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        let channel = heard.own_channel()?;
        let call = self.present.call_mut(channel)?;
        if !call.awaits_answer || heard.message.get("DialStatus") != Some("ANSWER") {
            return None;
        }
        call.awaits_answer = false;
        let agent = call.talking.as_ref().map(|at| at.seat.clone());
        self.plain(heard, EventKind::CallConnected, Facts { agent, ..Facts::default() })
    }

    fn queue_join(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        let facts = Facts { position: heard.message.count("Position"), ..heard.queue_facts() };
        let incoming = self.plain(heard, EventKind::QueueEntered, facts)?;
        if let Some(call) = incoming.call_ref.as_deref().and_then(|call_ref| self.present.call_mut(call_ref)) {
            call.awaits_answer = false;
        }
        Some(incoming)
    }

    /// Told for every way out, and for a timeout once more as if the caller had given up.
    fn queue_left(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        let incoming = self.plain(heard, EventKind::QueueLeft, heard.queue_facts())?;
        if let Some(call) = incoming.call_ref.as_deref().and_then(|call_ref| self.present.call_mut(call_ref)) {
            call.ringing.clear();
        }
        Some(incoming)
    }

    fn agent_called(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        let incoming = self.plain(heard, EventKind::AgentRinging, heard.agent_facts());
        self.with_call_at_seat(heard, |call, at| {
            call.ringing.retain(|ringing| ringing.seat != at.seat);
            call.ringing.push(at);
        });
        incoming
    }

    fn agent_silent(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        self.with_call_at_seat(heard, |call, at| call.ringing.retain(|ringing| ringing.seat != at.seat));
        let facts = Facts { ring_ms: heard.message.count("RingTime"), ..heard.agent_facts() };
        self.plain(heard, EventKind::AgentRingNoAnswer, facts)
    }

    /// `RingTime` stands here too, but in seconds.
    fn agent_connect(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        let incoming = self.plain(heard, EventKind::CallConnected, heard.agent_facts());
        self.with_call_at_seat(heard, |call, at| {
            call.ringing.clear();
            call.talking = Some(at);
        });
        incoming
    }

    fn agent_complete(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        self.with_call_at_seat(heard, |call, _| call.talking = None);
        let facts = Facts { by: heard.message.said("Reason").map(word), ..heard.agent_facts() };
        self.plain(heard, EventKind::AgentLeft, facts)
    }

    fn with_call_at_seat(&mut self, heard: &Heard<'_>, change: impl FnOnce(&mut CallNow, AtSeat)) {
        let (Some(seat), Some(channel)) = (seat_name(heard.message), heard.message.get("Uniqueid")) else { return };
        self.present.note_member(seat, heard.message);
        let call_ref = self.present.call_of(channel, heard.message.get("Linkedid"));
        let at =
            AtSeat { seat: seat.to_owned(), channel: heard.message.get("DestChannel").unwrap_or_default().to_owned() };
        if let Some(call) = self.present.call_mut(call_ref) {
            change(call, at);
        }
    }

    fn blind_transfer(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        let target = heard.message.said("Extension").map(word);
        self.transfer(heard, "blind", target)
    }

    fn attended_transfer(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        let keys =
            ["TransferTargetCallerIDNum", "SecondTransfererConnectedLineNum", "SecondTransfererExten", "DestApp"];
        let caller = heard.message.get("TransfereeCallerIDNum");
        let target = keys.into_iter().filter_map(|key| heard.message.said(key)).find(|target| Some(*target) != caller);
        self.transfer(heard, "attended", target.map(word))
    }

    fn transfer(&mut self, heard: &Heard<'_>, kind: &str, target: Option<String>) -> Option<Incoming> {
        let channel = heard.message.said("TransfereeUniqueid").or(heard.message.said("OrigTransfererLinkedid"))?;
        let call_ref = self.present.call_of(channel, heard.message.said("TransfereeLinkedid")).to_owned();
        let result = heard.message.said("Result").map(word);
        let facts = Facts { kind: Some(kind.to_owned()), target, result, ..Facts::default() };
        Some(self.incoming(heard, &call_ref, EventKind::CallTransferred, facts, TRANSFEREE))
    }

    fn hangup_request(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        self.is_own_call(heard).then(|| self.plain(heard, EventKind::CallerHungUp, Facts::default())).flatten()
    }

    fn hangup(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        let channel = heard.message.get("Uniqueid")?;
        let cause = heard.message.said("Cause").map(word);
        let ends_call = self.is_own_call(heard);
        let ended =
            ends_call.then(|| self.plain(heard, EventKind::CallEnded, Facts { cause, ..Facts::default() })).flatten();
        self.present.end(channel);
        if let (Some(linked), Some(name)) = (heard.message.get("Linkedid"), heard.message.get("Channel")) {
            self.present.end_leg(linked, name);
        }
        ended
    }

    /// A transfer may link a call's channel to another one: what began as a call stays one until its own channel ends.
    fn is_own_call(&self, heard: &Heard<'_>) -> bool {
        let Some(channel) = heard.message.get("Uniqueid") else { return false };
        let is_unknown_own = heard.own_channel().is_some() && !heard.is_local() && !self.present.is_set_aside(channel);
        self.present.call(channel).is_some() || is_unknown_own
    }

    /// What the customer's dialplan says about the line.
    fn user_event(&mut self, heard: &Heard<'_>) -> Option<Incoming> {
        if heard.message.get("UserEvent") != Some("ServiceCenter") {
            return None;
        }
        let reason = heard.message.said("Kind").map(word);
        self.plain(heard, EventKind::LineNotice, Facts { reason, ..Facts::default() })
    }

    /// About the call of the channel that a message is about.
    fn plain(&mut self, heard: &Heard<'_>, kind: EventKind, facts: Facts) -> Option<Incoming> {
        let channel = heard.message.said("Uniqueid")?;
        let call_ref = self.present.call_of(channel, heard.message.said("Linkedid")).to_owned();
        Some(self.incoming(heard, &call_ref, kind, facts, OWN))
    }

    fn incoming(
        &mut self,
        heard: &Heard<'_>,
        call_ref: &str,
        kind: EventKind,
        mut facts: Facts,
        role: &str,
    ) -> Incoming {
        facts.diversion = heard.message.variable(role, "SC_DIVERSION").map(str::to_owned);
        let number = self.learn_late(heard, call_ref, &mut facts);
        let event = Event { kind, at: heard.at, clock: heard.clock, facts };
        let identity = heard.identity(call_ref);
        Incoming { source: self.source, call_ref: Some(call_ref.to_owned()), identity, event, number }
    }

    /// A trunk may not say what was dialled, and of a call that ran before we came nobody told the start: the next event that
    /// knows has it. A call that goes out knows from its start, so that a citizen's number is never taken for a dialled one.
    fn learn_late(&mut self, heard: &Heard<'_>, call_ref: &str, facts: &mut Facts) -> Option<String> {
        let is_trunk = self.is_trunk(heard) && heard.message.get("Uniqueid") == Some(call_ref);
        let mut number = None;
        if self.present.call(call_ref).is_none() {
            if !is_trunk || heard.event == "Hangup" && heard.own_channel().is_none() {
                return None;
            }
            number = heard.message.said("CallerIDNum").map(str::to_owned);
            self.present.begin(call_ref, CallNow { channel: heard.channel_name(), ..CallNow::default() });
        }
        let call = self.present.call_mut(call_ref)?;
        if !call.knows_dialled
            && let Some(dialled) = heard.message.variable(OWN, "SC_DID")
        {
            call.knows_dialled = true;
            facts.to = Some(dialled.to_owned());
        }
        number
    }

    fn is_trunk(&self, heard: &Heard<'_>) -> bool {
        heard.message.get("Context") == Some(self.trunk_context.as_str())
    }

    /// The seat's name where a queue told it, or else the telephone's.
    pub(super) fn seat_at(&self, channel: &str) -> Option<String> {
        let endpoint = endpoint_of(interface_of(channel));
        self.present.seat_of(channel).or(Some(endpoint).filter(|name| !name.is_empty())).map(str::to_owned)
    }
}

impl<'a> Heard<'a> {
    /// The channel that began it all: everything that comes of it is linked to it.
    pub(super) fn own_channel(&self) -> Option<&'a str> {
        let channel = self.message.said("Uniqueid")?;
        (self.message.get("Linkedid").is_none_or(|linked| linked == channel)).then_some(channel)
    }

    fn channel_name(&self) -> String {
        self.message.get("Channel").unwrap_or_default().to_owned()
    }

    fn is_local(&self) -> bool {
        self.message.get("Channel").is_some_and(|channel| channel.starts_with("Local/"))
    }

    /// What a telephone dialled, if that is somebody: "s" is the dialplan itself, and a star begins a feature code.
    fn dialled(&self) -> Option<&'a str> {
        self.message.said("Exten").filter(|exten| *exten != "s" && !exten.starts_with(['*', '#']))
    }

    fn queue_facts(&self) -> Facts {
        Facts { queue: self.message.said("Queue").map(word), ..Facts::default() }
    }

    fn agent_facts(&self) -> Facts {
        Facts { agent: seat_name(self.message).map(word), ..self.queue_facts() }
    }
}

fn word(text: &str) -> String {
    text.chars().take(LONGEST_WORD).collect()
}
