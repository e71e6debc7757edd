//! Bürgerdeutsch: what people say on the phone, and the official words for it.
//!
//! The lists are text files beside this one, by topic, in a format that editors can read:
//!
//! ```text
//! # a comment
//! perso, ausweis weg > Personalausweis, Personalausweis Verlust
//! = Außerbetriebsetzung, Fahrzeugabmeldung
//! ```
//!
//! Before `>` stand everyday words or phrases, behind it official terms, the likeliest first. A line with `=` names terms
//! that mean the same. Case, umlauts, inflection and the order of words do not matter.

mod expand;
mod file;
mod known;

pub use expand::Expansion;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use known::Known;

use super::analyzer;
use super::query::{self, QueryWord};

/// The lists of the program.
const LISTS: [&str; 44] = [
    include_str!("lists/abkuerzungen.txt"),
    include_str!("lists/ableitungen.txt"),
    include_str!("lists/arbeit.txt"),
    include_str!("lists/aufenthalt.txt"),
    include_str!("lists/ausweis.txt"),
    include_str!("lists/auto.txt"),
    include_str!("lists/bauen.txt"),
    include_str!("lists/familie.txt"),
    include_str!("lists/geld.txt"),
    include_str!("lists/gesundheit.txt"),
    include_str!("lists/gewerbe.txt"),
    include_str!("lists/heirat.txt"),
    include_str!("lists/lage-abfall.txt"),
    include_str!("lists/lage-arbeit-gewerbe.txt"),
    include_str!("lists/lage-ausweis-aufenthalt.txt"),
    include_str!("lists/lage-auto.txt"),
    include_str!("lists/lage-bauen.txt"),
    include_str!("lists/lage-energie-wasser.txt"),
    include_str!("lists/lage-familie.txt"),
    include_str!("lists/lage-feste-sicherheit.txt"),
    include_str!("lists/lage-fundsachen.txt"),
    include_str!("lists/lage-geld-gesundheit.txt"),
    include_str!("lists/lage-gericht-steuer.txt"),
    include_str!("lists/lage-gewerbe.txt"),
    include_str!("lists/lage-heirat-namen.txt"),
    include_str!("lists/lage-laerm-nachbarn.txt"),
    include_str!("lists/lage-natur-jagd-feuer.txt"),
    include_str!("lists/lage-parken-bussgeld.txt"),
    include_str!("lists/lage-rathaus-freizeit.txt"),
    include_str!("lists/lage-schule.txt"),
    include_str!("lists/lage-strasse.txt"),
    include_str!("lists/lage-tiere.txt"),
    include_str!("lists/lage-tod-vorsorge.txt"),
    include_str!("lists/lage-wohnen.txt"),
    include_str!("lists/ordnung.txt"),
    include_str!("lists/schule.txt"),
    include_str!("lists/slang-marken.txt"),
    include_str!("lists/tod.txt"),
    include_str!("lists/umwelt.txt"),
    include_str!("lists/umzug.txt"),
    include_str!("lists/verkehr.txt"),
    include_str!("lists/wahlen.txt"),
    include_str!("lists/weitere.txt"),
    include_str!("lists/wohnen.txt"),
];

pub static SHIPPED: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(&LISTS));

#[derive(Debug, Default)]
pub struct Lexicon {
    rules: Vec<Rule>,
    /// Rules by the stems of their words.
    by_stem: HashMap<String, Vec<usize>>,
    /// The folded words of all rules in order, for beginnings and slips of the fingers.
    words: Vec<Known>,
    /// Words that mean the same, by stem: whoever says "Karre" may have any expression with "Auto" in mind.
    families: HashMap<String, HashSet<usize>>,
}

/// One expression and what it stands for.
#[derive(Debug)]
struct Rule {
    words: Vec<QueryWord>,
    terms: Vec<Vec<QueryWord>>,
}

impl Lexicon {
    pub fn of(lists: &[&str]) -> Self {
        let mut lexicon = Self::default();
        for (expression, terms) in lists.iter().flat_map(|list| file::lines(list)) {
            lexicon.add(expression, &terms);
        }
        for (number, family) in lists.iter().flat_map(|list| file::equals(list)).enumerate() {
            lexicon.add_family(number, &family);
        }
        lexicon.words.sort_unstable_by(|one, other| one.text.cmp(&other.text));
        lexicon.words.dedup_by(|one, other| one.text == other.text);
        lexicon
    }

    /// It has this word, or one that begins so while it is being typed.
    pub fn knows(&self, word: &QueryWord) -> bool {
        self.by_stem.contains_key(&word.stem) || word.is_last && self.begun_by(&word.text).next().is_some()
    }

    /// Some word of its expressions with this stem, folded.
    pub fn word_of_stem(&self, stem: &str) -> Option<&str> {
        let rule = &self.rules[*self.by_stem.get(stem)?.first()?];
        rule.words.iter().find(|word| word.stem == stem).map(|word| word.text.as_str())
    }

    fn add_family(&mut self, number: usize, family: &[&str]) {
        let words: Vec<_> = family.iter().map(|term| phrase(term)).collect();
        if words.iter().all(|words| words.len() == 1) {
            for word in words.into_iter().flatten() {
                self.families.entry(word.stem).or_default().insert(number);
            }
        }
    }

    fn is_family(&self, one: &str, other: &str) -> bool {
        let families = self.families.get(one).zip(self.families.get(other));
        families.is_some_and(|(one, other)| !one.is_disjoint(other))
    }

    fn add(&mut self, expression: &str, terms: &[&str]) {
        let words = phrase(expression);
        let terms: Vec<_> = terms.iter().map(|term| phrase(term)).filter(|term| !term.is_empty()).collect();
        if words.is_empty() || terms.is_empty() {
            return;
        }
        for word in &words {
            let rules = self.by_stem.entry(word.stem.clone()).or_default();
            if rules.last() != Some(&self.rules.len()) {
                rules.push(self.rules.len());
            }
            self.words.push(Known::new(&word.text));
        }
        self.rules.push(Rule { words, terms });
    }
}

/// The words of an expression or term, none of them still growing.
pub fn phrase(text: &str) -> Vec<QueryWord> {
    let mut words = query::parse(text);
    words.iter_mut().for_each(|word| word.is_last = false);
    words
}

fn stem(text: &str) -> String {
    analyzer::stem(text)
}
