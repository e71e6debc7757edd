//! Why an entry stands where it does: what each word was worth, and what was added.

mod pages;

pub use pages::routes;

use super::board::{Board, Watch, WatchedWord};
use super::learning::Recalled;
use super::order::{Order, hits};

#[derive(Debug, Clone, Default)]
pub struct Explanation {
    pub words: Vec<WatchedWord>,
    /// Other words that the lexicon has for what was typed, and that stand in the entry.
    pub meanings: Vec<String>,
    /// What all words are worth together.
    pub sum: f32,
    /// Factors on the sum: not all words are there, the town's own entry, the title is the query.
    pub coverage: f32,
    pub own: f32,
    pub title: f32,
    /// What earlier answers add.
    pub learned: Option<Learned>,
    pub score: f32,
}

#[derive(Debug, Clone, Copy)]
pub struct Learned {
    pub share: f32,
    /// The part of the share that other towns taught.
    pub from_others: f32,
    pub points: f32,
}

impl Explanation {
    pub fn of(order: &Order, board: &Board, watch: Watch, line: usize, recalled: Option<Recalled>) -> Self {
        let top = hits(board).map(|line| order.scored(&line).score).fold(0.0, f32::max);
        let lift = order.lifts.iter().find(|lift| lift.line == line);
        let learned = recalled.zip(lift).map(|(recalled, lift)| Learned {
            share: recalled.share,
            from_others: recalled.from_others,
            points: order.lifted_by(*lift, top),
        });
        let hit = hits(board).find(|hit| hit.number == line).map(|hit| Self {
            sum: hit.sum,
            coverage: order.coverage(&hit),
            own: order.own(line),
            title: order.title(&hit),
            score: order.scored(&hit).score,
            ..Self::default()
        });
        let hit = hit.unwrap_or_default();
        let mut meanings = watch.meanings;
        meanings.sort_unstable();
        meanings.dedup();
        let points = learned.map_or(0.0, |learned| learned.points);
        Self { words: watch.words, meanings, learned, score: hit.score + points, ..hit }
    }
}
