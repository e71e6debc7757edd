//! Narrowing hits down: by office, by life situation, by whose entries they are.
//!
//! What is narrowed away never comes among hits and totals. Statistics are taken before, so that the order of what is left
//! stays as it was.

use std::collections::HashMap;

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocAddress, DocId, Searcher, SegmentReader};

use super::Request;
use super::schema::number;
use crate::ids::TenantId;
use crate::knowledge::sort_key;

/// What was chosen; None: everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// The responsible office's name.
    pub unit: Option<String>,
    /// The life situation.
    pub topic: Option<String>,
    pub owners: Option<Vec<TenantId>>,
}

impl Narrowing {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Every value with its number of hits, most first. Each list is counted with what was chosen in the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    pub units: Vec<(String, usize)>,
    pub topics: Vec<(String, usize)>,
    pub owners: Vec<(TenantId, usize)>,
}

/// Lets through what was chosen, and counts; columns are opened only where something was chosen or counts are wanted.
pub struct Counting<'a> {
    segments: Option<Vec<Columns<'a>>>,
    total: usize,
}

impl<'a> Counting<'a> {
    pub fn open(searcher: &Searcher, request: &'a Request) -> tantivy::Result<Self> {
        if request.narrowing.is_empty() && !request.with_facets {
            return Ok(Self { segments: None, total: 0 });
        }
        let open = |segment| Columns::open(segment, &request.narrowing);
        let segments = searcher.segment_readers().iter().map(open).collect::<tantivy::Result<Vec<_>>>()?;
        Ok(Self { segments: Some(segments), total: 0 })
    }

    /// True: the document is among the hits.
    pub fn take(&mut self, address: DocAddress) -> bool {
        let fits = match &mut self.segments {
            Some(segments) => segments[address.segment_ord as usize].take(address.doc_id),
            None => true,
        };
        self.total += usize::from(fits);
        fits
    }

    /// Documents let through.
    pub fn total(&self) -> usize {
        self.total
    }

    pub fn facets(&self) -> tantivy::Result<Facets> {
        self.segments.as_deref().map_or_else(|| Ok(Facets::default()), Facets::of)
    }
}

/// One segment's values, and how often each of them was met.
struct Columns<'a> {
    unit: Words,
    topic: Words,
    tenant: Column<u64>,
    owners: Option<&'a [TenantId]>,
    owner_counts: HashMap<u64, usize>,
}

impl<'a> Columns<'a> {
    fn open(segment: &SegmentReader, chosen: &'a Narrowing) -> tantivy::Result<Self> {
        Ok(Self {
            unit: Words::open(segment, "unit", chosen.unit.as_deref())?,
            topic: Words::open(segment, "topic", chosen.topic.as_deref())?,
            tenant: segment.fast_fields().u64("tenant")?,
            owners: chosen.owners.as_deref(),
            owner_counts: HashMap::new(),
        })
    }

    /// Counts the document where the other choices let it through; true: all of them do.
    fn take(&mut self, doc: DocId) -> bool {
        let tenant = self.tenant.first(doc).unwrap_or_default();
        let by_owner = self.owners.is_none_or(|owners| owners.iter().any(|owner| number(owner.0) == tenant));
        let (by_unit, by_topic) = (self.unit.lets_through(doc), self.topic.lets_through(doc));
        if by_topic && by_owner {
            self.unit.count(doc);
        }
        if by_unit && by_owner {
            self.topic.count(doc);
        }
        if by_unit && by_topic {
            *self.owner_counts.entry(tenant).or_default() += 1;
        }
        by_unit && by_topic && by_owner
    }
}

/// A column of words; a document has none, one or several.
struct Words {
    /// None where no document of the segment has one.
    column: Option<StrColumn>,
    is_chosen: bool,
    /// What was chosen; None where nobody here has it.
    wanted: Option<u64>,
    counts: Vec<usize>,
}

impl Words {
    fn open(segment: &SegmentReader, field: &str, chosen: Option<&str>) -> tantivy::Result<Self> {
        let column = segment.fast_fields().str(field)?;
        let wanted = match column.as_ref().zip(chosen) {
            Some((column, word)) => column.dictionary().term_ord(word)?,
            None => None,
        };
        let counts = vec![0; column.as_ref().map_or(0, |column| column.dictionary().num_terms())];
        Ok(Self { column, is_chosen: chosen.is_some(), wanted, counts })
    }

    fn lets_through(&self, doc: DocId) -> bool {
        let mut words = self.column.iter().flat_map(|column| column.term_ords(doc));
        !self.is_chosen || words.any(|word| Some(word) == self.wanted)
    }

    fn count(&mut self, doc: DocId) {
        for word in self.column.iter().flat_map(|column| column.term_ords(doc)) {
            self.counts[usize::try_from(word).unwrap_or_default()] += 1;
        }
    }

    fn add_to(&self, sums: &mut HashMap<String, usize>) -> tantivy::Result<()> {
        let Some(column) = &self.column else { return Ok(()) };
        for (word, count) in (0..).zip(&self.counts).filter(|(_, count)| **count > 0) {
            let mut text = String::new();
            column.ord_to_str(word, &mut text)?;
            *sums.entry(text).or_default() += count;
        }
        Ok(())
    }
}

impl Facets {
    fn of(segments: &[Columns]) -> tantivy::Result<Self> {
        let (mut units, mut topics, mut owners) = (HashMap::new(), HashMap::new(), HashMap::new());
        for segment in segments {
            segment.unit.add_to(&mut units)?;
            segment.topic.add_to(&mut topics)?;
            for (tenant, count) in &segment.owner_counts {
                *owners.entry(TenantId((*tenant).try_into().unwrap_or_default())).or_default() += count;
            }
        }
        let mut owners: Vec<_> = owners.into_iter().collect();
        owners.sort_unstable_by_key(|(tenant, count)| (std::cmp::Reverse(*count), *tenant));
        Ok(Self { units: in_order(units), topics: in_order(topics), owners })
    }
}

/// Most hits first, equals by the alphabet.
fn in_order(counts: HashMap<String, usize>) -> Vec<(String, usize)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_cached_key(|(word, count)| (std::cmp::Reverse(*count), sort_key(word)));
    counts
}
