//! Reads a catalogue and what people judged to be the answers to real questions.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::BufReader;
use std::path::Path;

use ortsgespraech::ids::{EntryId, TenantId};
use ortsgespraech::knowledge::IndexableEntry;
use ortsgespraech::knowledge::import::{self, Said};

pub struct Judged {
    pub entries: Vec<IndexableEntry>,
    queries: Vec<Query>,
}

pub struct Query {
    category: String,
    pub text: String,
    /// External ids of entries that answer the concern, not only touch it.
    pub answers: Vec<String>,
}

impl Judged {
    pub fn by_category(&self) -> BTreeMap<&str, Vec<&Query>> {
        let mut categories: BTreeMap<&str, Vec<&Query>> = BTreeMap::new();
        for query in &self.queries {
            categories.entry(&query.category).or_default().push(query);
        }
        categories
    }
}

/// None where the files are not there.
pub fn read(folder: &Path) -> Option<Judged> {
    let corpus = fs::File::open(folder.join("corpus.jsonl")).ok()?;
    let queries = fs::read_to_string(folder.join("queries.tsv")).ok()?;
    let judgements = fs::read_to_string(folder.join("qrels.tsv")).ok()?;
    let mut answers: HashMap<&str, Vec<String>> = HashMap::new();
    for line in judgements.lines() {
        if let [query, entry, grade] = line.split('\t').collect::<Vec<_>>()[..] {
            let known = answers.entry(query).or_default();
            known.extend((grade == "2").then(|| entry.to_owned()));
        }
    }
    let queries = queries.lines().filter_map(|line| {
        let [id, category, text] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else { return None };
        Some(Query { category: category.to_owned(), text: text.to_owned(), answers: answers.remove(id)? })
    });
    Some(Judged { queries: queries.collect(), entries: entries(corpus) })
}

fn entries(corpus: fs::File) -> Vec<IndexableEntry> {
    let records = import::read_jsonl(BufReader::new(corpus)).filter_map(|line| match line.ok()?.said {
        Ok(Said::Record(record)) => Some(*record),
        _ => None,
    });
    let entry = |(number, record): (i64, import::Record)| IndexableEntry {
        tenant: TenantId(1),
        id: EntryId(number),
        version: 1,
        external_id: record.id,
        content: record.content,
        root: None,
    };
    (1..).zip(records).map(entry).collect()
}
