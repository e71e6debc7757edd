//! Who did what: for one tenant, and for the operator everything.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::Record;
use super::store::{self, Wanted};
use super::words::{THINGS, action_words, detail_words, thing_words};
use crate::access::{Permission, Viewer};
use crate::app::App;
use crate::db::Scope;
use crate::ids::TenantId;
use crate::web::forms::{Choice, parse_date};
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Error, Frame, InTenant, Page, Pager, Places, Query, Routes, TenantPlace, format};

pub fn routes() -> Routes {
    Routes::new().get("/tenants/{tenant}/audit", Permission::ReadAudit, tenant_audit_page).get(
        "/center/audit",
        Permission::ManageCenter,
        center_audit_page,
    )
}

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
struct Filter {
    q: String,
    thing: String,
    from: String,
    to: String,
    page: String,
}

impl Filter {
    fn things(&self) -> Vec<Choice> {
        THINGS.iter().map(|(name, label)| Choice::new(name, *label, *name == self.thing)).collect()
    }

    fn wanted(&self, tenant: Option<TenantId>) -> Wanted<'_> {
        Wanted { tenant, words: &self.q, thing: &self.thing, from: parse_date(&self.from), to: parse_date(&self.to) }
    }
}

#[derive(Template)]
#[template(path = "audit/list.html")]
struct AuditPage {
    frame: Frame,
    places: Places,
    viewer: Viewer,
    filter: Filter,
    pager: Pager,
    records: Vec<Record>,
    /// The center's list names the tenant of each act.
    of_center: bool,
}

impl AuditPage {
    fn tenant(&self, record: &Record) -> &str {
        let tenant = record.tenant.and_then(|id| self.viewer.tenant_by_id(id));
        tenant.map_or("", |tenant| tenant.short_name.as_str())
    }

    fn act(record: &Record) -> String {
        format!("{} {}", thing_words(&record.thing), action_words(&record.action))
    }

    fn details(record: &Record) -> String {
        detail_words(&record.details).join(" · ")
    }
}

async fn tenant_audit_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    if tenant.is_intake() {
        return Err(Error::NotFound);
    }
    let frame = Frame::of(&app, &viewer, Section::Tenants, format!("Protokoll: {}", tenant.name)).await?;
    let places = Places::of_tenant(&tenant, TenantPlace::Audit);
    let path = TenantPlace::Audit.url(&tenant);
    let (pager, records) = find(&app, &tenant.scope(), &path, &filter, Some(tenant.id)).await?;
    Ok(Page(AuditPage { frame, places, viewer, filter, pager, records, of_center: false }).into_response())
}

async fn center_audit_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let frame = Frame::of(&app, &viewer, Section::Center, "Protokoll").await?;
    let places = Places::of_center(CenterPlace::Audit);
    let (pager, records) = find(&app, &viewer.center_scope(), CenterPlace::Audit.url(), &filter, None).await?;
    Ok(Page(AuditPage { frame, places, viewer, filter, pager, records, of_center: true }).into_response())
}

async fn find(
    app: &App,
    scope: &Scope,
    path: &str,
    filter: &Filter,
    tenant: Option<TenantId>,
) -> web::Result<(Pager, Vec<Record>)> {
    let wanted = filter.wanted(tenant);
    let mut db = app.begin(scope).await?;
    let total = store::count_records(&mut *db, &wanted).await?;
    let pager = Pager::new(path, filter, &filter.page, total, "Vorgängen");
    let records = store::list_records(&mut *db, &wanted, pager.offset(), Pager::ROWS).await?;
    Ok((pager, records))
}
