//! "Fehler melden" at an entry, for everybody who reads it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::super::{About, Kind, Report, ReportForm, file};
use crate::access::{KnowledgeSource, TenantAccess, Viewer};
use crate::app::App;
use crate::ids::EntryId;
use crate::knowledge::{self, Entry, Place, places, town};
use crate::web::forms::{self, Choice};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Path, Places};

#[derive(Template)]
#[template(path = "gaps/report.html")]
struct ReportPage {
    frame: Frame,
    places: Places,
    entry: Entry,
    url: String,
    form: ReportForm,
    kinds: Vec<Choice>,
}

pub(super) async fn report_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let entry = find_entry(&app, &tenant, &owner, id).await?;
    let form = ReportForm { kind: Kind::Wrong.as_str().to_owned(), ..ReportForm::default() };
    show(&app, &viewer, &tenant, entry, form).await
}

async fn find_entry(app: &App, tenant: &TenantAccess, owner: &str, id: EntryId) -> web::Result<Entry> {
    let source: &KnowledgeSource = tenant.sources.iter().find(|source| source.slug == owner).ok_or(Error::NotFound)?;
    let mut db = app.begin(&tenant.scope()).await?;
    knowledge::find_entry(&mut db, tenant.id, source.id, id).await?.ok_or(Error::NotFound)
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    entry: Entry,
    form: ReportForm,
) -> web::Result<Response> {
    let frame = Frame::of(app, viewer, Section::Knowledge, "Fehler melden").await?;
    let places = places(viewer, tenant, Place::Elsewhere);
    let status = forms::status(&form.errors, &[]);
    let kinds = Kind::SAID.map(|kind| Choice::new(kind.as_str(), kind.label(), form.kind == kind.as_str())).to_vec();
    let url = format!("/knowledge/{}/entries/{}/{}", tenant.slug, entry.tenant_slug, entry.id);
    Ok((status, Page(ReportPage { frame, places, entry, url, form, kinds })).into_response())
}

pub(super) async fn report_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
    Form(mut form): Form<ReportForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let entry = find_entry(&app, &tenant, &owner, id).await?;
    let about = About::Entry { owner: entry.tenant, entry: entry.id, title: entry.content.title.clone() };
    let Some((kind, about)) = form.check(&app, &tenant, Some(about)) else {
        return show(&app, &viewer, &tenant, entry, form).await;
    };
    let report = Report { kind, about, line: form.line, call: None, reporter: Some(viewer.account) };
    file(&app, &viewer, tenant.id, &report).await?;
    let back = format!("/knowledge/{}/entries/{}/{}", tenant.slug, entry.tenant_slug, entry.id);
    web::done(&app, &viewer, "Danke, Ihre Meldung liegt bei der Redaktion.", &back).await
}
