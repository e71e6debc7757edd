//! The directory's pages: offices and their people, hours, who is responsible, how well they are reached, in and out.

mod archive;
mod checking;
mod contact_form;
mod exceptions;
mod exchange;
mod hold;
mod hours;
mod list;
mod members;
mod reach;
mod rule_form;
mod rule_save;
mod rules;
mod unit;
mod unit_form;
mod unit_save;

use super::{Unit, store};
use crate::access::{Permission as P, TenantAccess, Viewer};
use crate::app::App;
use crate::ids::UnitId;
use crate::web::places::{PlaceGroup, PlaceLink, Places};
use crate::web::{self, Error, Routes};

pub fn routes() -> Routes {
    Routes::new()
        .get("/directory", P::ReadDirectory, list::towns_page)
        .get("/directory/{tenant}", P::ReadDirectory, list::units_page)
        .get("/directory/{tenant}/units/new", P::EditDirectory, unit_save::new_unit_page)
        .post("/directory/{tenant}/units", P::EditDirectory, unit_save::create_unit)
        .get("/directory/{tenant}/units/{unit}", P::ReadDirectory, unit::unit_page)
        .get("/directory/{tenant}/units/{unit}/edit", P::EditDirectory, unit_save::edit_unit_page)
        .post("/directory/{tenant}/units/{unit}", P::EditDirectory, unit_save::save_unit)
        .get("/directory/{tenant}/units/{unit}/archive", P::EditDirectory, archive::unit_archive_page)
        .post("/directory/{tenant}/units/{unit}/archive", P::EditDirectory, archive::archive_unit)
        .post("/directory/{tenant}/units/{unit}/restoration", P::EditDirectory, archive::restore_unit)
        .post("/directory/{tenant}/units/{unit}/hold", P::EditDirectory, hold::hold_unit)
        .get("/directory/{tenant}/units/{unit}/hours", P::EditDirectory, hours::hours_page)
        .post("/directory/{tenant}/units/{unit}/hours", P::EditDirectory, hours::save_hours)
        .get("/directory/{tenant}/units/{unit}/exceptions", P::EditDirectory, exceptions::exceptions_page)
        .post("/directory/{tenant}/units/{unit}/exceptions", P::EditDirectory, exceptions::create_exception)
        .post(
            "/directory/{tenant}/units/{unit}/exceptions/{unit_exception}/deletion",
            P::EditDirectory,
            exceptions::delete_exception,
        )
        .post(
            "/directory/{tenant}/units/{unit}/exceptions/{unit_exception}/restoration",
            P::EditDirectory,
            exceptions::restore_exception,
        )
        .get("/directory/{tenant}/units/{unit}/members", P::ManageTenant, members::members_page)
        .post("/directory/{tenant}/units/{unit}/members", P::ManageTenant, members::save_members)
        .get("/directory/{tenant}/units/{unit}/contacts/new", P::EditDirectory, contact_form::new_contact_page)
        .post("/directory/{tenant}/units/{unit}/contacts", P::EditDirectory, contact_form::create_contact)
        .get("/directory/{tenant}/contacts/{contact}", P::EditDirectory, contact_form::contact_page)
        .post("/directory/{tenant}/contacts/{contact}", P::EditDirectory, contact_form::save_contact)
        .post("/directory/{tenant}/contacts/{contact}/archive", P::EditDirectory, archive::archive_contact)
        .post("/directory/{tenant}/contacts/{contact}/restoration", P::EditDirectory, archive::restore_contact)
        .get("/directory/{tenant}/rules", P::ReadDirectory, rules::rules_page)
        .get("/directory/{tenant}/rules/check", P::ReadDirectory, checking::check_page)
        .get("/directory/{tenant}/rules/new", P::EditDirectory, rule_save::new_rule_page)
        .post("/directory/{tenant}/rules", P::EditDirectory, rule_save::create_rule)
        .get("/directory/{tenant}/rules/{rule}", P::EditDirectory, rule_save::rule_page)
        .post("/directory/{tenant}/rules/{rule}", P::EditDirectory, rule_save::save_rule)
        .post("/directory/{tenant}/rules/{rule}/deletion", P::EditDirectory, rule_save::delete_rule)
        .post("/directory/{tenant}/rules/{rule}/restoration", P::EditDirectory, rule_save::restore_rule)
        .get("/directory/{tenant}/reachability", P::ReadDirectory, reach::reachability_page)
        .get("/directory/{tenant}/exchange", P::EditDirectory, exchange::exchange_page)
        .post("/directory/{tenant}/exchange", P::EditDirectory, exchange::preview_import)
        .post("/directory/{tenant}/exchange/import", P::EditDirectory, exchange::apply_import)
        .get("/directory/{tenant}/export", P::EditDirectory, exchange::export)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Units,
    Rules,
    Check,
    Reachability,
    Exchange,
}

fn places(viewer: &Viewer, tenant: &TenantAccess, here: Place) -> Places {
    let links = [
        (Place::Units, "Stellen", "", P::ReadDirectory),
        (Place::Rules, "Zuständigkeiten", "/rules", P::ReadDirectory),
        (Place::Check, "Prüfung", "/rules/check", P::ReadDirectory),
        (Place::Reachability, "Erreichbarkeit", "/reachability", P::ReadDirectory),
        (Place::Exchange, "Einlesen und ausgeben", "/exchange", P::EditDirectory),
    ];
    let offered = links.into_iter().filter(|(.., permission)| tenant.may(*permission));
    let offered = offered.filter(|(place, ..)| *place != Place::Reachability || may_see_figures(tenant));
    let links = offered.map(|(place, label, path, _)| PlaceLink {
        label,
        url: format!("/directory/{}{path}", tenant.slug),
        current: place == here,
    });
    Places {
        title: tenant.name.clone(),
        above: (viewer.tenants_with(P::ReadDirectory).len() > 1).then_some(("Verzeichnis", "/directory")),
        mark: Some((tenant.accent.clone(), tenant.shape.clone())),
        groups: PlaceGroup::only(links.collect()),
    }
}

/// Figures are for those who watch them, and for those who keep the directory.
fn may_see_figures(tenant: &TenantAccess) -> bool {
    tenant.may(P::WatchFigures) || tenant.may(P::EditDirectory)
}

fn home(tenant: &TenantAccess) -> String {
    format!("/directory/{}", tenant.slug)
}

fn unit_url(tenant: &TenantAccess, unit: UnitId) -> String {
    format!("/directory/{}/units/{unit}", tenant.slug)
}

/// Also an archived one.
async fn find(app: &App, tenant: &TenantAccess, unit: UnitId) -> web::Result<Unit> {
    let mut db = app.begin(&tenant.scope()).await?;
    store::units::find_any_unit(&mut *db, tenant.id, unit).await?.ok_or(Error::NotFound)
}

/// "Polnisch, Türkisch" as single words.
fn listed(text: &str) -> Vec<String> {
    text.split([',', ';', '\n']).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
