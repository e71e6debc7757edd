//! Looking up what the words of a query may mean beside what they say.

use std::collections::{HashMap, HashSet};

use super::board::{Board, Note};
use super::compound;
use super::lexicon::{Expansion, Lexicon};
use super::matching::{Found, Segment, look_up_term};
use super::query::QueryWord;
use super::tuning::Tuning;

/// What a lexicon further away says beside a nearer one, of the same words.
const AFTER_NEARER: f32 = 0.95;

/// What the lexicon says the words may mean, looked up.
#[derive(Default)]
pub struct Meanings {
    /// By the place of the word in the query.
    /// True: the words were typed exactly as the lexicon has them.
    pub notes: HashMap<usize, (Vec<Note>, bool)>,
    /// For marking what was found.
    pub terms: Vec<Found>,
}

pub fn look_up_meanings(
    segments: &[Segment],
    words: &[QueryWord],
    tuning: &Tuning,
    lexicons: &[&Lexicon],
    board: &mut Board,
) -> tantivy::Result<Meanings> {
    let mut meanings = Meanings::default();
    let mut known: HashMap<String, Vec<Note>> = HashMap::new();
    for expansion in expand(lexicons, words, tuning.incomplete) {
        if !expansion.is_exact && is_written(segments, words, &expansion)? {
            continue;
        }
        // Beside a word that was typed the others of a term are only its company; they are not marked.
        let is_other = expansion.term.iter().all(|term| words.iter().all(|word| word.stem != term.stem));
        for word in &expansion.term {
            if !known.contains_key(&word.text) {
                known.insert(word.text.clone(), find_term_word(segments, word, tuning, board)?);
                meanings.terms.extend(is_other.then(|| Found { word: word.clone(), typos: HashSet::new() }));
            }
        }
        let parts: Vec<&[Note]> = expansion.term.iter().map(|word| known[&word.text].as_slice()).collect();
        let notes = all_of(&parts, expansion.worth * tuning.term);
        if notes.is_empty() {
            continue;
        }
        for place in expansion.covers {
            let (known, is_exact) = meanings.notes.entry(place).or_default();
            known.extend(&notes);
            *is_exact |= expansion.is_exact;
        }
    }
    Ok(meanings)
}

/// What all of them say, the nearest lexicon first.
fn expand(lexicons: &[&Lexicon], words: &[QueryWord], incomplete: f32) -> Vec<Expansion> {
    let mut all: Vec<Expansion> = Vec::new();
    for lexicon in lexicons {
        let mut expansions = lexicon.expand(words, incomplete);
        expansions.retain(|expansion| !is_known_elsewhere(lexicons, lexicon, words, expansion));
        for expansion in &mut expansions {
            if all.iter().any(|nearer| nearer.is_exact && nearer.covers == expansion.covers) {
                expansion.worth *= AFTER_NEARER;
            }
        }
        all.append(&mut expansions);
    }
    all
}

/// A word that one lexicon knows is no slip of the fingers for another.
fn is_known_elsewhere(lexicons: &[&Lexicon], here: &Lexicon, words: &[QueryWord], expansion: &Expansion) -> bool {
    let [place] = expansion.covers[..] else { return false };
    let word = &words[place];
    !expansion.is_exact && !here.knows(word) && lexicons.iter().any(|lexicon| lexicon.knows(word))
}

/// Whether any readable text has these words, as a term of the lexicon is looked up.
pub fn is_spoken_of(
    segments: &[Segment],
    words: &[QueryWord],
    tuning: &Tuning,
    board: &mut Board,
) -> tantivy::Result<bool> {
    let notes = words.iter().map(|word| find_term_word(segments, word, tuning, board));
    let notes: Vec<Vec<Note>> = notes.collect::<tantivy::Result<_>>()?;
    let parts: Vec<&[Note]> = notes.iter().map(Vec::as_slice).collect();
    Ok(!all_of(&parts, 1.0).is_empty())
}

/// The one word that it stands for is in a title as it was typed: neither a slip nor a beginning of something else.
fn is_written(segments: &[Segment], words: &[QueryWord], expansion: &Expansion) -> tantivy::Result<bool> {
    let [place] = expansion.covers[..] else { return Ok(false) };
    for segment in segments {
        if segment.has_in_a_title(&words[place].text)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One word of a term: as it is written, or by its parts where nobody wrote it in one.
fn find_term_word(
    segments: &[Segment],
    word: &QueryWord,
    tuning: &Tuning,
    board: &mut Board,
) -> tantivy::Result<Vec<Note>> {
    for segment in segments {
        look_up_term(segment, word, board)?;
    }
    let notes = board.take_word();
    if !notes.is_empty() || !tuning.splits {
        return Ok(notes);
    }
    let Some(parts) = compound::split(segments, word)? else { return Ok(notes) };
    let mut found = Vec::new();
    for part in &parts {
        for segment in segments {
            look_up_term(segment, part, board)?;
        }
        found.push(board.take_word());
    }
    let parts: Vec<&[Note]> = found.iter().map(Vec::as_slice).collect();
    Ok(all_of(&parts, tuning.part_of_known_word))
}

/// Documents that contain all of them, with the mean of what they are worth there.
#[expect(clippy::cast_precision_loss, reason = "counts of words")]
fn all_of(parts: &[&[Note]], worth: f32) -> Vec<Note> {
    let Some((first, others)) = parts.split_first() else { return Vec::new() };
    if others.is_empty() {
        return first.iter().map(|note| Note { score: worth * note.score, ..*note }).collect();
    }
    let mut sums: HashMap<usize, (f32, usize, bool)> =
        first.iter().map(|note| (note.line, (note.score, 1, note.in_title))).collect();
    for (count, part) in (1..).zip(others) {
        for note in *part {
            if let Some((sum, found, in_title)) = sums.get_mut(&note.line).filter(|(_, found, _)| *found == count) {
                (*sum, *found, *in_title) = (*sum + note.score, count + 1, *in_title && note.in_title);
            }
        }
    }
    let complete = sums.into_iter().filter(|(_, (_, found, _))| *found == parts.len());
    complete
        .map(|(line, (sum, _, in_title))| Note { line, score: worth * sum / parts.len() as f32, in_title })
        .collect()
}
