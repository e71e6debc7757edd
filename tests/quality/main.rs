//! How often the right entry is found: real questions against a real catalogue, judged by people, by category.
//!
//! `cargo bench --bench quality` prints the table. The catalogue stands beside the project on machines where it is
//! measured; elsewhere this says so and ends.

mod judged;

use std::path::Path;

use chrono::NaiveDate;
use ortsgespraech::ids::TenantId;
use ortsgespraech::search::{Origin, Request, SearchIndex, Tuning};

use judged::{Judged, Query};

const CATALOGUE: &str = "../shared/search-eval/berlin";
const TENANT: TenantId = TenantId(1);
/// From so many letters on, results are looked at while typing.
const FIRST_LOOK: usize = 3;
/// What a query counts beside its letters when the entry is never found.
const GIVEN_UP: usize = 10;

#[derive(Default)]
struct Figures {
    queries: usize,
    first: usize,
    third: usize,
    tenth: usize,
    reciprocal: f64,
    nothing: usize,
    keys: usize,
}

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(CATALOGUE);
    let Some(judged) = judged::read(&folder) else {
        println!("{CATALOGUE} is not there: nothing is measured");
        return;
    };
    let index = SearchIndex::of(&judged.entries, tuning()).expect("an index");
    let with_keys = std::env::var_os("WITHOUT_KEYS").is_none();
    let misses = std::env::var("MISSES").ok();
    println!("| category | n | success@1 | @3 | @10 | MRR@10 | zero hits | keys |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut all = Vec::new();
    for (category, queries) in judged.by_category() {
        let mut figures = Figures::default();
        for query in queries {
            let place = measure(&index, query, with_keys, &mut figures);
            if misses.as_deref().is_some_and(|wanted| wanted == category || wanted == "all")
                && place.is_none_or(|place| place > 2)
            {
                explain(&index, &judged, query, place);
            }
        }
        figures.print(category);
        all.push(figures);
    }
    print_means(&all);
}

fn find(index: &SearchIndex, query: &str) -> Vec<String> {
    let request = Request {
        query: query.to_owned(),
        sources: vec![TENANT.into()],
        today: NaiveDate::default(),
        origin: Origin::Any,
        offset: 0,
        limit: 10,
    };
    index.search(&request).hits.into_iter().map(|hit| hit.external_id).collect()
}

fn place_of(hits: &[String], query: &Query) -> Option<usize> {
    hits.iter().position(|hit| query.answers.contains(hit))
}

fn measure(index: &SearchIndex, query: &Query, with_keys: bool, figures: &mut Figures) -> Option<usize> {
    let hits = find(index, &query.text);
    let place = place_of(&hits, query);
    figures.queries += 1;
    figures.first += usize::from(place == Some(0));
    figures.third += usize::from(place.is_some_and(|place| place < 3));
    figures.tenth += usize::from(place.is_some());
    #[expect(clippy::cast_precision_loss, reason = "a place among ten")]
    let reciprocal = place.map_or(0.0, |place| 1.0 / (place + 1) as f64);
    figures.reciprocal += reciprocal;
    figures.nothing += usize::from(hits.is_empty());
    if with_keys {
        figures.keys += keys(index, query);
    }
    place
}

/// Letters after which the right entry is among the first three and stays there.
fn keys(index: &SearchIndex, query: &Query) -> usize {
    let letters: Vec<char> = query.text.chars().collect();
    let mut needed = letters.len() + GIVEN_UP;
    for length in (FIRST_LOOK..=letters.len()).rev() {
        let typed: String = letters[..length].iter().collect();
        if place_of(&find(index, &typed), query).is_none_or(|place| place > 2) {
            break;
        }
        needed = length;
    }
    needed
}

fn explain(index: &SearchIndex, judged: &Judged, query: &Query, place: Option<usize>) {
    let titles = |ids: &[String]| ids.iter().map(|id| judged.title(id)).collect::<Vec<_>>().join(" | ");
    let hits = find(index, &query.text);
    eprintln!(
        "{:?} at {place:?}\n   wanted {}\n   found  {}",
        query.text,
        titles(&query.answers),
        titles(&hits[..hits.len().min(3)])
    );
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
impl Figures {
    fn share(&self, part: usize) -> f64 {
        part as f64 / self.queries as f64
    }

    fn columns(&self) -> [f64; 6] {
        [
            self.share(self.first),
            self.share(self.third),
            self.share(self.tenth),
            self.reciprocal / self.queries as f64,
            self.share(self.nothing),
            self.share(self.keys),
        ]
    }

    fn print(&self, name: &str) {
        print_line(name, self.queries, self.columns());
    }
}

fn print_line(name: &str, queries: usize, columns: [f64; 6]) {
    let [first, third, tenth, reciprocal, nothing, keys] = columns;
    println!(
        "| {name} | {queries} | {first:.3} | {third:.3} | {tenth:.3} | {reciprocal:.3} | {nothing:.3} | {keys:.2} |"
    );
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn print_means(all: &[Figures]) {
    let sum = all.iter().fold(Figures::default(), |sum, part| Figures {
        queries: sum.queries + part.queries,
        first: sum.first + part.first,
        third: sum.third + part.third,
        tenth: sum.tenth + part.tenth,
        reciprocal: sum.reciprocal + part.reciprocal,
        nothing: sum.nothing + part.nothing,
        keys: sum.keys + part.keys,
    });
    sum.print("ALL");
    let mut macros = [0.0; 6];
    for columns in all.iter().map(Figures::columns) {
        for (mean, value) in macros.iter_mut().zip(columns) {
            *mean += value / all.len() as f64;
        }
    }
    print_line("macro", all.len(), macros);
}

/// What is weighed, changed by NAME=VALUE pairs in TUNING.
fn tuning() -> Tuning {
    let mut tuning = Tuning::default();
    let changes = std::env::var("TUNING").unwrap_or_default();
    for (name, value) in changes.split_whitespace().filter_map(|pair| pair.split_once('=')) {
        let number = value.parse().unwrap_or_default();
        match name {
            "splits" => tuning.splits = number > 0.0,
            "typos" => tuning.typos = number > 0.0,
            "lexicon" => tuning.lexicon = number > 0.0,
            "as_stem" => tuning.as_stem = number,
            "as_beginning" => tuning.as_beginning = number,
            "as_first_part" => tuning.as_first_part = number,
            "as_last_part" => tuning.as_last_part = number,
            "as_typo" => tuning.as_typo = number,
            "as_typo_of_known_word" => tuning.as_typo_of_known_word = number,
            "names" => tuning.names = number,
            "answer" => tuning.answer = number,
            "text" => tuning.text = number,
            "title_length" => tuning.title_length = number,
            "text_saturation" => tuning.text_saturation = number,
            "rarity" => tuning.rarity = number,
            "coverage" => tuning.coverage = number,
            "whole_title" => tuning.whole_title = number,
            "part_of_known_word" => tuning.part_of_known_word = number,
            "term" => tuning.term = number,
            "full_cover" => tuning.full_cover = number,
            other => panic!("nothing is weighed by {other}"),
        }
    }
    tuning
}
