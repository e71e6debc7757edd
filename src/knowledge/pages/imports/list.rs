//! All runs of a tenant, and the form for the next one.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::super::super::import::Format;
use super::super::super::store;
use super::super::super::store::imports::{self, ImportRun, RunFilter, RunState};
use super::super::{Place, places, town};
use super::{list_url, run_name, run_url, state_words};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::web::forms::{self, Choice, Errors};
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Places, Query, format};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub struct Filter {
    q: String,
    state: String,
    page: String,
}

#[derive(Template)]
#[template(path = "knowledge/imports/list.html")]
struct ImportsPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    pager: Pager,
    runs: Vec<ImportRun>,
    format: String,
    errors: Errors,
    needs_review: bool,
}

impl ImportsPage {
    fn url(&self, run: &ImportRun) -> String {
        run_url(&self.tenant, run.id)
    }

    fn action(&self) -> String {
        list_url(&self.tenant)
    }

    fn name(run: &ImportRun) -> String {
        run_name(run)
    }

    fn state(&self, run: &ImportRun) -> (&'static str, &'static str) {
        state_words(run.state, self.needs_review)
    }

    fn format_words(run: &ImportRun) -> &'static str {
        Format::parse(&run.format).map_or("", Format::label)
    }

    fn states(&self) -> Vec<Choice> {
        let all = Choice::new("", "alle", self.filter.state.is_empty());
        let states = RunState::ALL.map(|state| {
            Choice::new(state.as_str(), state_words(state, self.needs_review).1, state.as_str() == self.filter.state)
        });
        [all].into_iter().chain(states).collect()
    }

    fn formats(&self) -> Vec<Choice> {
        let guess = Choice::new("", "am Namen der Datei erkennen", self.format.is_empty());
        let formats =
            Format::ALL.map(|format| Choice::new(format.as_str(), format.label(), format.as_str() == self.format));
        [guess].into_iter().chain(formats).collect()
    }

    fn may_export(&self) -> bool {
        self.tenant.may(Permission::ManageTenant)
    }
}

pub async fn imports_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    show(&app, &viewer, town(tenant)?, filter, String::new(), Errors::none()).await
}

/// The list; `format` and `errors` are those of an upload that came back.
pub async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    filter: Filter,
    format: String,
    errors: Errors,
) -> web::Result<Response> {
    let wanted = RunFilter { state: RunState::parse(&filter.state), words: &filter.q };
    let mut db = app.begin(&tenant.scope()).await?;
    let total = imports::count_runs(&mut *db, tenant.id, &wanted).await?;
    let pager = Pager::new(&list_url(&tenant), &filter, &filter.page, total, "Importen");
    let runs = imports::list_runs(&mut *db, tenant.id, &wanted, pager.offset(), Pager::ROWS).await?;
    let needs_review = store::requires_review(&mut *db, tenant.id).await?;
    drop(db);
    let frame = Frame::of(app, viewer, Section::Knowledge, "Importe").await?;
    let places = places(viewer, &tenant, Place::Imports);
    let status = forms::status(&errors, &[]);
    Ok((status, Page(ImportsPage { frame, places, tenant, filter, pager, runs, format, errors, needs_review }))
        .into_response())
}
