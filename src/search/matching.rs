//! Looking up one word of a query in one segment of the index.

use std::collections::HashSet;

use tantivy::postings::{Postings, TermInfo};
use tantivy::query::{DfaWrapper, FuzzyTermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, InvertedIndexReader, TERMINATED, Term};

use super::analyzer;
use super::board::Board;
use super::manner::{Manner, Place};
use super::query::QueryWord;
use super::readable::Standing;
use super::schema::{Part, backwards};
use super::segment::{PartIndex, Segment};

/// Shorter beginnings fit too much; they are looked up in titles and names alone.
const SHORTEST_BEGINNING_IN_TEXT: usize = 3;
const SHORTEST_FIRST_PART: usize = 4;
const SHORTEST_LAST_PART: usize = 4;
/// A beginning or a term that so many titles and names have is not looked for in texts: nobody would see those hits.
const ENOUGH: usize = 500;
/// Of a beginning that very many words share, the most frequent ones are read up to so many places.
const MOST_PLACES: usize = 20_000;

/// A word of the query with the words of the index that it may have been meant as.
#[derive(Debug)]
pub struct Found {
    pub word: QueryWord,
    pub typos: HashSet<String>,
}

/// As written, as a stem, joined with its neighbours, as a beginning.
pub fn look_up(segments: &[Segment], word: &QueryWord, board: &mut Board) -> tantivy::Result<()> {
    let length = word.text.chars().count();
    for part in Part::ALL {
        let in_text = matches!(part, Part::Answer | Part::Text);
        let shortest = match (word.is_last, in_text) {
            (true, false) => 1,
            (true, true) => SHORTEST_BEGINNING_IN_TEXT,
            (false, _) => SHORTEST_FIRST_PART,
        };
        let begins = length >= shortest && !(in_text && board.count_of_word() >= ENOUGH);
        for segment in segments {
            look_up_in(segment, part, word, begins, board)?;
        }
    }
    Ok(())
}

fn look_up_in(segment: &Segment, part: Part, word: &QueryWord, begins: bool, board: &mut Board) -> tantivy::Result<()> {
    let part = &segment.parts[part as usize];
    note_stem(segment, part, word, board)?;
    for joined in &word.joined {
        note_word(segment, part, joined, board)?;
    }
    note_tails(segment, part, word, board)?;
    if begins {
        let manner = if word.is_last { Manner::Beginning } else { Manner::FirstPart };
        note_beginnings(segment, part, &part.words, &word.text, manner, board)?;
    }
    Ok(())
}

/// A word that was not typed but may be meant: as it is written or as a stem, and as a part of compounds in titles.
pub fn look_up_term(segments: &[Segment], word: &QueryWord, board: &mut Board) -> tantivy::Result<()> {
    for part in Part::ALL {
        let in_text = matches!(part, Part::Answer | Part::Text);
        if in_text && board.count_of_word() >= ENOUGH {
            break;
        }
        for segment in segments {
            let part = &segment.parts[part as usize];
            note_stem(segment, part, word, board)?;
            note_tails(segment, part, word, board)?;
            if !in_text && word.stem.len() >= SHORTEST_LAST_PART {
                note_beginnings(segment, part, &part.words, &word.text, Manner::FirstPart, board)?;
            }
        }
    }
    Ok(())
}

/// All forms of a word; in names also which of them was typed. A word that has no stem of its own in this part may still be
/// written there.
fn note_stem(segment: &Segment, part: &PartIndex, word: &QueryWord, board: &mut Board) -> tantivy::Result<()> {
    let stem = part.stems.terms().get(&word.stem)?;
    if let Some(info) = &stem {
        note_all(segment, part, &part.stems, info, Manner::Stem, board)?;
    }
    if stem.is_none() || part.tails.is_some() {
        note_word(segment, part, &word.text, board)?;
    }
    Ok(())
}

fn note_word(segment: &Segment, part: &PartIndex, text: &str, board: &mut Board) -> tantivy::Result<()> {
    match part.words.terms().get(text)? {
        Some(info) => note_all(segment, part, &part.words, &info, Manner::Written, board),
        None => Ok(()),
    }
}

/// The word as the last part of compounds.
fn note_tails(segment: &Segment, part: &PartIndex, word: &QueryWord, board: &mut Board) -> tantivy::Result<()> {
    match part.tails.as_ref().filter(|_| word.stem.len() >= SHORTEST_LAST_PART) {
        Some(tails) => note_beginnings(segment, part, tails, &backwards(&word.stem), Manner::LastPart, board),
        None => Ok(()),
    }
}

/// Words that begin with this one and go on.
fn note_beginnings(
    segment: &Segment,
    part: &PartIndex,
    index: &InvertedIndexReader,
    beginning: &str,
    manner: Manner,
    board: &mut Board,
) -> tantivy::Result<()> {
    let mut terms = index.terms().range().gt(beginning).into_stream()?;
    let mut found = Vec::new();
    while terms.advance() && terms.key().starts_with(beginning.as_bytes()) {
        found.push(terms.value().clone());
    }
    for info in most_frequent(found) {
        note_all(segment, part, index, &info, manner, board)?;
    }
    Ok(())
}

/// All of them, or those that stand at the most places where together they stand at too many.
fn most_frequent(mut terms: Vec<TermInfo>) -> Vec<TermInfo> {
    let places: usize = terms.iter().map(|info| info.doc_freq as usize).sum();
    if places > MOST_PLACES {
        terms.sort_unstable_by_key(|info| std::cmp::Reverse(info.doc_freq));
        let mut left = MOST_PLACES;
        let fitting = terms.iter().take_while(|info| {
            let fits = left > 0;
            left = left.saturating_sub(info.doc_freq as usize);
            fits
        });
        let fitting = fitting.count();
        terms.truncate(fitting);
    }
    terms
}

/// What is one or two slips away from a typed word: a letter more, less or other, or two neighbours swapped; the first
/// letter too.
pub struct Slips(Vec<DfaWrapper>);

impl Slips {
    pub fn of(word: &QueryWord, slips: u8) -> tantivy::Result<Self> {
        // The automaton knows no field.
        let automaton = |text: &String| {
            FuzzyTermQuery::new(Term::from_field_text(Field::from_field_id(0), text), slips, true).automaton()
        };
        std::iter::once(&word.text).chain(&word.spelled).map(automaton).collect::<Result<_, _>>().map(Self)
    }
}

/// The part "text" has the words of all parts, so that only its vocabulary is gone through.
pub fn look_up_typos(
    segment: &Segment,
    found: &mut Found,
    slips: &Slips,
    is_known: bool,
    board: &mut Board,
) -> tantivy::Result<()> {
    let manner = if is_known { Manner::NearSlip } else { Manner::Slip };
    let vocabulary = segment.parts[Part::Text as usize].words.terms();
    for automaton in &slips.0 {
        let mut terms = vocabulary.search(automaton).into_stream()?;
        while terms.advance() {
            for part in &segment.parts {
                if let Some(info) = part.words.terms().get(terms.key())? {
                    note_all(segment, part, &part.words, &info, manner, board)?;
                }
            }
            // Of a word that is known as it is written, the neighbours are not marked.
            if let Some(meant) = std::str::from_utf8(terms.key()).ok().filter(|_| !is_known) {
                found.typos.insert(analyzer::fold(meant));
            }
        }
    }
    Ok(())
}

/// Every readable document with this term.
fn note_all(
    segment: &Segment,
    part: &PartIndex,
    index: &InvertedIndexReader,
    info: &TermInfo,
    manner: Manner,
    board: &mut Board,
) -> tantivy::Result<()> {
    let mut postings = index.read_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
    let worth = manner.worth(segment.tuning);
    let in_title = part.part == Part::Title && manner.names(segment.tuning);
    board.look_at(Place::Text(part.part, manner));
    let mut doc = postings.doc();
    while doc != TERMINATED {
        if segment.standing(doc) != Standing::Hidden {
            #[expect(clippy::cast_precision_loss, reason = "counts of words")]
            let times = postings.term_freq() as f32;
            board.note(segment.base + doc as usize, worth * part.worth(doc, times, segment.tuning), in_title);
        }
        doc = postings.advance();
    }
    Ok(())
}
