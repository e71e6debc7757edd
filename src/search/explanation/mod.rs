//! Why an entry stands where it does: what each word was worth, and what was added.

mod pages;

pub use pages::routes;

use super::board::{Board, Line, Watch, WatchedWord};
use super::learning::Recalled;
use super::manner::Place;
use super::order::Order;

#[derive(Debug, Clone, Default)]
pub struct Explanation {
    pub words: Vec<ExplainedWord>,
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

#[derive(Debug, Clone)]
pub struct ExplainedWord {
    /// Folded.
    pub text: String,
    pub place: Option<Place>,
    /// At most 1: as typed, in a short title.
    pub worth: f32,
    pub weight: f32,
}

#[derive(Debug, Clone, Copy)]
pub struct Learned {
    pub share: f32,
    /// The part of the share that other towns taught.
    pub from_others: f32,
    pub points: f32,
}

impl ExplainedWord {
    pub fn points(&self) -> f32 {
        self.worth * self.weight
    }
}

impl Explanation {
    pub fn of(order: &Order, board: &Board, watch: Watch, line: usize, recalled: Option<Recalled>) -> Self {
        let scored = |line: &Line| order.scored(line).score;
        let top = board.lines().map(|line| scored(&line)).fold(0.0, f32::max);
        let lift = order.lifts.iter().find(|lift| lift.line == line);
        let learned = recalled.zip(lift).map(|(recalled, lift)| Learned {
            share: recalled.share,
            from_others: recalled.from_others,
            points: order.lifted_by(*lift, top),
        });
        let found = board.lines().find(|it| it.number == line).map(|line| Self {
            sum: line.sum,
            coverage: order.coverage(&line),
            own: order.own(line.number),
            title: order.title(&line),
            score: scored(&line),
            ..Self::default()
        });
        let mut explanation = found.unwrap_or_default();
        let word = |word: WatchedWord| ExplainedWord {
            text: word.text,
            place: word.place,
            worth: word.worth,
            weight: word.weight,
        };
        explanation.words = watch.words.into_iter().map(word).collect();
        explanation.meanings = watch.meanings;
        explanation.meanings.sort_unstable();
        explanation.meanings.dedup();
        explanation.score += learned.map_or(0.0, |learned| learned.points);
        explanation.learned = learned;
        explanation
    }
}
