//! Which documents fit a query, and in what order.
//!
//! Each word of the query is looked up in every part of an entry (title, names, short answer, text): as it is written, as
//! a stem, as a beginning, as the last part of a compound, with a slip of the fingers, and as what the lexicon says that it
//! may mean; a compound that is not there by its parts. A document's score for a word is that of its best place. Words that
//! few readable documents contain count more, and a document that contains more of the query comes before one that contains
//! less. All statistics are taken over what the asking tenant may read, so other tenants' entries move nothing.

use std::borrow::Cow;
use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tantivy::Searcher;

use super::analyzer;
use super::asked::Asked;
use super::board::Board;
use super::compound;
use super::explanation::Explanation;
use super::facets::Counting;
use super::hits;
use super::learning::{Memory, Recalled};
use super::lexicon::Lexicon;
use super::manner::Place;
use super::matching::{Found, Slips, look_up, look_up_typos};
use super::meaning::{Meanings, look_up_meanings};
use super::order::{Lift, Order};
use super::query::{self, QueryWord};
use super::readable::{Readable, ReadableCache};
use super::schema::Fields;
use super::segment::Segment;
use super::tuning::Tuning;
use super::vocabulary::Vocabulary;
use super::{Request, Results, completion, correction};
use crate::ids::{EntryId, TenantId};

/// The importance of a word as it was typed.
const TYPED: f32 = 1.0;
/// A search lifts so many entries at most, however much was learned.
const MOST_LIFTED: usize = 3;

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

/// Everything that a search needs beside what is asked.
pub struct Engine<'a> {
    pub searcher: &'a Searcher,
    pub fields: &'a Fields,
    pub readable: &'a ReadableCache,
    pub scratch: &'a Scratch,
    pub tuning: &'a Tuning,
    /// The nearest first.
    pub lexicons: &'a [&'a Lexicon],
    pub memory: &'a Memory,
}

impl Engine<'_> {
    /// One page of hits, and what there is to say about all of them.
    pub fn search(&self, request: &Request) -> tantivy::Result<Results> {
        let words = query::parse(&request.query);
        if words.is_empty() || request.limit == 0 {
            return Ok(Results::default());
        }
        let readable = self.readable.get(self.searcher, self.fields, request)?;
        let segments = Segment::open_all(self.searcher, self.fields, &readable, self.tuning)?;
        let mut board = self.scratch.take(segments.iter().map(Segment::len).sum());
        let results = self.work(request, words, &readable, &segments, &mut board);
        board.clear();
        self.scratch.give_back(board);
        results
    }

    fn work(
        &self,
        request: &Request,
        words: Vec<QueryWord>,
        readable: &Readable,
        segments: &[Segment],
        board: &mut Board,
    ) -> tantivy::Result<Results> {
        let lifts = self.lifts(request, &words, segments)?;
        let asked = Asked::find(&request.query);
        let found = self.score(segments, words, readable, asked.as_ref(), board)?;
        let (page, total, facets) =
            Order { segments, tuning: self.tuning, lifts }.page(self.searcher, board, request)?;
        let vocabulary = Vocabulary::new(self.searcher, self.fields, readable);
        let chosen = self.chosen(request, readable)?;
        Ok(Results {
            hits: hits::show(self.searcher, self.fields, readable, &found, asked.as_ref(), &page)?,
            total,
            facets,
            corrections: correction::find(&vocabulary, &request.query, &found, &page)?,
            completions: completion::find(&Vocabulary::new(self.searcher, self.fields, &chosen), request)?,
            took: Duration::default(),
        })
    }

    /// What words are completed from: only what the hits were narrowed down to.
    fn chosen<'r>(&self, request: &Request, readable: &'r Readable) -> tantivy::Result<Cow<'r, Readable>> {
        if request.narrowing.is_empty() || !request.with_completions {
            return Ok(Cow::Borrowed(readable));
        }
        let mut counting = Counting::open(self.searcher, request)?;
        Ok(Cow::Owned(readable.only(|document| counting.take(document))))
    }

    /// Fills the board; tells what each word was found as.
    fn score(
        &self,
        segments: &[Segment],
        words: Vec<QueryWord>,
        readable: &Readable,
        asked: Option<&Asked>,
        board: &mut Board,
    ) -> tantivy::Result<Vec<Found>> {
        let tuning = self.tuning;
        let mut all_found = Vec::with_capacity(words.len());
        let mut meant = if tuning.lexicon {
            look_up_meanings(segments, &words, tuning, self.lexicons, board)?
        } else {
            Meanings::default()
        };
        let mut waiting: VecDeque<_> =
            words.into_iter().enumerate().map(|(place, word)| (word, TYPED, meant.notes.remove(&place))).collect();
        while let Some((word, importance, meant)) = waiting.pop_front() {
            let (notes, is_exact) = meant.unwrap_or_default();
            let found = find(segments, word, is_exact, tuning, board)?;
            // Where no title has it as it was typed, it may stand there in other words.
            let is_titled = board.is_word_in_a_title();
            board.look_at(Place::Meaning);
            for note in notes {
                board.note(note.line, note.score, note.in_title);
            }
            let is_known = board.is_word_known();
            let wants_parts = tuning.splits && (!is_known || (!is_titled && importance == TYPED));
            if is_known {
                let titled = if board.is_word_in_a_title() { 1.0 } else { tuning.untitled };
                let is_faint = analyzer::is_faint(&found.word.text, &found.word.stem)
                    || asked.is_some_and(|asked| asked.has(&found.word.stem));
                let faint = if is_faint { tuning.faint } else { 1.0 };
                board.finish_word(&found.word.text, readable.count, importance * titled * faint, tuning);
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

    /// Why one entry stands where it does; None where the asking tenant may not read it, or nothing was asked.
    pub fn explain(&self, request: &Request, entry: (TenantId, EntryId)) -> tantivy::Result<Option<Explanation>> {
        let words = query::parse(&request.query);
        let readable = self.readable.get(self.searcher, self.fields, request)?;
        let segments = Segment::open_all(self.searcher, self.fields, &readable, self.tuning)?;
        let Some(line) = self.find_line(&segments, entry)?.filter(|_| !words.is_empty()) else { return Ok(None) };
        let mut board = Board::default().fitted(segments.iter().map(Segment::len).sum());
        board.watch(line);
        let recalled = self.recall(request, &words);
        let lifts = self.lifts(request, &words, &segments)?;
        self.score(&segments, words, &readable, Asked::find(&request.query).as_ref(), &mut board)?;
        let watch = board.watched().unwrap_or_default();
        let order = Order { segments: &segments, tuning: self.tuning, lifts };
        let recalled = recalled.into_iter().find(|recalled| recalled.entry == entry);
        Ok(Some(Explanation::of(&order, &board, watch, line, recalled)))
    }

    /// Where a readable entry stands.
    fn find_line(&self, segments: &[Segment], entry: (TenantId, EntryId)) -> tantivy::Result<Option<usize>> {
        let key = self.fields.key_of(entry.0, entry.1);
        segments.iter().find_map(|segment| segment.find(&key).transpose()).transpose()
    }

    fn recall(&self, request: &Request, words: &[QueryWord]) -> Vec<Recalled> {
        if !self.tuning.learning {
            return Vec::new();
        }
        self.memory.recall(words, &request.sources, request.today, self.tuning)
    }

    /// Where the entries stand that answered such words before. Only what the asking tenant may read is lifted.
    fn lifts(&self, request: &Request, words: &[QueryWord], segments: &[Segment]) -> tantivy::Result<Vec<Lift>> {
        let mut lifts = Vec::new();
        for recalled in self.recall(request, words) {
            if lifts.len() == MOST_LIFTED {
                break;
            }
            let line = self.find_line(segments, recalled.entry)?;
            lifts.extend(line.map(|line| Lift { line, share: recalled.share }));
        }
        Ok(lifts)
    }
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
    look_up(segments, &found.word, board)?;
    let is_known = board.is_word_known();
    let may_slip = tuning.typos && !in_lexicon;
    let most_slips = if may_slip { found.word.most_slips() } else { 0 };
    for slips in 1..=most_slips {
        if slips == 1 || !board.is_word_known() {
            let slips = Slips::of(&found.word, slips)?;
            for segment in segments {
                look_up_typos(segment, &mut found, &slips, is_known, board)?;
            }
        }
    }
    Ok(found)
}
