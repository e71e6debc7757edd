//! The words of what somebody may read. The index knows them folded and of all tenants; here only those count that stand in
//! a readable document, and they are spelled as they stand there.
//!
//! Nothing is built beforehand and nothing is kept: words come from the index's own dictionaries, spellings from stored texts.

use std::collections::HashMap;
use std::ops::Range;

use tantivy::postings::TermInfo;
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{DocAddress, DocId, DocSet, Searcher, TERMINATED, TantivyDocument};

use super::analyzer;
use super::readable::{Readable, Standing};
use super::schema::{Fields, Part};

pub struct Vocabulary<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
    readable: &'a Readable,
}

/// Where one word stands in a part of the entries, segment by segment.
#[derive(Debug, Default)]
pub struct Places(Vec<(usize, TermInfo)>);

impl Places {
    /// At most so many documents contain the word, whoever they belong to.
    pub fn at_most(&self) -> usize {
        self.0.iter().map(|(_, info)| info.doc_freq as usize).sum()
    }
}

impl<'a> Vocabulary<'a> {
    pub fn new(searcher: &'a Searcher, fields: &'a Fields, readable: &'a Readable) -> Self {
        Self { searcher, fields, readable }
    }

    pub fn places(&self, part: Part, word: &str) -> tantivy::Result<Places> {
        self.places_in(self.fields.words(part), word)
    }

    fn places_in(&self, field: Field, word: &str) -> tantivy::Result<Places> {
        let mut places = Places::default();
        for (number, segment) in self.searcher.segment_readers().iter().enumerate() {
            let terms = segment.inverted_index(field)?;
            places.0.extend(terms.terms().get(word)?.map(|info| (number, info)));
        }
        Ok(places)
    }

    /// Every word of all tenants that begins like this; which of them may be said is for `count` to tell.
    pub fn beginning_with(&self, part: Part, beginning: &str) -> tantivy::Result<HashMap<String, Places>> {
        let mut found: HashMap<String, Places> = HashMap::new();
        for (number, segment) in self.searcher.segment_readers().iter().enumerate() {
            let index = segment.inverted_index(self.fields.words(part))?;
            let mut terms = index.terms().range().ge(beginning).into_stream()?;
            while terms.advance() && terms.key().starts_with(beginning.as_bytes()) {
                let Ok(word) = std::str::from_utf8(terms.key()) else { continue };
                let info = (number, terms.value().clone());
                match found.get_mut(word) {
                    Some(places) => places.0.push(info),
                    None => drop(found.insert(word.to_owned(), Places(vec![info]))),
                }
            }
        }
        Ok(found)
    }

    /// Readable documents at these places.
    pub fn count(&self, part: Part, places: &Places) -> tantivy::Result<usize> {
        let mut count = 0;
        self.visit(part, places, |_| {
            count += 1;
            true
        })?;
        Ok(count)
    }

    /// One of these documents speaks of the word.
    pub fn is_in_one_of(&self, word: &str, documents: &[DocAddress]) -> tantivy::Result<bool> {
        let mut is_there = false;
        self.visit(Part::Text, &self.places(Part::Text, word)?, |found| {
            is_there = documents.contains(&found);
            !is_there
        })?;
        Ok(is_there)
    }

    /// A readable title has this folded word.
    pub fn is_in_a_title(&self, word: &str) -> tantivy::Result<bool> {
        Ok(self.first(Part::Title, word)?.is_some())
    }

    /// The word with its umlauts and capitals, from the first readable text that has it, titles first.
    pub fn spelling(&self, word: &str) -> tantivy::Result<Option<String>> {
        self.first_spelling(|part| self.first(part, word), |text| place_of(text, word))
    }

    /// The same of any word with this stem.
    pub fn spelling_of_stem(&self, stem: &str) -> tantivy::Result<Option<String>> {
        self.first_spelling(|part| self.first_in(self.fields.stems(part), stem), |text| place_of_stem(text, stem))
    }

    fn first_spelling(
        &self,
        document: impl Fn(Part) -> tantivy::Result<Option<DocAddress>>,
        place: impl Fn(&str) -> Option<Range<usize>>,
    ) -> tantivy::Result<Option<String>> {
        let texts = [
            (Part::Title, self.fields.title),
            (Part::Names, self.fields.names),
            (Part::Answer, self.fields.answer),
            (Part::Text, self.fields.text),
        ];
        for (part, field) in texts {
            if let Some(document) = document(part)? {
                let stored: TantivyDocument = self.searcher.doc(document)?;
                let text = stored.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
                if let Some(place) = place(text) {
                    return Ok(Some(text[place].to_owned()));
                }
            }
        }
        Ok(None)
    }

    fn first(&self, part: Part, word: &str) -> tantivy::Result<Option<DocAddress>> {
        self.first_in(self.fields.words(part), word)
    }

    fn first_in(&self, field: Field, word: &str) -> tantivy::Result<Option<DocAddress>> {
        let mut first = None;
        self.visit_in(field, &self.places_in(field, word)?, |document| {
            first = Some(document);
            false
        })?;
        Ok(first)
    }

    /// Readable documents in order, until the visitor has seen enough.
    fn visit(&self, part: Part, places: &Places, go_on: impl FnMut(DocAddress) -> bool) -> tantivy::Result<()> {
        self.visit_in(self.fields.words(part), places, go_on)
    }

    fn visit_in(
        &self,
        field: Field,
        places: &Places,
        mut go_on: impl FnMut(DocAddress) -> bool,
    ) -> tantivy::Result<()> {
        for (number, info) in &places.0 {
            let standings = &self.readable.segments[*number];
            let is_readable = |doc: DocId| standings[doc as usize] != Standing::Hidden;
            let index = self.searcher.segment_readers()[*number].inverted_index(field)?;
            let mut postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
            while postings.doc() != TERMINATED {
                let segment = u32::try_from(*number).unwrap_or_default();
                if is_readable(postings.doc()) && !go_on(DocAddress::new(segment, postings.doc())) {
                    return Ok(());
                }
                postings.advance();
            }
        }
        Ok(())
    }
}

/// Where a folded word stands in a text, by itself or as a whole with hyphens in it.
pub fn place_of(text: &str, word: &str) -> Option<Range<usize>> {
    let first = word.chars().next()?;
    let begins = |place: &Range<usize>| {
        let written = text[place.clone()].chars().next();
        // The fold of every other letter is looked up.
        written.is_some_and(|written| !written.is_ascii() || written.eq_ignore_ascii_case(&first))
    };
    let is_word = |place: &Range<usize>| analyzer::fold(&analyzer::normalise(&text[place.clone()])) == word;
    let place = analyzer::places(text).filter(begins).find(is_word);
    place.or_else(|| analyzer::words(text).into_iter().find(|found| found.text == word).map(|found| found.place))
}

fn place_of_stem(text: &str, stem: &str) -> Option<Range<usize>> {
    analyzer::words(text).into_iter().find(|found| found.stem == stem).map(|found| found.place)
}
