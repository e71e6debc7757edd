//! Looking up one word of a query in one segment of the index.

use std::collections::HashSet;
use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, TermInfo};
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, InvertedIndexReader, Searcher, SegmentReader, TERMINATED, Term};

use super::analyzer;
use super::board::Board;
use super::query::QueryWord;
use super::readable::{Readable, Standing};
use super::schema::{Fields, Part, backwards};

/// What a place is worth by how the word was found there.
const AS_WRITTEN: f32 = 1.0;
const AS_STEM: f32 = 0.9;
/// The last word is still being typed; its beginning is nearly as good as the whole.
const AS_BEGINNING: f32 = 0.85;
/// A word that is finished may still be the first part of a compound.
const AS_FIRST_PART: f32 = 0.5;
/// The last part of a compound says what it is: an Ausweis is any kind of Ausweis.
const AS_LAST_PART: f32 = 0.7;
const AS_TYPO: f32 = 0.55;
/// The word exists as it is written; what is one letter away was hardly meant.
const AS_TYPO_OF_KNOWN_WORD: f32 = 0.2;

/// Shorter beginnings fit too much; they are looked up in titles and names alone.
const SHORTEST_BEGINNING_IN_TEXT: usize = 3;
const SHORTEST_FIRST_PART: usize = 4;
const SHORTEST_LAST_PART: usize = 4;

/// A word of the query with the words of the index that it may have been meant as.
#[derive(Debug)]
pub struct Found {
    pub word: QueryWord,
    pub typos: HashSet<String>,
}

pub struct Segment<'a> {
    /// The line of its first document on the board.
    pub base: usize,
    standings: &'a [Standing],
    parts: Vec<PartIndex>,
    entries: Column<u64>,
}

struct PartIndex {
    part: Part,
    field: tantivy::schema::Field,
    words: Arc<InvertedIndexReader>,
    stems: Arc<InvertedIndexReader>,
    tails: Option<Arc<InvertedIndexReader>>,
    lengths: FieldNormReader,
}

impl<'a> Segment<'a> {
    pub fn open_all(searcher: &Searcher, fields: &Fields, readable: &'a Readable) -> tantivy::Result<Vec<Self>> {
        let mut base = 0;
        let mut segments = Vec::new();
        for (reader, standings) in searcher.segment_readers().iter().zip(&readable.segments) {
            segments.push(Self::open(reader, fields, standings, base)?);
            base += standings.len();
        }
        Ok(segments)
    }

    fn open(reader: &SegmentReader, fields: &Fields, standings: &'a [Standing], base: usize) -> tantivy::Result<Self> {
        let part_index = |part| {
            let field = fields.words(part);
            tantivy::Result::Ok(PartIndex {
                part,
                field,
                words: reader.inverted_index(field)?,
                stems: reader.inverted_index(fields.stems(part))?,
                tails: fields.tails(part).map(|field| reader.inverted_index(field)).transpose()?,
                lengths: reader.get_fieldnorms_reader(field)?,
            })
        };
        let parts = Part::ALL.into_iter().map(part_index).collect::<tantivy::Result<_>>()?;
        Ok(Self { base, standings, parts, entries: reader.fast_fields().u64("entry")? })
    }

    /// Readable documents in which a word with this stem stands.
    pub fn count_with_stem(&self, stem: &str) -> tantivy::Result<usize> {
        let index = &self.parts[Part::Text as usize].stems;
        let Some(info) = index.terms().get(stem)? else { return Ok(0) };
        let mut postings = index.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
        let mut count = 0;
        while postings.doc() != TERMINATED {
            count += usize::from(self.standing(postings.doc()) != Standing::Hidden);
            postings.advance();
        }
        Ok(count)
    }

    pub fn len(&self) -> usize {
        self.standings.len()
    }

    pub fn standing(&self, doc: DocId) -> Standing {
        self.standings[doc as usize]
    }

    pub fn entry(&self, doc: DocId) -> u64 {
        self.entries.first(doc).unwrap_or_default()
    }

    /// In words, at least one.
    pub fn title_length(&self, doc: DocId) -> f32 {
        self.parts[Part::Title as usize].length(doc).max(1.0)
    }
}

impl PartIndex {
    #[expect(clippy::cast_precision_loss, reason = "counts of words")]
    fn length(&self, doc: DocId) -> f32 {
        self.lengths.fieldnorm(doc) as f32
    }

    /// What a word is worth in this part of this document, at most 1.
    fn worth(&self, doc: DocId, times: f32) -> f32 {
        match self.part {
            Part::Title => 1.0 / (1.0 + 0.05 * (self.length(doc) - 1.0).max(0.0)),
            Part::Names => 0.85,
            Part::Answer => 0.5 / (1.0 + 0.005 * self.length(doc)),
            Part::Text => 0.4 * times / (times + 1.2 * (0.5 + 0.5 * self.length(doc) / 250.0)),
        }
    }
}

/// As written, as a stem, joined with its neighbours, as a beginning.
pub fn look_up(segment: &Segment, word: &QueryWord, board: &mut Board) -> tantivy::Result<()> {
    let length = word.text.chars().count();
    for part in &segment.parts {
        for text in std::iter::once(&word.text).chain(&word.joined) {
            if let Some(info) = part.words.terms().get(text)? {
                note_all(segment, part, &part.words, &info, AS_WRITTEN, board)?;
            }
        }
        if let Some(info) = part.stems.terms().get(&word.stem)? {
            note_all(segment, part, &part.stems, &info, AS_STEM, board)?;
        }
        if let Some(tails) = part.tails.as_ref().filter(|_| word.stem.len() >= SHORTEST_LAST_PART) {
            note_beginnings(segment, part, tails, &backwards(&word.stem), AS_LAST_PART, board)?;
        }
        let in_text = matches!(part.part, Part::Answer | Part::Text);
        if word.is_last && (length >= SHORTEST_BEGINNING_IN_TEXT || !in_text) {
            note_beginnings(segment, part, &part.words, &word.text, AS_BEGINNING, board)?;
        } else if !word.is_last && length >= SHORTEST_FIRST_PART {
            note_beginnings(segment, part, &part.words, &word.text, AS_FIRST_PART, board)?;
        }
    }
    Ok(())
}

/// Words that begin with this one and go on.
fn note_beginnings(
    segment: &Segment,
    part: &PartIndex,
    index: &InvertedIndexReader,
    beginning: &str,
    worth: f32,
    board: &mut Board,
) -> tantivy::Result<()> {
    let mut terms = index.terms().range().gt(beginning).into_stream()?;
    while terms.advance() && terms.key().starts_with(beginning.as_bytes()) {
        note_all(segment, part, index, terms.value(), worth, board)?;
    }
    Ok(())
}

/// Words one letter more, less or other away, or with two neighbours swapped; the first letter too.
pub fn look_up_typos(
    segment: &Segment,
    found: &mut Found,
    slips: u8,
    is_known: bool,
    board: &mut Board,
) -> tantivy::Result<()> {
    let worth = if is_known { AS_TYPO_OF_KNOWN_WORD } else { AS_TYPO };
    for text in std::iter::once(&found.word.text).chain(&found.word.spelled) {
        for part in &segment.parts {
            let term = Term::from_field_text(part.field, text);
            let automaton = FuzzyTermQuery::new(term, slips, true).automaton()?;
            let mut terms = part.words.terms().search(automaton).into_stream()?;
            while terms.advance() {
                note_all(segment, part, &part.words, terms.value(), worth, board)?;
                // Of a word that is known as it is written, the neighbours are not marked.
                if let Some(meant) = std::str::from_utf8(terms.key()).ok().filter(|_| !is_known) {
                    found.typos.insert(analyzer::fold(meant));
                }
            }
        }
    }
    Ok(())
}

/// Every readable document with this term.
fn note_all(
    segment: &Segment,
    part: &PartIndex,
    index: &InvertedIndexReader,
    info: &TermInfo,
    worth: f32,
    board: &mut Board,
) -> tantivy::Result<()> {
    let mut postings = index.read_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
    let in_title = part.part == Part::Title;
    let mut doc = postings.doc();
    while doc != TERMINATED {
        if segment.standing(doc) != Standing::Hidden {
            #[expect(clippy::cast_precision_loss, reason = "counts of words")]
            let times = postings.term_freq() as f32;
            board.note(segment.base + doc as usize, worth * part.worth(doc, times), in_title);
        }
        doc = postings.advance();
    }
    Ok(())
}
