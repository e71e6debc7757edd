//! The limit: the same entries in a plain tantivy index with its German stemmer, asked the least that could be asked. It
//! knows no tenants, no lexicon, no compounds, no corrections and no snippets.

use std::time::Instant;

use ortsgespraech::ids::{EntryId, TenantId};
use ortsgespraech::knowledge::{Content, Field, IndexableEntry};
use ortsgespraech::search::{Request, SearchIndex, Tuning};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::{self, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{Language, LowerCaser, SimpleTokenizer, Stemmer, TextAnalyzer};
use tantivy::{Index, Searcher, TantivyDocument, Term, doc};

use crate::figures::Times;
use crate::{HITS, catalogue::Salad};

/// As many as the public service catalogue of a federal state has.
const ENTRIES: usize = 26_550;
const SEARCHES: usize = 2_000;
const TENANT: TenantId = TenantId(1);

pub const HEAD: &str = "entries | ours p50 | p99 | plain tantivy p50 | p99 | ours : plain";

pub fn measure() -> anyhow::Result<String> {
    let mut salad = Salad::from_own_words();
    let contents = salad.entries(ENTRIES);
    let queries = salad.typed(&contents, SEARCHES);
    let plain = Plain::of(&contents)?;
    let plain = time(&queries, |query| plain.search(query).map(drop))?;
    let ours = SearchIndex::of(&entries(contents), Tuning::default())?;
    let now = ortsgespraech::clock::Clock::system().now();
    let ours = time(&queries, |query| {
        ours.search(&Request::new(query, [TENANT], HITS, now));
        Ok(())
    })?;
    Ok(format!("{ENTRIES} | {} | {} | {}", ours.cells(), plain.cells(), ours.ratio_to(&plain)))
}

fn entries(contents: Vec<Content>) -> Vec<IndexableEntry> {
    let entry = |(id, content)| IndexableEntry {
        tenant: TENANT,
        id: EntryId(id),
        version: 1,
        external_id: String::new(),
        content,
        root: None,
    };
    (1..).zip(contents).map(entry).collect()
}

fn time(queries: &[String], mut search: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<Times> {
    queries.iter().take(200).try_for_each(|query| search(query))?;
    let mut times = Times::default();
    for query in queries {
        let started = Instant::now();
        search(query)?;
        times.0.push(started.elapsed());
    }
    Ok(times)
}

struct Plain {
    searcher: Searcher,
    words: TextAnalyzer,
    title: schema::Field,
    text: schema::Field,
}

impl Plain {
    fn of(contents: &[Content]) -> anyhow::Result<Self> {
        let mut schema = Schema::builder();
        let indexing =
            TextFieldIndexing::default().set_tokenizer("german").set_index_option(IndexRecordOption::WithFreqs);
        let options = TextOptions::default().set_indexing_options(indexing);
        let title = schema.add_text_field("title", options.clone() | STORED);
        let text = schema.add_text_field("text", options);
        let index = Index::create_in_ram(schema.build());
        let words = TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(LowerCaser)
            .filter(Stemmer::new(Language::German))
            .build();
        index.tokenizers().register("german", words.clone());
        let mut writer = index.writer_with_num_threads(1, 30_000_000)?;
        for content in contents {
            writer.add_document(doc!(title => content.title.as_str(), text => whole_text(content)))?;
        }
        writer.commit()?;
        Ok(Self { searcher: index.reader()?.searcher(), words, title, text })
    }

    /// The first words as they are, the last one as a beginning with one slip of the fingers; the best ones' titles.
    fn search(&self, query: &str) -> anyhow::Result<Vec<TantivyDocument>> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let words = self.words_of(query);
        for (number, word) in words.iter().enumerate() {
            for field in [self.title, self.text] {
                let term = Term::from_field_text(field, word);
                let clause: Box<dyn Query> = if number + 1 == words.len() {
                    Box::new(FuzzyTermQuery::new_prefix(term, 1, true))
                } else {
                    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
                };
                clauses.push((Occur::Should, clause));
            }
        }
        let best = TopDocs::with_limit(HITS).order_by_score();
        let found = self.searcher.search(&BooleanQuery::new(clauses), &best)?;
        found.into_iter().map(|(_, address)| Ok(self.searcher.doc(address)?)).collect()
    }

    fn words_of(&self, query: &str) -> Vec<String> {
        let mut words = Vec::new();
        self.words.clone().token_stream(query).process(&mut |token| words.push(token.text.clone()));
        words
    }
}

fn whole_text(content: &Content) -> String {
    let fields = Field::ALL.into_iter().filter_map(|field| content.html(field));
    let texts = fields.map(|html| html.as_str().to_owned()).chain(content.synonyms.clone());
    texts.collect::<Vec<_>>().join(" ")
}
