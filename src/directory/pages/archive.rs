//! Offices and people that are put away, and brought back.

use axum::extract::State;
use axum::response::Response;

use super::{find, home, unit_url};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::directory::{Contact, Unit, store};
use crate::ids::{ContactId, UnitId};
use crate::knowledge::town;
use crate::web::confirm::{self, Question};
use crate::web::frame::Section;
use crate::web::{self, Error, Frame, InTenant, Path};

pub(super) async fn unit_archive_page(
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
    let frame = Frame::of(app, viewer, Section::Directory, "Stelle archivieren?").await?;
    let url = unit_url(tenant, unit.id);
    let question = Question {
        what: format!("{}, {}", unit.name, tenant.name),
        consequences: vec![
            "Am Arbeitsplatz kann niemand mehr zu dieser Stelle und ihren Personen verbinden.".to_owned(),
            "Einträge nennen weiter ihren Namen, aber keine Nummer.".to_owned(),
            "Aus dem Archiv kann sie jederzeit zurückgeholt werden.".to_owned(),
        ],
        obstacle,
        action: format!("{url}/archive"),
        yes: "Archivieren",
        no: "Behalten",
        back: url,
    };
    Ok(confirm::ask(frame, question))
}

pub(super) async fn archive_unit(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let unit = find(&app, &tenant, id).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    let (below, rules) = store::units::count_uses(&mut db, tenant.id, id).await?;
    let obstacle = match (below, rules) {
        (1.., _) => Some("Diese Stelle hat untergeordnete Stellen. Ändern Sie diese zuerst."),
        (_, 1..) => Some("Zu dieser Stelle führen Zuständigkeiten. Ändern Sie diese zuerst."),
        _ => None,
    };
    if let Some(obstacle) = obstacle {
        drop(db);
        return ask(&app, &viewer, &tenant, &unit, Some(obstacle.to_owned())).await;
    }
    let now = app.clock.now();
    if store::units::archive_unit(&mut *db, tenant.id, id, Some(now)).await? {
        let act = Act::of(tenant.id, "archived", "unit", id, serde_json::json!({ "name": unit.name }));
        audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    let undo = format!("{}/restoration", unit_url(&tenant, id));
    web::done_with_undo(&app, &viewer, format!("{} ist archiviert.", unit.name), undo, &home(&tenant)).await
}

pub(super) async fn restore_unit(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let unit = find(&app, &tenant, id).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    if store::units::archive_unit(&mut *db, tenant.id, id, None).await? {
        let act = Act::of(tenant.id, "unarchived", "unit", id, serde_json::json!({ "name": unit.name }));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, format!("{} ist wieder da.", unit.name), &unit_url(&tenant, id)).await
}

pub(super) async fn archive_contact(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, ContactId)>,
) -> web::Result<Response> {
    let contact = put(&app, &viewer, &tenant, id, true).await?;
    let undo = format!("/directory/{}/contacts/{id}/restoration", tenant.slug);
    let text = format!("{} ist archiviert.", contact.name);
    web::done_with_undo(&app, &viewer, text, undo, &unit_url(&tenant, contact.unit)).await
}

pub(super) async fn restore_contact(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, ContactId)>,
) -> web::Result<Response> {
    let contact = put(&app, &viewer, &tenant, id, false).await?;
    web::done(&app, &viewer, format!("{} ist wieder da.", contact.name), &unit_url(&tenant, contact.unit)).await
}

/// Into the archive or out of it.
async fn put(app: &App, viewer: &Viewer, tenant: &TenantAccess, id: ContactId, away: bool) -> web::Result<Contact> {
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    let found = store::contacts::find_any_contact(&mut *db, tenant.id, id).await?.ok_or(Error::NotFound)?;
    if store::contacts::archive_contact(&mut *db, tenant.id, id, away.then_some(now)).await? {
        let action = if away { "archived" } else { "unarchived" };
        let act = Act::of(tenant.id, action, "contact", id, serde_json::json!({ "name": found.name }));
        audit::record(&mut *db, now, &Actor::from(viewer), act).await?;
        db.commit().await?;
    }
    Ok(found)
}
