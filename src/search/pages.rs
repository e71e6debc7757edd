//! The search as a page of its own, for everybody who reads knowledge. Without scripts it is a form.

mod facets;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};

use self::facets::Group;
use super::{Completion, Hit, Request, Results, announced, api, explanation, learning, misses, words};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::bulletins::{self, Bulletin};
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Query, Routes};

const SCRIPTS: [&str; 1] = ["js/completions.js"];

pub fn routes() -> Routes {
    Routes::new()
        .get("/knowledge/{tenant}/search", Permission::ReadKnowledge, results_page)
        .get("/api/v1/tenants/{tenant}/search", Permission::SearchApi, api::search)
        .merge(explanation::routes())
        .merge(misses::routes())
        .merge(words::routes())
        .merge(learning::routes())
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct Search {
    q: String,
    /// The slug of a source, "own" or "inherited"; empty: all.
    origin: String,
    unit: String,
    situation: String,
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
    /// Of the town, as far as they are about what is looked for.
    bulletins: Vec<Bulletin>,
    pager: Pager,
    groups: Vec<Group>,
    /// Typed, not submitted: it is a miss only when it stays on the screen.
    is_typing: bool,
}

async fn results_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    headers: HeaderMap,
    Query(search): Query<Search>,
) -> web::Result<Page<ResultsPage>> {
    let path = format!("/knowledge/{}/search", tenant.slug);
    let (results, pager) = find_page(&app, &tenant, &search, &path).await;
    let is_typing = headers.contains_key("hx-request");
    if results.total == 0 && !is_typing {
        misses::note_miss(&app, &tenant, &search.q).await?;
    }
    let bulletins = find_bulletins(&app, &viewer, &tenant, &search.q, &results).await?;
    let groups = facets::groups(&tenant, &search, &results.facets);
    let frame = Frame::of(&app, &viewer, Section::Knowledge, title(&search, &tenant)).await?.with_scripts(&SCRIPTS);
    Ok(Page(ResultsPage { frame, tenant, search, results, bulletins, pager, groups, is_typing }))
}

async fn find_bulletins(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    query: &str,
    results: &Results,
) -> web::Result<Vec<Bulletin>> {
    let mut db = app.begin(&tenant.scope()).await?;
    let current = bulletins::list_current(&mut *db, &[tenant.id], Some(viewer.account), app.clock.now()).await?;
    Ok(announced(query, current, &results.hits))
}

/// How many there are is known only after searching, so a page beyond the end costs a second search.
async fn find_page(app: &App, tenant: &TenantAccess, search: &Search, path: &str) -> (Results, Pager) {
    let mut request = Request::new(&search.q, &tenant.sources, page_rows(), app.clock.now());
    request.narrowing = search.narrowing(tenant);
    (request.with_facets, request.with_completions) = (true, true);
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

impl ResultsPage {
    fn entry_url(&self, hit: &Hit) -> String {
        let owner = self.tenant.source(hit.tenant).map_or(self.tenant.slug.as_str(), |source| source.slug.as_str());
        format!("/knowledge/{}/entries/{}/{}", self.tenant.slug, owner, hit.entry)
    }

    /// Agents answer; who tends the texts asks why.
    fn may_ask_why(&self) -> bool {
        self.tenant.may(Permission::EditKnowledge)
    }

    fn explanation_url(&self, hit: &Hit) -> String {
        let fields = serde_html_form::to_string([("q", &self.search.q)]).unwrap_or_default();
        format!("{}/explanation?{fields}", self.entry_url(hit))
    }

    fn owner(&self, hit: &Hit) -> &str {
        self.tenant.source(hit.tenant).map_or("", |source| &source.short_name)
    }

    fn completed_url(&self, completion: &Completion) -> String {
        Search { q: completion.query.clone(), page: String::new(), ..self.search.clone() }.url(&self.tenant)
    }

    fn note(&self) -> String {
        match self.results.total {
            0 => format!("Kein Treffer für „{}“.", self.search.q),
            1 => "1 Treffer".to_owned(),
            total => format!("{} Treffer", web::format::count(i64::try_from(total).unwrap_or(i64::MAX))),
        }
    }
}
