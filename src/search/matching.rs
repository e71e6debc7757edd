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
use super::tuning::Tuning;

/// From this worth on a word is what a title says.
const NAMED: f32 = 0.5;
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
    tuning: &'a Tuning,
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
    pub fn open_all(
        searcher: &Searcher,
        fields: &Fields,
        readable: &'a Readable,
        tuning: &'a Tuning,
    ) -> tantivy::Result<Vec<Self>> {
        let mut base = 0;
        let mut segments = Vec::new();
        for (reader, standings) in searcher.segment_readers().iter().zip(&readable.segments) {
            segments.push(Self::open(reader, fields, standings, base, tuning)?);
            base += standings.len();
        }
        Ok(segments)
    }

    fn open(
        reader: &SegmentReader,
        fields: &Fields,
        standings: &'a [Standing],
        base: usize,
        tuning: &'a Tuning,
    ) -> tantivy::Result<Self> {
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
        Ok(Self { base, standings, parts, entries: reader.fast_fields().u64("entry")?, tuning })
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

    /// A readable title has this word as it is written.
    pub fn has_in_a_title(&self, text: &str) -> tantivy::Result<bool> {
        let index = &self.parts[Part::Title as usize].words;
        let Some(info) = index.terms().get(text)? else { return Ok(false) };
        let mut postings = index.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
        while postings.doc() != TERMINATED {
            if self.standing(postings.doc()) != Standing::Hidden {
                return Ok(true);
            }
            postings.advance();
        }
        Ok(false)
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
    fn worth(&self, doc: DocId, times: f32, tuning: &Tuning) -> f32 {
        let length = self.length(doc);
        match self.part {
            Part::Title => 1.0 / (1.0 + tuning.title_length * (length - 1.0).max(0.0)),
            Part::Names => tuning.names,
            Part::Answer => tuning.answer / (1.0 + 0.005 * length),
            Part::Text => tuning.text * times / (times + tuning.text_saturation * (0.5 + 0.5 * length / 250.0)),
        }
    }
}

/// As written, as a stem, joined with its neighbours, as a beginning.
pub fn look_up(segment: &Segment, word: &QueryWord, board: &mut Board) -> tantivy::Result<()> {
    let length = word.text.chars().count();
    let tuning = segment.tuning;
    for part in &segment.parts {
        for text in std::iter::once(&word.text).chain(&word.joined) {
            if let Some(info) = part.words.terms().get(text)? {
                note_all(segment, part, &part.words, &info, 1.0, board)?;
            }
        }
        if let Some(info) = part.stems.terms().get(&word.stem)? {
            note_all(segment, part, &part.stems, &info, tuning.as_stem, board)?;
        }
        if let Some(tails) = part.tails.as_ref().filter(|_| word.stem.len() >= SHORTEST_LAST_PART) {
            note_beginnings(segment, part, tails, &backwards(&word.stem), tuning.as_last_part, board)?;
        }
        let in_text = matches!(part.part, Part::Answer | Part::Text);
        if word.is_last && (length >= SHORTEST_BEGINNING_IN_TEXT || !in_text) {
            note_beginnings(segment, part, &part.words, &word.text, tuning.as_beginning, board)?;
        } else if !word.is_last && length >= SHORTEST_FIRST_PART {
            note_beginnings(segment, part, &part.words, &word.text, tuning.as_first_part, board)?;
        }
    }
    Ok(())
}

/// A word that was not typed but may be meant: as it is written or as a stem, and as a part of compounds in titles.
pub fn look_up_term(segment: &Segment, word: &QueryWord, board: &mut Board) -> tantivy::Result<()> {
    let tuning = segment.tuning;
    for part in &segment.parts {
        if let Some(info) = part.words.terms().get(&word.text)? {
            note_all(segment, part, &part.words, &info, 1.0, board)?;
        }
        if let Some(info) = part.stems.terms().get(&word.stem)? {
            note_all(segment, part, &part.stems, &info, tuning.as_stem, board)?;
        }
        if let Some(tails) = part.tails.as_ref().filter(|_| word.stem.len() >= SHORTEST_LAST_PART) {
            note_beginnings(segment, part, tails, &backwards(&word.stem), tuning.as_last_part, board)?;
            note_beginnings(segment, part, &part.words, &word.text, tuning.as_first_part, board)?;
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
    let worth = if is_known { segment.tuning.as_typo_of_known_word } else { segment.tuning.as_typo };
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
    // A slip, or a mere part of a word, is no title.
    let in_title = part.part == Part::Title && worth >= NAMED;
    let mut doc = postings.doc();
    while doc != TERMINATED {
        if segment.standing(doc) != Standing::Hidden {
            #[expect(clippy::cast_precision_loss, reason = "counts of words")]
            let times = postings.term_freq() as f32;
            board.note(segment.base + doc as usize, worth * part.worth(doc, times, segment.tuning), in_title);
        }
        doc = postings.advance();
    }
    Ok(())
}
