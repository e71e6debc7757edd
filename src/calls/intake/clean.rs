//! No text of a source reaches the database as it came: no control characters, no endless words.

use crate::calls::{Facts, Identity, Incoming};

/// References of calls may be long, names of queues and seats are not.
const LONGEST_REFERENCE: usize = 250;
const LONGEST_WORD: usize = 80;

pub fn message(mut message: Incoming) -> Incoming {
    message.call_ref = message.call_ref.and_then(|text| word(&text, LONGEST_REFERENCE));
    message.number = message.number.and_then(|text| word(&text, LONGEST_WORD));
    message.identity = match message.identity {
        Identity::Id(id) => Identity::Id(id.replace('\0', " ")),
        Identity::InCall(id) => Identity::InCall(id.replace('\0', " ")),
    };
    clean(&mut message.event.facts);
    message
}

fn clean(facts: &mut Facts) {
    facts.parent_ref = facts.parent_ref.take().and_then(|text| word(&text, LONGEST_REFERENCE));
    for text in [
        &mut facts.direction,
        &mut facts.to,
        &mut facts.shown_as,
        &mut facts.diversion,
        &mut facts.queue,
        &mut facts.agent,
        &mut facts.kind,
        &mut facts.target,
        &mut facts.result,
        &mut facts.reason,
        &mut facts.note,
        &mut facts.cause,
        &mut facts.by,
    ] {
        *text = text.take().and_then(|text| word(&text, LONGEST_WORD));
    }
    for number in [&mut facts.ring_ms, &mut facts.wait_ms, &mut facts.talk_ms] {
        *number = number.filter(|number| *number >= 0);
    }
}

fn word(text: &str, longest: usize) -> Option<String> {
    let kept: String = text.chars().filter(|c| !c.is_control()).take(longest).collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}
