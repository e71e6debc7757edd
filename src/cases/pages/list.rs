//! The list: what has to be done first stands first. Every filter stands in the address, so a view can be kept.

use askama::Template;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::store::{self, Wanted};
use super::super::{CaseFile, Kind, Reach, Reference, State as CaseState, letters};
use crate::access::{Permission, Viewer};
use crate::app::App;
use crate::directory;
use crate::ids::{TenantId, UnitId};
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Frame, Page, Pager, Query};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    town: String,
    state: String,
    kind: String,
    due: String,
    unit: String,
    mine: String,
    page: String,
}

impl Filter {
    fn state(&self) -> &str {
        if self.state == "all" { "all" } else { CaseState::parse(&self.state).map_or("", CaseState::as_str) }
    }

    fn due(&self) -> &str {
        if matches!(self.due.as_str(), "warn" | "late") { &self.due } else { "" }
    }

    fn states(&self) -> Vec<Choice> {
        let one = |state: &CaseState| Choice::new(state.as_str(), state.label(), self.state() == state.as_str());
        let unfinished = Choice::new("", "offen und in Arbeit", self.state().is_empty());
        let all = Choice::new("all", "alle", self.state() == "all");
        [unfinished].into_iter().chain(CaseState::ALL.iter().map(one)).chain([all]).collect()
    }

    fn kinds(&self) -> Vec<Choice> {
        let one = |kind: &Kind| Choice::new(kind.as_str(), kind.label(), self.kind == kind.as_str());
        [Choice::new("", "alle", self.kind.is_empty())].into_iter().chain(Kind::ALL.iter().map(one)).collect()
    }

    fn dues(&self) -> Vec<Choice> {
        let known = [("", "alle"), ("warn", "läuft ab oder abgelaufen"), ("late", "abgelaufen")];
        known.map(|(value, label)| Choice::new(value, label, self.due() == value)).to_vec()
    }

    fn wanted(&self, viewer: &Viewer, reach: Reach, now: DateTime<Utc>) -> Wanted {
        // What is no number of ours is looked for as a word.
        let reference = Reference::parse(&self.q);
        let is_word = reference.is_none();
        Wanted {
            reach,
            town: viewer.tenant(&self.town).map(|town| town.id),
            unit: self.unit.parse().ok(),
            state: self.state().to_owned(),
            kind: Kind::parse(&self.kind).map_or("", Kind::as_str).to_owned(),
            due: self.due().to_owned(),
            mine: (!self.mine.is_empty()).then_some(viewer.account),
            reference,
            words: if is_word { self.q.clone() } else { String::new() },
            now,
        }
    }
}

/// A case with where it is.
pub(super) struct Row {
    case: CaseFile,
    slug: String,
    town: String,
    accent: String,
    shape: String,
}

#[derive(Template)]
#[template(path = "cases/list.html")]
pub(super) struct CasesPage {
    frame: Frame,
    filter: Filter,
    pager: Pager,
    rows: Vec<Row>,
    towns: Vec<Choice>,
    units: Vec<Choice>,
    /// Where this person may look at figures and rules.
    figures: Vec<(String, String)>,
    rules: Vec<(String, String)>,
    now: DateTime<Utc>,
}

pub(super) async fn cases_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(filter): Query<Filter>,
) -> web::Result<Page<CasesPage>> {
    let now = app.clock.now();
    let mut db = app.begin(&viewer.scope()).await?;
    let reach = Reach::find(&mut db, &viewer).await?;
    let units = list_units(&mut db, &viewer, &reach, &filter).await?;
    let wanted = filter.wanted(&viewer, reach, now);
    let total = store::count_cases(&mut *db, &wanted).await?;
    let pager = Pager::new("/cases", &filter, &filter.page, total, "Vorgängen");
    let cases = store::list_cases(&mut db, &wanted, (Pager::ROWS, pager.offset())).await?;
    drop(db);
    let row = |case: CaseFile| {
        let town = viewer.tenant_by_id(case.tenant)?;
        let [slug, name, accent, shape] = [&town.slug, &town.short_name, &town.accent, &town.shape].map(Clone::clone);
        Some(Row { case, slug, town: name, accent, shape })
    };
    let rows = cases.into_iter().filter_map(row).collect();
    let frame = Frame::of(&app, &viewer, Section::Cases, "Vorgänge").await?;
    let towns = town_choices(&viewer, &filter);
    let (figures, rules) = (links(&viewer, Permission::WatchFigures), links(&viewer, Permission::ManageTenant));
    Ok(Page(CasesPage { frame, filter, pager, rows, towns, units, figures, rules, now }))
}

fn town_choices(viewer: &Viewer, filter: &Filter) -> Vec<Choice> {
    let all = Choice::new("", "alle", viewer.tenant(&filter.town).is_none());
    let towns = viewer.tenants_with(Permission::HandleCases);
    let one = |town: &&crate::access::TenantAccess| Choice::new(&town.slug, &town.short_name, town.slug == filter.town);
    [all].into_iter().chain(towns.iter().map(one)).collect()
}

/// Offices of the chosen town, or of the only one.
async fn list_units(
    db: &mut sqlx::PgConnection,
    viewer: &Viewer,
    reach: &Reach,
    filter: &Filter,
) -> web::Result<Vec<Choice>> {
    let towns: Vec<TenantId> = viewer.tenants_with(Permission::HandleCases).iter().map(|town| town.id).collect();
    let chosen = viewer.tenant(&filter.town).map(|town| town.id).filter(|town| towns.contains(town));
    let only = towns.first().copied().filter(|_| towns.len() == 1);
    let Some(town) = chosen.or(only) else { return Ok(Vec::new()) };
    let units = directory::list_units(&mut *db, town).await?;
    let may_see = |unit: &UnitId| reach.whole.contains(&town) || reach.offices.contains(unit);
    let one = |unit: &directory::Unit| Choice::new(unit.id, &unit.name, filter.unit == unit.id.to_string());
    let all = Choice::new("", "alle", filter.unit.is_empty());
    Ok([all].into_iter().chain(units.iter().filter(|unit| may_see(&unit.id)).map(one)).collect())
}

fn links(viewer: &Viewer, permission: Permission) -> Vec<(String, String)> {
    let towns = viewer.tenants_with(permission).into_iter().filter(|town| town.may(Permission::HandleCases));
    towns.map(|town| (town.slug.clone(), town.short_name.clone())).collect()
}

impl CasesPage {
    #[expect(clippy::unused_self, reason = "the template asks the page it is on")]
    fn url(&self, row: &Row) -> String {
        format!("/cases/{}/{}", row.slug, row.case.id)
    }
}
