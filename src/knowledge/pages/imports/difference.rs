//! Two texts compared word by word.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

/// A stretch of words that stayed, went or came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub kind: Kind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Same,
    Gone,
    New,
}

/// Very long texts are compared roughly rather than for ever.
const LONGEST_WAIT: Duration = Duration::from_millis(200);

pub fn compare(before: &str, after: &str) -> Vec<Stretch> {
    let compared = TextDiff::configure().timeout(LONGEST_WAIT).diff_words(before, after);
    let mut stretches: Vec<Stretch> = Vec::new();
    for change in compared.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => Kind::Same,
            ChangeTag::Delete => Kind::Gone,
            ChangeTag::Insert => Kind::New,
        };
        match stretches.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => stretches.push(Stretch { kind, text: change.value().to_owned() }),
        }
    }
    stretches
}
