//! An entry as it is shown to the people of one tenant.

use askama::Template;
use chrono::NaiveDate;

use super::attachments::FileLink;
use super::{Entry, Field, Html, Link, Part, Stance};
use crate::access::TenantAccess;
use crate::ids::TenantId;
use crate::web::format;

/// Whose text a field is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub label: String,
    /// The tenant that is looking wrote it; otherwise one of its knowledge bases.
    pub own: bool,
}

/// One part of the entry on the screen. Numbered blocks keep their digit when they are empty.
#[derive(Debug)]
pub struct Block<'a> {
    pub field: Field,
    pub number: usize,
    /// The first one is the text, the others were added below.
    pub pieces: Vec<(&'a Html, Origin)>,
    /// Links stand with the forms.
    pub links: &'a [Link],
    pub origin: Option<Origin>,
}

/// Shows one entry through the eyes of one tenant: `{{ view }}` in any template.
#[derive(Debug, Clone, Template)]
#[template(path = "knowledge/_entry.html")]
pub struct EntryView {
    pub entry: Entry,
    /// Of the tenant that looks.
    pub accent: String,
    /// The entry is the page itself and not a part of one.
    pub is_page: bool,
    pub files: Vec<FileLink>,
    reader: TenantId,
    today: NaiveDate,
}

/// The template escapes what needs it.
impl askama::filters::HtmlSafe for EntryView {}

impl EntryView {
    pub fn new(entry: Entry, viewing: &TenantAccess, today: NaiveDate) -> Self {
        Self { entry, accent: viewing.accent.clone(), is_page: false, files: Vec::new(), reader: viewing.id, today }
    }

    #[must_use]
    pub fn as_page(mut self) -> Self {
        self.is_page = true;
        self
    }

    /// They stand with the forms.
    #[must_use]
    pub fn with_files(mut self, files: Vec<FileLink>) -> Self {
        self.files = files;
        self
    }

    fn origin_of(&self, tenant: TenantId) -> Origin {
        let name = self.entry.owners.get(&tenant).map_or(&self.entry.tenant_short_name, |owner| &owner.short_name);
        Origin { label: name.clone(), own: tenant == self.reader }
    }

    /// Whose entry it is.
    pub fn owner(&self) -> Origin {
        self.origin_of(self.entry.tenant)
    }

    fn pieces(&self, field: Field) -> Vec<(&Html, Origin)> {
        let pieces = self.entry.composition.pieces.get(&field).into_iter().flatten();
        pieces.map(|piece| (&piece.html, self.origin_of(piece.tenant))).collect()
    }

    fn block(&self, field: Field, number: usize) -> Block<'_> {
        let links = if field == Field::Forms { &self.entry.content.links[..] } else { &[] };
        let pieces = self.pieces(field);
        let of_links = || self.entry.composition.origins.get(&Part::Links).filter(|_| !links.is_empty());
        let origin = pieces.first().map(|(_, origin)| origin.clone());
        let origin = origin.or_else(|| of_links().map(|tenant| self.origin_of(*tenant)));
        Block { field, number, pieces, links, origin }
    }

    /// What to say first.
    pub fn short_answer(&self) -> Vec<(&Html, Origin)> {
        self.pieces(Field::ShortAnswer)
    }

    /// The blocks that a digit jumps to: always all six.
    pub fn blocks(&self) -> Vec<Block<'_>> {
        Field::NUMBERED.iter().enumerate().map(|(index, field)| self.block(*field, index + 1)).collect()
    }

    /// The parts below, only those with text.
    pub fn further(&self) -> Vec<Block<'_>> {
        let blocks = Field::FURTHER.iter().map(|field| self.block(*field, 0));
        blocks.filter(|block| !block.pieces.is_empty()).collect()
    }

    fn has_further(&self) -> bool {
        let content = &self.entry.content;
        !self.further().is_empty() || !content.synonyms.is_empty() || content.leika.is_some()
    }

    pub fn internal(&self) -> Vec<(&Html, Origin)> {
        self.pieces(Field::Internal)
    }

    /// What the tenant says about the service as a whole, where it does not simply do it.
    pub fn stance(&self) -> Option<String> {
        let below = self.entry.layers.get(1).map(|layer| self.origin_of(layer.tenant).label).unwrap_or_default();
        let town = self.owner().label;
        match self.entry.composition.stance {
            Stance::Offered => None,
            Stance::NotOffered => Some(format!("{town} macht das nicht.")),
            Stance::DoneByBase => Some(format!("Das macht für {town}: {below}.")),
        }
    }

    /// A warning when the text does not hold today.
    pub fn validity(&self) -> Option<String> {
        let content = &self.entry.content;
        if let Some(until) = content.valid_until.filter(|until| *until < self.today) {
            return Some(format!("Galt nur bis {}. Bitte prüfen, bevor Sie Auskunft geben.", format::date(until)));
        }
        let from = content.valid_from.filter(|from| *from > self.today)?;
        Some(format!("Gilt erst ab {}.", format::date(from)))
    }

    fn meta(&self) -> Vec<String> {
        let entry = &self.entry;
        let office = entry.content.unit.iter().chain([&entry.tenant_short_name]).cloned().collect::<Vec<_>>();
        let mut parts = vec![
            format!("Stand {}", format::day(entry.published_at)),
            format!("Fassung {}", entry.version),
            office.join(", "),
        ];
        parts.extend(entry.content.valid_until.map(|until| format!("gültig bis {}", format::date(until))));
        parts
    }
}

impl Block<'_> {
    pub fn label(&self) -> &'static str {
        self.field.label()
    }

    pub fn is_missing(&self) -> bool {
        self.pieces.is_empty() && self.links.is_empty()
    }
}
