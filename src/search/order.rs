//! From scores to the order of the hits.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use tantivy::{DocAddress, DocId, Searcher};

use super::Request;
use super::board::{Board, Line};
use super::facets::{Counting, Facets};
use super::segment::Segment;
use super::tuning::Tuning;

/// The town's own entry comes before an equal one of its knowledge base.
const OWN: f32 = 1.06;
/// Documents with less of the query than this share of the best one's are left out.
const LEAST_COVERAGE: f32 = 0.4;

pub struct Ranked {
    pub address: DocAddress,
    pub score: f32,
    entry: u64,
}

/// An entry that rises because it answered such words before.
#[derive(Debug, Clone, Copy)]
pub struct Lift {
    pub line: usize,
    /// See `Recalled`.
    pub share: f32,
}

pub struct Order<'a> {
    pub segments: &'a [Segment<'a>],
    pub tuning: &'a Tuning,
    pub lifts: Vec<Lift>,
}

/// Documents that contain enough of the query.
pub fn hits(board: &Board) -> impl Iterator<Item = Line> {
    board.lines().filter(|line| line.coverage >= LEAST_COVERAGE)
}

/// The best hits so far; equals by age, so that the order never jumps.
struct Best {
    wanted: usize,
    ranked: BinaryHeap<Ranked>,
}

impl Order<'_> {
    /// The requested page, how many documents there are on all pages, and what they could be narrowed down by.
    pub fn page(
        &self,
        searcher: &Searcher,
        board: &Board,
        request: &Request,
    ) -> tantivy::Result<(Vec<Ranked>, usize, Facets)> {
        let mut counting = Counting::open(searcher, request)?;
        let mut best = Best::of(request.offset.saturating_add(request.limit));
        let mut lifted: Vec<(Lift, Ranked)> = self.lifts.iter().map(|lift| (*lift, self.unscored(lift.line))).collect();
        for line in hits(board) {
            if let Some((_, known)) = lifted.iter_mut().find(|(lift, _)| lift.line == line.number) {
                *known = self.scored(&line);
            } else if counting.take(self.address(line.number)) && best.may_take(self.at_most(&line)) {
                best.take(self.scored(&line));
            }
        }
        lifted.retain(|(_, ranked)| counting.take(ranked.address));
        let top = lifted.iter().map(|(_, ranked)| ranked.score).fold(best.top(), f32::max);
        for (lift, mut ranked) in lifted {
            ranked.score += self.lifted_by(lift, top);
            best.take(ranked);
        }
        let mut ranked = best.ranked.into_sorted_vec();
        ranked.drain(..request.offset.min(ranked.len()));
        Ok((ranked, counting.total(), counting.facets()?))
    }

    /// Compared with the best hit; where nothing else fits, with a word in a title.
    pub fn lifted_by(&self, lift: Lift, top: f32) -> f32 {
        self.tuning.lift * lift.share * if top > 0.0 { top } else { 1.0 }
    }

    pub fn scored(&self, line: &Line) -> Ranked {
        let mut ranked = self.unscored(line.number);
        ranked.score = line.sum * self.own(line.number) * self.coverage(line) * self.title(line);
        ranked
    }

    pub fn coverage(&self, line: &Line) -> f32 {
        line.coverage.powf(self.tuning.coverage)
    }

    pub fn own(&self, line: usize) -> f32 {
        let address = self.address(line);
        let standing = self.segments[address.segment_ord as usize].standing(address.doc_id);
        if standing.is_own() { OWN } else { 1.0 }
    }

    /// Above 1 where the title is little more than the query.
    pub fn title(&self, line: &Line) -> f32 {
        let address = self.address(line.number);
        let length = self.segments[address.segment_ord as usize].title_length(address.doc_id);
        1.0 + self.tuning.whole_title * (line.title_words / length).min(1.0)
    }

    fn at_most(&self, line: &Line) -> f32 {
        line.sum * OWN * (1.0 + self.tuning.whole_title)
    }

    fn unscored(&self, line: usize) -> Ranked {
        let address = self.address(line);
        let entry = self.segments[address.segment_ord as usize].entry(address.doc_id);
        Ranked { address, score: 0.0, entry }
    }

    fn address(&self, line: usize) -> DocAddress {
        let ordinal = self.segments.partition_point(|segment| segment.base <= line) - 1;
        let doc = DocId::try_from(line - self.segments[ordinal].base).unwrap_or_default();
        DocAddress::new(u32::try_from(ordinal).unwrap_or_default(), doc)
    }
}

impl Best {
    fn of(wanted: usize) -> Self {
        Self { wanted, ranked: BinaryHeap::new() }
    }

    /// A cheap look before the score is worked out.
    fn may_take(&self, at_most: f32) -> bool {
        self.ranked.len() < self.wanted || self.ranked.peek().is_some_and(|last| at_most >= last.score)
    }

    fn take(&mut self, ranked: Ranked) {
        self.ranked.push(ranked);
        if self.ranked.len() > self.wanted {
            self.ranked.pop();
        }
    }

    fn top(&self) -> f32 {
        self.ranked.iter().map(|ranked| ranked.score).fold(0.0, f32::max)
    }
}

/// The best is the smallest, as in a list that is read from its beginning.
impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.entry.cmp(&other.entry))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}
