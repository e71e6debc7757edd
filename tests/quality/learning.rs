//! What the search gains from answers: it learns one half of the phrasings of each concern and is asked for the other half.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use ortsgespraech::ids::EntryId;
use ortsgespraech::search::learning::Lesson;
use ortsgespraech::search::{Request, SearchIndex};

use super::judged::{Judged, Query};
use super::{TENANT, find, place_of, tuning};

/// How often each phrasing was answered.
const ANSWERS: f32 = 3.0;
const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 2).expect("a day");

pub fn print_effect(judged: &Judged, index: &SearchIndex) {
    let concerns = concerns(judged);
    let spoken_of_once = |concern: &&Vec<&Query>| concern.len() == 1;
    let (mut learned, mut other): (Vec<&Query>, Vec<&Query>) = Default::default();
    for concern in concerns.iter().filter(|concern| !spoken_of_once(concern)) {
        for (place, query) in concern.iter().enumerate() {
            if place % 2 == 0 { learned.push(query) } else { other.push(query) }
        }
    }
    let never: Vec<&Query> = concerns.iter().filter(spoken_of_once).flatten().copied().collect();
    println!("| asked | n | success@1 before | after | success@3 before | after |\n|---|---|---|---|---|---|");
    print_line("the other half", &other, index, &taught(judged, index, &learned));
    print_line("halves exchanged", &learned, index, &taught(judged, index, &other));
    let all: Vec<&Query> = learned.iter().chain(&other).copied().collect();
    print_line("concerns that were never answered", &never, index, &taught(judged, index, &all));
    print_line("what was learned itself", &all, index, &taught(judged, index, &all));
}

/// Phrasings of one concern: queries with the same answers.
fn concerns(judged: &Judged) -> Vec<Vec<&Query>> {
    let mut concerns: BTreeMap<Vec<&String>, Vec<&Query>> = BTreeMap::new();
    for query in judged.by_category().into_values().flatten() {
        let mut answers: Vec<_> = query.answers.iter().collect();
        answers.sort_unstable();
        concerns.entry(answers).or_default().push(query);
    }
    concerns.into_values().collect()
}

/// The same index after these questions were answered.
fn taught(judged: &Judged, index: &SearchIndex, queries: &[&Query]) -> SearchIndex {
    let taught = index.weighing(tuning()).expect("the same index");
    let lessons = queries.iter().filter_map(|query| {
        let request = Request { today: TODAY, ..Request::new(&query.text, [TENANT], 1, chrono::DateTime::UNIX_EPOCH) };
        let words = index.find_words_to_learn(&request).expect("an index that can be read")?;
        let number = judged.entries.iter().position(|entry| entry.external_id == query.answers[0])?;
        let entry = EntryId(i64::try_from(number + 1).ok()?);
        Some(Lesson { tenant: TENANT, words, entry: (TENANT, entry), weight: ANSWERS, answered_on: TODAY })
    });
    taught.memory().take(lessons.collect());
    taught
}

fn print_line(name: &str, queries: &[&Query], before: &SearchIndex, after: &SearchIndex) {
    let [first_before, third_before] = success(before, queries);
    let [first, third] = success(after, queries);
    let n = queries.len();
    println!("| {name} | {n} | {first_before:.3} | {first:.3} | {third_before:.3} | {third:.3} |");
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn success(index: &SearchIndex, queries: &[&Query]) -> [f64; 2] {
    let places: Vec<_> = queries.iter().map(|query| place_of(&find(index, &query.text), query)).collect();
    [1, 3].map(|best| {
        let found = places.iter().filter(|place| place.is_some_and(|place| place < best)).count();
        found as f64 / queries.len() as f64
    })
}
