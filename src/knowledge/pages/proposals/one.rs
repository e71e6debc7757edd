//! One proposal: what is named now, what the import names, and what can be made of it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::super::super::store;
use super::super::super::store::imports::{self, Offer};
use super::super::{Place, entry_url, places, town};
use super::{list_url, proposal_url, state_words};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::directory::{self, Unit};
use crate::ids::EntryId;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Path, Places, format};

#[derive(Template)]
#[template(path = "knowledge/proposals/one.html")]
struct ProposalPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    offer: Offer,
    units: Vec<Unit>,
    needs_review: bool,
    /// Why a decision did not come about.
    notice: Option<&'static str>,
}

impl ProposalPage {
    fn url(&self) -> String {
        proposal_url(&self.tenant, self.offer.entry)
    }

    fn list_url(&self) -> String {
        list_url(&self.tenant)
    }

    fn entry_url(&self) -> String {
        entry_url(&self.tenant, &self.offer.by_slug, self.offer.entry)
    }

    fn state(&self) -> (&'static str, &'static str) {
        state_words(&self.offer.state)
    }

    fn is(&self, state: &str) -> bool {
        self.offer.state == state
    }

    /// The town's directory has an office of this name.
    fn is_known(&self) -> bool {
        self.units.iter().any(|unit| unit.name == self.offer.unit_name)
    }

    fn others(&self) -> impl Iterator<Item = &Unit> {
        self.units.iter().filter(|unit| unit.name != self.offer.unit_name)
    }

    fn has_others(&self) -> bool {
        self.others().next().is_some()
    }
}

pub async fn proposal_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, entry)): Path<(String, EntryId)>,
) -> web::Result<Response> {
    show(&app, &viewer, town(tenant)?, entry, None).await
}

/// With a notice it is a decision that did not come about: 409.
pub async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    entry: EntryId,
    notice: Option<&'static str>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let offer = imports::find_offer(&mut *db, tenant.id, entry).await?.ok_or(web::Error::NotFound)?;
    let units = directory::list_units(&mut *db, tenant.id).await?;
    let needs_review = store::requires_review(&mut *db, tenant.id).await?;
    drop(db);
    let frame = Frame::of(app, viewer, Section::Knowledge, format!("Stelle für „{}“", offer.title)).await?;
    let places = places(viewer, &tenant, Place::Elsewhere);
    let status = if notice.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok((status, Page(ProposalPage { frame, places, tenant, offer, units, needs_review, notice })).into_response())
}
