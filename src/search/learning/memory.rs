//! What was learned, in memory: every search asks it, so that no search asks the database.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use chrono::NaiveDate;

use super::super::analyzer;
use super::super::query::QueryWord;
use super::super::tuning::Tuning;
use super::{LEAST_WEIGHT, Lesson};
use crate::access::Source;
use crate::ids::{EntryId, TenantId};

/// Of a word that very many phrases share, so many are looked at.
const MOST_PHRASES: usize = 3_000;
const MOST_BEGUN: usize = 40;
const SHORTEST_BEGINNING: usize = 3;

#[derive(Debug, Default)]
pub struct Memory(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    phrases: Vec<Phrase>,
    /// Places of forgotten phrases.
    free: Vec<usize>,
    by_words: HashMap<Vec<String>, usize>,
    /// The phrases in which a word stands.
    by_word: BTreeMap<String, BTreeSet<usize>>,
    /// Towns that do not learn.
    off: HashSet<TenantId>,
}

#[derive(Debug, Default)]
struct Phrase {
    words: Vec<String>,
    lessons: Vec<Lesson>,
}

/// An entry that answered similar words before.
#[derive(Debug, Clone, PartialEq)]
pub struct Recalled {
    pub entry: (TenantId, EntryId),
    /// Of all that was learned for such words: from 0 to below 1.
    pub share: f32,
    /// The part of it that other towns taught.
    pub from_others: f32,
}

/// A word as it was typed, and the phrases that have it.
struct Heard {
    phrases: HashSet<usize>,
    weight: f32,
}

impl Memory {
    /// Lessons replace what is known of the same words, town and entry; one without weight is forgotten.
    pub fn take(&self, lessons: Vec<Lesson>) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        lessons.into_iter().for_each(|lesson| state.take(lesson));
    }

    pub fn switch(&self, tenant: TenantId, learns: bool) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if learns {
            state.off.remove(&tenant)
        } else {
            state.off.insert(tenant)
        };
    }

    /// The entries that answered such words, the likeliest first, as the town of the first source knows it. Entries of
    /// tenants that it does not read neither rise nor take anything from the others.
    pub fn recall(&self, words: &[QueryWord], sources: &[Source], today: NaiveDate, tuning: &Tuning) -> Vec<Recalled> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some(town) = sources.first().map(|source| source.tenant).filter(|town| !state.off.contains(town)) else {
            return Vec::new();
        };
        if state.by_words.is_empty() {
            return Vec::new();
        }
        let is_read = |lesson: &&Lesson| sources.iter().any(|source| source.tenant == lesson.entry.0);
        let heard: Vec<Heard> = words.iter().map(|word| state.hear(word, tuning)).collect();
        // In order: sums that are taken in another order differ, and the hits would jump.
        let mut evidence: BTreeMap<(TenantId, EntryId), (f32, f32)> = BTreeMap::new();
        for (phrase, likeness) in state.similar(&heard, tuning) {
            for lesson in state.phrases[phrase].lessons.iter().filter(is_read) {
                let weight = state.worth(lesson, town, today, tuning) * likeness * likeness;
                let (own, others) = evidence.entry(lesson.entry).or_default();
                *(if lesson.tenant == town { own } else { others }) += weight;
            }
        }
        shares(evidence, tuning)
    }
}

impl State {
    fn take(&mut self, lesson: Lesson) {
        if lesson.weight <= 0.0 {
            return self.forget(&lesson);
        }
        let place = self.by_words.get(&lesson.words).copied().unwrap_or_else(|| self.add(&lesson.words));
        let lessons = &mut self.phrases[place].lessons;
        lessons.retain(|known| !known.is_about_the_same(&lesson));
        lessons.push(lesson);
    }

    /// What nobody teaches any more makes no word more frequent.
    fn forget(&mut self, lesson: &Lesson) {
        let Some(&place) = self.by_words.get(&lesson.words) else { return };
        self.phrases[place].lessons.retain(|known| !known.is_about_the_same(lesson));
        if self.phrases[place].lessons.is_empty() {
            self.remove(place);
        }
    }

    fn add(&mut self, words: &[String]) -> usize {
        let place = self.free.pop().unwrap_or_else(|| {
            self.phrases.push(Phrase::default());
            self.phrases.len() - 1
        });
        self.phrases[place].words = words.to_vec();
        self.by_words.insert(words.to_vec(), place);
        for word in words {
            self.by_word.entry(word.clone()).or_default().insert(place);
        }
        place
    }

    fn remove(&mut self, place: usize) {
        let phrase = std::mem::take(&mut self.phrases[place]);
        self.by_words.remove(&phrase.words);
        for word in &phrase.words {
            let Some(places) = self.by_word.get_mut(word) else { continue };
            places.remove(&place);
            if places.is_empty() {
                self.by_word.remove(word);
            }
        }
        self.free.push(place);
    }

    /// As it was typed, as what it may become, and as the beginning that somebody left it at.
    fn hear(&self, word: &QueryWord, tuning: &Tuning) -> Heard {
        let mut phrases: HashSet<usize> = self.with(&word.stem).collect();
        for (end, _) in word.text.char_indices().skip(SHORTEST_BEGINNING + 1).chain([(word.text.len(), ' ')]) {
            phrases.extend(self.with(&format!("{}*", &word.text[..end])));
        }
        if word.is_last && word.text.chars().count() >= SHORTEST_BEGINNING {
            let begun = self.by_word.range(word.text.clone()..).take_while(|(known, _)| known.starts_with(&word.text));
            phrases.extend(begun.take(MOST_BEGUN).flat_map(|(_, phrases)| phrases.iter().take(MOST_PHRASES)));
        }
        let faint = if analyzer::is_faint(&word.text, &word.stem) { tuning.faint } else { 1.0 };
        Heard { weight: faint * self.rarity(phrases.len()), phrases }
    }

    fn with(&self, word: &str) -> impl Iterator<Item = usize> {
        self.by_word.get(word).into_iter().flatten().copied().take(MOST_PHRASES)
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of phrases")]
    fn rarity(&self, with_word: usize) -> f32 {
        1.0 + ((1.0 + self.by_words.len() as f32) / (1.0 + with_word as f32)).ln()
    }

    /// Phrases that share enough with what was typed: the weight of the common words of that of all.
    fn similar(&self, heard: &[Heard], tuning: &Tuning) -> Vec<(usize, f32)> {
        let mut common: HashMap<usize, (f32, usize)> = HashMap::new();
        for heard in heard {
            for phrase in &heard.phrases {
                let (weight, words) = common.entry(*phrase).or_default();
                *weight += heard.weight;
                *words += 1;
            }
        }
        let typed: f32 = heard.iter().map(|heard| heard.weight).sum();
        let likeness = |(phrase, (weight, words)): (usize, (f32, usize))| {
            let rest = self.weight_of_rest(phrase, words, weight);
            (phrase, weight / (typed + rest))
        };
        let alike = common.into_iter().map(likeness).filter(|(_, likeness)| *likeness >= tuning.least_likeness);
        let mut alike: Vec<_> = alike.collect();
        alike.sort_unstable_by_key(|(phrase, _)| *phrase);
        alike
    }

    /// Of a phrase's words that were not typed: as much each as those that were.
    #[expect(clippy::cast_precision_loss, reason = "counts of words")]
    fn weight_of_rest(&self, phrase: usize, common: usize, weight: f32) -> f32 {
        let rest = self.phrases[phrase].words.len().saturating_sub(common);
        rest as f32 * weight / common as f32
    }

    /// A town that does not learn teaches nobody either.
    fn worth(&self, lesson: &Lesson, town: TenantId, today: NaiveDate, tuning: &Tuning) -> f32 {
        let weight = lesson.weight_on(today);
        match lesson.tenant {
            _ if weight < LEAST_WEIGHT || self.off.contains(&lesson.tenant) => 0.0,
            tenant if tenant == town => weight.ln_1p(),
            _ => weight.ln_1p() * tuning.other_towns,
        }
    }
}

fn shares(evidence: BTreeMap<(TenantId, EntryId), (f32, f32)>, tuning: &Tuning) -> Vec<Recalled> {
    let all: f32 = evidence.values().map(|(own, others)| own + others).sum();
    let whole = all + tuning.doubt;
    let recalled = |(entry, (own, others)): (_, (f32, f32))| Recalled {
        entry,
        share: (own + others) / whole,
        from_others: others / whole,
    };
    let mut recalled: Vec<_> = evidence.into_iter().map(recalled).filter(|it| it.share > 0.0).collect();
    recalled.sort_by(|one, other| other.share.total_cmp(&one.share).then(one.entry.cmp(&other.entry)));
    recalled
}

#[cfg(test)]
mod tests;
