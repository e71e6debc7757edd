//! All appointments of a town, narrowed and paged.

use askama::Template;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::super::store::{self, Filter as Wanted};
use super::super::{Appointment, Office, State as Standing, Type, parse_reference};
use super::{Place, places, town, units_of};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::clock;
use crate::ids::UnitId;
use crate::web::forms::{Choice, parse_date};
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Places, Query, format};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    unit: String,
    kind: String,
    state: String,
    from: String,
    to: String,
    page: String,
}

#[derive(Template)]
#[template(path = "appointments/list.html")]
pub(super) struct ListPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    pager: Pager,
    appointments: Vec<Appointment>,
    offices: Vec<Office>,
    types: Vec<Type>,
    may_handle: bool,
}

impl ListPage {
    fn offices(&self) -> Vec<Choice> {
        let one =
            |office: &Office| Choice::new(office.unit, &office.unit_name, office.unit.to_string() == self.filter.unit);
        self.offices.iter().map(one).collect()
    }

    fn types(&self) -> Vec<Choice> {
        let one = |kind: &Type| Choice::new(kind.id, &kind.name, kind.id.to_string() == self.filter.kind);
        self.types.iter().map(one).collect()
    }

    fn states(&self) -> Vec<Choice> {
        let one = |state: Standing| Choice::new(state.as_str(), state.label(), state.as_str() == self.filter.state);
        Standing::ALL.map(one).to_vec()
    }
}

/// The beginning of a day.
pub(super) fn midnight(day: NaiveDate, now: DateTime<Utc>) -> DateTime<Utc> {
    clock::moment(day, NaiveTime::MIN).unwrap_or(now)
}

/// Those of the person's own offices that are asked for.
pub(super) fn narrowed(own: Option<Vec<UnitId>>, wanted: &str) -> Option<Vec<UnitId>> {
    let Ok(wanted) = wanted.parse::<UnitId>() else { return own };
    Some(own.map_or(vec![wanted], |own| own.into_iter().filter(|unit| *unit == wanted).collect()))
}

pub(super) async fn list_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Page<ListPage>> {
    let tenant = town(tenant)?;
    let own = units_of(&app, &viewer, &tenant).await?;
    let now = app.clock.now();
    let from = parse_date(&filter.from).unwrap_or(clock::day_of(now));
    let to = parse_date(&filter.to)
        .map_or(midnight(from, now) + TimeDelta::days(400), |day| midnight(day + TimeDelta::days(1), now));
    let units = narrowed(own.clone(), &filter.unit);
    let wanted = Wanted {
        tenant: tenant.id,
        units: units.as_deref(),
        from: midnight(from, now),
        to,
        state: Standing::parse(&filter.state).map_or("", Standing::as_str),
        kind: filter.kind.parse().ok(),
        reference: &parse_reference(&filter.q),
    };
    let mut db = app.begin(&tenant.scope()).await?;
    let total = store::count_appointments(&mut *db, &wanted).await?;
    let pager = Pager::new(&format!("/appointments/{}", tenant.slug), &filter, &filter.page, total, "Terminen");
    let appointments = store::list_appointments(&mut *db, &wanted, pager.offset(), Pager::ROWS).await?;
    let offices = store::list_offices(&mut *db, tenant.id, own.as_deref()).await?;
    let types = store::list_types(&mut *db, tenant.id, own.as_deref()).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Appointments, "Termine").await?;
    let places = places(&viewer, &tenant, Place::List);
    let may_handle = tenant.may(Permission::HandleAppointments);
    Ok(Page(ListPage { frame, places, tenant, filter, pager, appointments, offices, types, may_handle }))
}
