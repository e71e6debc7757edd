//! The tenants of a person who may manage some, and all of them for the operator.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::access::{Permission, Viewer};
use crate::app::App;
use crate::ids::TenantId;
use crate::tenants::{Kind, Tenant, store};
use crate::web::forms::Choice;
use crate::web::{self, CenterPlace, Frame, Page, Pager, Places, Query, format, frame::Section};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    kind: String,
    page: String,
}

impl Filter {
    fn matches(&self, tenant: &Tenant) -> bool {
        let wanted = self.q.to_lowercase();
        let found = [&tenant.name, &tenant.short_name, &tenant.slug].iter().any(|t| t.to_lowercase().contains(&wanted));
        found && (self.kind.is_empty() || tenant.kind == self.kind)
    }

    fn kinds(&self) -> Vec<Choice> {
        Kind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind.label(), kind.as_str() == self.kind)).collect()
    }
}

struct Row {
    tenant: Tenant,
    center: String,
}

impl Row {
    fn kind(&self) -> &'static str {
        Kind::parse(&self.tenant.kind).map_or("", Kind::label)
    }

    fn inhabitants(&self) -> String {
        self.tenant.inhabitants.map(format::count).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "tenants/list.html")]
struct TenantsPage {
    frame: Frame,
    places: Option<Places>,
    filter: Filter,
    pager: Pager,
    rows: Vec<Row>,
}

pub(super) async fn own_tenants_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let frame = Frame::of(&app, &viewer, Section::Tenants, "Mandanten").await?;
    show(&app, &viewer, frame, None, filter).await
}

pub(super) async fn all_tenants_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let frame = Frame::of(&app, &viewer, Section::Center, "Mandanten").await?;
    show(&app, &viewer, frame, Some(Places::of_center(CenterPlace::Tenants)), filter).await
}

/// A center has some dozen tenants at most, so the filter runs over all that the person may manage.
async fn show(
    app: &App,
    viewer: &Viewer,
    frame: Frame,
    places: Option<Places>,
    filter: Filter,
) -> web::Result<Response> {
    let managed: Vec<TenantId> = viewer.tenants_with(Permission::ManageTenant).iter().map(|tenant| tenant.id).collect();
    let mut db = app.begin(&viewer.scope()).await?;
    let all = store::list_tenants(&mut *db).await?;
    let name_of = |id: TenantId| all.iter().find(|tenant| tenant.id == id).map(|tenant| tenant.name.clone());
    let rows: Vec<Row> = all
        .iter()
        .filter(|tenant| managed.contains(&tenant.id) && filter.matches(tenant))
        .map(|tenant| Row { tenant: tenant.clone(), center: tenant.served_by.and_then(name_of).unwrap_or_default() })
        .collect();
    let path = places.as_ref().map_or("/tenants", |_| CenterPlace::Tenants.url());
    let pager = Pager::new(path, &filter, &filter.page, rows.len(), "Mandanten");
    let rows = pager.cut(rows);
    Ok(Page(TenantsPage { frame, places, filter, pager, rows }).into_response())
}
