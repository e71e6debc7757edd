//! What a line may say: pure rules with messages for the editor.

use std::collections::HashSet;

use super::super::analyzer;

pub const MOST_EXPRESSIONS: usize = 30;
pub const MOST_TERMS: usize = 15;
pub const LONGEST_NAME: usize = 80;
pub const LONGEST_REMARK: usize = 500;
/// More in one lexicon would slow down every search, and nobody could tend them.
pub const MOST_LINES: i64 = 2_000;
const FEWEST_LETTERS: usize = 2;

/// The names in a field: one a line, or parted by commas. What means the same to the search stands there once.
pub fn split(text: &str) -> Vec<String> {
    let names = text.split(['\n', ',', ';']).map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut seen = HashSet::new();
    names.filter(|name| !name.is_empty() && seen.insert(key(name))).collect()
}

/// Equal for names that are the same to the search: neither case, umlauts nor order count.
pub fn key(name: &str) -> String {
    let mut words: Vec<_> = analyzer::words(name).into_iter().map(|word| word.text).collect();
    words.sort_unstable();
    if words.is_empty() { name.to_owned() } else { words.join(" ") }
}

/// Why the search could do nothing with what people say.
pub fn expression_problem(name: &str) -> Option<String> {
    let says_nothing =
        |word: &analyzer::Word| analyzer::is_filler(&word.text) || analyzer::is_faint(&word.text, &word.stem);
    name_problem(name).or_else(|| {
        let only_fillers = analyzer::words(name).iter().all(says_nothing);
        only_fillers.then(|| format!("„{name}“ besteht nur aus Wörtern, die in jeder Frage vorkommen können."))
    })
}

pub fn name_problem(name: &str) -> Option<String> {
    let length = name.chars().count();
    let letters = name.chars().filter(|c| c.is_alphanumeric()).count();
    if length > LONGEST_NAME {
        let beginning: String = name.chars().take(40).collect();
        Some(format!("„{beginning}…“ ist zu lang: {length} Zeichen, höchstens {LONGEST_NAME} sind möglich."))
    } else if letters < FEWEST_LETTERS {
        Some(format!("„{name}“ ist zu kurz. Nötig sind mindestens zwei Buchstaben oder Ziffern."))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{expression_problem, key, split};

    #[test]
    fn names_are_parted_by_lines_commas_and_semicolons() {
        assert_eq!(
            split(" Blechkiste,  alte   Karre\nSchüssel; blechkiste ,,\n"),
            ["Blechkiste", "alte Karre", "Schüssel"]
        );
    }

    #[test]
    fn neither_case_umlauts_nor_order_make_another_name() {
        assert_eq!(key("Auto abmelden"), key("ABMELDEN auto"));
        assert_eq!(key("Knöllchen"), key("knoellchen"));
        assert_ne!(key("!"), key("?"));
    }

    #[test]
    fn what_is_in_every_question_is_no_expression() {
        for name in ["ich möchte", "das", "heute morgen", "x", "!!"] {
            assert!(expression_problem(name).is_some(), "{name}");
        }
        for name in ["Perso", "mein Perso", "AE", "§ 53", "115"] {
            assert_eq!(expression_problem(name), None, "{name}");
        }
    }
}
