//! Sentences that nobody can say in one breath.

use super::sentences::{sentences, words};
use super::{Field, Remark, Text};

/// Words of a sentence that is read without trouble.
const COMFORTABLE: usize = 20;
/// The longest ones of a field are enough to begin with.
const SHOWN: usize = 3;

pub fn remark(text: &Text, remarks: &mut Vec<Remark>) {
    // The wording of the law is not ours to change.
    if text.field == Field::LegalBasis {
        return;
    }
    let mut long: Vec<(usize, &str)> = sentences(&text.plain)
        .into_iter()
        .map(|one| (words(one).count(), one))
        .filter(|(count, _)| *count > COMFORTABLE)
        .collect();
    long.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let advice = |count| format!("Teilen Sie den Satz: {count} Wörter, höchstens {COMFORTABLE} liest man ohne Mühe.");
    remarks.extend(long.into_iter().take(SHOWN).map(|(count, one)| Remark::hint(text.place(), advice(count), one)));
}
