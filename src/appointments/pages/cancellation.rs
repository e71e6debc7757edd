//! An office cannot keep an appointment: it says why, and whoever left a mail address hears of it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::{Appointment, Cancelling, State as Standing, cancel as cancel_appointment};
use super::detail::find;
use super::{Place, places, town};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::AppointmentId;
use crate::web::forms::Errors;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places};

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct CancelForm {
    reason: String,
}

#[derive(Template)]
#[template(path = "appointments/cancellation.html")]
struct CancelPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    appointment: Appointment,
    form: CancelForm,
    errors: Errors,
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    appointment: Appointment,
    form: CancelForm,
    errors: Errors,
) -> web::Result<Response> {
    let frame = Frame::of(app, viewer, Section::Appointments, "Termin absagen?").await?;
    let places = places(viewer, &tenant, Place::List);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Page(CancelPage { frame, places, tenant, appointment, form, errors })).into_response())
}

pub(super) async fn cancel_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, AppointmentId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let appointment = find(&app, &viewer, &tenant, id).await?;
    show(&app, &viewer, tenant, appointment, CancelForm::default(), Errors::none()).await
}

const IS_NOT_BOOKED: &str =
    "Dieser Termin ist nicht mehr gebucht; vielleicht hat ihn schon jemand abgesagt oder verlegt.";

pub(super) async fn cancel(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, AppointmentId)>,
    Form(form): Form<CancelForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let appointment = find(&app, &viewer, &tenant, id).await?;
    let mut errors = Errors::none();
    errors.require("reason", &form.reason, "Der Grund");
    errors.limit("reason", &form.reason, 300);
    if appointment.state != Standing::Booked {
        errors.add("reason", IS_NOT_BOOKED);
    }
    if !errors.is_empty() {
        return show(&app, &viewer, tenant, appointment, form, errors).await;
    }
    let now = app.clock.now();
    let why = Cancelling { reason: Some(&form.reason), by: &viewer.name, account: None };
    let mut db = app.begin(&tenant.scope()).await?;
    if cancel_appointment(&mut db, (tenant.id, id), &why, now).await?.is_none() {
        drop(db);
        errors.add("reason", IS_NOT_BOOKED);
        return show(&app, &viewer, tenant, appointment, form, errors).await;
    }
    let details = serde_json::json!({ "reference": appointment.spoken_reference() });
    audit::record(&mut *db, now, &Actor::from(&viewer), Act::of(tenant.id, "cancelled", "appointment", id, details))
        .await?;
    db.commit().await?;
    let told = if appointment.contact.mail.is_some() { " Die Absage geht per E-Mail hinaus." } else { "" };
    let done = format!("Der Termin {} ist abgesagt.{told}", appointment.spoken_reference());
    web::done(&app, &viewer, done, &format!("/appointments/{}/booked/{id}", tenant.slug)).await
}
