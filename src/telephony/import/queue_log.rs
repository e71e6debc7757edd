//! Asterisk's queue_log: `seconds|call|queue|agent|EVENT|data...`. Whole seconds, so it gives way to what was seen live.

use std::collections::HashMap;
use std::io::BufRead;

use chrono::{DateTime, Utc};

use super::{Line, Origin, is_plausible, numbered};
use crate::calls::{Event, EventClock, EventKind, Facts, Identity, Incoming};

pub fn read(source: impl BufRead, origin: Origin) -> impl Iterator<Item = Line> {
    // The same line may rightly stand there twice: a busy telephone is called in vain several times a second.
    let mut seen: HashMap<String, u32> = HashMap::new();
    numbered(source).filter(|(_, line)| !line.trim().is_empty()).map(move |(number, line)| {
        let times = seen.entry(line.clone()).and_modify(|times| *times += 1).or_insert(1);
        let said = Entry::parse(&line, origin).map(|entry| entry.messages(&line, *times, origin));
        Line { number, said }
    })
}

struct Entry<'a> {
    at: DateTime<Utc>,
    call: &'a str,
    queue: &'a str,
    agent: &'a str,
    event: &'a str,
    data: Vec<&'a str>,
}

impl<'a> Entry<'a> {
    fn parse(line: &'a str, origin: Origin) -> Result<Self, String> {
        let mut parts = line.split('|');
        let mut next = |name: &str| parts.next().ok_or_else(|| format!("{name} is missing"));
        let seconds = next("the time")?;
        let (call, queue, agent, event) =
            (next("the call")?, next("the queue")?, next("the agent")?, next("the event")?);
        let at = seconds.trim().parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let at = at.filter(|at| is_plausible(*at, origin.now)).ok_or_else(|| format!("'{seconds}' is no time"))?;
        Ok(Self { at, call, queue, agent, event, data: parts.collect() })
    }

    fn data(&self, place: usize) -> Option<String> {
        self.data.get(place).map(|text| (*text).to_owned()).filter(|text| !text.is_empty())
    }

    fn messages(&self, line: &str, times: u32, origin: Origin) -> Vec<Incoming> {
        let message = |(place, (kind, facts)): (usize, (EventKind, Facts))| Incoming {
            source: origin.source,
            call_ref: (kind != EventKind::AgentState).then(|| self.call.to_owned()),
            identity: Identity::Id(format!("queue_log {times} {place} {line}")),
            number: self.data(1).filter(|_| kind == EventKind::CallStarted),
            event: Event { kind, at: self.at, clock: EventClock::Source, facts: Facts { coarse: true, ..facts } },
        };
        self.says().into_iter().enumerate().map(message).collect()
    }

    /// In our words. What says nothing about a call or a seat as a whole says nothing here.
    fn says(&self) -> Vec<(EventKind, Facts)> {
        use EventKind as K;
        let queue = || Some(self.queue.to_owned());
        let agent = || Some(self.agent.to_owned());
        let at_queue = || Facts { queue: queue(), ..Facts::default() };
        let at_seat = || Facts { agent: agent(), ..at_queue() };
        let end = |by: &str| (K::CallEnded, Facts { by: Some(by.to_owned()), ..Facts::default() });
        let left = |reason: &str| (K::QueueLeft, Facts { reason: Some(reason.to_owned()), ..at_queue() });
        let agent_left = |by: &str| (K::AgentLeft, Facts { by: Some(by.to_owned()), ..at_seat() });
        match self.event {
            "ENTERQUEUE" => {
                let start = Facts { direction: Some("in".to_owned()), ..Facts::default() };
                let position = self.data(2).and_then(|position| position.parse().ok());
                vec![(K::CallStarted, start), (K::QueueEntered, Facts { position, ..at_queue() })]
            }
            "CONNECT" => vec![(K::CallConnected, at_seat())],
            "COMPLETECALLER" => vec![agent_left("caller"), end("caller")],
            "COMPLETEAGENT" => vec![agent_left("agent"), end("agent")],
            "ABANDON" => vec![left("abandoned"), end("caller")],
            "EXITWITHTIMEOUT" => vec![left("timeout"), end("system")],
            "EXITEMPTY" => vec![left("empty"), end("system")],
            "EXITWITHKEY" => vec![left("key"), end("system")],
            "WITHDRAW" => vec![left("unknown"), end("system")],
            "SYSCOMPAT" => vec![end("system")],
            "RINGNOANSWER" => {
                let ring_ms = self.data(0).and_then(|ms| ms.parse().ok());
                vec![(K::AgentRingNoAnswer, Facts { ring_ms, ..at_seat() })]
            }
            // What comes after a transfer is not in this log.
            "BLINDTRANSFER" | "TRANSFER" => {
                vec![transfer("blind", self.data(0)), agent_left("transfer"), end("unknown")]
            }
            "ATTENDEDTRANSFER" => vec![transfer("attended", None), agent_left("transfer"), end("unknown")],
            "PAUSEALL" => vec![self.state("paused", self.data(0))],
            "UNPAUSEALL" | "AGENTLOGIN" => vec![self.state("available", None)],
            "AGENTLOGOFF" => vec![self.state("logged_out", None)],
            _ => Vec::new(),
        }
    }

    fn state(&self, state: &str, note: Option<String>) -> (EventKind, Facts) {
        let agent = Some(self.agent.to_owned());
        (EventKind::AgentState, Facts { agent, reason: Some(state.to_owned()), note, ..Facts::default() })
    }
}

fn transfer(kind: &str, target: Option<String>) -> (EventKind, Facts) {
    let result = Some("Success".to_owned());
    (EventKind::CallTransferred, Facts { kind: Some(kind.to_owned()), target, result, ..Facts::default() })
}
