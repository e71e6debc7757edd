//! One appointment, and the letter about it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::{Appointment, State as Standing, store, words};
use super::{Place, places, town, units_of};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::clock;
use crate::ids::AppointmentId;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places, format};

#[derive(Template)]
#[template(path = "appointments/appointment.html")]
struct AppointmentPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    appointment: Appointment,
    may_cancel: bool,
}

pub(super) async fn find(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    id: AppointmentId,
) -> web::Result<Appointment> {
    let units = units_of(app, viewer, tenant).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    let found = store::find_appointment(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    let is_own = units.is_none_or(|units| units.contains(&found.unit));
    if is_own { Ok(found) } else { Err(web::Error::NotFound) }
}

pub(super) async fn appointment_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, AppointmentId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let appointment = find(&app, &viewer, &tenant, id).await?;
    let title = format!("Termin {}", appointment.spoken_reference());
    let frame = Frame::of(&app, &viewer, Section::Appointments, title).await?;
    let places = places(&viewer, &tenant, Place::List);
    let may_cancel = appointment.state == Standing::Booked && tenant.may(Permission::HandleAppointments);
    Ok(Page(AppointmentPage { frame, places, tenant, appointment, may_cancel }).into_response())
}

#[derive(Template)]
#[template(path = "appointments/letter.html")]
struct LetterPage {
    frame: Frame,
    tenant: TenantAccess,
    appointment: Appointment,
    today: String,
    /// Only where whoever prints it knows it.
    check: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LetterForm {
    check: String,
}

/// A form, because the digits must not stand in an address.
pub(super) async fn print_letter(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, AppointmentId)>,
    Form(form): Form<LetterForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let appointment = find(&app, &viewer, &tenant, id).await?;
    let check = Some(form.check).filter(|check| appointment.is_check(check));
    let frame = Frame::of(&app, &viewer, Section::Appointments, "Brief zum Termin").await?;
    let today = words::day(clock::day_of(app.clock.now()));
    Ok(Page(LetterPage { frame, tenant, appointment, today, check }).into_response())
}
