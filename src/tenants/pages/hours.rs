//! The week of a tenant, or of one line that keeps hours of its own.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::Weekday;
use serde::Deserialize;

use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::LineId;
use crate::tenants::{Interval, Line, WeeklyHours, store};
use crate::web::forms::{self, Choice, Difference, Errors, parse_time};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Places, Query, TenantPlace, format};

pub(super) const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
/// How many openings a day has room for; the page shows the third on request.
pub(super) const MOST_A_DAY: usize = 3;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// A line's id; empty for the tenant.
    pub line: String,
    pub intervals: usize,
}

/// The fields come row by row: a day's openings stand next to each other.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct HoursForm {
    /// The week as this page showed it: what somebody else saved meanwhile differs from it.
    before: String,
    opens: Vec<String>,
    closes: Vec<String>,
}

impl HoursForm {
    fn of(week: &[WeeklyHours], columns: usize) -> Self {
        let mut form = Self { before: in_words(week), ..Self::default() };
        for day in WEEK {
            let mut openings = week.iter().filter(|hours| hours.weekday == day).map(|hours| hours.interval);
            for _ in 0..columns {
                let opening = openings.next();
                form.opens.push(opening.map(|o| format::clock_time(o.opens)).unwrap_or_default());
                form.closes.push(opening.map(|o| format::clock_time(o.closes)).unwrap_or_default());
            }
        }
        form
    }

    fn columns(&self) -> usize {
        (self.opens.len().max(self.closes.len()).div_ceil(WEEK.len())).clamp(1, MOST_A_DAY)
    }

    fn cell(&self, day: usize, column: usize) -> (&str, &str) {
        let at = day * self.columns() + column;
        (self.opens.get(at).map_or("", String::as_str), self.closes.get(at).map_or("", String::as_str))
    }

    fn check(&self, errors: &mut Errors) -> Vec<WeeklyHours> {
        let mut week = Vec::new();
        for (index, weekday) in WEEK.into_iter().enumerate() {
            let day = format::weekday(weekday);
            let mut openings: Vec<Interval> = Vec::new();
            for column in 0..self.columns() {
                let field = format!("opens-{index}-{column}");
                match opening(self.cell(index, column)) {
                    Ok(Some(opening)) if openings.iter().any(|other| overlap(*other, opening)) => {
                        errors.add(field, format!("{day}: Zwei Zeiträume überschneiden sich."));
                    }
                    Ok(Some(opening)) => openings.push(opening),
                    Ok(None) => {}
                    Err(mistake) => errors.add(field, format!("{day}: {mistake}")),
                }
            }
            openings.sort_unstable_by_key(|opening| opening.opens);
            week.extend(openings.into_iter().map(|interval| WeeklyHours { weekday, interval }));
        }
        week
    }
}

fn opening((opens, closes): (&str, &str)) -> Result<Option<Interval>, &'static str> {
    match (parse_time(opens), parse_time(closes)) {
        _ if opens.is_empty() && closes.is_empty() => Ok(None),
        (Some(opens), Some(closes)) if opens < closes => Ok(Some(Interval { opens, closes })),
        (Some(_), Some(_)) => Err("Das Ende liegt nicht nach dem Anfang."),
        _ => Err("Bitte geben Sie Anfang und Ende wie 8:00 und 17:00 ein."),
    }
}

fn overlap(a: Interval, b: Interval) -> bool {
    a.opens < b.closes && b.opens < a.closes
}

/// "Montag 08:00–17:00, Dienstag 08:00–12:00".
fn in_words(week: &[WeeklyHours]) -> String {
    let word = |hours: &WeeklyHours| {
        let Interval { opens, closes } = hours.interval;
        let (opens, closes) = (format::clock_time(opens), format::clock_time(closes));
        format!("{} {opens}–{closes}", format::weekday(hours.weekday))
    };
    week.iter().map(word).collect::<Vec<_>>().join(", ")
}

pub struct DayRow {
    pub name: &'static str,
    pub cells: Vec<Cell>,
    /// "9:00 h"; empty: closed.
    pub length: String,
}

pub struct Cell {
    pub id: String,
    pub opens: String,
    pub closes: String,
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

fn day_rows(form: &HoursForm) -> Vec<DayRow> {
    let cell = |day: usize, column: usize| {
        let (opens, closes) = form.cell(day, column);
        Cell { id: format!("{day}-{column}"), opens: opens.to_owned(), closes: closes.to_owned() }
    };
    let row = |(day, weekday): (usize, Weekday)| {
        let openings = (0..form.columns()).filter_map(|column| opening(form.cell(day, column)).ok().flatten());
        let minutes: i64 = openings.map(|opening| (opening.closes - opening.opens).num_minutes()).sum();
        DayRow {
            name: format::weekday(weekday),
            cells: (0..form.columns()).map(|column| cell(day, column)).collect(),
            length: if minutes == 0 { String::new() } else { format!("{}:{:02} h", minutes / 60, minutes % 60) },
        }
    };
    WEEK.into_iter().enumerate().map(row).collect()
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
    show(&app, &viewer, tenant, (lines, line), HoursForm::of(&week, columns), Errors::none(), Vec::new()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    (lines, line): (Vec<Line>, Option<Line>),
    form: HoursForm,
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
        days: day_rows(&form),
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
    Form(mut form): Form<HoursForm>,
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
