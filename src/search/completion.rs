//! What the word under the cursor may become, out of the words of what the asking tenant reads.

use std::collections::{HashMap, HashSet};

use super::Request;
use super::analyzer;
use super::schema::Part;
use super::vocabulary::{Places, Vocabulary};

/// So many are offered.
const MOST: usize = 5;
/// Some of the best are other forms of each other, or stand nowhere as they could be shown.
const EXAMINED: usize = 3 * MOST;
/// Shorter beginnings begin everything.
const SHORTEST: usize = 3;
/// From here on texts are asked too, not only titles and names.
const SHORTEST_IN_TEXTS: usize = 4;
/// What a document counts that has the word in its title, its names, its text.
const PARTS: [(Part, usize); 3] = [(Part::Title, 20), (Part::Names, 10), (Part::Text, 1)];

/// One word to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// As it is written in a text.
    pub word: String,
    /// The whole query with it.
    pub query: String,
}

impl Completion {
    /// The query as a field of an address.
    pub fn field(&self) -> String {
        serde_html_form::to_string([("q", &self.query)]).unwrap_or_default()
    }
}

/// A word that begins like the typed one, with its places in each part.
#[derive(Default)]
struct Candidate([Places; 3]);

pub fn find(vocabulary: &Vocabulary, request: &Request) -> tantivy::Result<Vec<Completion>> {
    if !request.with_completions {
        return Ok(Vec::new());
    }
    let query = request.query.trim_end();
    let Some(place) = analyzer::places(query).last().filter(|place| place.end == query.len()) else {
        return Ok(Vec::new());
    };
    let typed = analyzer::fold(&analyzer::normalise(&query[place.clone()]));
    if typed.chars().count() < SHORTEST || !typed.chars().all(char::is_alphabetic) {
        return Ok(Vec::new());
    }
    let mut completions = Vec::new();
    let mut stems = HashSet::from([analyzer::stem(&typed)]);
    for word in best(vocabulary, &typed)? {
        // Of the forms of a word the most frequent one will do.
        if completions.len() < MOST
            && stems.insert(analyzer::stem(&word))
            && let Some(word) = vocabulary.spelling(&word)?
        {
            completions.push(Completion { query: format!("{}{word}", &query[..place.start]), word });
        }
    }
    Ok(completions)
}

/// Words are counted in the order of what they could reach at most, until nothing better can come.
fn best(vocabulary: &Vocabulary, typed: &str) -> tantivy::Result<Vec<String>> {
    let candidates = candidates(vocabulary, typed)?;
    let mut candidates: Vec<_> = candidates.into_iter().map(|(word, found)| (found.at_most(), word, found)).collect();
    candidates.sort_unstable_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    let mut best: Vec<(usize, String)> = Vec::new();
    for (at_most, word, candidate) in candidates {
        if best.len() == EXAMINED && best[EXAMINED - 1].0 >= at_most {
            break;
        }
        let count = candidate.count(vocabulary)?;
        // What a single text has and no title is as likely a slip of its author.
        if count > 1 {
            let place = best.partition_point(|(known, _)| *known >= count);
            best.insert(place, (count, word));
            best.truncate(EXAMINED);
        }
    }
    Ok(best.into_iter().map(|(_, word)| word).collect())
}

fn candidates(vocabulary: &Vocabulary, typed: &str) -> tantivy::Result<HashMap<String, Candidate>> {
    let mut candidates: HashMap<String, Candidate> = HashMap::new();
    for (number, (part, _)) in PARTS.into_iter().enumerate() {
        if part == Part::Text && typed.chars().count() < SHORTEST_IN_TEXTS {
            continue;
        }
        for (word, places) in vocabulary.beginning_with(part, typed)? {
            // An umlaut stands in the index folded and with its e; the folded one stands for both.
            if word != typed && analyzer::fold(&word) == word && !analyzer::is_filler(&word) {
                candidates.entry(word).or_default().0[number] = places;
            }
        }
    }
    Ok(candidates)
}

impl Candidate {
    fn at_most(&self) -> usize {
        PARTS.iter().zip(&self.0).map(|((_, weight), places)| weight * places.at_most()).sum()
    }

    fn count(&self, vocabulary: &Vocabulary) -> tantivy::Result<usize> {
        let mut sum = 0;
        for ((part, weight), places) in PARTS.into_iter().zip(&self.0) {
            sum += weight * vocabulary.count(part, places)?;
        }
        Ok(sum)
    }
}
