//! What changed between two texts, word by word.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use super::{Content, Part};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Same,
    Gone,
    New,
}

/// Words that belong together, with the spaces between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub kind: Kind,
    pub text: String,
}

/// One part that is not the same in two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartDiff {
    pub part: Part,
    pub before: String,
    pub after: String,
}

impl PartDiff {
    pub fn runs(&self) -> Vec<Run> {
        words(&self.before, &self.after)
    }
}

/// Very long texts are compared roughly rather than for ever.
const LONGEST_WAIT: Duration = Duration::from_millis(200);

/// All runs with what is gone left out are the new text, with what is new left out the old one.
pub fn words(before: &str, after: &str) -> Vec<Run> {
    let compared = TextDiff::configure().timeout(LONGEST_WAIT).diff_words(before, after);
    let mut runs: Vec<Run> = Vec::new();
    for change in compared.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => Kind::Same,
            ChangeTag::Delete => Kind::Gone,
            ChangeTag::Insert => Kind::New,
        };
        match runs.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => runs.push(Run { kind, text: change.value().to_owned() }),
        }
    }
    runs
}

/// The parts that differ, in the order of the screen.
pub fn parts(before: &Content, after: &Content) -> Vec<PartDiff> {
    let diff = |part: Part| PartDiff { part, before: before.part_text(part), after: after.part_text(part) };
    Part::all().map(diff).filter(|diff| diff.before != diff.after).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_changed_word_is_marked() {
        let runs = words("Die Gebühr beträgt 60 Euro.", "Die Gebühr beträgt 65 Euro.");
        let run = |kind, text: &str| Run { kind, text: text.to_owned() };
        let wanted = [
            run(Kind::Same, "Die Gebühr beträgt "),
            run(Kind::Gone, "60"),
            run(Kind::New, "65"),
            run(Kind::Same, " Euro."),
        ];
        assert_eq!(runs, wanted);
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_the_difference(before in "[a-c \\n]{0,20}", after in "[a-c \\n]{0,20}") {
            let runs = words(&before, &after);
            let without = |left_out| runs.iter().filter(|run| run.kind != left_out).map(|run| &*run.text).collect::<String>();
            prop_assert_eq!(without(Kind::New), before);
            prop_assert_eq!(without(Kind::Gone), after);
        }
    }
}
