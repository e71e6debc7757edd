//! Which documents somebody may find. The tenant border of the index: a document outside is never looked at, so it
//! leaves no trace in hits, totals or scores.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use tantivy::columnar::Column;
use tantivy::postings::SegmentPostings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, DocSet, Searcher, SegmentReader, TERMINATED, Term};

use super::Request;
use super::document::day_number;
use super::schema::{Fields, number};
use crate::access::Source;

/// What one document is to the asking tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    #[default]
    Hidden,
    Inherited,
    Own,
}

/// The standing of every document, segment by segment, and how many are not hidden.
#[derive(Debug, Clone, Default)]
pub struct Readable {
    pub segments: Vec<Vec<Standing>>,
    pub count: usize,
}

impl Readable {
    /// Without the documents that are not wanted.
    pub fn only(&self, mut wanted: impl FnMut(DocAddress) -> bool) -> Self {
        let mut only = self.clone();
        for (segment, standings) in (0..).zip(&mut only.segments) {
            for (doc, standing) in (0..).zip(standings) {
                if *standing != Standing::Hidden && !wanted(DocAddress::new(segment, doc)) {
                    *standing = Standing::Hidden;
                    only.count -= 1;
                }
            }
        }
        only
    }
}

#[derive(PartialEq, Eq)]
struct Key {
    generation: u64,
    sources: Vec<Source>,
    today: NaiveDate,
}

/// The last few answers: an agent types many searches for the same tenants.
#[derive(Default)]
pub struct ReadableCache {
    latest: Mutex<Vec<(Key, Arc<Readable>)>>,
}

/// Some towns at once; each costs a byte a document.
const KEPT: usize = 16;

impl ReadableCache {
    pub fn get(&self, searcher: &Searcher, fields: &Fields, request: &Request) -> tantivy::Result<Arc<Readable>> {
        let key = Key {
            generation: searcher.generation().generation_id(),
            sources: request.sources.clone(),
            today: request.today,
        };
        let known = self.lock().iter().find(|(known, _)| *known == key).map(|(_, readable)| readable.clone());
        if let Some(readable) = known {
            return Ok(readable);
        }
        let readable = Arc::new(find_readable(searcher, fields, request)?);
        let mut latest = self.lock();
        latest.retain(|(known, _)| known.generation == key.generation);
        latest.truncate(KEPT - 1);
        latest.insert(0, (key, readable.clone()));
        Ok(readable)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(Key, Arc<Readable>)>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find_readable(searcher: &Searcher, fields: &Fields, request: &Request) -> tantivy::Result<Readable> {
    let mut readable = Readable::default();
    for segment in searcher.segment_readers() {
        let mut standings = vec![Standing::Hidden; segment.max_doc() as usize];
        for (index, source) in request.sources.iter().enumerate() {
            let standing = if index == 0 { Standing::Own } else { Standing::Inherited };
            readable.count += mark(segment, fields, source, request.today, standing, &mut standings)?;
        }
        readable.segments.push(standings);
    }
    Ok(readable)
}

/// The source's documents that are alive and may be said on this day.
fn mark(
    segment: &SegmentReader,
    fields: &Fields,
    source: &Source,
    today: NaiveDate,
    standing: Standing,
    standings: &mut [Standing],
) -> tantivy::Result<usize> {
    let tenant = Term::from_field_u64(fields.tenant, number(source.tenant.0));
    let Some(mut postings) = documents_with(segment, &tenant)? else { return Ok(0) };
    let topics = source.topics.as_deref().map(|topics| about(segment, fields, topics)).transpose()?;
    let from = segment.fast_fields().i64("valid_from")?;
    let until = segment.fast_fields().i64("valid_until")?;
    let today = day_number(today);
    let mut count = 0;
    let mut doc = postings.doc();
    while doc != TERMINATED {
        let valid = first(&from, doc) <= Some(today) && first(&until, doc) >= Some(today);
        let wanted = topics.as_ref().is_none_or(|topics| topics.contains(&doc));
        if valid && wanted && !segment.is_deleted(doc) && standings[doc as usize] == Standing::Hidden {
            standings[doc as usize] = standing;
            count += 1;
        }
        doc = postings.advance();
    }
    Ok(count)
}

/// The documents that are about one of these life situations.
fn about(segment: &SegmentReader, fields: &Fields, topics: &[String]) -> tantivy::Result<HashSet<DocId>> {
    let mut found = HashSet::new();
    for topic in topics {
        let Some(mut postings) = documents_with(segment, &Term::from_field_text(fields.topic, topic))? else {
            continue;
        };
        let mut doc = postings.doc();
        while doc != TERMINATED {
            found.insert(doc);
            doc = postings.advance();
        }
    }
    Ok(found)
}

fn documents_with(segment: &SegmentReader, term: &Term) -> tantivy::Result<Option<SegmentPostings>> {
    Ok(segment.inverted_index(term.field())?.read_postings(term, IndexRecordOption::Basic)?)
}

fn first(column: &Column<i64>, doc: DocId) -> Option<i64> {
    column.first(doc)
}
