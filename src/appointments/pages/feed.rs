//! The office's calendar for other programs: opened by a secret in its address, revocable.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;

use super::super::{ics, store};
use super::{find_office, office_url, town};
use crate::access::Viewer;
use crate::accounts::{hash_secret, new_secret};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::db::Scope;
use crate::ids::UnitId;
use crate::web::{self, InTenant, Path};

/// Other calendars see so far back.
const PAST: TimeDelta = TimeDelta::days(30);

/// A new address; one that was given out before is closed. It is shown once.
pub(super) async fn create_feed(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let (secret, now) = (new_secret(), app.clock.now());
    let mut db = app.begin(&tenant.scope()).await?;
    store::update_feed(&mut *db, tenant.id, unit, Some(&hash_secret(&secret)), now).await?;
    let act =
        Act::of(tenant.id, "activated", "appointment_calendar", unit, serde_json::json!({ "name": office.unit_name }));
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let address = app.settings.url(&format!("/calendars/{secret}"));
    let words = format!("Die Adresse des Kalenders, nur jetzt zu sehen: {address}");
    web::done(&app, &viewer, words, &office_url(&tenant, unit)).await
}

pub(super) async fn revoke_feed(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    store::update_feed(&mut *db, tenant.id, unit, None, now).await?;
    let act =
        Act::of(tenant.id, "revoked", "appointment_calendar", unit, serde_json::json!({ "name": office.unit_name }));
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Der Kalender ist geschlossen. Seine Adresse gilt nicht mehr.", &office_url(&tenant, unit))
        .await
}

/// An unknown secret and a closed calendar look the same.
pub(super) async fn read_feed(State(app): State<App>, Path(secret): Path<String>) -> web::Result<Response> {
    let secret = secret.strip_suffix(".ics").unwrap_or(&secret);
    let mut db = app.begin(&Scope::system()).await?;
    let (tenant, unit) = store::find_feed(&mut *db, &hash_secret(secret)).await?.ok_or(web::Error::NotFound)?;
    let office = store::find_office(&mut *db, tenant, unit).await?.ok_or(web::Error::NotFound)?;
    let lines = store::list_feed(&mut *db, tenant, unit, app.clock.now() - PAST).await?;
    drop(db);
    let head = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::OK, head, ics::of_office(&office.unit_name, &lines)).into_response())
}
