//! Days with other hours than usual: local closing days, short days, and an opening on a public holiday.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::clock;
use crate::ids::LineId;
use crate::tenants::{Exception, Interval, Line, holidays_of, store};
use crate::web::forms::{self, Choice, Errors, parse_date, parse_time};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Pager, Path, Places, Query, TenantPlace, format};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    /// "all" shows past days too.
    past: String,
    page: String,
}

/// A new day; also what a deletion carries to be taken back.
#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct DayForm {
    line: String,
    first_day: String,
    last_day: String,
    opens: String,
    closes: String,
    label: String,
}

impl DayForm {
    fn of(line: Option<LineId>, exception: &Exception) -> Self {
        let time = |time: Option<chrono::NaiveTime>| time.map(format::clock_time).unwrap_or_default();
        Self {
            line: line.map(|line| line.to_string()).unwrap_or_default(),
            first_day: exception.first_day.to_string(),
            last_day: exception.last_day.to_string(),
            opens: time(exception.interval.map(|interval| interval.opens)),
            closes: time(exception.interval.map(|interval| interval.closes)),
            label: exception.label.clone(),
        }
    }

    fn check(&self, lines: &[Line], errors: &mut Errors) -> Option<(Option<LineId>, Exception)> {
        errors.require("label", &self.label, "Der Anlass");
        errors.limit("label", &self.label, 80);
        let first_day = parse_date(&self.first_day);
        if first_day.is_none() {
            errors.add("first_day", "Bitte geben Sie den Tag wie 24.12.2026 ein.");
        }
        let last_day = if self.last_day.is_empty() { first_day } else { parse_date(&self.last_day) };
        if last_day.is_none() || last_day < first_day {
            errors.add("last_day", "Der letzte Tag liegt vor dem ersten oder ist kein Datum.");
        }
        let line = lines.iter().find(|line| line.id.to_string() == self.line).map(|line| line.id);
        if line.is_none() && !self.line.is_empty() {
            errors.add("line", "Diese Rufnummer gibt es nicht.");
        }
        let interval = self.interval(errors);
        let (label, of_line) = (self.label.clone(), line.is_some());
        let exception = Exception { first_day: first_day?, last_day: last_day?, interval, label, of_line };
        errors.is_empty().then_some((line, exception))
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

struct DayRow {
    id: i64,
    first_day: NaiveDate,
    last_day: NaiveDate,
    label: String,
    line: String,
    hours: Option<Interval>,
}

impl DayRow {
    fn days(&self) -> String {
        let day = |day: NaiveDate| format!("{}, {}", format::weekday_of(day), format::date(day));
        if self.first_day == self.last_day {
            day(self.first_day)
        } else {
            format!("{} bis {}", format::date(self.first_day), format::date(self.last_day))
        }
    }

    fn times(&self) -> Option<String> {
        let Interval { opens, closes } = self.hours?;
        Some(format!("{} bis {}", format::clock_time(opens), format::clock_time(closes)))
    }
}

#[derive(Template)]
#[template(path = "tenants/closing_days.html")]
struct ClosingDaysPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    pager: Pager,
    rows: Vec<DayRow>,
    holidays: Vec<(NaiveDate, &'static str)>,
    form: DayForm,
    lines: Vec<Choice>,
    errors: Errors,
}

pub(super) async fn closing_days_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    show(&app, &viewer, tenant, filter, DayForm::default(), Errors::none()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    filter: Filter,
    form: DayForm,
    errors: Errors,
) -> web::Result<Response> {
    let today = today(app.clock.now());
    let from = if filter.past.is_empty() { today } else { NaiveDate::from_ymd_opt(1990, 1, 1).unwrap_or(today) };
    let mut db = app.begin(&tenant.scope()).await?;
    let observes = store::find_tenant(&mut *db, tenant.id).await?.is_some_and(|tenant| tenant.observes_holidays);
    let lines = store::list_lines(&mut *db, &[tenant.id]).await?;
    let found = store::list_exceptions(&mut *db, tenant.id, from).await?;
    drop(db);
    let pager = Pager::new(&TenantPlace::ClosingDays.url(&tenant), &filter, &filter.page, found.len(), "Tagen");
    let row = |(id, line, exception): (i64, Option<LineId>, Exception)| DayRow {
        id,
        first_day: exception.first_day,
        last_day: exception.last_day,
        label: exception.label,
        line: super::greetings::line_words(&lines, line),
        hours: exception.interval,
    };
    let choice = |line: &Line| {
        let id = line.id.to_string();
        Choice::new(&id, format!("{} {}", line.label, line.display_number()), id == form.line)
    };
    let everybody = Choice::new("", "alle Rufnummern", form.line.is_empty());
    let status = forms::status(&errors, &[]);
    let page = ClosingDaysPage {
        frame: Frame::of(app, viewer, Section::Tenants, format!("Schließtage: {}", tenant.name)).await?,
        places: Places::of_tenant(&tenant, TenantPlace::ClosingDays),
        rows: pager.cut(found).into_iter().map(row).collect(),
        lines: std::iter::once(everybody).chain(lines.iter().map(choice)).collect(),
        holidays: if observes { holidays_of(today, 12) } else { Vec::new() },
        tenant,
        filter,
        pager,
        form,
        errors,
    };
    Ok((status, Page(page)).into_response())
}

fn today(now: DateTime<Utc>) -> NaiveDate {
    clock::day_of(now)
}

pub(super) async fn create_closing_day(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<DayForm>,
) -> web::Result<Response> {
    let mut errors = Errors::none();
    if insert(&app, &viewer, &tenant, &form, "created", &mut errors).await?.is_none() {
        return show(&app, &viewer, tenant, Filter::default(), form, errors).await;
    }
    web::done(&app, &viewer, "Der Tag ist eingetragen.", &TenantPlace::ClosingDays.url(&tenant)).await
}

/// Takes a deletion back; the day's data come with the address.
pub(super) async fn restore_closing_day(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(form): Query<DayForm>,
) -> web::Result<Response> {
    let mut errors = Errors::none();
    if insert(&app, &viewer, &tenant, &form, "restored", &mut errors).await?.is_none() {
        return show(&app, &viewer, tenant, Filter::default(), form, errors).await;
    }
    web::done(&app, &viewer, "Der Tag gilt wieder.", &TenantPlace::ClosingDays.url(&tenant)).await
}

async fn insert(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    form: &DayForm,
    action: &str,
    errors: &mut Errors,
) -> web::Result<Option<i64>> {
    let mut db = app.begin(&tenant.scope()).await?;
    let lines = store::list_lines(&mut *db, &[tenant.id]).await?;
    let Some((line, exception)) = form.check(&lines, errors) else { return Ok(None) };
    let id = store::insert_exception(&mut *db, tenant.id, line, &exception).await?;
    let act = Act::of(tenant.id, action, "calendar_exception", id, serde_json::json!(form));
    audit::record(&mut *db, app.clock.now(), &Actor::from(viewer), act).await?;
    db.commit().await?;
    Ok(Some(id))
}

pub(super) async fn delete_closing_day(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let (line, exception) = store::find_exception(&mut *db, tenant.id, id).await?.ok_or(Error::NotFound)?;
    store::delete_exception(&mut *db, tenant.id, id).await?;
    let form = DayForm::of(line, &exception);
    let act = Act::of(tenant.id, "deleted", "calendar_exception", id, serde_json::json!(form));
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let days = TenantPlace::ClosingDays.url(&tenant);
    let undo = format!("{days}/restoration?{}", serde_html_form::to_string(&form).unwrap_or_default());
    web::done_with_undo(&app, &viewer, format!("„{}“ ist entfernt.", exception.label), undo, &days).await
}
