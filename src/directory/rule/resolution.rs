//! Which rule holds: it asks only for what the rules at hand still need.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::initials::letters;
use super::{Initials, Narrowing, Rule, StreetPart};
use crate::directory::street::street_key;

/// What is known of a caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub street: Option<String>,
    pub number: Option<u32>,
    pub district: Option<String>,
    /// First letters of the surname.
    pub initial: Option<String>,
    /// More is not to be had: what is known has to do.
    pub is_all: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Street,
    HouseNumber,
    District,
    Initial,
    /// One letter is not enough.
    MoreLetters,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution<'a> {
    Found(&'a Rule),
    Ask(Need),
    Nobody,
}

/// What one kind of rules says.
enum Verdict<'a> {
    Found(&'a Rule),
    Ask(Need),
    Silent,
}

impl Need {
    pub fn question(self) -> &'static str {
        match self {
            Self::Street => "Straße und Hausnummer",
            Self::HouseNumber => "Welche Hausnummer?",
            Self::District => "Welcher Ortsteil?",
            Self::Initial => "Anfang des Nachnamens",
            Self::MoreLetters => "Noch ein Buchstabe des Nachnamens",
        }
    }
}

/// Street goes before district, district before surname, and what holds for all comes last. Of several that hold, the
/// narrowest, then the one that began last, then the newest.
pub fn resolve<'a>(rules: impl IntoIterator<Item = &'a Rule>, facts: &Facts, today: NaiveDate) -> Resolution<'a> {
    let valid: Vec<&Rule> = rules.into_iter().filter(|rule| rule.is_valid_on(today)).collect();
    for ask in [by_street, by_district, by_initial] {
        match ask(&valid, facts) {
            Verdict::Found(rule) => return Resolution::Found(rule),
            Verdict::Ask(need) if !facts.is_all => return Resolution::Ask(need),
            Verdict::Ask(_) | Verdict::Silent => {}
        }
    }
    let for_all = valid.into_iter().filter(|rule| rule.narrowing == Narrowing::All);
    narrowest(for_all.map(|rule| (0, rule))).map_or(Resolution::Nobody, Resolution::Found)
}

fn narrowest<'a>(rules: impl Iterator<Item = (u32, &'a Rule)>) -> Option<&'a Rule> {
    rules.min_by_key(|(width, rule)| (*width, Reverse(rule.valid_from), Reverse(rule.id))).map(|(_, rule)| rule)
}

fn by_street<'a>(rules: &[&'a Rule], facts: &Facts) -> Verdict<'a> {
    let parts = rules.iter().filter_map(|rule| match &rule.narrowing {
        Narrowing::Street(part) => Some((part, *rule)),
        _ => None,
    });
    let parts: Vec<(&StreetPart, &Rule)> = parts.collect();
    let Some(street) = facts.street.as_deref().map(street_key) else {
        return if parts.is_empty() { Verdict::Silent } else { Verdict::Ask(Need::Street) };
    };
    let here: Vec<_> = parts.into_iter().filter(|(part, _)| part.key == street).collect();
    let Some(number) = facts.number else {
        let targets: BTreeSet<_> = here.iter().map(|(_, rule)| rule.target()).collect();
        // A part of the street may be nobody's, unless one rule has the whole of it.
        let is_clear = targets.len() == 1 && here.iter().any(|(part, _)| part.is_whole());
        let whole = here.iter().filter(|(part, _)| is_clear || (facts.is_all && part.is_whole()));
        return match narrowest(whole.map(|(part, rule)| (width(part), *rule))) {
            Some(rule) => Verdict::Found(rule),
            None if here.is_empty() => Verdict::Silent,
            None => Verdict::Ask(Need::HouseNumber),
        };
    };
    let holding = here.into_iter().filter(|(part, _)| part.holds(number));
    narrowest(holding.map(|(part, rule)| (width(part), rule))).map_or(Verdict::Silent, Verdict::Found)
}

/// How many numbers it holds for, in steps that let one side go before both.
fn width(part: &StreetPart) -> u32 {
    let (from, to) = part.bounds();
    let sides = if part.side == super::Side::All { 2 } else { 1 };
    (to.saturating_sub(from) + 1) * sides
}

fn by_district<'a>(rules: &[&'a Rule], facts: &Facts) -> Verdict<'a> {
    let named = rules.iter().filter_map(|rule| match &rule.narrowing {
        Narrowing::District(district) => Some((street_key(district), *rule)),
        _ => None,
    });
    let named: Vec<_> = named.collect();
    let Some(district) = facts.district.as_deref().map(street_key) else {
        return if named.is_empty() { Verdict::Silent } else { Verdict::Ask(Need::District) };
    };
    let holding = named.into_iter().filter(|(name, _)| *name == district);
    narrowest(holding.map(|(_, rule)| (0, rule))).map_or(Verdict::Silent, Verdict::Found)
}

fn by_initial<'a>(rules: &[&'a Rule], facts: &Facts) -> Verdict<'a> {
    let ranges = rules.iter().filter_map(|rule| match &rule.narrowing {
        Narrowing::Initials(initials) => Some((initials, *rule)),
        _ => None,
    });
    let ranges: Vec<(&Initials, &Rule)> = ranges.collect();
    if ranges.is_empty() {
        return Verdict::Silent;
    }
    let said = facts.initial.as_deref().and_then(letters);
    let Some(said) = said.and_then(|letters| Initials::new(&letters, &letters)) else {
        return Verdict::Ask(Need::Initial);
    };
    let (first, last) = (said.first(), said.last());
    let touched = ranges.into_iter().filter(|(range, _)| range.first() <= last && first <= range.last());
    let (whole, part): (Vec<_>, Vec<_>) =
        touched.partition(|(range, _)| range.first() <= first && last <= range.last());
    let best = narrowest(whole.iter().map(|(range, rule)| (range.last() - range.first(), *rule)));
    let leads_elsewhere = part.iter().any(|(_, rule)| best.is_none_or(|best| best.target() != rule.target()));
    match best {
        Some(rule) if facts.is_all || !leads_elsewhere => Verdict::Found(rule),
        _ if leads_elsewhere => Verdict::Ask(Need::MoreLetters),
        _ => Verdict::Silent,
    }
}
