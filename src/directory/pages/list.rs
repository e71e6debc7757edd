//! All offices of a town as a tree, or what was looked for.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{Place, home, places};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::directory::{Card, Target, Unit, list_cards, store};
use crate::ids::UnitId;
use crate::knowledge::town;
use crate::search::directory::Asked;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Places, Query, format, redirect};

/// As far as the tree is indented.
const DEEPEST: usize = 5;

#[derive(Template)]
#[template(path = "directory/towns.html")]
struct TownsPage {
    frame: Frame,
    tenants: Vec<TenantAccess>,
}

/// Who works for one town only never sees the choice.
pub(super) async fn towns_page(State(app): State<App>, viewer: Viewer) -> web::Result<Response> {
    let tenants: Vec<_> = viewer.tenants_with(Permission::ReadDirectory).into_iter().cloned().collect();
    if let [only] = &tenants[..] {
        return Ok(redirect(&home(only)));
    }
    let frame = Frame::of(&app, &viewer, Section::Directory, "Verzeichnis").await?;
    Ok(Page(TownsPage { frame, tenants }).into_response())
}

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    /// "archived".
    state: String,
    page: String,
}

/// An office or a person; with the state of this moment where it is not archived.
struct Row {
    name: String,
    office: Option<String>,
    url: String,
    depth: usize,
    address: String,
    card: Option<Card>,
}

#[derive(Template)]
#[template(path = "directory/units.html")]
struct UnitsPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    pager: Pager,
    rows: Vec<Row>,
}

impl UnitsPage {
    fn may_edit(&self) -> bool {
        self.tenant.may(Permission::EditDirectory)
    }

    fn is_archive(&self) -> bool {
        self.filter.state == "archived"
    }
}

pub(super) async fn units_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    let (pager, rows) = match (filter.q.trim().is_empty(), filter.state == "archived") {
        (_, true) => archived(&mut db, &tenant, &filter).await?,
        (true, false) => tree(&mut db, &tenant, &filter, now).await?,
        (false, false) => found(&app, &mut db, &tenant, &filter).await?,
    };
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Directory, format!("Verzeichnis: {}", tenant.name)).await?;
    let places = places(&viewer, &tenant, Place::Units);
    Ok(Page(UnitsPage { frame, places, tenant, filter, pager, rows }).into_response())
}

async fn found(
    app: &App,
    db: &mut PgConnection,
    tenant: &TenantAccess,
    filter: &Filter,
) -> web::Result<(Pager, Vec<Row>)> {
    let tenants = [tenant.id];
    let asked = Asked { words: &filter.q, tenants: &tenants, only_units: false, offset: 0, limit: 1 };
    let total = app.search.directory().find(asked).total;
    let pager = Pager::new(&home(tenant), filter, &filter.page, total, "Treffern");
    let place = |number: i64| usize::try_from(number).unwrap_or(0);
    let asked = Asked { offset: place(pager.offset()), limit: place(Pager::ROWS), ..asked };
    let targets = app.search.directory().find(asked).targets;
    let cards = list_cards(db, &targets, app.clock.now()).await?;
    Ok((pager, cards.into_iter().map(|card| row(tenant, card, 0)).collect()))
}

async fn tree(
    db: &mut PgConnection,
    tenant: &TenantAccess,
    filter: &Filter,
    now: chrono::DateTime<chrono::Utc>,
) -> web::Result<(Pager, Vec<Row>)> {
    let units = store::units::list_units(&mut *db, tenant.id).await?;
    let pager = Pager::new(&home(tenant), filter, &filter.page, units.len(), "Stellen");
    let shown = pager.cut(in_order(&units));
    let depths: HashMap<UnitId, usize> = shown.iter().copied().collect();
    let target = |(unit, _): &(UnitId, usize)| Target { tenant: tenant.id, unit: *unit, contact: None };
    let targets: Vec<_> = shown.iter().map(target).collect();
    let cards = list_cards(db, &targets, now).await?;
    let depth = |card: &Card| depths.get(&card.target.unit).copied().unwrap_or(0);
    let rows = cards.into_iter().map(|card| {
        let depth = depth(&card);
        row(tenant, card, depth)
    });
    Ok((pager, rows.collect()))
}

async fn archived(db: &mut PgConnection, tenant: &TenantAccess, filter: &Filter) -> web::Result<(Pager, Vec<Row>)> {
    let mut units = store::units::list_all_units(db, tenant.id).await?;
    units.retain(|unit| unit.archived_at.is_some());
    let pager = Pager::new(&home(tenant), filter, &filter.page, units.len(), "Stellen");
    let row = |unit: Unit| Row {
        url: super::unit_url(tenant, unit.id),
        address: unit.archived_at.map(|at| format!("archiviert am {}", format::day(at))).unwrap_or_default(),
        name: unit.name,
        office: None,
        depth: 0,
        card: None,
    };
    Ok((pager.clone(), pager.cut(units).into_iter().map(row).collect()))
}

fn row(tenant: &TenantAccess, card: Card, depth: usize) -> Row {
    Row {
        name: card.name().to_owned(),
        office: card.office().map(str::to_owned),
        url: super::unit_url(tenant, card.target.unit),
        depth: depth.min(DEEPEST),
        address: card.task().map_or_else(|| card.unit.address(), str::to_owned),
        card: Some(card),
    }
}

/// Depth first, by name; what stands under an archived office or in a circle comes at the end.
fn in_order(units: &[Unit]) -> Vec<(UnitId, usize)> {
    let known: HashSet<_> = units.iter().map(|unit| unit.id).collect();
    let mut below: HashMap<Option<UnitId>, Vec<UnitId>> = HashMap::new();
    for unit in units {
        below.entry(unit.parent.filter(|parent| known.contains(parent))).or_default().push(unit.id);
    }
    let mut open: Vec<_> = below.get(&None).into_iter().flatten().rev().map(|unit| (*unit, 0)).collect();
    let (mut ordered, mut seen) = (Vec::new(), HashSet::new());
    while let Some((unit, depth)) = open.pop() {
        if seen.insert(unit) {
            ordered.push((unit, depth));
            open.extend(below.get(&Some(unit)).into_iter().flatten().rev().map(|below| (*below, depth + 1)));
        }
    }
    ordered.extend(units.iter().filter(|unit| !seen.contains(&unit.id)).map(|unit| (unit.id, 0)));
    ordered
}
