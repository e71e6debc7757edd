//! All proposals of one state.

use askama::Template;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::super::super::fold;
use super::super::super::store::imports::{self, Offer, WantedOffers};
use super::super::tabs::{Tab, TabLink, tabs};
use super::super::{Place, places, town};
use super::{STATES, list_url, proposal_url, state_words};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Places, Query, format};

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Filter {
    q: String,
    state: String,
    page: String,
}

impl Filter {
    /// Whatever is no state means those that wait.
    fn state(&self) -> &'static str {
        STATES.iter().find(|(key, ..)| *key == self.state).map_or("open", |(key, ..)| *key)
    }

    fn states(&self) -> Vec<Choice> {
        STATES.iter().map(|(key, _, words)| Choice::new(*key, *words, *key == self.state())).collect()
    }
}

#[derive(Template)]
#[template(path = "knowledge/proposals/list.html")]
pub struct ProposalsPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    tabs: Vec<TabLink>,
    filter: Filter,
    pager: Pager,
    offers: Vec<Offer>,
}

impl ProposalsPage {
    fn url(&self, offer: &Offer) -> String {
        proposal_url(&self.tenant, offer.entry)
    }

    fn state(offer: &Offer) -> (&'static str, &'static str) {
        state_words(&offer.state)
    }
}

pub async fn proposals_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Page<ProposalsPage>> {
    let tenant = town(tenant)?;
    let title = fold(filter.q.trim());
    let wanted = WantedOffers { state: filter.state(), title: &title };
    let mut db = app.begin(&tenant.scope()).await?;
    let tabs = tabs(&mut db, &tenant, Tab::Proposals).await?;
    let total = imports::count_offers(&mut *db, tenant.id, wanted).await?;
    let pager = Pager::new(&list_url(&tenant), &filter, &filter.page, total, "Vorschlägen");
    let offers = imports::list_offers(&mut *db, tenant.id, wanted, pager.offset(), Pager::ROWS).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Vorgeschlagene Stellen").await?;
    let places = places(&viewer, &tenant, Place::Tasks);
    Ok(Page(ProposalsPage { frame, places, tenant, tabs, filter, pager, offers }))
}
