//! What was understood instead of what was typed, to be said beside the hits.

use std::cmp::Reverse;

use tantivy::DocAddress;

use super::matching::Found;
use super::order::Ranked;
use super::query::QueryWord;
use super::schema::Part;
use super::vocabulary::{Vocabulary, place_of};

/// A word that stands in no readable text as it was typed, and the written word that it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Correction {
    pub typed: String,
    pub meant: String,
}

/// What was understood is what stands in one of the hits that everybody sees.
const SEEN: usize = 3;

/// `found` knows no slips of a word that is there as it was typed, or that a word of the index begins with.
pub fn find(
    vocabulary: &Vocabulary,
    query: &str,
    found: &[Found],
    page: &[Ranked],
) -> tantivy::Result<Vec<Correction>> {
    let seen: Vec<_> = page.iter().take(SEEN).map(|hit| hit.address).collect();
    let mut corrections = Vec::new();
    for found in found.iter().filter(|found| !found.typos.is_empty()) {
        let Some(place) = place_of(query, &found.word.text) else { continue };
        let Some(meant) = likeliest(vocabulary, found, &seen)? else { continue };
        let meant = vocabulary.spelling(&meant)?;
        corrections.extend(meant.map(|meant| Correction { typed: query[place].to_owned(), meant }));
    }
    Ok(corrections)
}

/// The closest, then the one that most titles and names have, then most texts.
fn likeliest(vocabulary: &Vocabulary, found: &Found, seen: &[DocAddress]) -> tantivy::Result<Option<String>> {
    let mut best = None;
    for word in &found.typos {
        if !vocabulary.is_in_one_of(word, seen)? {
            continue;
        }
        let count = |part| vocabulary.count(part, &vocabulary.places(part, word)?);
        let named = count(Part::Title)? + count(Part::Names)?;
        let key = (distance(&found.word, word), Reverse(named), Reverse(count(Part::Text)?), word);
        if best.as_ref().is_none_or(|best| key < *best) {
            best = Some(key);
        }
    }
    Ok(best.map(|(_, _, _, word)| word.clone()))
}

fn distance(typed: &QueryWord, written: &str) -> usize {
    let spellings = std::iter::once(&typed.text).chain(&typed.spelled);
    spellings.map(|typed| strsim::osa_distance(typed, written)).min().unwrap_or(usize::MAX)
}
