//! The week of an office: when somebody answers, and when the door is open.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Place, find, places, unit_url};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::directory::{HoursKind, Unit, store};
use crate::ids::UnitId;
use crate::knowledge::town;
use crate::tenants::WeeklyHours;
use crate::tenants::week::{DayRow, MOST_A_DAY, WEEK, WeekForm, in_words};
use crate::web::forms::{self, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places, Query, format};

/// "Montag: 08:00–12:00 und 14:00–16:00", only the days with hours.
pub fn week_rows(week: &[WeeklyHours]) -> Vec<(&'static str, String)> {
    let day = |day: &chrono::Weekday| {
        let times: Vec<_> = week
            .iter()
            .filter(|hours| hours.weekday == *day)
            .map(|hours| {
                let (opens, closes) = (hours.interval.opens, hours.interval.closes);
                format!("{}–{}", format::clock_time(opens), format::clock_time(closes))
            })
            .collect();
        (!times.is_empty()).then(|| (format::weekday(*day), times.join(" und ")))
    };
    WEEK.iter().filter_map(day).collect()
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    kind: String,
    intervals: usize,
}

impl Wanted {
    fn kind(&self) -> HoursKind {
        HoursKind::parse(&self.kind).unwrap_or(HoursKind::Phone)
    }
}

#[derive(Template)]
#[template(path = "directory/hours.html")]
struct HoursPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    unit: Unit,
    kind: HoursKind,
    before: String,
    days: Vec<DayRow>,
    columns: usize,
    errors: Errors,
    differences: Vec<Difference>,
}

impl HoursPage {
    fn back(&self) -> String {
        unit_url(&self.tenant, self.unit.id)
    }

    fn free_text(&self) -> Option<&str> {
        match self.kind {
            HoursKind::Phone => self.unit.phone_hours.as_deref(),
            HoursKind::Opening => self.unit.opening_hours.as_deref(),
        }
    }

    fn is_phone(&self) -> bool {
        self.kind == HoursKind::Phone
    }

    fn has_third_column(&self) -> bool {
        self.columns >= MOST_A_DAY
    }
}

pub(super) async fn hours_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, UnitId)>,
    Query(wanted): Query<Wanted>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let unit = find(&app, &tenant, id).await?;
    let week = week_of(&app, &tenant, id, wanted.kind()).await?;
    let busiest = WEEK.map(|day| week.iter().filter(|hours| hours.weekday == day).count()).into_iter().max();
    let columns = wanted.intervals.max(busiest.unwrap_or(0)).clamp(2, MOST_A_DAY);
    show(&app, &viewer, tenant, unit, wanted.kind(), WeekForm::of(&week, columns), Errors::none(), Vec::new()).await
}

async fn week_of(app: &App, tenant: &TenantAccess, unit: UnitId, kind: HoursKind) -> web::Result<Vec<WeeklyHours>> {
    let mut db = app.begin(&tenant.scope()).await?;
    let rows = store::hours::list_unit_hours(&mut *db, &[tenant.id], &[unit], kind).await?;
    Ok(rows.into_iter().map(|(.., hours)| hours).collect())
}

#[expect(clippy::too_many_arguments, reason = "a form that comes back: whose, which, what was typed, what is wrong")]
async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    unit: Unit,
    kind: HoursKind,
    form: WeekForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let status = forms::status(&errors, &differences);
    let page = HoursPage {
        frame: Frame::of(app, viewer, Section::Directory, format!("{}: {}", kind.label(), unit.name)).await?,
        places: places(viewer, &tenant, Place::Units),
        before: form.before.clone(),
        days: form.day_rows(),
        columns: form.columns(),
        tenant,
        unit,
        kind,
        errors,
        differences,
    };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn save_hours(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, UnitId)>,
    Query(wanted): Query<Wanted>,
    Form(mut form): Form<WeekForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let (unit, kind) = (find(&app, &tenant, id).await?, wanted.kind());
    let mut errors = Errors::none();
    let week = form.check(&mut errors);
    if !errors.is_empty() {
        return show(&app, &viewer, tenant, unit, kind, form, errors, Vec::new()).await;
    }
    let (theirs, yours) = (in_words(&week_of(&app, &tenant, id, kind).await?), in_words(&week));
    if theirs != yours && theirs != form.before {
        form.before.clone_from(&theirs);
        let difference = Difference { field: "week", label: "Woche", theirs, yours };
        return show(&app, &viewer, tenant, unit, kind, form, errors, vec![difference]).await;
    }
    if theirs != yours {
        let mut db = app.begin(&tenant.scope()).await?;
        store::hours::replace_unit_hours(&mut db, tenant.id, id, kind, &week).await?;
        let details = serde_json::json!({ "name": unit.name, "week": [theirs, yours] });
        let act = Act::of(tenant.id, "changed", "unit_hours", id, details);
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Die Woche ist gespeichert.", &unit_url(&tenant, id)).await
}
