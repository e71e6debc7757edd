//! What is searched, and what is typed: entries made of our own words in a fixed order of chance, and a real catalogue
//! where one lies beside the project.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ortsgespraech::knowledge::{Content, Field, Html};

/// With fewer letters nobody searches.
pub const FIRST_SEARCHED: usize = 3;

/// Chance that is the same on every machine and in every version (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or_default()
    }
}

/// So many compounds there are. A city's 1,062 real entries have about 20,000 different words, and each further text
/// brings fewer new ones; if every compound were a new one, 100,000 entries would have 1.7 million.
const COMPOUNDS: usize = 60_000;

/// Makes entries of the demo's words and of compounds of two of them: a few stand in most texts, most in a few.
pub struct Salad {
    words: Vec<String>,
    compounds: Vec<String>,
    chance: Chance,
}

impl Salad {
    pub fn from_own_words() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/knowledge");
        let files = fs::read_dir(folder).expect("the demo's knowledge");
        let text: String = files.filter_map(|file| fs::read_to_string(file.ok()?.path()).ok()).collect();
        let words: BTreeSet<_> = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 2).collect();
        let mut chance = Chance(0x115_2026);
        let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        for index in (1..words.len()).rev() {
            words.swap(index, chance.below(index + 1));
        }
        let compounds = (0..COMPOUNDS).map(|_| {
            let [one, other] = [(); 2].map(|()| &words[chance.below(words.len())]);
            format!("{one}{}", other.to_lowercase())
        });
        Self { compounds: compounds.collect(), words, chance }
    }

    pub fn entries(&mut self, count: usize) -> Vec<Content> {
        (0..count).map(|_| self.entry()).collect()
    }

    fn entry(&mut self) -> Content {
        let length = 2 + self.chance.below(4);
        let mut content = Content { title: self.sentence(length), ..Content::default() };
        content.synonyms = vec![self.sentence(2)];
        let fields = [(Field::ShortAnswer, 20), (Field::Documents, 25), (Field::Fees, 12), (Field::Body, 90)];
        for (field, length) in fields {
            content.set(field, Html::from_plain(&self.sentence(length)));
        }
        content
    }

    fn sentence(&mut self, length: usize) -> String {
        (0..length).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    /// Two throws multiplied make the first ones frequent; one word in ten is a compound.
    fn word(&mut self) -> String {
        let words = if self.chance.below(10) > 0 { &self.words } else { &self.compounds };
        let count = words.len();
        words[self.chance.below(count) * self.chance.below(count) / count].clone()
    }

    /// The next one may be any of them.
    pub fn any<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.chance.below(things.len())]
    }

    /// Titles as they are typed: from the third letter on, at every second one.
    pub fn typed(&mut self, contents: &[Content], searches: usize) -> Vec<String> {
        let mut typed = Vec::new();
        while typed.len() < searches {
            typed.extend(beginnings(&self.any(contents).title, 2));
        }
        typed.truncate(searches);
        typed
    }
}

/// What stands in the field while somebody types, from the third letter on.
pub fn beginnings(phrase: &str, step: usize) -> Vec<String> {
    let letters: Vec<char> = phrase.to_lowercase().chars().take(24).collect();
    (FIRST_SEARCHED..=letters.len()).step_by(step).map(|end| letters[..end].iter().collect()).collect()
}

/// Real entries, and what people really looked for in them.
pub fn berlin(searches: usize) -> Option<(Vec<Content>, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/search-eval/berlin");
    let corpus = fs::read_to_string(folder.join("corpus.jsonl")).ok()?;
    let queries = fs::read_to_string(folder.join("queries.tsv")).ok()?;
    let contents = corpus.lines().filter_map(|line| serde_json::from_str(line).ok()).map(|record| content(&record));
    let typed = queries.lines().filter_map(|line| line.split('\t').nth(2)).flat_map(|query| beginnings(query, 2));
    Some((contents.collect(), typed.take(searches).collect()))
}

fn content(record: &serde_json::Value) -> Content {
    let text = |name: &str| record[name].as_str().unwrap_or_default();
    let mut content = Content { title: text("title").to_owned(), ..Content::default() };
    let fields = [
        ("summary", Field::ShortAnswer),
        ("documents", Field::Documents),
        ("fees", Field::Fees),
        ("procedure", Field::Procedure),
        ("prerequisites", Field::Prerequisites),
        ("legal_basis", Field::LegalBasis),
        ("body", Field::Body),
    ];
    for (name, field) in fields {
        content.set(field, Html::from_plain(text(name)));
    }
    content
}
