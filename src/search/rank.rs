//! Which documents fit a query, and in what order.
//!
//! Each word of the query is looked up in every part of an entry (title, names, short answer, text): as it is written, as
//! a stem, as a beginning, as the last part of a compound, with a slip of the fingers, and as what the lexicon says that it
//! may mean; a compound that is not there by its parts. A document's score for a word is that of its best place. Words that
//! few readable documents contain count more, and a document that contains more of the query comes before one that contains
//! less. All statistics are taken over what the asking tenant may read, so other tenants' entries move nothing.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tantivy::{DocAddress, DocId, Searcher};

use super::analyzer;
use super::board::Board;
use super::compound;
use super::facets::{self, Facets};
use super::hits;
use super::matching::{Found, Segment, look_up, look_up_typos};
use super::meaning::{Meanings, look_up_meanings};
use super::query::{self, QueryWord};
use super::readable::{Readable, ReadableCache, Standing};
use super::schema::Fields;
use super::tuning::Tuning;
use super::vocabulary::Vocabulary;
use super::{Request, Results, completion, correction};

/// The importance of a word as it was typed.
const TYPED: f32 = 1.0;
/// The town's own entry comes before an equal one of its knowledge base.
const OWN: f32 = 1.06;
/// Documents with less of the query than this share of the best one's are left out.
const LEAST_COVERAGE: f32 = 0.4;

const KEPT_BOARDS: usize = 8;

/// Boards for searches to come: they are large, and most searches come one after another.
#[derive(Default)]
pub struct Scratch(Mutex<Vec<Board>>);

impl Scratch {
    fn take(&self, documents: usize) -> Board {
        let board = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        board.unwrap_or_default().fitted(documents)
    }

    fn give_back(&self, board: Board) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT_BOARDS {
            kept.push(board);
        }
    }
}

/// One page of hits, and what there is to say about all of them.
pub fn search(
    searcher: &Searcher,
    fields: &Fields,
    cache: &ReadableCache,
    scratch: &Scratch,
    tuning: &Tuning,
    request: &Request,
) -> tantivy::Result<Results> {
    let words = query::parse(&request.query);
    if words.is_empty() || request.limit == 0 {
        return Ok(Results::default());
    }
    let readable = cache.get(searcher, fields, request)?;
    let segments = Segment::open_all(searcher, fields, &readable, tuning)?;
    let mut board = scratch.take(segments.iter().map(Segment::len).sum());
    let found = score(&segments, words, &readable, tuning, &mut board);
    let ranked = found.and_then(|found| {
        let (page, total, facets) = rank(searcher, &segments, &board, tuning, request)?;
        let vocabulary = Vocabulary::new(searcher, fields, &readable);
        Ok(Results {
            hits: hits::show(searcher, fields, &readable, &found, &page)?,
            total,
            facets,
            corrections: correction::find(&vocabulary, &request.query, &found, &page)?,
            completions: completion::find(&vocabulary, request)?,
            took: Duration::default(),
        })
    });
    board.clear();
    scratch.give_back(board);
    ranked
}

/// Fills the board; tells what each word was found as.
fn score(
    segments: &[Segment],
    words: Vec<QueryWord>,
    readable: &Readable,
    tuning: &Tuning,
    board: &mut Board,
) -> tantivy::Result<Vec<Found>> {
    let mut all_found = Vec::with_capacity(words.len());
    let mut meant =
        if tuning.lexicon { look_up_meanings(segments, &words, tuning, board)? } else { Meanings::default() };
    let mut waiting: VecDeque<_> =
        words.into_iter().enumerate().map(|(place, word)| (word, TYPED, meant.notes.remove(&place))).collect();
    while let Some((word, importance, meant)) = waiting.pop_front() {
        let (notes, is_exact) = meant.unwrap_or_default();
        let found = find(segments, word, is_exact, tuning, board)?;
        // Where no title has it as it was typed, it may stand there in other words.
        let is_titled = board.is_word_in_a_title();
        for note in notes {
            board.note(note.line, note.score, note.in_title);
        }
        let is_known = board.is_word_known();
        let wants_parts = tuning.splits && (!is_known || (!is_titled && importance == TYPED));
        if is_known {
            let titled = if board.is_word_in_a_title() { 1.0 } else { tuning.untitled };
            let faint = if analyzer::is_faint(&found.word.text, &found.word.stem) { tuning.faint } else { 1.0 };
            board.finish_word(readable.count, importance * titled * faint, tuning);
        }
        if wants_parts && let Some(parts) = compound::split(segments, &found.word)? {
            let importance = if is_known { tuning.part_of_known_word } else { importance };
            parts.into_iter().rev().for_each(|part| waiting.push_front((part, importance, None)));
        }
        all_found.push(found);
    }
    all_found.extend(meant.terms);
    Ok(all_found)
}

/// As it is written, else with one slip of the fingers, else, where it is long, with two. A word that the lexicon knows is
/// no slip.
fn find(
    segments: &[Segment],
    word: QueryWord,
    in_lexicon: bool,
    tuning: &Tuning,
    board: &mut Board,
) -> tantivy::Result<Found> {
    let mut found = Found { word, typos: HashSet::new() };
    for segment in segments {
        look_up(segment, &found.word, board)?;
    }
    let is_known = board.is_word_known();
    let most_slips = if tuning.typos && !in_lexicon { found.word.most_slips() } else { 0 };
    for slips in 1..=most_slips {
        if slips == 1 || !board.is_word_known() {
            for segment in segments {
                look_up_typos(segment, &mut found, slips, is_known, board)?;
            }
        }
    }
    Ok(found)
}

pub struct Ranked {
    pub address: DocAddress,
    pub score: f32,
    entry: u64,
}

/// The requested page, best first; equals by age, so that the order never jumps.
fn rank(
    searcher: &Searcher,
    segments: &[Segment],
    board: &Board,
    tuning: &Tuning,
    request: &Request,
) -> tantivy::Result<(Vec<Ranked>, usize, Facets)> {
    let mut ranked = Vec::new();
    for line in board.lines().filter(|line| line.coverage >= LEAST_COVERAGE) {
        let ordinal = segments.partition_point(|segment| segment.base <= line.number) - 1;
        let segment = &segments[ordinal];
        let doc = DocId::try_from(line.number - segment.base).unwrap_or_default();
        let own = if segment.standing(doc) == Standing::Own { OWN } else { 1.0 };
        let whole_title = (line.title_words / segment.title_length(doc)).min(1.0);
        let score = line.sum * own * line.coverage.powf(tuning.coverage) * (1.0 + tuning.whole_title * whole_title);
        let address = DocAddress::new(u32::try_from(ordinal).unwrap_or_default(), doc);
        ranked.push(Ranked { address, score, entry: segment.entry(doc) });
    }
    let facets = facets::narrow(searcher, request, &mut ranked)?;
    let total = ranked.len();
    let order = |one: &Ranked, other: &Ranked| other.score.total_cmp(&one.score).then(one.entry.cmp(&other.entry));
    let wanted = request.offset.saturating_add(request.limit);
    if wanted < total {
        ranked.select_nth_unstable_by(wanted, order);
        ranked.truncate(wanted);
    }
    ranked.sort_unstable_by(order);
    ranked.drain(..request.offset.min(ranked.len()));
    Ok((ranked, total, facets))
}
