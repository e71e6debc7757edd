//! Pages of the knowledge: browsing, one entry with its history, the editor.

mod browse;
mod editor;
mod entry;
mod form;
mod groups;
mod history;
mod remarks;
mod withdrawal;

use crate::access::{Permission as P, TenantAccess, Viewer};
use crate::app::App;
use crate::clock;
use crate::ids::{EntryId, TenantId};
use crate::web::places::{PlaceLink, Places};
use crate::web::{self, Routes};

pub fn routes() -> Routes {
    Routes::new()
        .get("/knowledge", P::ReadKnowledge, browse::tenants_page)
        .get("/knowledge/{tenant}", P::ReadKnowledge, browse::entries_page)
        .get("/knowledge/{tenant}/life-situations", P::ReadKnowledge, groups::life_situations_page)
        .get("/knowledge/{tenant}/units", P::ReadKnowledge, groups::units_page)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}", P::ReadKnowledge, entry::entry_page)
        .get("/knowledge/{tenant}/entries/new", P::EditKnowledge, editor::new_entry_page)
        .post("/knowledge/{tenant}/entries", P::EditKnowledge, editor::create_entry)
        .post("/knowledge/{tenant}/remarks", P::EditKnowledge, remarks::remarks_fragment)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/edit", P::EditKnowledge, editor::edit_page)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}", P::EditKnowledge, editor::publish_entry)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/withdrawal", P::EditKnowledge, withdrawal::withdrawal_page)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/withdrawal", P::EditKnowledge, withdrawal::withdraw_entry)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/publication", P::EditKnowledge, withdrawal::republish_entry)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/versions", P::ReadKnowledge, history::versions_page)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/versions/{version}", P::ReadKnowledge, history::version_page)
}

/// The areas of a tenant's knowledge; the last ones belong to features above this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Entries,
    LifeSituations,
    Units,
    Keeping,
    /// Kept by the search, which knows this room and not the other way round.
    Words,
    Misses,
    Learned,
    Elsewhere,
}

/// The tenant through whose eyes the knowledge is shown, the three ways into it, and what its editors tend.
pub fn places(viewer: &Viewer, tenant: &TenantAccess, here: Place) -> Places {
    let links = [
        (Place::Entries, "A–Z", "", P::ReadKnowledge),
        (Place::LifeSituations, "Lebenslagen", "/life-situations", P::ReadKnowledge),
        (Place::Units, "Stellen", "/units", P::ReadKnowledge),
        (Place::Keeping, "Pflege", "/keeping", P::EditKnowledge),
        (Place::Words, "Suchwörter", "/words", P::EditKnowledge),
        (Place::Misses, "Ohne Treffer", "/misses", P::EditKnowledge),
        (Place::Learned, "Gelerntes", "/learned", P::EditKnowledge),
    ];
    let offered = links.into_iter().filter(|(.., permission)| tenant.may(*permission));
    let links = offered.map(|(place, label, path, _)| PlaceLink {
        label,
        url: format!("/knowledge/{}{path}", tenant.slug),
        current: place == here,
    });
    Places {
        title: tenant.name.clone(),
        above: (viewer.tenants_with(P::ReadKnowledge).len() > 1).then_some(("Wissen", "/knowledge")),
        mark: Some((tenant.accent.clone(), tenant.shape.clone())),
        links: links.collect(),
    }
}

/// The reserved tenant of calls without a town knows nothing.
pub fn town(tenant: TenantAccess) -> web::Result<TenantAccess> {
    if tenant.is_intake() { Err(web::Error::NotFound) } else { Ok(tenant) }
}

/// Where one entry stands: whose it is and through whose eyes it is seen.
#[derive(Debug, Clone)]
struct EntryPlace {
    tenant: TenantAccess,
    owner: TenantId,
    owner_slug: String,
    id: EntryId,
}

impl EntryPlace {
    /// Only the tenant itself and its knowledge bases have entries here.
    fn find(tenant: TenantAccess, owner: &str, id: EntryId) -> web::Result<Self> {
        let tenant = town(tenant)?;
        let source = tenant.sources.iter().find(|source| source.slug == owner).ok_or(web::Error::NotFound)?;
        let (owner, owner_slug) = (source.id, source.slug.clone());
        Ok(Self { tenant, owner, owner_slug, id })
    }

    /// An inherited entry cannot be edited here: as if it did not exist.
    fn own(self) -> web::Result<Self> {
        if self.is_own() { Ok(self) } else { Err(web::Error::NotFound) }
    }

    fn url(&self) -> String {
        entry_url(&self.tenant, &self.owner_slug, self.id)
    }

    fn is_own(&self) -> bool {
        self.owner == self.tenant.id
    }

    /// An inherited text is changed by its owner only.
    fn may_edit(&self) -> bool {
        self.is_own() && self.tenant.may(P::EditKnowledge)
    }
}

fn entry_url(tenant: &TenantAccess, owner_slug: &str, id: EntryId) -> String {
    format!("/knowledge/{}/entries/{owner_slug}/{id}", tenant.slug)
}

fn today(app: &App) -> chrono::NaiveDate {
    clock::day_of(app.clock.now())
}
