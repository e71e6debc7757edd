//! The week of a tenant, or of one line that keeps hours of its own.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::LineId;
use crate::tenants::week::{DayRow, MOST_A_DAY, WEEK, WeekForm, in_words};
use crate::tenants::{Line, store};
use crate::web::forms::{self, Choice, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Places, Query, TenantPlace};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// A line's id; empty for the tenant.
    pub line: String,
    pub intervals: usize,
}

#[derive(Template)]
#[template(path = "tenants/hours.html")]
struct HoursPage {
    frame: Frame,
    places: Places,
    lines: Vec<Choice>,
    line: Option<Line>,
    before: String,
    days: Vec<DayRow>,
    columns: usize,
    errors: Errors,
    differences: Vec<Difference>,
    action: String,
}

impl HoursPage {
    fn has_third_column(&self) -> bool {
        self.columns >= MOST_A_DAY
    }
}

/// The line that the address names, one of the tenant's own.
pub(super) fn chosen_line(lines: &[Line], wanted: &str) -> web::Result<Option<Line>> {
    if wanted.is_empty() {
        return Ok(None);
    }
    lines.iter().find(|line| line.id.to_string() == wanted).cloned().map(Some).ok_or(Error::NotFound)
}

/// The tenant as a whole, then its lines.
pub(super) fn line_choices(tenant: &TenantAccess, lines: &[Line], chosen: Option<LineId>) -> Vec<Choice> {
    let choice = |line: &Line| {
        let words = format!("{} {}", line.label, line.display_number());
        Choice::new(line.id, words, Some(line.id) == chosen)
    };
    let everybody =
        Choice::new("", if tenant.is_intake() { "alle gemeinsamen" } else { "ganzer Ort" }, chosen.is_none());
    std::iter::once(everybody).chain(lines.iter().map(choice)).collect()
}

pub(super) async fn hours_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(wanted): Query<Wanted>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let lines = store::list_lines(&mut *db, &[tenant.id]).await?;
    let line = chosen_line(&lines, &wanted.line)?;
    let week = store::list_hours(&mut *db, tenant.id, line.as_ref().map(|line| line.id)).await?;
    drop(db);
    let busiest = WEEK.map(|day| week.iter().filter(|hours| hours.weekday == day).count()).into_iter().max();
    let columns = wanted.intervals.max(busiest.unwrap_or(0)).clamp(2, MOST_A_DAY);
    show(&app, &viewer, tenant, (lines, line), WeekForm::of(&week, columns), Errors::none(), Vec::new()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    (lines, line): (Vec<Line>, Option<Line>),
    form: WeekForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let chosen = line.as_ref().map(|line| line.id);
    let hours = TenantPlace::Hours.url(&tenant);
    let status = forms::status(&errors, &differences);
    let page = HoursPage {
        frame: Frame::of(app, viewer, Section::Tenants, format!("Servicezeiten: {}", tenant.name)).await?,
        places: Places::of_tenant(&tenant, TenantPlace::Hours),
        lines: line_choices(&tenant, &lines, chosen),
        action: chosen.map_or(hours.clone(), |line| format!("{hours}?line={line}")),
        line,
        before: form.before.clone(),
        days: form.day_rows(),
        columns: form.columns(),
        errors,
        differences,
    };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn save_hours(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(wanted): Query<Wanted>,
    Form(mut form): Form<WeekForm>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let lines = store::list_lines(&mut *db, &[tenant.id]).await?;
    let line = chosen_line(&lines, &wanted.line)?;
    let mut errors = Errors::none();
    let week = form.check(&mut errors);
    if !errors.is_empty() {
        drop(db);
        return show(&app, &viewer, tenant, (lines, line), form, errors, Vec::new()).await;
    }
    let line_id: Option<LineId> = line.as_ref().map(|line| line.id);
    let (theirs, yours) = (in_words(&store::list_hours(&mut *db, tenant.id, line_id).await?), in_words(&week));
    if theirs != yours && theirs != form.before {
        form.before.clone_from(&theirs);
        let difference = Difference { field: "week", label: "Woche", theirs, yours };
        drop(db);
        return show(&app, &viewer, tenant, (lines, line), form, errors, vec![difference]).await;
    }
    if theirs != yours {
        store::replace_hours(&mut db, tenant.id, line_id, &week).await?;
        let thing_id = line_id.map_or("Ort".to_owned(), |line| format!("Anschluss {line}"));
        let act =
            Act::of(tenant.id, "changed", "service_hours", thing_id, serde_json::json!({ "week": [theirs, yours] }));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    let hours = TenantPlace::Hours.url(&tenant);
    let back = line_id.map_or(hours.clone(), |line| format!("{hours}?line={line}"));
    web::done(&app, &viewer, "Die Woche ist gespeichert.", &back).await
}
