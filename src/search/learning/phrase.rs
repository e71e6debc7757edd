//! What of a query is kept: the stems of its known words, in order, without those that say little.

use super::super::analyzer;
use super::super::query::{self, QueryWord};

/// Longer questions are told apart by their first words.
const MOST_WORDS: usize = 8;
const SHORTEST_BEGINNING: usize = 4;

/// How well a word is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    Whole,
    /// Some known word begins so.
    Beginning,
    Unknown,
}

/// None where nothing is left to learn from.
pub fn phrase_of<E>(query: &str, known: impl Fn(&QueryWord) -> Result<Knowledge, E>) -> Result<Option<Vec<String>>, E> {
    let mut words = Vec::new();
    for word in query::parse(query) {
        words.extend(kept(&word, known(&word)?));
    }
    words.truncate(MOST_WORDS);
    words.sort_unstable();
    words.dedup();
    Ok(Some(words).filter(|words| !words.is_empty()))
}

fn kept(word: &QueryWord, known: Knowledge) -> Option<String> {
    match known {
        _ if analyzer::is_faint(&word.text, &word.stem) || word.text.contains(char::is_numeric) => None,
        Knowledge::Whole => Some(word.stem.clone()),
        Knowledge::Beginning if word.is_last && word.text.chars().count() >= SHORTEST_BEGINNING => {
            Some(format!("{}*", word.text))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(query: &str) -> Option<Vec<String>> {
        let known = |word: &QueryWord| match word.text.as_str() {
            "perso" | "ausweis" | "verloren" | "heute" => Ok(Knowledge::Whole),
            "verl" | "aus" => Ok(Knowledge::Beginning),
            _ => Ok::<_, ()>(Knowledge::Unknown),
        };
        phrase_of(query, known).unwrap()
    }

    #[test]
    fn only_known_words_are_kept_in_order_and_as_stems() {
        let words = |list: &[&str]| Some(list.iter().map(|&word| word.to_owned()).collect());
        assert_eq!(phrase("ich hab meinen Perso verloren"), words(&["perso", "verlor"]));
        assert_eq!(phrase("verloren: Perso"), phrase("perso, verloren"));
        assert_eq!(phrase("Zwirbelmeier Ausweis heute"), words(&["ausweis"]));
    }

    #[test]
    fn a_word_that_is_not_typed_to_its_end_is_kept_as_a_beginning() {
        assert_eq!(phrase("perso verl").unwrap(), ["perso", "verl*"]);
        assert_eq!(phrase("verl perso").unwrap(), ["perso"]);
        assert_eq!(phrase("perso aus").unwrap(), ["perso"]);
    }

    #[test]
    fn nothing_known_is_nothing_learned() {
        assert_eq!(phrase("Zwirbelmeier"), None);
        assert_eq!(phrase(""), None);
    }
}
