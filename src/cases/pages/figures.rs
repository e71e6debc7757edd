//! The month's figures of a town: how many of what, by office and category, and which share of promises was kept.

use askama::Template;
use axum::extract::State;
use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use serde::Deserialize;

use super::super::figures::{Figures, Line};
use super::super::store;
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::clock;
use crate::knowledge::town;
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Query, format};

const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// "2026-11".
    month: String,
}

#[derive(Template)]
#[template(path = "cases/figures.html")]
pub(super) struct FiguresPage {
    frame: Frame,
    tenant: TenantAccess,
    months: Vec<Choice>,
    month: String,
    hours: i32,
    figures: Figures,
    tables: Vec<(&'static str, &'static str, Vec<Line>)>,
}

pub(super) async fn figures_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(wanted): Query<Wanted>,
) -> web::Result<Page<FiguresPage>> {
    let tenant = town(tenant)?;
    let now = app.clock.now();
    let first_day = chosen(&wanted.month).unwrap_or_else(|| first_of(clock::day_of(now)));
    let last_day = first_day.checked_add_months(Months::new(1)).unwrap_or(first_day) - TimeDelta::days(1);
    let mut db = app.begin(&tenant.scope()).await?;
    let counted = store::list_counted(&mut *db, tenant.id, (first_day, last_day), now).await?;
    let known = store::list_months(&mut *db, tenant.id).await?;
    let rule = store::find_rule(&mut *db, tenant.id).await?;
    drop(db);
    let figures = Figures::of(&counted);
    let tables = vec![
        ("Nach Art", "Art", figures.kinds.clone()),
        ("Beschwerden nach Kategorie", "Kategorie", figures.categories.clone()),
        ("Nach Stelle", "Stelle", figures.units.clone()),
    ];
    let mut days: Vec<_> = known.into_iter().map(|month| month.first_day).chain([first_day]).collect();
    days.sort_unstable_by(|a, b| b.cmp(a));
    days.dedup();
    let months = days.into_iter().map(|day| Choice::new(day.format("%Y-%m"), words(day), day == first_day)).collect();
    let month = words(first_day);
    let frame = Frame::of(&app, &viewer, Section::Cases, format!("Vorgänge {month}")).await?;
    Ok(Page(FiguresPage { frame, tenant, months, month, hours: rule.promise_hours, figures, tables }))
}

fn chosen(month: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok()?;
    (2000..2200).contains(&day.year()).then_some(day)
}

fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn words(day: NaiveDate) -> String {
    format!("{} {}", MONTHS[day.month0() as usize], day.year())
}
