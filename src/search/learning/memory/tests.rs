//! Whatever was learned, in whatever order: shares stay shares, and what is forgotten leaves nothing behind.

use std::collections::BTreeMap;

use chrono::Days;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::super::super::query;
use super::*;

const WORDS: [&str; 6] = ["hund", "wohnung", "anmelden", "ausweis", "wohnsitz", "woh*"];
const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 17).expect("a day");

/// Each about something else.
fn lessons() -> impl Strategy<Value = Vec<Lesson>> {
    let tenant = || (1..4).prop_map(TenantId);
    let words = btree_set(prop::sample::select(&WORDS[..]), 1..4);
    let entry = (tenant(), (1i64..6).prop_map(EntryId));
    vec((tenant(), words, entry, 0.01f32..1_000.0, 0u64..800), 0..40).prop_map(|all| {
        let known = |word: &str| if word.ends_with('*') { word.to_owned() } else { analyzer::stem(word) };
        let lessons = all.into_iter().map(|(tenant, words, entry, weight, days)| {
            let words: Vec<String> = words.into_iter().map(known).collect();
            let lesson = Lesson { tenant, words, entry, weight, answered_on: TODAY - Days::new(days) };
            ((tenant, lesson.words.clone(), entry), lesson)
        });
        lessons.collect::<BTreeMap<_, _>>().into_values().collect()
    })
}

fn query() -> impl Strategy<Value = Vec<QueryWord>> {
    vec(prop::sample::select(&["hund", "wohnung", "anmeldung", "ausweise", "wohn", "katze"][..]), 1..4)
        .prop_map(|words| query::parse(&words.join(" ")))
}

fn recall(lessons: impl IntoIterator<Item = Lesson>, words: &[QueryWord]) -> Vec<Recalled> {
    let memory = Memory::default();
    lessons.into_iter().for_each(|lesson| memory.take(vec![lesson]));
    // The third tenant's entries are not read.
    memory.recall(words, &[TenantId(1).into(), TenantId(2).into()], TODAY, &Tuning::default())
}

#[track_caller]
fn assert_alike(one: &[Recalled], other: &[Recalled]) {
    let by_entry = |recalled: &[Recalled]| recalled.iter().map(|it| (it.entry, it.clone())).collect::<BTreeMap<_, _>>();
    let (one, other) = (by_entry(one), by_entry(other));
    assert!(one.keys().eq(other.keys()), "{one:?} {other:?}");
    for (one, other) in one.values().zip(other.values()) {
        let differences = [one.share - other.share, one.from_others - other.from_others];
        assert!(differences.iter().all(|difference| difference.abs() < 1e-5), "{one:?} {other:?}");
    }
}

proptest! {
    #[test]
    fn shares_are_parts_of_one_in_order(lessons in lessons(), words in query()) {
        let recalled = recall(lessons, &words);
        for one in &recalled {
            prop_assert!(one.share > 0.0 && one.share < 1.0 && one.from_others >= 0.0, "{one:?}");
            prop_assert!(one.from_others <= one.share + 1e-6, "{one:?}");
            prop_assert!(one.entry.0 != TenantId(3), "{one:?}");
        }
        prop_assert!(recalled.iter().map(|it| it.share).sum::<f32>() < 1.0);
        prop_assert!(recalled.is_sorted_by(|one, other| one.share >= other.share));
    }

    #[test]
    fn order_of_learning_does_not_matter(
        (lessons, shuffled) in lessons().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        words in query(),
    ) {
        assert_alike(&recall(lessons, &words), &recall(shuffled, &words));
    }

    #[test]
    fn lesson_without_weight_is_as_if_it_never_was(
        (lessons, forgotten) in lessons().prop_flat_map(|all| {
            let count = all.len();
            (Just(all), vec(any::<bool>(), count))
        }),
        words in query(),
    ) {
        let (gone, kept): (Vec<_>, Vec<_>) = lessons.iter().cloned().zip(forgotten).partition(|(_, forgotten)| *forgotten);
        let kept: Vec<Lesson> = kept.into_iter().map(|(lesson, _)| lesson).collect();
        let zero = gone.into_iter().map(|(lesson, _)| Lesson { weight: 0.0, ..lesson });
        assert_alike(&recall(lessons.into_iter().chain(zero.clone()), &words), &recall(kept.clone(), &words));
        assert_alike(&recall(zero.chain(kept.clone()), &words), &recall(kept, &words));
    }
}
