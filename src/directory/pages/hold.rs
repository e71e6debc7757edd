//! "Nicht verbinden bis": an office, and the same fields in the form of a person.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Europe::Berlin;
use serde::Deserialize;

use super::unit;
use crate::access::Viewer;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::clock;
use crate::directory::{Hold, store};
use crate::ids::UnitId;
use crate::knowledge::town;
use crate::web::forms::{Errors, optional, parse_date, parse_time};
use crate::web::{self, Form, InTenant, Path, format};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HoldForm {
    pub day: String,
    /// Empty: midnight.
    pub time: String,
    pub reason: String,
}

impl HoldForm {
    /// One that is over is not shown any more.
    pub fn of(hold: Option<&Hold>, now: DateTime<Utc>) -> Self {
        let Some(hold) = hold.filter(|hold| hold.holds(now)) else { return Self::default() };
        let local = hold.until.with_timezone(&Berlin);
        let time = local.time();
        Self {
            day: local.format("%Y-%m-%d").to_string(),
            time: if time == NaiveTime::MIN { String::new() } else { format::clock_time(time) },
            reason: hold.reason.clone().unwrap_or_default(),
        }
    }

    /// None without a day: connections are welcome.
    pub fn check(&self, now: DateTime<Utc>, errors: &mut Errors) -> Option<Hold> {
        errors.limit("reason", &self.reason, 80);
        if self.day.is_empty() {
            if !self.time.is_empty() || !self.reason.is_empty() {
                errors.add("day", "Bitte geben Sie an, bis wann nicht verbunden wird.");
            }
            return None;
        }
        let Some(day) = parse_date(&self.day) else {
            errors.add("day", "Das ist kein Datum.");
            return None;
        };
        let time = if self.time.is_empty() { Some(NaiveTime::MIN) } else { parse_time(&self.time) };
        let Some(until) = time.and_then(|time| clock::moment(day, time)) else {
            errors.add("time", "Bitte geben Sie die Uhrzeit wie 14:00 ein.");
            return None;
        };
        if until <= now {
            errors.add("day", "Dieser Zeitpunkt ist schon vorbei.");
        }
        Some(Hold { until, reason: optional(&self.reason) })
    }
}

pub(super) async fn hold_unit(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, UnitId)>,
    Form(form): Form<HoldForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let found = super::find(&app, &tenant, id).await?;
    let now = app.clock.now();
    let mut errors = Errors::none();
    let hold = form.check(now, &mut errors);
    if !errors.is_empty() {
        return unit::show(&app, &viewer, tenant, id, Some(form), errors).await;
    }
    let mut db = app.begin(&tenant.scope()).await?;
    store::units::hold_unit(&mut *db, tenant.id, id, hold.as_ref()).await?;
    let details = serde_json::json!({ "name": found.name, "hold": hold.as_ref().map(|hold| hold.words(now)) });
    audit::record(&mut *db, now, &Actor::from(&viewer), Act::of(tenant.id, "changed", "unit", id, details)).await?;
    db.commit().await?;
    let text = match &hold {
        Some(hold) => format!("{}: nicht verbinden bis {}.", found.name, hold.words(now)),
        None => format!("{}: es wird wieder verbunden.", found.name),
    };
    web::done(&app, &viewer, text, &super::unit_url(&tenant, id)).await
}
