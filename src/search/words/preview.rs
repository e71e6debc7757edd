//! What a line that is not saved yet would change: searches with and without it, side by side. Nothing is written.

use std::sync::Arc;

use super::super::lexicon::Lexicon;
use super::super::{Hit, Request, SearchIndex};
use super::Wording;

/// A glance, as at the desk.
const SHOWN: usize = 5;
/// So far down an entry's place of today is looked for.
const DEPTH: usize = 50;
const MOST_PROBES: usize = 8;

#[derive(Debug, Default)]
pub struct Preview {
    pub probes: Vec<Probe>,
    /// Expressions without a search of their own.
    pub left_out: usize,
    /// Terms that no readable text contains.
    pub silent: Vec<String>,
}

/// One search, as it is and as it would be.
#[derive(Debug)]
pub struct Probe {
    pub query: String,
    pub now: Vec<Hit>,
    pub then: Vec<(Hit, Change)>,
}

/// What the line does to a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    None,
    New,
    /// It stands higher than at this place, where it is today.
    From(usize),
}

/// What is looked at.
#[derive(Debug)]
pub struct Trial {
    /// Sources, day and length of a search; the query is filled in.
    pub request: Request,
    /// The tenant's own words as they are saved, and as they would be.
    pub now: Arc<Lexicon>,
    pub then: Arc<Lexicon>,
    pub wording: Wording,
    /// A search that the editor made up; empty: none.
    pub probe: String,
}

impl Trial {
    /// Some searches of a few milliseconds each.
    pub fn preview(&self, index: &SearchIndex) -> Preview {
        let free = Some(&self.probe).filter(|probe| !probe.is_empty());
        let expressions = self.wording.expressions.iter();
        let queries = free.into_iter().chain(expressions.take(MOST_PROBES));
        let unknown = |term: &&String| !index.speaks_of(&self.asking(term)).unwrap_or(true);
        Preview {
            probes: queries.map(|query| self.probe(index, query)).collect(),
            left_out: self.wording.expressions.len().saturating_sub(MOST_PROBES),
            silent: self.wording.terms.iter().filter(unknown).cloned().collect(),
        }
    }

    fn asking(&self, query: &str) -> Request {
        Request { query: query.to_owned(), limit: DEPTH, ..self.request.clone() }
    }

    fn probe(&self, index: &SearchIndex, query: &str) -> Probe {
        let request = self.asking(query);
        let [mut now, then] = [&self.now, &self.then].map(|own| index.search_as_if(&request, own).hits);
        let then = then.into_iter().take(SHOWN).enumerate();
        let then =
            then.map(|(place, hit)| (change(&now, &hit, place), hit)).map(|(change, hit)| (hit, change)).collect();
        now.truncate(SHOWN);
        Probe { query: query.to_owned(), now, then }
    }
}

fn change(now: &[Hit], hit: &Hit, place: usize) -> Change {
    let before = now.iter().position(|known| (known.tenant, known.entry) == (hit.tenant, hit.entry));
    match before {
        None => Change::New,
        Some(before) if before > place => Change::From(before + 1),
        Some(_) => Change::None,
    }
}

impl Probe {
    /// The change in one sentence.
    pub fn sentence(&self) -> String {
        let count = |wanted: fn(Change) -> bool| self.then.iter().filter(|(_, change)| wanted(*change)).count();
        let new = count(|change| change == Change::New);
        let risen = count(|change| matches!(change, Change::From(_)));
        let is_other = self.now.len() != self.then.len();
        match (new, risen) {
            _ if self.then.is_empty() => "Findet auch mit dieser Zeile nichts.".to_owned(),
            (0, 0) if is_other => "Findet weniger als heute.".to_owned(),
            (0, 0) => "Die ersten Treffer bleiben, wie sie sind.".to_owned(),
            (new, 0) => format!("Unter den ersten {SHOWN}: {new} neu."),
            (0, risen) => format!("Unter den ersten {SHOWN}: {risen} weiter oben."),
            (new, risen) => format!("Unter den ersten {SHOWN}: {new} neu, {risen} weiter oben."),
        }
    }
}
