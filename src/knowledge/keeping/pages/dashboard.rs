//! What needs somebody: figures that lead to their lists, and the list with what can be done for many at once.

use askama::Template;
use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::super::store::{self, Counts, Wanted};
use super::super::{Order, Row, Shelf};
use super::list_url;
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::clock;
use crate::ids::AccountId;
use crate::knowledge::{Place, fold, places, town};
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Places, Query, format};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    pub q: String,
    pub show: String,
    /// A number of an account.
    pub owner: String,
    pub sort: String,
    pub page: String,
}

impl Filter {
    fn shelf(&self) -> Shelf {
        Shelf::parse(&self.show)
    }

    fn order(&self) -> Order {
        Order::parse(&self.sort).unwrap_or_else(|| self.shelf().usual_order())
    }

    fn shelves(&self) -> Vec<Choice> {
        let choice = |shelf: Shelf| Choice::new(shelf.as_str(), shelf.label(), shelf == self.shelf());
        [Shelf::All].into_iter().chain(Shelf::TILES).map(choice).collect()
    }

    fn orders(&self) -> Vec<Choice> {
        Order::ALL.map(|order| Choice::new(order.as_str(), order.label(), order == self.order())).into()
    }

    /// As it stands in an address; what somebody else wrote there is read and written anew.
    pub fn query(&self) -> String {
        let pairs: Vec<(String, String)> = serde_html_form::to_string(self)
            .ok()
            .and_then(|text| serde_html_form::from_str(&text).ok())
            .unwrap_or_default();
        let kept: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        serde_html_form::to_string(kept).unwrap_or_default()
    }
}

/// A figure that leads to its list.
struct Tile {
    label: &'static str,
    count: String,
    url: String,
    is_chosen: bool,
    /// For `data-state`.
    colour: &'static str,
}

#[derive(Template)]
#[template(path = "knowledge/keeping.html")]
pub(super) struct KeepingPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    tiles: Vec<Tile>,
    owners: Vec<(AccountId, String)>,
    me: AccountId,
    counted: Option<String>,
    pager: Pager,
    rows: Vec<Row>,
    today: NaiveDate,
}

pub(super) async fn keeping_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Page<KeepingPage>> {
    let tenant = town(tenant)?;
    let now = app.clock.now();
    let today = clock::day_of(now);
    let wanted = Wanted {
        tenant: tenant.id,
        today,
        now,
        shelf: filter.shelf(),
        title: fold(&filter.q),
        owner: filter.owner.parse().ok(),
        order: filter.order(),
    };
    let mut db = app.begin(&tenant.scope()).await?;
    let counts = store::count_shelves(&mut *db, tenant.id, today, now).await?;
    let owners = store::list_owners(&mut *db, tenant.id).await?;
    let total = store::count_rows(&mut *db, &wanted).await?;
    let pager = Pager::new(&list_url(&tenant), &filter, &filter.page, total, "Einträgen");
    let rows = store::list_rows(&mut *db, &wanted, pager.offset(), Pager::ROWS).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Knowledge, format!("Pflege {}", tenant.short_name)).await?;
    let places = places(&viewer, &tenant, Place::Keeping);
    let counted = counts.counted_at.map(format::moment);
    let tiles = tiles(&tenant, &filter, &counts);
    Ok(Page(KeepingPage {
        frame,
        places,
        tenant,
        filter,
        tiles,
        owners,
        me: viewer.account,
        counted,
        pager,
        rows,
        today,
    }))
}

fn tiles(tenant: &TenantAccess, filter: &Filter, counts: &Counts) -> Vec<Tile> {
    let tile = |shelf: Shelf| {
        let (count, colour) = match shelf {
            Shelf::All => (counts.all, "off"),
            Shelf::Overdue => (counts.overdue, "warn"),
            Shelf::Never => (counts.never, "info"),
            Shelf::Ownerless => (counts.ownerless, "info"),
            Shelf::Expiring => (counts.expiring, "warn"),
            Shelf::DeadLinks => (counts.dead_links, "bad"),
            Shelf::Unused => (counts.unused, "off"),
            Shelf::Used => (counts.used, "good"),
            Shelf::Unhelpful => (counts.unhelpful, "warn"),
        };
        Tile {
            label: shelf.label(),
            count: format::count(count),
            url: format!("{}?show={}", list_url(tenant), shelf.as_str()),
            is_chosen: shelf == filter.shelf(),
            colour: if count == 0 { "off" } else { colour },
        }
    };
    Shelf::TILES.map(tile).into()
}

impl KeepingPage {
    fn entry_url(&self, row: &Row) -> String {
        format!("/knowledge/{0}/entries/{0}/{1}", self.tenant.slug, row.entry)
    }

    fn may_rule(&self) -> bool {
        self.tenant.may(Permission::ManageTenant)
    }

    fn owner_filter(&self) -> Vec<Choice> {
        let chosen: Option<AccountId> = self.filter.owner.parse().ok();
        let all = Choice::new("", "alle", chosen.is_none());
        let label = |(id, name): &(AccountId, String)| {
            let name = if *id == self.me { format!("{name} (ich)") } else { name.clone() };
            Choice::new(id, name, chosen == Some(*id))
        };
        [all].into_iter().chain(self.owners.iter().map(label)).collect()
    }

    /// In days of three months, for the eye: a share beside the number it comes from.
    fn unanswered_words(row: &Row) -> String {
        row.unanswered_share()
            .map_or_else(|| "–".to_owned(), |share| format!("{share} % von {}", format::count(row.judged)))
    }
}
