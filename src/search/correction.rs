//! What was understood instead of what was typed, to be said beside the hits.

use std::cmp::Reverse;

use super::matching::Found;
use super::query::QueryWord;
use super::rank::Ranked;
use super::schema::Part;
use super::vocabulary::{Vocabulary, place_of};

/// A word that stands in no readable text as it was typed, and the written word that it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Correction {
    pub typed: String,
    pub meant: String,
}

/// A slip is worth a line only where it led to one of the hits that everybody sees.
const SEEN: usize = 3;

/// `found` knows no slips of a word that is there as it was typed, or that a word of the index begins with.
pub fn find(
    vocabulary: &Vocabulary,
    query: &str,
    found: &[Found],
    page: &[Ranked],
) -> tantivy::Result<Vec<Correction>> {
    let mut corrections = Vec::new();
    for found in found.iter().filter(|found| !found.typos.is_empty()) {
        let Some(place) = place_of(query, &found.word.text) else { continue };
        let Some(meant) = likeliest(vocabulary, found)? else { continue };
        let is_seen = page.iter().take(SEEN).map(|hit| vocabulary.has(&meant, hit.address));
        if is_seen.collect::<tantivy::Result<Vec<_>>>()?.contains(&true) {
            let meant = vocabulary.spelling(&meant)?;
            corrections.extend(meant.map(|meant| Correction { typed: query[place].to_owned(), meant }));
        }
    }
    Ok(corrections)
}

/// The closest, then the one that most titles and names have, then most texts. What nobody may read does not count.
fn likeliest(vocabulary: &Vocabulary, found: &Found) -> tantivy::Result<Option<String>> {
    let mut best = None;
    for word in &found.typos {
        let count = |part| vocabulary.count(part, &vocabulary.places(part, word)?);
        let in_texts = count(Part::Text)?;
        if in_texts == 0 {
            continue;
        }
        let named = count(Part::Title)? + count(Part::Names)?;
        let key = (distance(&found.word, word), Reverse(named), Reverse(in_texts), word);
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
