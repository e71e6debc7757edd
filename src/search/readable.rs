//! Which documents somebody may find. The tenant border of the index: a document outside is never looked at, so it
//! leaves no trace in hits, totals or scores.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
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
    /// The tenant's own words above a base's.
    Adapted,
}

impl Standing {
    pub fn is_own(self) -> bool {
        matches!(self, Self::Own | Self::Adapted)
    }
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

/// Of each family (an entry and its adaptations) the document of the nearest source counts.
fn find_readable(searcher: &Searcher, fields: &Fields, request: &Request) -> tantivy::Result<Readable> {
    let mut readable = Readable::default();
    for segment in searcher.segment_readers() {
        readable.segments.push(vec![Standing::Hidden; segment.max_doc() as usize]);
    }
    let mut adapted = HashSet::new();
    for (place, source) in request.sources.iter().enumerate() {
        let mut of_source = HashSet::new();
        for (segment, standings) in searcher.segment_readers().iter().zip(&mut readable.segments) {
            let marking =
                Marking { segment, fields, source, is_own: place == 0, today: request.today, adapted: &adapted };
            readable.count += marking.mark(standings, &mut of_source)?;
        }
        adapted.extend(of_source);
    }
    Ok(readable)
}

/// One source's documents in one segment.
struct Marking<'a> {
    segment: &'a SegmentReader,
    fields: &'a Fields,
    source: &'a Source,
    is_own: bool,
    today: NaiveDate,
    /// Whole entries that a nearer source adapts.
    adapted: &'a HashSet<u64>,
}

impl Marking<'_> {
    /// Those that are alive and may be said on this day; what they adapt is noted, also where they do not hold today.
    fn mark(&self, standings: &mut [Standing], adapts: &mut HashSet<u64>) -> tantivy::Result<usize> {
        let Self { segment, fields, .. } = *self;
        let tenant = Term::from_field_u64(fields.tenant, number(self.source.tenant.0));
        let Some(mut postings) = documents_with(segment, &tenant)? else { return Ok(0) };
        let topics = self.source.topics.as_deref().map(|topics| about(segment, fields, topics)).transpose()?;
        let (from, until) = (segment.fast_fields().i64("valid_from")?, segment.fast_fields().i64("valid_until")?);
        let (entries, roots) = (segment.fast_fields().u64("entry")?, segment.fast_fields().u64("root")?);
        let today = day_number(self.today);
        let mut count = 0;
        let mut doc = postings.doc();
        while doc != TERMINATED {
            let is_wanted = topics.as_ref().is_none_or(|topics| topics.contains(&doc)) && !segment.is_deleted(doc);
            let root = roots.first(doc).filter(|root| *root > 0);
            if is_wanted && !self.is_adapted(root.or_else(|| entries.first(doc))) {
                adapts.extend(root);
                let is_valid = from.first(doc) <= Some(today) && until.first(doc) >= Some(today);
                if is_valid && standings[doc as usize] == Standing::Hidden {
                    standings[doc as usize] = self.standing(root);
                    count += 1;
                }
            }
            doc = postings.advance();
        }
        Ok(count)
    }

    fn is_adapted(&self, family: Option<u64>) -> bool {
        !self.adapted.is_empty() && family.is_some_and(|family| self.adapted.contains(&family))
    }

    fn standing(&self, root: Option<u64>) -> Standing {
        match (self.is_own, root) {
            (true, Some(_)) => Standing::Adapted,
            (true, None) => Standing::Own,
            (false, _) => Standing::Inherited,
        }
    }
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
