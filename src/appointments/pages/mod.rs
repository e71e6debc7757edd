//! Pages of offices: who comes when, the day on paper, and how appointments are made.

mod cancellation;
mod day;
mod detail;
mod feed;
mod list;
mod offices;
mod patterns;
mod resource;
mod settings;
mod type_form;
mod types;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::{Office, store};
use crate::access::{Permission as P, TenantAccess, Viewer};
use crate::app::App;
use crate::directory;
use crate::ids::UnitId;
use crate::web::frame::Section;
use crate::web::places::{PlaceGroup, PlaceLink};
use crate::web::{self, Frame, Page, Places, Routes, redirect};

pub fn routes() -> Routes {
    Routes::new()
        .get("/appointments", P::ReadAppointments, towns_page)
        .get("/appointments/{tenant}", P::ReadAppointments, list::list_page)
        .get("/appointments/{tenant}/day", P::ReadAppointments, day::day_page)
        .get("/appointments/{tenant}/booked/{appointment}", P::ReadAppointments, detail::appointment_page)
        .post("/appointments/{tenant}/letters/{appointment}", P::ReadAppointments, detail::print_letter)
        .get(
            "/appointments/{tenant}/booked/{appointment}/cancellation",
            P::HandleAppointments,
            cancellation::cancel_page,
        )
        .post("/appointments/{tenant}/booked/{appointment}/cancellation", P::HandleAppointments, cancellation::cancel)
        .get("/appointments/{tenant}/offices", P::HandleAppointments, offices::offices_page)
        .post("/appointments/{tenant}/offices", P::HandleAppointments, offices::create_office)
        .get("/appointments/{tenant}/offices/{unit}", P::HandleAppointments, offices::office_page)
        .get("/appointments/{tenant}/offices/{unit}/settings", P::HandleAppointments, settings::settings_page)
        .post("/appointments/{tenant}/offices/{unit}/settings", P::HandleAppointments, settings::save_settings)
        .post("/appointments/{tenant}/offices/{unit}/calendar", P::HandleAppointments, feed::create_feed)
        .post("/appointments/{tenant}/offices/{unit}/calendar/revocation", P::HandleAppointments, feed::revoke_feed)
        .get("/appointments/{tenant}/offices/{unit}/patterns/new", P::HandleAppointments, patterns::new_pattern_page)
        .post("/appointments/{tenant}/offices/{unit}/patterns", P::HandleAppointments, patterns::create_pattern)
        .get(
            "/appointments/{tenant}/offices/{unit}/patterns/{pattern}/deletion",
            P::HandleAppointments,
            patterns::deletion_page,
        )
        .post(
            "/appointments/{tenant}/offices/{unit}/patterns/{pattern}/deletion",
            P::HandleAppointments,
            patterns::delete_pattern,
        )
        .get("/appointments/{tenant}/offices/{unit}/resources/new", P::HandleAppointments, resource::new_resource_page)
        .post("/appointments/{tenant}/offices/{unit}/resources", P::HandleAppointments, resource::create_resource)
        .get("/appointments/{tenant}/resources/{resource}", P::HandleAppointments, resource::resource_page)
        .post("/appointments/{tenant}/resources/{resource}", P::HandleAppointments, resource::save_resource)
        .get("/appointments/{tenant}/offices/{unit}/types/new", P::HandleAppointments, types::new_type_page)
        .post("/appointments/{tenant}/offices/{unit}/types", P::HandleAppointments, types::create_type)
        .get("/appointments/{tenant}/types/{kind}", P::HandleAppointments, types::type_page)
        .post("/appointments/{tenant}/types/{kind}", P::HandleAppointments, types::save_type)
        .get("/calendars/{calendar}", P::Public, feed::read_feed)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    List,
    Day,
    Offices,
}

fn places(viewer: &Viewer, tenant: &TenantAccess, here: Place) -> Places {
    let links = [
        (Place::List, "Liste", "", P::ReadAppointments),
        (Place::Day, "Tag", "/day", P::ReadAppointments),
        (Place::Offices, "Einrichten", "/offices", P::HandleAppointments),
    ];
    let offered = links.into_iter().filter(|(.., permission)| tenant.may(*permission));
    let links = offered.map(|(place, label, path, _)| PlaceLink {
        label,
        url: format!("/appointments/{}{path}", tenant.slug),
        current: place == here,
    });
    Places {
        title: tenant.name.clone(),
        above: (viewer.tenants_with(P::ReadAppointments).len() > 1).then_some(("Termine", "/appointments")),
        mark: Some((tenant.accent.clone(), tenant.shape.clone())),
        groups: PlaceGroup::only(links.collect()),
    }
}

fn office_url(tenant: &TenantAccess, unit: UnitId) -> String {
    format!("/appointments/{}/offices/{unit}", tenant.slug)
}

/// The reserved tenant of calls without a town gives no appointments.
fn town(tenant: TenantAccess) -> web::Result<TenantAccess> {
    if tenant.is_intake() { Err(web::Error::NotFound) } else { Ok(tenant) }
}

/// None: all of the town; otherwise only the offices in which this person works.
async fn units_of(app: &App, viewer: &Viewer, tenant: &TenantAccess) -> web::Result<Option<Vec<UnitId>>> {
    let mut db = app.begin(&tenant.scope()).await?;
    Ok(directory::list_offices_of(&mut db, tenant.id, viewer.account).await?)
}

/// An office that makes appointments and in which this person works; any other is as if it did not exist.
async fn find_office(app: &App, viewer: &Viewer, tenant: &TenantAccess, unit: UnitId) -> web::Result<Office> {
    let units = units_of(app, viewer, tenant).await?;
    if units.is_some_and(|units| !units.contains(&unit)) {
        return Err(web::Error::NotFound);
    }
    let mut db = app.begin(&tenant.scope()).await?;
    store::find_office(&mut *db, tenant.id, unit).await?.ok_or(web::Error::NotFound)
}

#[derive(askama::Template)]
#[template(path = "appointments/towns.html")]
struct TownsPage {
    frame: Frame,
    tenants: Vec<TenantAccess>,
}

async fn towns_page(State(app): State<App>, viewer: Viewer) -> web::Result<Response> {
    let tenants: Vec<_> = viewer.tenants_with(P::ReadAppointments).into_iter().cloned().collect();
    if let [only] = &tenants[..] {
        return Ok(redirect(&format!("/appointments/{}", only.slug)));
    }
    let frame = Frame::of(&app, &viewer, Section::Appointments, "Termine").await?;
    Ok(Page(TownsPage { frame, tenants }).into_response())
}
