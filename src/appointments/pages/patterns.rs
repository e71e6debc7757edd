//! When an office gives appointments: one line a weekday and time.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::Weekday;
use serde::Deserialize;

use super::super::store::{self, NewPattern};
use super::super::{Office, Type};
use super::{Place, find_office, office_url, places, town};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::{AppointmentTypeId, PatternId, UnitId};
use crate::tenants::Interval;
use crate::web::confirm::{self, Question};
use crate::web::forms::{Choice, Errors, parse_date, parse_time};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places, format};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct PatternForm {
    kind: String,
    /// 1 is Monday.
    weekday: Vec<String>,
    opens: String,
    closes: String,
    valid_from: String,
    valid_until: String,
}

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

impl PatternForm {
    fn check(&self, unit: UnitId, types: &[Type], errors: &mut Errors) -> Vec<NewPattern> {
        let days = WEEK.into_iter().filter(|day| self.weekday.contains(&day.number_from_monday().to_string()));
        let days: Vec<_> = days.collect();
        if days.is_empty() {
            errors.add("weekday", "Bitte wählen Sie mindestens einen Wochentag.");
        }
        let kind = self.kind.parse::<AppointmentTypeId>().ok().filter(|id| types.iter().any(|kind| kind.id == *id));
        if kind.is_none() && !self.kind.is_empty() {
            errors.add("kind", "Diese Terminart gibt es nicht.");
        }
        let (opens, closes) = (parse_time(&self.opens), parse_time(&self.closes));
        if opens.is_none() {
            errors.add("opens", "Bitte geben Sie eine Uhrzeit an, zum Beispiel 8:00.");
        }
        if closes.is_none() {
            errors.add("closes", "Bitte geben Sie eine Uhrzeit an, zum Beispiel 12:30.");
        }
        let (valid_from, valid_until) = (parse_date(&self.valid_from), parse_date(&self.valid_until));
        for (field, typed, day) in
            [("valid_from", &self.valid_from, valid_from), ("valid_until", &self.valid_until, valid_until)]
        {
            if day.is_none() && !typed.is_empty() {
                errors.add(field, "Das ist kein Datum.");
            }
        }
        if valid_from.zip(valid_until).is_some_and(|(from, until)| until < from) {
            errors.add("valid_until", "Der letzte Tag liegt vor dem ersten.");
        }
        let Some((opens, closes)) = opens.zip(closes) else { return Vec::new() };
        if closes <= opens {
            errors.add("closes", "Das Ende liegt vor dem Anfang.");
        }
        if !errors.is_empty() {
            return Vec::new();
        }
        let interval = Interval { opens, closes };
        days.into_iter().map(|weekday| NewPattern { unit, kind, weekday, interval, valid_from, valid_until }).collect()
    }
}

#[derive(Template)]
#[template(path = "appointments/pattern.html")]
struct PatternPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    office: Office,
    types: Vec<Type>,
    form: PatternForm,
    errors: Errors,
}

impl PatternPage {
    fn back(&self) -> String {
        office_url(&self.tenant, self.office.unit)
    }

    fn kinds(&self) -> Vec<Choice> {
        let all = Choice::new("", "für alle ohne eigene Zeiten", self.form.kind.is_empty());
        let one = |kind: &Type| Choice::new(kind.id, &kind.name, kind.id.to_string() == self.form.kind);
        std::iter::once(all).chain(self.types.iter().map(one)).collect()
    }

    fn week(&self) -> Vec<Choice> {
        let one = |day: Weekday| {
            let number = day.number_from_monday().to_string();
            Choice::new(&number, format::weekday(day), self.form.weekday.contains(&number))
        };
        WEEK.map(one).to_vec()
    }
}

async fn show(
    app: &App,
    viewer: &Viewer,
    (tenant, office, types): (TenantAccess, Office, Vec<Type>),
    form: PatternForm,
    errors: Errors,
) -> web::Result<Response> {
    let title = format!("Terminzeiten: {}", office.unit_name);
    let frame = Frame::of(app, viewer, Section::Appointments, title).await?;
    let places = places(viewer, &tenant, Place::Offices);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Page(PatternPage { frame, places, tenant, office, types, form, errors })).into_response())
}

async fn list_types(app: &App, tenant: &TenantAccess, unit: UnitId) -> web::Result<Vec<Type>> {
    let mut db = app.begin(&tenant.scope()).await?;
    Ok(store::list_types(&mut *db, tenant.id, Some(&[unit])).await?)
}

pub(super) async fn new_pattern_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let types = list_types(&app, &tenant, unit).await?;
    show(&app, &viewer, (tenant, office, types), PatternForm::default(), Errors::none()).await
}

pub(super) async fn create_pattern(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
    Form(form): Form<PatternForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let types = list_types(&app, &tenant, unit).await?;
    let mut errors = Errors::none();
    let patterns = form.check(unit, &types, &mut errors);
    if !errors.is_empty() {
        return show(&app, &viewer, (tenant, office, types), form, errors).await;
    }
    let mut db = app.begin(&tenant.scope()).await?;
    for pattern in &patterns {
        store::insert_pattern(&mut *db, tenant.id, pattern).await?;
    }
    let details = serde_json::json!({ "name": office.unit_name, "count": patterns.len() });
    let act = Act::of(tenant.id, "created", "opening_pattern", unit, details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die Terminzeiten sind gespeichert.", &office_url(&tenant, unit)).await
}

pub(super) async fn deletion_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit, id)): Path<(String, UnitId, PatternId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    let all = store::list_patterns(&mut *db, tenant.id, Some(unit)).await?;
    drop(db);
    let pattern = all.into_iter().find(|pattern| pattern.id == id).ok_or(web::Error::NotFound)?;
    let frame = Frame::of(&app, &viewer, Section::Appointments, "Terminzeit löschen?").await?;
    let Interval { opens, closes } = pattern.interval;
    let when =
        format!("{} {}–{}", format::weekday(pattern.weekday), format::clock_time(opens), format::clock_time(closes));
    let question = Question {
        what: format!("{when}, {}", office.unit_name),
        consequences: vec![
            "In dieser Zeit werden keine neuen Termine mehr angeboten.".to_owned(),
            "Gebuchte Termine bleiben bestehen.".to_owned(),
        ],
        obstacle: None,
        action: format!("{}/patterns/{id}/deletion", office_url(&tenant, unit)),
        yes: "Löschen",
        no: "Behalten",
        back: office_url(&tenant, unit),
    };
    Ok(confirm::ask(frame, question))
}

pub(super) async fn delete_pattern(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit, id)): Path<(String, UnitId, PatternId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    if !store::delete_pattern(&mut *db, tenant.id, unit, id).await? {
        return Err(web::Error::NotFound);
    }
    let act = Act::of(tenant.id, "deleted", "opening_pattern", unit, serde_json::json!({ "name": office.unit_name }));
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die Terminzeit ist gelöscht.", &office_url(&tenant, unit)).await
}
