//! Days on which an office works otherwise.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Place, find, places, unit_url};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::clock;
use crate::directory::{Unit, UnitException, store};
use crate::ids::UnitId;
use crate::knowledge::town;
use crate::tenants::Interval;
use crate::web::forms::{self, Errors, parse_date, parse_time};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Path, Places, format};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct DayForm {
    first_day: String,
    last_day: String,
    label: String,
    opens: String,
    closes: String,
}

impl DayForm {
    fn check(&self, errors: &mut Errors) -> Option<UnitException> {
        errors.require("label", &self.label, "Der Anlass");
        errors.limit("label", &self.label, 80);
        let first_day = parse_date(&self.first_day);
        if first_day.is_none() {
            errors.add("first_day", "Bitte geben Sie den ersten Tag an.");
        }
        let last_day = if self.last_day.is_empty() { first_day } else { parse_date(&self.last_day) };
        if first_day.is_some() && (last_day.is_none() || last_day < first_day) {
            errors.add("last_day", "Der letzte Tag liegt vor dem ersten oder ist kein Datum.");
        }
        let interval = self.interval(errors);
        let (first_day, last_day, label) = (first_day?, last_day?, self.label.clone());
        errors.is_empty().then_some(UnitException { id: 0, first_day, last_day, interval, label })
    }

    fn interval(&self, errors: &mut Errors) -> Option<Interval> {
        match (parse_time(&self.opens), parse_time(&self.closes)) {
            _ if self.opens.is_empty() && self.closes.is_empty() => return None,
            (Some(opens), Some(closes)) if opens < closes => return Some(Interval { opens, closes }),
            (Some(_), Some(_)) => errors.add("closes", "Das Ende liegt nicht nach dem Anfang."),
            _ => errors
                .add("opens", "Bitte geben Sie Anfang und Ende wie 8:00 und 12:00 ein, oder lassen Sie beide leer."),
        }
        None
    }
}

#[derive(Template)]
#[template(path = "directory/exceptions.html")]
struct ExceptionsPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    unit: Unit,
    days: Vec<UnitException>,
    form: DayForm,
    errors: Errors,
}

impl ExceptionsPage {
    fn back(&self) -> String {
        unit_url(&self.tenant, self.unit.id)
    }
}

pub(super) async fn exceptions_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    show(&app, &viewer, tenant, id, DayForm::default(), Errors::none()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    id: UnitId,
    form: DayForm,
    errors: Errors,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let unit = find(app, &tenant, id).await?;
    let today = clock::day_of(app.clock.now());
    let mut db = app.begin(&tenant.scope()).await?;
    let days = store::exceptions::list_unit_exceptions(&mut *db, tenant.id, id, today).await?;
    drop(db);
    let status = forms::status(&errors, &[]);
    let frame = Frame::of(app, viewer, Section::Directory, format!("Ausnahmen: {}", unit.name)).await?;
    let places = places(viewer, &tenant, Place::Units);
    Ok((status, Page(ExceptionsPage { frame, places, tenant, unit, days, form, errors })).into_response())
}

pub(super) async fn create_exception(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, UnitId)>,
    Form(form): Form<DayForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let unit = find(&app, &tenant, id).await?;
    let mut errors = Errors::none();
    let Some(day) = form.check(&mut errors) else {
        return show(&app, &viewer, tenant, id, form, errors).await;
    };
    let mut db = app.begin(&tenant.scope()).await?;
    let made = store::hours::insert_unit_exception(&mut *db, tenant.id, id, &day).await?;
    let details = serde_json::json!({ "name": unit.name, "label": day.label, "first_day": day.first_day, "last_day": day.last_day });
    let act = Act::of(tenant.id, "created", "unit_exception", made, details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die Ausnahme ist eingetragen.", &format!("{}/exceptions", unit_url(&tenant, id))).await
}

pub(super) async fn delete_exception(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id, day)): Path<(String, UnitId, i64)>,
) -> web::Result<Response> {
    let label = put(&app, &viewer, &tenant, (id, day), true).await?;
    let days = format!("{}/exceptions", unit_url(&tenant, id));
    let undo = format!("{days}/{day}/restoration");
    web::done_with_undo(&app, &viewer, format!("„{label}“ ist entfernt."), undo, &days).await
}

pub(super) async fn restore_exception(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id, day)): Path<(String, UnitId, i64)>,
) -> web::Result<Response> {
    let label = put(&app, &viewer, &tenant, (id, day), false).await?;
    let days = format!("{}/exceptions", unit_url(&tenant, id));
    web::done(&app, &viewer, format!("„{label}“ gilt wieder."), &days).await
}

async fn put(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    (unit, day): (UnitId, i64),
    away: bool,
) -> web::Result<String> {
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    let at = away.then_some(now);
    let label = store::exceptions::archive_exception(&mut *db, tenant.id, unit, day, at).await?;
    let label = label.ok_or(Error::NotFound)?;
    let action = if away { "deleted" } else { "restored" };
    let act = Act::of(tenant.id, action, "unit_exception", day, serde_json::json!({ "label": label }));
    audit::record(&mut *db, now, &Actor::from(viewer), act).await?;
    db.commit().await?;
    Ok(label)
}
