//! Who is responsible: the rule that holds, and what the check finds.

use chrono::NaiveDate;
use ortsgespraech::directory::{
    Facts, Initials, Narrowing, Need, Resolution, Rule, Side, StreetPart, Subject, check, resolve, street_key,
};
use ortsgespraech::ids::{RuleId, TenantId, UnitId};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn today() -> NaiveDate {
    day("2026-11-17")
}

fn rule(id: i64, narrowing: Narrowing) -> Rule {
    Rule {
        tenant: TenantId(1),
        id: RuleId(id),
        subject: Subject::Situation("Umzug".to_owned()),
        narrowing,
        valid_from: None,
        valid_until: None,
        unit: UnitId(id),
        contact: None,
        version: 1,
        deleted_at: None,
    }
}

fn street(name: &str, from: Option<u32>, to: Option<u32>, side: Side) -> Narrowing {
    Narrowing::Street(StreetPart { street: name.to_owned(), key: street_key(name), from, to, side })
}

fn initials(from: &str, to: &str) -> Narrowing {
    Narrowing::Initials(Initials::new(from, to).expect("initials"))
}

fn leads_to(rules: &[Rule], facts: &Facts) -> Option<i64> {
    match resolve(rules, facts, today()) {
        Resolution::Found(rule) => Some(rule.id.0),
        _ => None,
    }
}

fn on(street: &str, number: Option<u32>) -> Facts {
    Facts { street: Some(street.to_owned()), number, ..Facts::default() }
}

fn named(initial: &str) -> Facts {
    Facts { initial: Some(initial.to_owned()), ..Facts::default() }
}

fn words(rules: &[Rule]) -> Vec<String> {
    check(rules, today()).into_values().flatten().map(|finding| finding.words).collect()
}

#[test]
fn street_and_number_decide_and_only_they_are_asked_for() {
    let rules = [
        rule(1, street("Hauptstraße", Some(1), Some(99), Side::Odd)),
        rule(2, street("Hauptstraße", None, None, Side::All)),
        rule(3, street("Am Markt", None, None, Side::All)),
        rule(4, Narrowing::All),
    ];
    assert_eq!(resolve(&rules, &Facts::default(), today()), Resolution::Ask(Need::Street));
    assert_eq!(resolve(&rules, &on("Haupt-Str.", None), today()), Resolution::Ask(Need::HouseNumber));
    assert_eq!(leads_to(&rules, &on("Hauptstr.", Some(7))), Some(1), "the narrower one");
    assert_eq!(leads_to(&rules, &on("HAUPTSTRASSE", Some(8))), Some(2));
    assert_eq!(leads_to(&rules, &on("Am Markt", None)), Some(3), "no number is needed");
    assert_eq!(leads_to(&rules, &on("Waldweg", Some(1))), Some(4), "for all others");
    assert_eq!(leads_to(&rules, &Facts { is_all: true, ..Facts::default() }), Some(4), "more is not to be had");
}

#[test]
fn surnames_ask_for_as_many_letters_as_the_rules_need() {
    let rules = [rule(1, initials("A", "R")), rule(2, initials("S", "Sc")), rule(3, initials("Sd", "Z"))];
    assert_eq!(resolve(&rules, &Facts::default(), today()), Resolution::Ask(Need::Initial));
    assert_eq!(leads_to(&rules, &named("Öztürk")), Some(1));
    assert_eq!(leads_to(&rules, &named("m")), Some(1), "one letter is enough here");
    assert_eq!(resolve(&rules, &named("S"), today()), Resolution::Ask(Need::MoreLetters));
    assert_eq!(leads_to(&rules, &named("Sch")), Some(2));
    assert_eq!(leads_to(&rules, &named("St")), Some(3));
}

#[test]
fn check_names_every_kind_of_gap_and_overlap() {
    assert_eq!(
        words(&[rule(1, initials("A", "K")), rule(2, initials("Q", "Z"))]),
        ["Für Nachnamen mit L–P ist niemand zuständig."]
    );
    assert_eq!(
        words(&[rule(1, initials("A", "M")), rule(2, initials("M", "Z"))]),
        ["„Nachname A–M“ und „Nachname M–Z“ überschneiden sich."]
    );
    let part = rule(1, street("Hauptstraße", Some(1), Some(29), Side::Odd));
    let found = words(std::slice::from_ref(&part));
    assert_eq!(
        found,
        [
            "Für „Hauptstraße“, gerade Hausnummern, ist niemand zuständig.",
            "Für „Hauptstraße“, ungerade Hausnummern ab 31, ist niemand zuständig."
        ]
    );
    let mut other = rule(2, street("Waldweg", None, None, Side::All));
    other.subject = Subject::Situation("Geburt".to_owned());
    let found = words(&[rule(1, street("Hauptstraße", None, None, Side::All)), other]);
    assert_eq!(
        found,
        ["Für die Straße „Hauptstraße“ ist niemand zuständig.", "Für die Straße „Waldweg“ ist niemand zuständig."]
    );
    assert_eq!(words(&[part, rule(3, Narrowing::All)]), Vec::<String>::new(), "somebody has the rest");
    assert_eq!(words(&[rule(1, Narrowing::All), rule(2, Narrowing::All)]), ["Zwei Regeln gelten für alle."]);
}

#[test]
fn gap_that_begins_later_says_when() {
    let ending = Rule { valid_until: Some(day("2026-12-31")), ..rule(1, initials("A", "K")) };
    let staying = rule(2, initials("L", "Z"));
    let found = check(&[ending, staying], today());
    let findings: Vec<_> = found.into_values().flatten().collect();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].since, Some(day("2027-01-01")));
    assert_eq!(findings[0].words, "Für Nachnamen mit A–K ist niemand zuständig.");
}

fn any_rule() -> impl Strategy<Value = Narrowing> {
    let side = prop_oneof![Just(Side::All), Just(Side::Odd), Just(Side::Even)];
    let part = ("[A-C]weg", proptest::option::of(1u32..60), 0u32..60, side)
        .prop_map(|(name, from, width, side)| street(&name, from, from.map(|from| from + width), side));
    let range = ("[A-Z]{1,3}", "[A-Z]{1,3}").prop_filter_map("in order", |(from, to)| {
        Initials::new(&from, &to).or_else(|| Initials::new(&to, &from)).map(Narrowing::Initials)
    });
    prop_oneof![
        3 => part,
        3 => range,
        1 => "[A-C]dorf".prop_map(Narrowing::District),
        1 => Just(Narrowing::All),
    ]
}

prop_compose! {
    fn any_rules()(narrowings in proptest::collection::vec((any_rule(), -400i64..400, 0i64..400), 0..12)) -> Vec<Rule> {
        let rule = |(id, (narrowing, start, length)): (i64, (Narrowing, i64, i64))| Rule {
            valid_from: Some(today() + chrono::TimeDelta::days(start)),
            valid_until: Some(today() + chrono::TimeDelta::days(start + length)),
            ..rule(id, narrowing)
        };
        (1..).zip(narrowings).map(rule).collect()
    }
}

prop_compose! {
    fn any_facts()(
        street in proptest::option::of("[A-D]weg"),
        number in proptest::option::of(1u32..140),
        district in proptest::option::of("[A-D]dorf"),
        initial in proptest::option::of("[A-Z]{1,3}"),
        is_all in any::<bool>(),
    ) -> Facts {
        Facts { street, number, district, initial, is_all }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    /// The order in which rules come from the database changes nothing, and what is over leads nowhere.
    #[test]
    fn resolution_is_deterministic_and_never_leads_to_an_expired_rule(
        rules in any_rules(),
        facts in any_facts(),
        turn in 0usize..12,
    ) {
        let mut turned = rules.clone();
        if !turned.is_empty() {
            let by = turn % turned.len();
            turned.rotate_left(by);
            turned.reverse();
        }
        let (one, other) = (resolve(&rules, &facts, today()), resolve(&turned, &facts, today()));
        prop_assert_eq!(&one, &other);
        if let Resolution::Found(rule) = one {
            prop_assert!(rule.is_valid_on(today()));
        }
        if facts.is_all {
            prop_assert!(!matches!(other, Resolution::Ask(_)), "nothing more is asked");
        }
    }

    /// An alphabet cut into ranges is clean; taking one out is a gap, stretching one over its neighbour an overlap.
    #[test]
    fn check_finds_every_planted_gap_and_overlap_of_surnames(
        cuts in proptest::collection::btree_set(1u8..26, 1..8),
        pick in any::<prop::sample::Index>(),
    ) {
        let letter = |at: u8| char::from(b'A' + at).to_string();
        let mut starts = vec![0];
        starts.extend(cuts);
        let ends = starts[1..].iter().copied().chain([26]).map(|next| next - 1);
        let ranges: Vec<_> = starts.iter().copied().zip(ends).collect();
        let rules: Vec<_> =
            (1..).zip(&ranges).map(|(id, (from, to))| rule(id, initials(&letter(*from), &letter(*to)))).collect();
        prop_assert_eq!(words(&rules), Vec::<String>::new());
        let at = pick.index(rules.len());
        let mut gap = rules.clone();
        gap.remove(at);
        if !gap.is_empty() {
            let missing = Initials::new(&letter(ranges[at].0), &letter(ranges[at].1)).expect("a range").to_string();
            prop_assert_eq!(words(&gap), [format!("Für Nachnamen mit {missing} ist niemand zuständig.")]);
        }
        let mut doubled = rules.clone();
        doubled.push(rule(99, rules[at].narrowing.clone()));
        prop_assert_eq!(words(&doubled).len(), 1);
    }

    /// The same of the numbers of a street, compared with counting them one by one.
    #[test]
    fn check_finds_exactly_the_house_numbers_that_nobody_has(
        parts in proptest::collection::vec((1u32..40, 0u32..20, 0usize..3), 1..5),
    ) {
        let rules: Vec<_> = (1..).zip(&parts).map(|(id, (from, width, side))| {
            rule(id, street("Hauptstraße", Some(*from), Some(from + width), Side::ALL[*side]))
        }).collect();
        let is_held = |number: u32| rules.iter().any(|rule| match &rule.narrowing {
            Narrowing::Street(part) => part.holds(number),
            _ => false,
        });
        let found = words(&rules);
        let gaps: Vec<_> = found.iter().filter(|words| words.contains("niemand")).collect();
        prop_assert!(!gaps.is_empty(), "nobody has number 9999");
        for number in 1..80 {
            let is_told = gaps.iter().any(|words| says(words, number));
            prop_assert_eq!(is_told, !is_held(number), "number {} in {:?}", number, gaps);
        }
        let meets = rules.iter().enumerate().any(|(at, one)| rules[at + 1..].iter().any(|other| {
            (1..200).any(|number| match (&one.narrowing, &other.narrowing) {
                (Narrowing::Street(one), Narrowing::Street(other)) => one.holds(number) && other.holds(number),
                _ => false,
            })
        }));
        prop_assert_eq!(found.iter().any(|words| words.contains("überschneiden")), meets);
    }
}

/// Whether a sentence of the check means this number.
fn says(words: &str, number: u32) -> bool {
    let side = match (words.contains("ungerade"), words.contains("gerade Hausnummern")) {
        (true, _) => Side::Odd,
        (false, true) => Side::Even,
        (false, false) => Side::All,
    };
    let numbers: Vec<u32> =
        words.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
    let (from, to) = match numbers.as_slice() {
        [] => (1, 9999),
        [from] if words.contains(" ab ") => (*from, 9999),
        [to] if words.contains(" bis ") => (1, *to),
        [only] => (*only, *only),
        [from, to, ..] => (*from, *to),
    };
    side.holds(number) && (from..=to).contains(&number)
}
