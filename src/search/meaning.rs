//! Looking up what the words of a query may mean beside what they say.

use std::collections::{HashMap, HashSet};

use super::board::{Board, Note};
use super::compound;
use super::lexicon::{Expansion, Lexicon};
use super::matching::{Found, look_up_term};
use super::query::QueryWord;
use super::segment::Segment;
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
        board.note_meaning(&expansion.term, &notes);
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
    look_up_term(segments, word, board)?;
    let notes = board.take_word();
    if !notes.is_empty() || !tuning.splits {
        return Ok(notes);
    }
    let Some(parts) = compound::split(segments, word)? else { return Ok(notes) };
    let mut found = Vec::new();
    for part in &parts {
        look_up_term(segments, part, board)?;
        found.push(board.take_word());
    }
    let parts: Vec<&[Note]> = found.iter().map(Vec::as_slice).collect();
    Ok(all_of(&parts, tuning.part_of_known_word))
}

/// Documents that contain all of them, with the mean of what they are worth there.
#[expect(clippy::cast_precision_loss, reason = "counts of words")]
fn all_of(parts: &[&[Note]], worth: f32) -> Vec<Note> {
    let mut parts = parts.to_vec();
    parts.sort_by_key(|part| part.len());
    let Some((first, others)) = parts.split_first() else { return Vec::new() };
    let mut notes = first.to_vec();
    notes.sort_unstable_by_key(|note| note.line);
    for part in others {
        notes = both(&notes, part);
    }
    let worth = worth / parts.len() as f32;
    notes.iter_mut().for_each(|note| note.score *= worth);
    notes
}

/// The lines on both, with their sum. The first are in the order of lines.
fn both(few: &[Note], many: &[Note]) -> Vec<Note> {
    let mut sums: Vec<Option<Note>> = vec![None; few.len()];
    for note in many {
        if let Ok(place) = few.binary_search_by_key(&note.line, |few| few.line) {
            let one = few[place];
            let (score, in_title) = (one.score + note.score, one.in_title && note.in_title);
            sums[place] = Some(Note { line: note.line, score, in_title });
        }
    }
    sums.into_iter().flatten().collect()
}
