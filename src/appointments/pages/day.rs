//! One day, on the screen and on paper.

use askama::Template;
use axum::extract::State;
use chrono::{NaiveDate, TimeDelta};
use serde::Deserialize;

use super::super::store::{self, Filter as Wanted};
use super::super::{Appointment, Office, State as Standing, words};
use super::list::{midnight, narrowed};
use super::{Place, places, town, units_of};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::clock;
use crate::directory;
use crate::web::forms::{Choice, parse_date};
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Places, Query, format};

/// More than any town's counters serve in a day.
const MOST: i64 = 2000;

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct DayQuery {
    day: String,
    unit: String,
}

#[derive(Template)]
#[template(path = "appointments/day.html")]
pub(super) struct DayPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    day: NaiveDate,
    unit: String,
    offices: Vec<Office>,
    groups: Vec<Group>,
    /// Why an office is closed that day.
    closed: Vec<(String, String)>,
}

/// One office's day, by time.
struct Group {
    unit_name: String,
    appointments: Vec<Appointment>,
}

impl DayPage {
    fn title(&self) -> String {
        words::day(self.day)
    }

    fn url(&self, days: i64) -> String {
        let day = self.day + TimeDelta::days(days);
        format!("/appointments/{}/day?day={day}&unit={}", self.tenant.slug, self.unit)
    }

    fn offices(&self) -> Vec<Choice> {
        let one = |office: &Office| Choice::new(office.unit, &office.unit_name, office.unit.to_string() == self.unit);
        self.offices.iter().map(one).collect()
    }
}

pub(super) async fn day_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(query): Query<DayQuery>,
) -> web::Result<Page<DayPage>> {
    let tenant = town(tenant)?;
    let own = units_of(&app, &viewer, &tenant).await?;
    let now = app.clock.now();
    let day = parse_date(&query.day).unwrap_or(clock::day_of(now));
    let units = narrowed(own.clone(), &query.unit);
    let wanted = Wanted {
        tenant: tenant.id,
        units: units.as_deref(),
        from: midnight(day, now),
        to: midnight(day + TimeDelta::days(1), now),
        state: Standing::Booked.as_str(),
        kind: None,
        reference: "",
    };
    let mut db = app.begin(&tenant.scope()).await?;
    let mut appointments = store::list_appointments(&mut *db, &wanted, 0, MOST).await?;
    let offices = store::list_offices(&mut *db, tenant.id, own.as_deref()).await?;
    let mut closed = Vec::new();
    for office in &offices {
        let calendar = directory::find_calendar(&mut db, tenant.id, office.unit).await?;
        closed.extend(calendar.special_day(day).map(|(why, _)| (office.unit_name.clone(), why)));
    }
    drop(db);
    appointments.sort_by(|a, b| (&a.unit_name, a.starts_at).cmp(&(&b.unit_name, b.starts_at)));
    let groups = appointments
        .chunk_by(|a, b| a.unit == b.unit)
        .map(|group| Group { unit_name: group[0].unit_name.clone(), appointments: group.to_vec() });
    let groups = groups.collect();
    let frame = Frame::of(&app, &viewer, Section::Appointments, format!("Termine am {}", format::date(day))).await?;
    let places = places(&viewer, &tenant, Place::Day);
    let unit = query.unit.parse::<crate::ids::UnitId>().map(|unit| unit.to_string()).unwrap_or_default();
    Ok(Page(DayPage { frame, places, tenant, day, unit, offices, groups, closed }))
}
