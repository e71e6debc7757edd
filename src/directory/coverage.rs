//! Whether the rules of a topic leave somebody without an office, or with two of them. Pure.

mod numbers;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::rule::{Initials, Narrowing, Rule, StreetPart, Subject};
use super::street::street_key;
use crate::ids::RuleId;

/// Something that is wrong with the rules of one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: Kind,
    /// A sentence for the people who keep the rules.
    pub words: String,
    /// The rules to look at; none where one is missing.
    pub rules: Vec<RuleId>,
    /// It begins on this day; None: it is so today.
    pub since: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Overlap,
    Gap,
}

impl Kind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Overlap => "doppelt",
            Self::Gap => "Lücke",
        }
    }

    pub fn state(self) -> &'static str {
        match self {
            Self::Overlap => "warn",
            Self::Gap => "bad",
        }
    }
}

/// All findings by topic: of today and of every later day on which a rule begins or ends.
pub fn check(rules: &[Rule], today: NaiveDate) -> BTreeMap<Subject, Vec<Finding>> {
    let mut topics: BTreeMap<Subject, Vec<&Rule>> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| rule.deleted_at.is_none()) {
        topics.entry(rule.subject.clone()).or_default().push(rule);
    }
    let mut found = BTreeMap::new();
    for (topic, of_topic) in topics {
        let findings = check_topic(&of_topic, rules, today);
        if !findings.is_empty() {
            found.insert(topic, findings);
        }
    }
    found
}

fn check_topic(of_topic: &[&Rule], all: &[Rule], today: NaiveDate) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for day in days(of_topic, today) {
        let valid: Vec<&Rule> = of_topic.iter().copied().filter(|rule| rule.is_valid_on(day)).collect();
        let streets = streets_of_town(all, day);
        for mut finding in check_day(&valid, &streets) {
            if !findings.iter().any(|known| known.words == finding.words && known.rules == finding.rules) {
                finding.since = (day > today).then_some(day);
                findings.push(finding);
            }
        }
    }
    findings
}

/// Today, and whenever something changes afterwards while rules are left.
fn days(rules: &[&Rule], today: NaiveDate) -> BTreeSet<NaiveDate> {
    let begins = rules.iter().filter_map(|rule| rule.valid_from);
    let ends = rules.iter().filter_map(|rule| rule.valid_until?.checked_add_days(Days::new(1)));
    let later = begins.chain(ends).filter(|day| *day > today);
    let is_used = |day: &NaiveDate| rules.iter().any(|rule| rule.is_valid_on(*day));
    std::iter::once(today).chain(later).filter(is_used).collect()
}

/// By key, as somebody wrote them.
fn streets_of_town(all: &[Rule], day: NaiveDate) -> BTreeMap<&str, &str> {
    let valid = all.iter().filter(|rule| rule.is_valid_on(day));
    let parts = valid.filter_map(|rule| match &rule.narrowing {
        Narrowing::Street(part) => Some((part.key.as_str(), part.street.as_str())),
        _ => None,
    });
    parts.collect()
}

fn check_day(valid: &[&Rule], streets: &BTreeMap<&str, &str>) -> Vec<Finding> {
    let mut findings = overlaps(valid);
    let (initials, has_initials) = initial_gaps(valid);
    let is_caught = valid.iter().any(|rule| rule.narrowing == Narrowing::All);
    if is_caught {
        return findings;
    }
    let has_districts = valid.iter().any(|rule| matches!(rule.narrowing, Narrowing::District(_)));
    let surnames_catch = has_initials && initials.is_empty();
    if !surnames_catch && !has_districts {
        findings.extend(street_gaps(valid, streets));
    }
    findings.extend(initials);
    findings
}

fn gap(words: String, rules: Vec<RuleId>) -> Finding {
    Finding { kind: Kind::Gap, words, rules, since: None }
}

/// Pairs that hold for the same people without one being the exception of the other.
fn overlaps(valid: &[&Rule]) -> Vec<Finding> {
    let mut groups: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
    for rule in valid {
        groups.entry(group_of(&rule.narrowing)).or_default().push(rule);
    }
    let mut findings = Vec::new();
    for group in groups.values() {
        for (at, one) in group.iter().enumerate() {
            let doubled = group[at + 1..].iter().filter(|other| meet(&one.narrowing, &other.narrowing));
            findings.extend(doubled.map(|other| {
                let mut rules = vec![one.id, other.id];
                rules.sort_unstable();
                let words = match (&one.narrowing, &other.narrowing) {
                    (Narrowing::All, _) => "Zwei Regeln gelten für alle.".to_owned(),
                    (a, b) => format!("„{}“ und „{}“ überschneiden sich.", a.words(), b.words()),
                };
                Finding { kind: Kind::Overlap, words, rules, since: None }
            }));
        }
    }
    findings
}

/// Only rules of one group can meet.
fn group_of(narrowing: &Narrowing) -> String {
    match narrowing {
        Narrowing::Street(part) => format!("street {}", part.key),
        Narrowing::District(district) => format!("district {}", street_key(district)),
        other => other.as_str().to_owned(),
    }
}

fn meet(one: &Narrowing, other: &Narrowing) -> bool {
    match (one, other) {
        (Narrowing::Street(one), Narrowing::Street(other)) => {
            one.is_whole() == other.is_whole() && numbers::meet(one, other)
        }
        (Narrowing::Initials(one), Narrowing::Initials(other)) => {
            one.first() <= other.last() && other.first() <= one.last()
        }
        _ => true,
    }
}

/// Beginnings of surnames that no rule has, and whether there are such rules at all.
fn initial_gaps(valid: &[&Rule]) -> (Vec<Finding>, bool) {
    let ranges = valid.iter().filter_map(|rule| match &rule.narrowing {
        Narrowing::Initials(initials) => Some((initials.first(), initials.last())),
        _ => None,
    });
    let mut ranges: Vec<_> = ranges.collect();
    ranges.sort_unstable();
    let has_any = !ranges.is_empty();
    let mut next = 0;
    let mut gaps = Vec::new();
    for (first, last) in ranges.into_iter().chain([(super::rule::ALL_INITIALS, super::rule::ALL_INITIALS)]) {
        if has_any && first > next {
            let missing = Initials::between(next, first - 1);
            gaps.push(gap(format!("Für Nachnamen mit {missing} ist niemand zuständig."), Vec::new()));
        }
        next = next.max(last + 1);
    }
    (gaps, has_any)
}

fn street_gaps(valid: &[&Rule], streets: &BTreeMap<&str, &str>) -> Vec<Finding> {
    let mut parts: BTreeMap<&str, Vec<(&StreetPart, RuleId)>> = BTreeMap::new();
    for rule in valid {
        if let Narrowing::Street(part) = &rule.narrowing {
            parts.entry(&part.key).or_default().push((part, rule.id));
        }
    }
    if parts.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (key, street) in streets {
        let Some(here) = parts.get(key) else {
            findings.push(gap(format!("Für die Straße „{street}“ ist niemand zuständig."), Vec::new()));
            continue;
        };
        let rules: Vec<_> = here.iter().map(|(_, rule)| *rule).collect();
        let missing = numbers::uncovered(here.iter().map(|(part, _)| *part));
        findings.extend(
            missing
                .into_iter()
                .map(|numbers| gap(format!("Für „{street}“, {numbers}, ist niemand zuständig."), rules.clone())),
        );
    }
    findings
}
