//! What was typed, as words to look for. There is no query syntax: every sign is only a sign.

use std::collections::HashSet;

use super::analyzer::{self, Role};

/// More was pasted, not typed; the first words tell what it is about.
const MOST_WORDS: usize = 24;
const LONGEST_QUERY: usize = 2_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryWord {
    pub text: String,
    /// See `analyzer::Word`.
    pub spelled: Option<String>,
    pub stem: String,
    /// Other ways to write it together with its neighbours: "steuer nummer" is also "steuernummer".
    pub joined: Vec<String>,
    /// The last word may still be growing.
    pub is_last: bool,
}

impl QueryWord {
    /// How many slips of the fingers are forgiven. Short words and numbers are either right or something else.
    pub fn most_slips(&self) -> u8 {
        match self.text.chars().count() {
            _ if !self.text.chars().all(char::is_alphabetic) => 0,
            0..4 => 0,
            4..9 => 1,
            _ => 2,
        }
    }
}

/// The words of a query, without fillers unless there is nothing else.
pub fn parse(source: &str) -> Vec<QueryWord> {
    let source = &source[..source.floor_char_boundary(LONGEST_QUERY)];
    let words = analyzer::words(source);
    let end = words.iter().map(|word| word.place.end).max();
    let mut parsed: Vec<QueryWord> = Vec::new();
    for word in words {
        match word.role {
            Role::Plain => parsed.push(QueryWord {
                is_last: Some(word.place.end) == end,
                text: word.text,
                spelled: word.spelled,
                stem: word.stem,
                joined: Vec::new(),
            }),
            Role::Joined { parts } => {
                let first = parsed.len().saturating_sub(parts);
                for part in &mut parsed[first..] {
                    part.joined.push(word.text.clone());
                }
            }
        }
    }
    join_neighbours(&mut parsed);
    drop_fillers(&mut parsed);
    let mut seen = HashSet::new();
    parsed.retain(|word| seen.insert(word.text.clone()));
    parsed.truncate(MOST_WORDS);
    parsed
}

/// Written apart or in the other order, two words may still be one: "führer schein", "nummer steuer".
fn join_neighbours(words: &mut [QueryWord]) {
    for index in 1..words.len() {
        let (one, other) = (words[index - 1].text.clone(), words[index].text.clone());
        if one.len().min(other.len()) >= 3 {
            for joined in [format!("{one}{other}"), format!("{other}{one}")] {
                words[index - 1].joined.push(joined.clone());
                words[index].joined.push(joined);
            }
        }
    }
}

fn drop_fillers(words: &mut Vec<QueryWord>) {
    if words.iter().any(|word| !analyzer::is_filler(&word.text)) {
        words.retain(|word| !analyzer::is_filler(&word.text));
    }
}
