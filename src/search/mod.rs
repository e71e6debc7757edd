//! Finding the right entry while the caller is still speaking: an index beside the database that follows it.

mod analyzer;
mod announced;
mod api;
mod asked;
mod board;
mod check;
mod completion;
mod compound;
mod correction;
pub mod directory;
mod document;
mod explanation;
mod facets;
mod follower;
mod forms;
mod hits;
mod index;
pub mod learning;
mod lexicon;
mod manner;
mod matching;
mod meaning;
mod misses;
mod naming;
mod order;
mod pages;
mod pen;
pub mod privacy;
mod progress;
mod query;
mod rank;
mod readable;
mod schema;
mod scope;
mod segment;
mod slot;
mod snippet;
mod store;
mod tuning;
mod vocabulary;
pub mod words;

pub use announced::announced;
pub use check::{CheckReport, check};
pub use completion::Completion;
pub use correction::Correction;
pub use facets::{Facets, Narrowing};
pub use follower::Follower;
pub use index::SearchIndex;
pub use lexicon::read_lexicon;
pub use misses::{forget_old_misses, line_problem, may_keep_words, note_miss};
pub use naming::find_named_entry;
pub use pages::routes;
pub use store::raise_epoch;
pub use tuning::Tuning;

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::Source;
use crate::clock;
use crate::ids::{EntryId, TenantId};

/// What somebody looks for, and what they may find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// As typed: no syntax, any length.
    pub query: String,
    /// Whose entries may be found: the own tenant first, then its knowledge bases in order.
    pub sources: Vec<Source>,
    /// Only what may be said on this day is found.
    pub today: NaiveDate,
    pub narrowing: Narrowing,
    /// Count what the hits could be narrowed down by.
    pub with_facets: bool,
    /// Look for words that the last one may become.
    pub with_completions: bool,
    /// Hits to leave out at the start, for further pages.
    pub offset: usize,
    pub limit: usize,
}

impl Request {
    pub fn new<S: Into<Source>>(
        query: impl Into<String>,
        sources: impl IntoIterator<Item = S>,
        limit: usize,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            query: query.into(),
            sources: sources.into_iter().map(Into::into).collect(),
            today: clock::day_of(now),
            narrowing: Narrowing::default(),
            with_facets: false,
            with_completions: false,
            offset: 0,
            limit,
        }
    }
}

/// The folded stems of the words that say something, in order and each once: where these are the same, so is the question.
pub fn stems(words: &str) -> Vec<String> {
    let words = query::parse(words);
    let says_little = |word: &query::QueryWord| analyzer::is_faint(&word.text, &word.stem);
    let is_plain = words.iter().all(says_little);
    let told = words.into_iter().filter(|word| is_plain || !says_little(word));
    let mut stems: Vec<_> = told.map(|word| word.stem).collect();
    stems.sort_unstable();
    stems.dedup();
    stems
}

#[derive(Debug, Clone, Default)]
pub struct Results {
    /// Best first.
    pub hits: Vec<Hit>,
    /// How many fit, on all pages.
    pub total: usize,
    pub took: Duration,
    pub facets: Facets,
    /// Words that were found only with a slip of the fingers in them.
    pub corrections: Vec<Correction>,
    /// What the last word may become, best first.
    pub completions: Vec<Completion>,
}

/// One entry that fits.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Whose entry it is.
    pub tenant: TenantId,
    pub entry: EntryId,
    /// The entry that it adapts.
    pub root: Option<EntryId>,
    /// Life situations.
    pub topics: Vec<String>,
    pub version: i32,
    pub external_id: String,
    pub title: String,
    pub title_marked: Marked,
    pub snippet: Marked,
    /// The part of the entry that the question asks for, where the snippet shows it: "Gebühr".
    pub answers: Option<&'static str>,
    pub score: f32,
    /// It belongs to a knowledge base of the asking tenant.
    pub inherited: bool,
    /// The asking tenant's own words above those of a knowledge base.
    pub adapted: bool,
}

/// Escaped text whose only markup is `<mark>`: a template prints it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Marked(String);

impl std::fmt::Display for Marked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::FastWritable for Marked {
    fn write_into(&self, to: &mut dyn std::fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(to.write_str(&self.0)?)
    }
}

impl askama::filters::HtmlSafe for Marked {}
