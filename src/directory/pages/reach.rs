//! How well offices are reached when calls are connected there: the town's counter-duty.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Days, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

use super::{Place, may_see_figures, places};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::clock;
use crate::directory::reachability::{Reachability, SMALLEST};
use crate::directory::store;
use crate::ids::UnitId;
use crate::knowledge::town;
use crate::web::forms::{Choice, parse_date};
use crate::web::frame::Section;
use crate::web::{self, Error, Frame, InTenant, Page, Pager, Places, Query, format};

/// Without a choice of the period.
const USUAL_DAYS: Days = Days::new(27);
/// Calls are connected within these hours; others are shown where there are some.
const USUAL_HOURS: std::ops::RangeInclusive<i32> = 8..=17;

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    from: String,
    to: String,
    unit: String,
    page: String,
}

#[derive(Template)]
#[template(path = "directory/reachability.html")]
struct ReachabilityPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    units: Vec<Choice>,
    pager: Pager,
    rows: Vec<(UnitId, String, Reachability)>,
    whole: Reachability,
    hours: Vec<i32>,
}

impl ReachabilityPage {
    #[expect(clippy::unused_self, reason = "the template calls it on the page it has")]
    fn smallest(&self) -> i64 {
        SMALLEST
    }

    fn sentence(&self) -> String {
        let cell = self.whole.whole;
        match cell.percent() {
            Some(percent) => format!(
                "{percent} % von {} Verbindungen erreicht, {} ohne Angabe.",
                format::count(cell.tried),
                format::count(cell.untold)
            ),
            None => format!("Zu wenige Verbindungen mit Ergebnis für eine Quote: {}.", format::count(cell.tried)),
        }
    }

    fn weekdays(&self) -> Vec<(i32, &'static str)> {
        let days = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
        let shown = |(number, _): &(i32, &str)| *number <= 5 || self.whole.days.contains_key(number);
        (1..).zip(days.map(format::weekday)).filter(shown).collect()
    }
}

pub(super) async fn reachability_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(mut filter): Query<Filter>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    if !may_see_figures(&tenant) {
        return Err(Error::Forbidden);
    }
    let (from, to) = period(&mut filter, app.clock.now());
    let mut db = app.begin(&tenant.scope()).await?;
    let units = store::units::list_all_units(&mut *db, tenant.id).await?;
    let counted = store::transfers::count_by_hour(&mut *db, tenant.id, from, to).await?;
    drop(db);
    let chosen = units.iter().find(|unit| unit.id.to_string() == filter.unit).map(|unit| unit.id);
    let whole = Reachability::of(&counted, chosen);
    let by_unit = Reachability::by_unit(&counted);
    let named = units.iter().filter_map(|unit| Some((unit.id, unit.name.clone(), by_unit.get(&unit.id)?.clone())));
    let mut rows: Vec<_> = named.filter(|(id, ..)| chosen.is_none_or(|chosen| chosen == *id)).collect();
    // Whoever is reached least stands first; those of whom nothing can be said come last.
    rows.sort_by_key(|(.., reach)| (reach.whole.percent().unwrap_or(101), std::cmp::Reverse(reach.whole.tried)));
    let url = format!("/directory/{}/reachability", tenant.slug);
    let pager = Pager::new(&url, &filter, &filter.page, rows.len(), "Stellen");
    let all = Choice::new("", "alle", chosen.is_none());
    let choice = |unit: &crate::directory::Unit| Choice::new(unit.id, &unit.name, Some(unit.id) == chosen);
    let page = ReachabilityPage {
        frame: Frame::of(&app, &viewer, Section::Directory, format!("Erreichbarkeit: {}", tenant.name)).await?,
        places: places(&viewer, &tenant, Place::Reachability),
        units: std::iter::once(all).chain(units.iter().map(choice)).collect(),
        hours: hours(&whole),
        rows: pager.cut(rows),
        tenant,
        filter,
        pager,
        whole,
    };
    Ok(Page(page).into_response())
}

fn hours(whole: &Reachability) -> Vec<i32> {
    let mut hours: Vec<_> = USUAL_HOURS.chain(whole.hours.keys().copied()).collect();
    hours.sort_unstable();
    hours.dedup();
    hours
}

/// From the first to the last day, both included; what cannot be read is the last four weeks.
fn period(filter: &mut Filter, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let today = clock::day_of(now);
    let to = parse_date(&filter.to).unwrap_or(today);
    let from = parse_date(&filter.from).or(to.checked_sub_days(USUAL_DAYS)).unwrap_or(to).min(to);
    filter.from = from.format("%Y-%m-%d").to_string();
    filter.to = to.format("%Y-%m-%d").to_string();
    let start = |day: chrono::NaiveDate| clock::moment(day, NaiveTime::MIN).unwrap_or(now);
    (start(from), start(to.succ_opt().unwrap_or(to)))
}
