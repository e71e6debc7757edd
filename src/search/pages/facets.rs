//! The ways to narrow hits down, as links: every choice is an address, so it works without scripts and can be passed on.

use super::Search;
use crate::access::TenantAccess;
use crate::ids::TenantId;
use crate::search::{Facets, Narrowing};
use crate::web::format;

/// More values than these are no help; a chosen one is shown all the same.
const MOST: usize = 8;

/// The values of one kind.
pub struct Group {
    pub heading: &'static str,
    pub choices: Vec<Choice>,
}

pub struct Choice {
    pub label: String,
    pub count: String,
    /// Chooses the value, or gives it up where it is chosen.
    pub url: String,
    pub is_chosen: bool,
}

impl Search {
    /// A source that is not read here narrows nothing down.
    pub fn narrowing(&self, tenant: &TenantAccess) -> Narrowing {
        let text = |value: &String| (!value.is_empty()).then(|| value.clone());
        Narrowing { unit: text(&self.unit), topic: text(&self.situation), owners: self.owners(tenant) }
    }

    fn owners(&self, tenant: &TenantAccess) -> Option<Vec<TenantId>> {
        let sources = || tenant.sources.iter();
        match self.origin.as_str() {
            "own" => Some(vec![tenant.id]),
            "inherited" => Some(sources().map(|source| source.id).filter(|id| *id != tenant.id).collect()),
            slug => sources().find(|source| source.slug == slug).map(|source| vec![source.id]),
        }
    }

    pub fn is_narrowed(&self) -> bool {
        !self.choices().is_empty()
    }

    /// What was chosen, as fields of the address.
    pub fn choices(&self) -> Vec<(&'static str, &str)> {
        let choices = [("origin", &self.origin), ("unit", &self.unit), ("situation", &self.situation)];
        choices.into_iter().map(|(name, value)| (name, value.as_str())).filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The same search at its first page without choices.
    pub fn everywhere(&self) -> Self {
        Self { q: self.q.clone(), ..Self::default() }
    }

    pub fn url(&self, tenant: &TenantAccess) -> String {
        let fields: Vec<_> = [("q", self.q.as_str())].into_iter().chain(self.choices()).collect();
        let query = serde_html_form::to_string(fields).unwrap_or_default();
        format!("/knowledge/{}/search?{query}", tenant.slug)
    }
}

/// Only what would narrow something down, or does.
pub fn groups(tenant: &TenantAccess, search: &Search, facets: &Facets) -> Vec<Group> {
    let group = |heading, values: Vec<(String, String, usize)>, chosen: &str, field: fn(&mut Search) -> &mut String| {
        let choice = |(value, label, count): (String, String, usize)| {
            let is_chosen = value == chosen;
            let mut next = Search { page: String::new(), ..search.clone() };
            *field(&mut next) = if is_chosen { String::new() } else { value };
            Choice { label, count: format::count(count), url: next.url(tenant), is_chosen }
        };
        Group { heading, choices: shown(values, chosen).into_iter().map(choice).collect() }
    };
    let groups = [
        group("Herkunft", owners(tenant, search, facets), own_origin(tenant, search), |next| &mut next.origin),
        group("Lebenslage", texts(&facets.topics, &search.situation), &search.situation, |next| &mut next.situation),
        group("Stelle", texts(&facets.units, &search.unit), &search.unit, |next| &mut next.unit),
    ];
    let is_choice = |group: &Group| group.choices.len() > 1 || group.choices.iter().any(|choice| choice.is_chosen);
    groups.into_iter().filter(is_choice).collect()
}

/// The first values, and the chosen one wherever it stands.
fn shown(values: Vec<(String, String, usize)>, chosen: &str) -> Vec<(String, String, usize)> {
    let many = values.into_iter().enumerate();
    many.filter(|(place, (value, ..))| *place < MOST || value == chosen).map(|(_, value)| value).collect()
}

fn texts(counts: &[(String, usize)], chosen: &str) -> Vec<(String, String, usize)> {
    let missing = !chosen.is_empty() && counts.iter().all(|(word, _)| word != chosen);
    let missing = missing.then(|| (chosen.to_owned(), chosen.to_owned(), 0));
    counts.iter().map(|(word, count)| (word.clone(), word.clone(), *count)).chain(missing).collect()
}

/// In the order in which the tenant reads its sources.
fn owners(tenant: &TenantAccess, search: &Search, facets: &Facets) -> Vec<(String, String, usize)> {
    let count = |id| facets.owners.iter().find(|(owner, _)| *owner == id).map_or(0, |(_, count)| *count);
    let chosen = own_origin(tenant, search);
    let sources = tenant.sources.iter().map(|source| (&source.slug, &source.short_name, count(source.id)));
    let met = sources.filter(|(slug, _, count)| *count > 0 || *slug == chosen);
    let mut owners: Vec<_> = met.map(|(slug, name, count)| (slug.clone(), name.clone(), count)).collect();
    owners.sort_by_key(|(.., count)| std::cmp::Reverse(*count));
    if chosen == "inherited" {
        let inherited = facets.owners.iter().filter(|(owner, _)| *owner != tenant.id).map(|(_, count)| count).sum();
        owners.insert(0, ("inherited".to_owned(), "übernommene".to_owned(), inherited));
    }
    owners
}

/// "own" in an address is the tenant itself.
fn own_origin<'a>(tenant: &'a TenantAccess, search: &'a Search) -> &'a str {
    if search.origin == "own" { &tenant.slug } else { &search.origin }
}
