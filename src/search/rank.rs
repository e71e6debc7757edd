//! Which documents fit a query, and in what order.
//!
//! Each word of the query is looked up in every part of an entry (title, names, short answer, text): as it is written, as
//! a stem, as a beginning, as the last part of a compound, and with a slip of the fingers; a compound that is not there by
//! its parts. A document's score for a word is that of its best place. Words that few readable documents contain count
//! more, and a document that contains more of the query comes before one that contains less. All statistics are taken
//! over what the asking tenant may read, so other tenants' entries move nothing.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use tantivy::{DocAddress, DocId, Searcher};

use super::board::Board;
use super::compound;
use super::hits;
use super::matching::{Found, Segment, look_up, look_up_typos};
use super::query::{self, QueryWord};
use super::readable::{Readable, ReadableCache, Standing};
use super::schema::Fields;
use super::{Hit, Request};

/// The importance of a word as it was typed, and of the parts of one that is known as a whole.
const TYPED: f32 = 1.0;
const PART_OF_KNOWN_WORD: f32 = 0.6;
/// The town's own entry comes before an equal one of its knowledge base.
const OWN: f32 = 1.06;
/// Documents with less of the query than this share of the best one's are left out.
const LEAST_COVERAGE: f32 = 0.4;
/// A title that is the query and nothing more is the main entry; its special cases have longer titles.
const WHOLE_TITLE: f32 = 0.25;

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

/// One page of hits, and how many documents fit.
pub fn search(
    searcher: &Searcher,
    fields: &Fields,
    cache: &ReadableCache,
    scratch: &Scratch,
    request: &Request,
) -> tantivy::Result<(Vec<Hit>, usize)> {
    let words = query::parse(&request.query);
    if words.is_empty() || request.limit == 0 {
        return Ok((Vec::new(), 0));
    }
    let readable = cache.get(searcher, fields, request)?;
    let segments = Segment::open_all(searcher, fields, &readable)?;
    let mut board = scratch.take(segments.iter().map(Segment::len).sum());
    let found = score(&segments, words, &readable, &mut board);
    let ranked = found.and_then(|found| {
        let (page, total) = rank(&segments, &board, request);
        Ok((hits::show(searcher, fields, &readable, &found, &page)?, total))
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
    board: &mut Board,
) -> tantivy::Result<Vec<Found>> {
    let mut waiting: VecDeque<(QueryWord, f32)> = words.into_iter().map(|word| (word, TYPED)).collect();
    let mut all_found = Vec::with_capacity(waiting.len());
    while let Some((word, importance)) = waiting.pop_front() {
        let found = find(segments, word, board)?;
        let is_known = board.is_word_known();
        // Where no title has it, it may stand there in other words.
        let wants_parts = !is_known || (!board.is_word_in_a_title() && importance == TYPED);
        if is_known {
            board.finish_word(readable.count, importance);
        }
        if wants_parts && let Some(parts) = compound::split(segments, &found.word)? {
            let importance = if is_known { PART_OF_KNOWN_WORD } else { importance };
            parts.into_iter().rev().for_each(|part| waiting.push_front((part, importance)));
        }
        all_found.push(found);
    }
    Ok(all_found)
}

/// As it is written, else with one slip of the fingers, else, where it is long, with two.
fn find(segments: &[Segment], word: QueryWord, board: &mut Board) -> tantivy::Result<Found> {
    let mut found = Found { word, typos: HashSet::new() };
    for segment in segments {
        look_up(segment, &found.word, board)?;
    }
    let is_known = board.is_word_known();
    for slips in 1..=found.word.most_slips() {
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
fn rank(segments: &[Segment], board: &Board, request: &Request) -> (Vec<Ranked>, usize) {
    let mut ranked = Vec::new();
    for line in board.lines().filter(|line| line.coverage >= LEAST_COVERAGE) {
        let ordinal = segments.partition_point(|segment| segment.base <= line.number) - 1;
        let segment = &segments[ordinal];
        let doc = DocId::try_from(line.number - segment.base).unwrap_or_default();
        let own = if segment.standing(doc) == Standing::Own { OWN } else { 1.0 };
        let whole_title = (line.title_words / segment.title_length(doc)).min(1.0);
        let score = line.sum * own * line.coverage * (1.0 + WHOLE_TITLE * whole_title);
        let address = DocAddress::new(u32::try_from(ordinal).unwrap_or_default(), doc);
        ranked.push(Ranked { address, score, entry: segment.entry(doc) });
    }
    let total = ranked.len();
    let order = |one: &Ranked, other: &Ranked| other.score.total_cmp(&one.score).then(one.entry.cmp(&other.entry));
    let wanted = request.offset.saturating_add(request.limit);
    if wanted < total {
        ranked.select_nth_unstable_by(wanted, order);
        ranked.truncate(wanted);
    }
    ranked.sort_unstable_by(order);
    ranked.drain(..request.offset.min(ranked.len()));
    (ranked, total)
}
