//! The search as a page of its own, for everybody who reads knowledge. Without scripts it is a form.

use askama::Template;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::{Hit, Origin, Request, Results, api, words};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Query, Routes};

pub fn routes() -> Routes {
    Routes::new()
        .get("/knowledge/{tenant}/search", Permission::ReadKnowledge, results_page)
        .get("/api/v1/tenants/{tenant}/search", Permission::SearchApi, api::search)
        .merge(words::routes())
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct Search {
    q: String,
    /// Empty, "own" or "inherited".
    origin: String,
    page: String,
}

/// The whole page; htmx takes the part below the box out of it.
#[derive(Template)]
#[template(path = "search/results.html")]
struct ResultsPage {
    frame: Frame,
    tenant: TenantAccess,
    search: Search,
    results: Results,
    pager: Pager,
    facets: Vec<Facet>,
}

/// One way to narrow the hits down.
struct Facet {
    label: String,
    url: String,
    is_chosen: bool,
}

async fn results_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(search): Query<Search>,
) -> web::Result<Page<ResultsPage>> {
    let path = format!("/knowledge/{}/search", tenant.slug);
    let (results, pager) = find_page(&app, &tenant, &search, &path).await;
    let facets = facets(&tenant, &search, &path);
    let frame = Frame::of(&app, &viewer, Section::Knowledge, title(&search, &tenant)).await?;
    Ok(Page(ResultsPage { frame, tenant, search, results, pager, facets }))
}

/// How many there are is known only after searching, so a page beyond the end costs a second search.
async fn find_page(app: &App, tenant: &TenantAccess, search: &Search, path: &str) -> (Results, Pager) {
    let mut request = Request::new(&search.q, &tenant.sources, page_rows(), app.clock.now());
    request.origin = match search.origin.as_str() {
        "own" => Origin::Own,
        "inherited" => Origin::Inherited,
        _ => Origin::Any,
    };
    request.offset = page_rows() * (search.page.parse().unwrap_or(1).max(1) - 1).min(1_000_000);
    let mut results = app.search.find(request.clone()).await;
    let total = i64::try_from(results.total).unwrap_or(i64::MAX);
    let pager = Pager::new(path, search, &search.page, total, "Treffern");
    let offset = usize::try_from(pager.offset()).unwrap_or_default();
    if offset != request.offset {
        request.offset = offset;
        results = app.search.find(request).await;
    }
    (results, pager)
}

fn page_rows() -> usize {
    usize::try_from(Pager::ROWS).unwrap_or(50)
}

fn title(search: &Search, tenant: &TenantAccess) -> String {
    if search.q.is_empty() { format!("Suche in {}", tenant.short_name) } else { format!("{} – Suche", search.q) }
}

/// Only a tenant with knowledge bases has something to choose from.
fn facets(tenant: &TenantAccess, search: &Search, path: &str) -> Vec<Facet> {
    if tenant.sources.len() < 2 {
        return Vec::new();
    }
    let choices =
        [("", "alle".to_owned()), ("own", tenant.short_name.clone()), ("inherited", "übernommene".to_owned())];
    let facet = |(origin, label): (&str, String)| {
        let pairs: Vec<_> =
            [("q", search.q.as_str()), ("origin", origin)].into_iter().filter(|(_, v)| !v.is_empty()).collect();
        let fields = serde_html_form::to_string(pairs).unwrap_or_default();
        Facet { label, url: format!("{path}?{fields}"), is_chosen: search.origin == origin }
    };
    choices.into_iter().map(facet).collect()
}

impl ResultsPage {
    fn entry_url(&self, hit: &Hit) -> String {
        let owner = self.tenant.source(hit.tenant).map_or(self.tenant.slug.as_str(), |source| source.slug.as_str());
        format!("/knowledge/{}/entries/{}/{}", self.tenant.slug, owner, hit.entry)
    }

    fn owner(&self, hit: &Hit) -> &str {
        self.tenant.source(hit.tenant).map_or("", |source| &source.short_name)
    }

    fn note(&self) -> String {
        match self.results.total {
            0 => format!("Kein Treffer für „{}“.", self.search.q),
            1 => "1 Treffer".to_owned(),
            total => format!("{} Treffer", web::format::count(i64::try_from(total).unwrap_or(i64::MAX))),
        }
    }
}
