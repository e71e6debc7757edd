//! Bulletins that speak of what is looked for: they stand above every hit.

use super::Hit;
use super::analyzer::{self, Word};
use crate::bulletins::Bulletin;

/// Of the hits, so many are surely meant: a bulletin about one of them is about the question.
const MEANT: usize = 3;
/// A shorter beginning of a word begins too much.
const SHORTEST_BEGINNING: usize = 3;

/// Those of the town's bulletins that share a word with the question, or name one of the best hits, what it adapts, or what it
/// is about. Their order stays.
pub fn announced(query: &str, bulletins: Vec<Bulletin>, hits: &[Hit]) -> Vec<Bulletin> {
    let typed: Vec<_> = analyzer::words(query).into_iter().filter(says_something).collect();
    let speaks_of_it = |bulletin: &Bulletin| {
        let names = |hit: &Hit| {
            let family: Vec<_> = [hit.entry].into_iter().chain(hit.root).collect();
            bulletin.is_about(&family, &hit.topics)
        };
        hits.iter().take(MEANT).any(names) || shares_a_word(&typed, bulletin)
    };
    bulletins.into_iter().filter(speaks_of_it).collect()
}

fn says_something(word: &Word) -> bool {
    !analyzer::is_filler(&word.text) && !analyzer::is_faint(&word.text, &word.stem)
}

fn shares_a_word(typed: &[Word], bulletin: &Bulletin) -> bool {
    let said = &bulletin.said;
    let text = format!("{}\n{}\n{}", said.title, said.text, said.topics.join("\n"));
    let known = analyzer::words(&text);
    let begins =
        |typed: &Word, known: &Word| typed.text.len() >= SHORTEST_BEGINNING && known.text.starts_with(&typed.text);
    let meet = |typed: &Word| known.iter().any(|known| known.stem == typed.stem || begins(typed, known));
    typed.iter().any(meet)
}
