//! Which offices make appointments, and what one of them has: types, resources, patterns, closed days, its calendar.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::Days;
use serde::Deserialize;

use super::super::{Office, Pattern, Resource, System, Type, store};
use super::{Place, find_office, office_url, places, town, units_of};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::clock;
use crate::directory;
use crate::ids::{AppointmentTypeId, UnitId};
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places, format};

/// How far ahead closed days are shown.
const AHEAD: Days = Days::new(120);

#[derive(Template)]
#[template(path = "appointments/offices.html")]
pub(super) struct OfficesPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    offices: Vec<Office>,
    /// Those that make none yet.
    others: Vec<Choice>,
}

pub(super) async fn offices_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Page<OfficesPage>> {
    let tenant = town(tenant)?;
    let own = units_of(&app, &viewer, &tenant).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    let offices = store::list_offices(&mut *db, tenant.id, own.as_deref()).await?;
    let units = directory::list_units(&mut *db, tenant.id).await?;
    drop(db);
    let is_other = |unit: &UnitId| {
        own.as_ref().is_none_or(|own| own.contains(unit)) && !offices.iter().any(|office| office.unit == *unit)
    };
    let others = units.iter().filter(|unit| is_other(&unit.id)).map(|unit| Choice::new(unit.id, &unit.name, false));
    let others = others.collect();
    let frame = Frame::of(&app, &viewer, Section::Appointments, "Termine einrichten").await?;
    let places = places(&viewer, &tenant, Place::Offices);
    Ok(Page(OfficesPage { frame, places, tenant, offices, others }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OfficeForm {
    unit: String,
}

pub(super) async fn create_office(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<OfficeForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let unit: UnitId = form.unit.parse().map_err(|_| web::Error::NotFound)?;
    let own = units_of(&app, &viewer, &tenant).await?;
    if own.is_some_and(|own| !own.contains(&unit)) {
        return Err(web::Error::NotFound);
    }
    let mut db = app.begin(&tenant.scope()).await?;
    let known = directory::find_unit(&mut *db, tenant.id, unit).await?.ok_or(web::Error::NotFound)?;
    store::insert_office(&mut *db, tenant.id, unit).await?;
    let act = Act::of(tenant.id, "created", "appointment_office", unit, serde_json::json!({ "name": known.name }));
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let done = format!("{} kann jetzt Termine vergeben.", known.name);
    web::done(&app, &viewer, done, &office_url(&tenant, unit)).await
}

#[derive(Template)]
#[template(path = "appointments/office.html")]
pub(super) struct OfficePage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    office: Office,
    types: Vec<Type>,
    resources: Vec<Resource>,
    patterns: Vec<Pattern>,
    /// Of the town and the office, in the next months.
    closed: Vec<(String, String)>,
}

impl OfficePage {
    fn url(&self) -> String {
        office_url(&self.tenant, self.office.unit)
    }

    fn resources_of(&self, kind: &Type) -> String {
        let used = self.resources.iter().filter(|resource| kind.resources.contains(&resource.id));
        used.map(|resource| resource.name.clone()).collect::<Vec<_>>().join(", ")
    }

    fn type_name(&self, id: AppointmentTypeId) -> &str {
        self.types.iter().find(|kind| kind.id == id).map_or("", |kind| &kind.name)
    }

    /// "ab 01.01.2027 bis 31.01.2027".
    #[expect(clippy::unused_self, reason = "the template asks the page it is on")]
    fn validity(&self, pattern: &Pattern) -> String {
        let from = pattern.valid_from.map(|day| format!("ab {}", format::date(day)));
        let until = pattern.valid_until.map(|day| format!("bis {}", format::date(day)));
        let parts: Vec<_> = [from, until].into_iter().flatten().collect();
        if parts.is_empty() { "immer".to_owned() } else { parts.join(" ") }
    }

    fn has_feed(&self) -> bool {
        self.office.feed_since.is_some()
    }
}

pub(super) async fn office_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Page<OfficePage>> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    let types = store::list_types(&mut *db, tenant.id, Some(&[unit])).await?;
    let resources = store::list_resources(&mut *db, tenant.id, Some(unit)).await?;
    let patterns = store::list_patterns(&mut *db, tenant.id, Some(unit)).await?;
    let calendar = directory::find_calendar(&mut db, tenant.id, unit).await?;
    drop(db);
    let today = clock::day_of(now);
    let days = today.iter_days().take_while(|day| *day <= today + AHEAD);
    let closed = days.filter_map(|day| Some((format::date(day), calendar.special_day(day)?.0))).collect();
    let frame = Frame::of(&app, &viewer, Section::Appointments, format!("Termine: {}", office.unit_name)).await?;
    let places = places(&viewer, &tenant, Place::Offices);
    Ok(Page(OfficePage { frame, places, tenant, office, types, resources, patterns, closed }))
}
