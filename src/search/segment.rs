//! One segment of the index as a search sees it: only what the asking tenant may read.

use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, InvertedIndexReader, Searcher, SegmentReader, TERMINATED, Term};

use super::readable::{Readable, Standing};
use super::schema::{Fields, Part};
use super::tuning::Tuning;

pub struct Segment<'a> {
    /// The line of its first document on the board.
    pub base: usize,
    standings: &'a [Standing],
    /// In the order of `Part::ALL`.
    pub parts: Vec<PartIndex>,
    entries: Column<u64>,
    reader: &'a SegmentReader,
    pub tuning: &'a Tuning,
}

pub struct PartIndex {
    pub part: Part,
    pub words: Arc<InvertedIndexReader>,
    pub stems: Arc<InvertedIndexReader>,
    pub tails: Option<Arc<InvertedIndexReader>>,
    lengths: FieldNormReader,
}

impl<'a> Segment<'a> {
    pub fn open_all(
        searcher: &'a Searcher,
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
        reader: &'a SegmentReader,
        fields: &Fields,
        standings: &'a [Standing],
        base: usize,
        tuning: &'a Tuning,
    ) -> tantivy::Result<Self> {
        let part_index = |part| {
            let field = fields.words(part);
            tantivy::Result::Ok(PartIndex {
                part,
                words: reader.inverted_index(field)?,
                stems: reader.inverted_index(fields.stems(part))?,
                tails: fields.tails(part).map(|field| reader.inverted_index(field)).transpose()?,
                lengths: reader.get_fieldnorms_reader(field)?,
            })
        };
        let parts = Part::ALL.into_iter().map(part_index).collect::<tantivy::Result<_>>()?;
        Ok(Self { base, standings, parts, entries: reader.fast_fields().u64("entry")?, reader, tuning })
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

    /// Some word of a readable document begins like this.
    pub fn has_beginning(&self, text: &str) -> tantivy::Result<bool> {
        let index = &self.parts[Part::Text as usize].words;
        let mut terms = index.terms().range().ge(text).into_stream()?;
        while terms.advance() && terms.key().starts_with(text.as_bytes()) {
            let mut postings = index.read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
            while postings.doc() != TERMINATED {
                if self.standing(postings.doc()) != Standing::Hidden {
                    return Ok(true);
                }
                postings.advance();
            }
        }
        Ok(false)
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

    /// The line of the readable document with this key.
    pub fn find(&self, key: &Term) -> tantivy::Result<Option<usize>> {
        let index = self.reader.inverted_index(key.field())?;
        let Some(mut postings) = index.read_postings(key, IndexRecordOption::Basic)? else { return Ok(None) };
        while postings.doc() != TERMINATED {
            if self.standing(postings.doc()) != Standing::Hidden {
                return Ok(Some(self.base + postings.doc() as usize));
            }
            postings.advance();
        }
        Ok(None)
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
    pub fn worth(&self, doc: DocId, times: f32, tuning: &Tuning) -> f32 {
        let length = self.length(doc);
        match self.part {
            Part::Title => 1.0 / (1.0 + tuning.title_length * (length - 1.0).max(0.0)),
            Part::Names => tuning.names,
            Part::Answer => tuning.answer / (1.0 + 0.005 * length),
            Part::Text => tuning.text * times / (times + tuning.text_saturation * (0.5 + 0.5 * length / 250.0)),
        }
    }
}
