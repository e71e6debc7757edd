//! The list of offices, and taking one out of it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::directory::{Unit, store};
use crate::ids::UnitId;
use crate::web::confirm::{self, Question};
use crate::web::frame::Section;
use crate::web::{self, Error, Frame, InTenant, Page, Pager, Path, Places, Query, TenantPlace};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    page: String,
}

#[derive(Template)]
#[template(path = "directory/units.html")]
struct UnitsPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    pager: Pager,
    units: Vec<Unit>,
}

pub(super) async fn units_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let total = store::count_units(&mut *db, tenant.id, &filter.q).await?;
    let pager = Pager::new(&TenantPlace::Units.url(&tenant), &filter, &filter.page, total, "Stellen");
    let units = store::list_units_page(&mut *db, tenant.id, &filter.q, pager.offset(), Pager::ROWS).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Tenants, format!("Stellen: {}", tenant.name)).await?;
    let places = Places::of_tenant(&tenant, TenantPlace::Units);
    Ok(Page(UnitsPage { frame, places, tenant, filter, pager, units }).into_response())
}

pub(super) async fn find(app: &App, tenant: &TenantAccess, unit: UnitId) -> web::Result<Unit> {
    let mut db = app.begin(&tenant.scope()).await?;
    store::find_unit(&mut *db, tenant.id, unit).await?.ok_or(Error::NotFound)
}

pub(super) async fn deletion_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let unit = find(&app, &tenant, unit).await?;
    ask(&app, &viewer, &tenant, &unit, None).await
}

async fn ask(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    unit: &Unit,
    obstacle: Option<String>,
) -> web::Result<Response> {
    let frame = Frame::of(app, viewer, Section::Tenants, "Stelle löschen?").await?;
    let units = TenantPlace::Units.url(tenant);
    let question = Question {
        what: format!("{}, {}", unit.name, tenant.name),
        consequences: vec![
            "Am Arbeitsplatz kann niemand mehr zu dieser Stelle verbinden.".to_owned(),
            "Frühere Gespräche behalten den Namen der Stelle.".to_owned(),
        ],
        obstacle,
        action: format!("{units}/{}/deletion", unit.id),
        yes: "Endgültig löschen",
        no: "Behalten",
        back: format!("{units}/{}", unit.id),
    };
    Ok(confirm::ask(frame, question))
}

pub(super) async fn delete_unit(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let unit = find(&app, &tenant, unit).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    match store::delete_unit(&mut *db, tenant.id, unit.id).await {
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
            let obstacle =
                "Diese Stelle steht noch in Einträgen oder hat untergeordnete Stellen. Ändern Sie diese zuerst.";
            drop(db);
            return ask(&app, &viewer, &tenant, &unit, Some(obstacle.to_owned())).await;
        }
        other => other?,
    };
    let act = Act::of(tenant.id, "deleted", "unit", unit.id, serde_json::json!({ "name": unit.name }));
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, format!("{} ist gelöscht.", unit.name), &TenantPlace::Units.url(&tenant)).await
}
