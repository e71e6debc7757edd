//! What was typed, as a query: the towns that may be asked are a part of it and never a filter afterwards.

use tantivy::Term;
use tantivy::query::{BooleanQuery, BoostQuery, ConstScoreQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use super::Asked;
use super::fields::Fields;
use crate::search::analyzer::{self, Word};

/// More words than this nobody looks for an office with.
const MOST_WORDS: usize = 8;
/// Shorter words have no slips of the fingers, longer ones have two.
const ONE_SLIP: usize = 4;
const TWO_SLIPS: usize = 8;

/// None: nothing was said, or nobody may be asked.
pub fn query(fields: &Fields, asked: Asked<'_>, is_strict: bool) -> Option<Box<dyn Query>> {
    let mut parts: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, of_towns(fields, asked)?)];
    let occur = if is_strict { Occur::Must } else { Occur::Should };
    let mut said: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    if let Some(digits) = number(asked.words) {
        said.push((occur, Box::new(of_number(fields, &digits))));
    } else {
        let words = analyzer::words(asked.words);
        let written: Vec<_> = words.into_iter().filter(|word| word.role == analyzer::Role::Plain).collect();
        let says_something = written.iter().any(|word| !analyzer::is_filler(&word.text));
        let told = written.into_iter().filter(|word| !says_something || !analyzer::is_filler(&word.text));
        said.extend(told.take(MOST_WORDS).map(|word| (occur, of_word(fields, &word))));
    }
    if said.is_empty() {
        return None;
    }
    // Of several words that need not all fit, one has to.
    parts.push((Occur::Must, Box::new(BooleanQuery::new(said))));
    if asked.only_units {
        let no_contact = Term::from_field_i64(fields.contact, 0);
        parts.push((Occur::Must, unweighed(no_contact, 0.0)));
    }
    Some(Box::new(BooleanQuery::new(parts)))
}

/// The own town's offices weigh a little more than those of its knowledge bases.
fn of_towns(fields: &Fields, asked: Asked<'_>) -> Option<Box<dyn Query>> {
    let towns = asked.tenants.iter().enumerate().map(|(at, tenant)| {
        let weight = if at == 0 { 1.5 } else { 0.0 };
        let query = unweighed(Term::from_field_i64(fields.tenant, tenant.0.into()), weight);
        (Occur::Should, query)
    });
    let towns: Vec<_> = towns.collect();
    (!towns.is_empty()).then(|| Box::new(BooleanQuery::new(towns)) as Box<dyn Query>)
}

fn unweighed(term: Term, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(TermQuery::new(term, IndexRecordOption::Basic)), score))
}

/// "4710-210", "0221 4710210", "+49 221 …", "210".
fn number(words: &str) -> Option<String> {
    let is_number = words.chars().all(|c| c.is_ascii_digit() || " -–/()+.".contains(c));
    let digits: String = words.chars().filter(char::is_ascii_digit).collect();
    let national = match (words.trim_start().starts_with('+'), digits.strip_prefix("49")) {
        (true, Some(national)) => format!("0{}", national.trim_start_matches('0')),
        _ => digits,
    };
    (is_number && national.len() >= 2).then_some(national)
}

/// What ends like that weighs most: an extension is the end of a number.
fn of_number(fields: &Fields, digits: &str) -> BooleanQuery {
    let term = Term::from_field_text(fields.digits, digits);
    let ends = unweighed(term.clone(), 10.0);
    let goes_on: Box<dyn Query> =
        Box::new(ConstScoreQuery::new(Box::new(FuzzyTermQuery::new_prefix(term, 0, false)), 1.0));
    BooleanQuery::new(vec![(Occur::Should, ends), (Occur::Should, goes_on)])
}

/// As written, as a stem, as a beginning, and with slips of the fingers; in the name or, for less, beside it.
fn of_word(fields: &Fields, word: &Word) -> Box<dyn Query> {
    let length = word.text.chars().count();
    let mut ways: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let mut way = |weight: f32, query: Box<dyn Query>| {
        ways.push((Occur::Should, Box::new(BoostQuery::new(query, weight))));
    };
    way(4.0, exact(fields.name, &word.text));
    way(2.0, exact(fields.stem, &word.stem));
    way(0.8, exact(fields.more, &word.text));
    way(0.6, exact(fields.more, &word.stem));
    if length >= 1 {
        way(2.5, constant(FuzzyTermQuery::new_prefix(Term::from_field_text(fields.name, &word.text), 0, false)));
        way(0.4, constant(FuzzyTermQuery::new_prefix(Term::from_field_text(fields.more, &word.text), 0, false)));
    }
    let slips = u8::from(length >= ONE_SLIP) + u8::from(length >= TWO_SLIPS);
    for distance in 1..=slips {
        let weight = if distance == 1 { 2.0 } else { 1.0 };
        let fuzzy = |field| FuzzyTermQuery::new(Term::from_field_text(field, &word.text), distance, true);
        way(weight, constant(fuzzy(fields.name)));
        way(weight / 5.0, constant(fuzzy(fields.more)));
        // The word may not be finished yet.
        if length > ONE_SLIP {
            let begun = FuzzyTermQuery::new_prefix(Term::from_field_text(fields.name, &word.text), distance, true);
            way(weight / 2.0, constant(begun));
        }
    }
    Box::new(BooleanQuery::new(ways))
}

fn exact(field: Field, word: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs))
}

fn constant(query: FuzzyTermQuery) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(query), 1.0))
}
