//! An entry as it is shown to the people of one tenant.

use std::collections::BTreeMap;

use askama::Template;
use chrono::NaiveDate;

use super::{Entry, Field, Html, Link};
use crate::access::TenantAccess;
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
    pub html: Option<&'a Html>,
    /// Links stand with the forms.
    pub links: &'a [Link],
    pub origin: Option<&'a Origin>,
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
    origins: BTreeMap<Field, Origin>,
    today: NaiveDate,
}

/// The template escapes what needs it.
impl askama::filters::HtmlSafe for EntryView {}

impl EntryView {
    pub fn new(entry: Entry, viewing: &TenantAccess, today: NaiveDate) -> Self {
        let origin = Origin { label: entry.tenant_short_name.clone(), own: entry.tenant == viewing.id };
        let origins = Field::ALL.map(|field| (field, origin.clone())).into();
        Self { entry, accent: viewing.accent.clone(), is_page: false, origins, today }
    }

    #[must_use]
    pub fn as_page(mut self) -> Self {
        self.is_page = true;
        self
    }

    pub fn origin(&self, field: Field) -> Option<&Origin> {
        self.origins.get(&field)
    }

    fn block(&self, field: Field, number: usize) -> Block<'_> {
        let links = if field == Field::Forms { &self.entry.content.links[..] } else { &[] };
        let html = self.entry.content.html(field);
        let is_empty = html.is_none() && links.is_empty();
        let origin = if is_empty { None } else { self.origin(field) };
        Block { field, number, html, links, origin }
    }

    /// What to say first.
    pub fn short_answer(&self) -> Option<&Html> {
        self.entry.content.html(Field::ShortAnswer)
    }

    /// The blocks that a digit jumps to: always all six.
    pub fn blocks(&self) -> Vec<Block<'_>> {
        Field::NUMBERED.iter().enumerate().map(|(index, field)| self.block(*field, index + 1)).collect()
    }

    /// The parts below, only those with text.
    pub fn further(&self) -> Vec<Block<'_>> {
        let blocks = Field::FURTHER.iter().map(|field| self.block(*field, 0));
        blocks.filter(|block| block.html.is_some()).collect()
    }

    fn has_further(&self) -> bool {
        let content = &self.entry.content;
        !self.further().is_empty() || !content.synonyms.is_empty() || content.leika.is_some()
    }

    pub fn internal(&self) -> Option<&Html> {
        self.entry.content.html(Field::Internal)
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
        self.html.is_none() && self.links.is_empty()
    }
}
