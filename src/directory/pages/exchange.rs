//! Reading a list in, after a look at what it would change, and giving it away.

use askama::Template;
use axum::extract::State;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Place, home, places};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::directory::exchange::{self, Format, Outcome, Plan};
use crate::directory::store;
use crate::knowledge::town;
use crate::web::forms::{self, Errors};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Places, Query};

/// What is sent back to be written has to fit into a form.
const LARGEST: usize = 1_000_000;
/// So many changes are shown; all of them are counted.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "directory/exchange.html")]
struct ExchangePage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    /// What was read, and what it would do.
    preview: Option<(String, Plan)>,
    errors: Errors,
}

impl ExchangePage {
    fn here(&self) -> String {
        format!("{}/exchange", home(&self.tenant))
    }

    /// Only what changes something, as far as it is shown.
    #[expect(clippy::unused_self, reason = "the template calls it on the page it has")]
    fn shown<'a>(&self, plan: &'a Plan) -> Vec<&'a exchange::Change> {
        plan.changes.iter().filter(|change| change.outcome != Outcome::Unchanged).take(SHOWN).collect()
    }
}

pub(super) async fn exchange_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    show(&app, &viewer, tenant, None, Errors::none()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    preview: Option<(String, Plan)>,
    errors: Errors,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let status = forms::status(&errors, &[]);
    let frame = Frame::of(app, viewer, Section::Directory, "Einlesen und ausgeben").await?;
    let places = places(viewer, &tenant, Place::Exchange);
    Ok((status, Page(ExchangePage { frame, places, tenant, preview, errors })).into_response())
}

fn unusable() -> Error {
    Error::Unusable("Die Datei ist nicht angekommen. Bitte wählen Sie sie noch einmal aus.".to_owned())
}

/// UTF-8, otherwise as Windows writes German text.
fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}

pub(super) async fn preview_import(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    form: Result<Multipart, MultipartRejection>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut form = form.map_err(|_| unusable())?;
    let mut text = String::new();
    while let Some(field) = form.next_field().await.map_err(|_| unusable())? {
        if field.name() == Some("file") {
            text = decode(&field.bytes().await.map_err(|_| unusable())?).replace('\0', "");
        }
    }
    let mut errors = Errors::none();
    if text.trim().is_empty() {
        errors.add("file", "Bitte wählen Sie eine Datei.");
    } else if text.len() > LARGEST {
        errors.add("file", "Die Datei ist zu groß: höchstens 1 MB ist möglich. Bitte teilen Sie sie.");
    }
    if !errors.is_empty() {
        return show(&app, &viewer, tenant, None, errors).await;
    }
    let plan = plan(&app, &tenant, &text).await?;
    show(&app, &viewer, tenant, Some((text, plan)), errors).await
}

async fn plan(app: &App, tenant: &TenantAccess, text: &str) -> web::Result<Plan> {
    let mut db = app.begin(&tenant.scope()).await?;
    let units = store::units::list_all_units(&mut *db, tenant.id).await?;
    let contacts = store::contacts::list_contacts(&mut *db, &[tenant.id], None).await?;
    Ok(exchange::plan(exchange::read(text), &units, &contacts))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ImportForm {
    text: String,
}

/// Planned anew: somebody may have changed something since the preview.
pub(super) async fn apply_import(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<ImportForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut errors = Errors::none();
    errors.require("file", form.text.trim(), "Die Datei");
    if !errors.is_empty() {
        return show(&app, &viewer, tenant, None, errors).await;
    }
    let plan = plan(&app, &tenant, &form.text).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    exchange::apply(&mut db, tenant.id, &plan).await?;
    let (created, updated, unchanged, rejected) = (plan.created(), plan.changed(), plan.unchanged(), plan.bad.len());
    let details = serde_json::json!({
        "created": created, "updated": updated, "unchanged": unchanged, "rejected": rejected
    });
    let act = Act::of(tenant.id, "imported", "directory", &tenant.slug, details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let text =
        format!("Eingelesen: {created} neu, {updated} geändert, {unchanged} unverändert, {rejected} nicht übernommen.");
    web::done(&app, &viewer, text, &home(&tenant)).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    format: String,
}

pub(super) async fn export(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(wanted): Query<Wanted>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let format = Format::parse(&wanted.format).unwrap_or(Format::Csv);
    let mut db = app.begin(&tenant.scope()).await?;
    let units = store::units::list_units(&mut *db, tenant.id).await?;
    let contacts = store::contacts::list_contacts(&mut *db, &[tenant.id], None).await?;
    let details = serde_json::json!({ "format": format.as_str(), "count": units.len() + contacts.len() });
    let act = Act::of(tenant.id, "exported", "directory", &tenant.slug, details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let disposition = format!("attachment; filename=\"{}\"", format.file_name(&tenant.slug));
    let headers = [(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, exchange::write(format, &units, &contacts)).into_response())
}
