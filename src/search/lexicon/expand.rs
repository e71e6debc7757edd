//! What else a query may mean.

use std::collections::HashSet;

use super::{Known, Lexicon, Rule, phrase, stem};
use crate::search::query::QueryWord;

/// Other words for some words of the query.
#[derive(Debug, Clone)]
pub struct Expansion {
    /// Which words of the query it stands for, by their place.
    pub covers: Vec<usize>,
    pub term: Vec<QueryWord>,
    /// Compared with the words as they were typed: above 0, at most 1.
    pub worth: f32,
    /// The words were typed as the lexicon has them: no slip, nothing left to type.
    pub is_exact: bool,
}

/// The first term of a line is the likeliest; each further one is worth a little less.
const FIRST_TERM: f32 = 0.9;
const NEXT_TERM: f32 = 0.95;
/// The last word is still being typed, or has a slip in it.
const GROWING: f32 = 0.85;
const MISTYPED: f32 = 0.75;
/// Another word of the same family.
const KIN: f32 = 0.85;
/// A longer expression says what its words mean here; what they mean by themselves counts less then.
const WITHIN_LONGER: f32 = 0.6;
const SHORTEST_BEGINNING: usize = 4;
const MOST_RULES: usize = 24;
/// Words of an expression that may lack one of them.
const LONG: usize = 3;

/// A rule that the query speaks of.
struct Match<'a> {
    rule: &'a Rule,
    covers: Vec<usize>,
    worth: f32,
    is_exact: bool,
}

impl Lexicon {
    /// `incomplete` is what an expression is worth of which one word was not said; 0: nothing.
    pub fn expand(&self, words: &[QueryWord], incomplete: f32) -> Vec<Expansion> {
        let slips: Vec<_> = words.iter().map(|word| self.slips_of(word)).collect();
        let mut matches = self.matches(words, &slips, incomplete);
        let longest: Vec<usize> = (0..words.len())
            .map(|word| matches.iter().filter(|m| m.covers.contains(&word)).map(|m| m.covers.len()).max().unwrap_or(0))
            .collect();
        for found in &mut matches {
            if found.covers.iter().all(|word| longest[*word] > found.covers.len()) {
                found.worth *= WITHIN_LONGER;
            }
        }
        matches.sort_by(|one, other| other.worth.total_cmp(&one.worth).then(other.covers.len().cmp(&one.covers.len())));
        matches.truncate(MOST_RULES);
        let corrections = slips.iter().enumerate().flat_map(|(place, slips)| corrections(place, slips));
        corrections.chain(matches.iter().flat_map(Match::expansions)).collect()
    }

    fn matches(&self, words: &[QueryWord], slips: &[Vec<&Known>], incomplete: f32) -> Vec<Match<'_>> {
        let mut tried = HashSet::new();
        let mut found = Vec::new();
        for (word, slips) in words.iter().zip(slips) {
            for stem in self.stems_of(word).into_iter().chain(slips.iter().map(|known| stem(&known.text))) {
                for &number in self.by_stem.get(&stem).into_iter().flatten() {
                    if tried.insert(number) {
                        found.extend(self.find(&self.rules[number], words, incomplete));
                    }
                }
            }
        }
        found
    }

    /// Every word of the expression stands in the query, or all but one of three and more.
    fn find<'a>(&'a self, rule: &'a Rule, words: &[QueryWord], incomplete: f32) -> Option<Match<'a>> {
        let mut covers = Vec::new();
        let mut worth = 1.0;
        let mut may_miss = usize::from(incomplete > 0.0 && rule.words.len() >= LONG);
        // A single word's family is its own rule; within an expression it stands in for the word.
        let with_family = rule.words.len() > 1;
        for wanted in &rule.words {
            let likeness = |word| {
                likeness(wanted, word)
                    .or_else(|| (with_family && self.is_family(&wanted.stem, &word.stem)).then_some(KIN))
            };
            let places = words.iter().enumerate().filter_map(|(place, word)| Some((place, likeness(word)?)));
            if let Some((place, likeness)) = places.max_by(|one, other| one.1.total_cmp(&other.1)) {
                covers.push(place);
                worth *= likeness;
            } else {
                may_miss = may_miss.checked_sub(1)?;
                worth *= incomplete;
            }
        }
        covers.sort_unstable();
        covers.dedup();
        Some(Match { rule, covers, worth, is_exact: worth >= 1.0 })
    }

    /// The words of the lexicon that are a slip away from one that it does not know.
    fn slips_of(&self, word: &QueryWord) -> Vec<&Known> {
        let is_known =
            self.by_stem.contains_key(&word.stem) || word.joined.iter().any(|joined| self.has_stem_of(joined));
        if is_known || word.is_last && self.begun_by(&word.text).next().is_some() {
            return Vec::new();
        }
        let typed = Known::new(&word.text);
        self.words.iter().filter(|known| typed.is_slip_of(known)).collect()
    }

    fn has_stem_of(&self, text: &str) -> bool {
        self.by_stem.contains_key(&stem(text))
    }

    pub(super) fn begun_by<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a Known> {
        let first = self.words.partition_point(|known| known.text.as_str() < text);
        self.words[first..].iter().take_while(move |known| known.text.starts_with(text))
    }

    /// Stems of the lexicon that this word may be: its own and those it begins.
    fn stems_of(&self, word: &QueryWord) -> Vec<String> {
        let mut stems = vec![word.stem.clone()];
        stems.extend(word.joined.iter().map(|joined| stem(joined)));
        if word.is_last && word.text.chars().count() >= SHORTEST_BEGINNING {
            stems.extend(self.begun_by(&word.text).take(20).map(|known| stem(&known.text)));
        }
        stems
    }
}

fn corrections(place: usize, slips: &[&Known]) -> Vec<Expansion> {
    let correction =
        |known: &&Known| Expansion { covers: vec![place], term: phrase(&known.text), worth: MISTYPED, is_exact: false };
    slips.iter().map(correction).collect()
}

impl Match<'_> {
    fn expansions(&self) -> Vec<Expansion> {
        let mut worth = self.worth * FIRST_TERM;
        let mut expansions = Vec::new();
        for term in &self.rule.terms {
            let is_exact = self.is_exact;
            expansions.push(Expansion { covers: self.covers.clone(), term: term.clone(), worth, is_exact });
            worth *= NEXT_TERM;
        }
        expansions
    }
}

/// How well a typed word is the wanted one. None: it is another.
fn likeness(wanted: &QueryWord, word: &QueryWord) -> Option<f32> {
    if wanted.text == word.text || wanted.stem == word.stem || word.joined.contains(&wanted.text) {
        return Some(1.0);
    }
    let long_enough = word.text.chars().count() >= SHORTEST_BEGINNING;
    if word.is_last && long_enough && wanted.text.starts_with(&word.text) {
        return Some(GROWING);
    }
    Known::new(&word.text).is_slip_of(&Known::new(&wanted.text)).then_some(MISTYPED)
}
