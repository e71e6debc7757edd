//! How often the right entry is found: real questions against a real catalogue, judged by people, by category.
//!
//! `cargo bench --bench quality` prints the table. The catalogue stands beside the project on machines where it is
//! measured; elsewhere this says so and ends.

mod judged;
mod learning;

use std::path::Path;

use chrono::DateTime;
use ortsgespraech::ids::TenantId;
use ortsgespraech::search::{Request, SearchIndex, Tuning};

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
    let with_keys = std::env::var_os("WITHOUT_KEYS").is_none();
    println!("| category | n | success@1 | @3 | @10 | MRR@10 | zero hits | keys |\n|---|---|---|---|---|---|---|---|");
    let index = SearchIndex::of(&judged.entries, tuning()).expect("an index");
    let all = run(&judged, &index, with_keys);
    for (category, figures) in &all {
        figures.print(category);
    }
    print_means(&all, "");
    if with_keys {
        println!("\nWithout one stage:\n");
        println!(
            "| without | n | success@1 | @3 | @10 | MRR@10 | zero hits | keys |\n|---|---|---|---|---|---|---|---|"
        );
        for (name, tuning) in stages() {
            let index = index.weighing(tuning).expect("the same index");
            print_means(&run(&judged, &index, true), name);
        }
    }
    println!("\nLearning from answers:\n");
    learning::print_effect(&judged, &index);
}

/// What each stage of the search is good for shows when it is not there.
fn stages() -> [(&'static str, Tuning); 4] {
    let all = tuning();
    [
        ("splitting of compounds", Tuning { splits: false, ..all.clone() }),
        ("forgiving slips", Tuning { typos: false, ..all.clone() }),
        ("lexicon", Tuning { lexicon: false, ..all.clone() }),
        ("faint words", Tuning { faint: 1.0, ..all }),
    ]
}

fn run(judged: &Judged, index: &SearchIndex, with_keys: bool) -> Vec<(String, Figures)> {
    let misses = std::env::var("MISSES").unwrap_or_default();
    let category = |(category, queries): (&str, Vec<&Query>)| {
        let mut figures = Figures::default();
        for query in queries {
            let place = measure(index, query, with_keys, &mut figures);
            if [category, "all"].contains(&misses.as_str()) && place.is_none_or(|place| place > 2) {
                explain(index, judged, query, place);
            }
        }
        (category.to_owned(), figures)
    };
    judged.by_category().into_iter().map(category).collect()
}

fn find(index: &SearchIndex, query: &str) -> Vec<String> {
    let request = Request::new(query, [TENANT], 10, DateTime::UNIX_EPOCH);
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

fn title<'a>(judged: &'a Judged, id: &str) -> &'a str {
    let entry = judged.entries.iter().find(|entry| entry.external_id == id);
    entry.map_or("?", |entry| entry.content.title.as_str())
}

fn explain(index: &SearchIndex, judged: &Judged, query: &Query, place: Option<usize>) {
    let titles = |ids: &[String]| ids.iter().map(|id| title(judged, id)).collect::<Vec<_>>().join(" | ");
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
fn print_means(all: &[(String, Figures)], without: &str) {
    let mut sum = Figures::default();
    let mut means = [0.0; 6];
    for (_, part) in all {
        sum.queries += part.queries;
        sum.first += part.first;
        sum.third += part.third;
        sum.tenth += part.tenth;
        sum.reciprocal += part.reciprocal;
        sum.nothing += part.nothing;
        sum.keys += part.keys;
        for (mean, value) in means.iter_mut().zip(part.columns()) {
            *mean += value / all.len() as f64;
        }
    }
    sum.print(if without.is_empty() { "ALL" } else { without });
    if without.is_empty() {
        print_line("macro", all.len(), means);
    }
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
            "lift" => tuning.lift = number,
            "least_likeness" => tuning.least_likeness = number,
            "doubt" => tuning.doubt = number,
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
            "untitled" => tuning.untitled = number,
            "faint" => tuning.faint = number,
            "incomplete" => tuning.incomplete = number,
            "full_cover" => tuning.full_cover = number,
            other => panic!("nothing is weighed by {other}"),
        }
    }
    tuning
}
