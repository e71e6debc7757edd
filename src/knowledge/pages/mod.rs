//! Pages of the knowledge: browsing, one entry with its history, the editor.

mod adapting;
mod archive;
mod attachments;
mod browse;
mod change;
mod comparison;
mod draft;
mod editor;
mod editor_page;
mod entry;
mod exports;
mod form;
mod groups;
mod history;
mod imports;
mod proposals;
mod remarks;
mod subject;
mod tabs;
mod task;
mod tasks;
mod withdrawal;

use super::{Entry, EntryView, Layer, LayerKey, Merged, Owner, merge};
use crate::access::{Permission as P, TenantAccess, Viewer};
use crate::app::App;
use crate::audit::Act;
use crate::clock;
use crate::ids::{EntryId, TenantId};
use crate::web::places::{PlaceGroup, PlaceLink, Places};
use crate::web::{self, Routes};

pub use attachments::file_url;

pub fn routes() -> Routes {
    Routes::new()
        .merge(attachments::routes())
        .get("/knowledge", P::ReadKnowledge, browse::tenants_page)
        .get("/knowledge/{tenant}", P::ReadKnowledge, browse::entries_page)
        .get("/knowledge/{tenant}/life-situations", P::ReadKnowledge, groups::life_situations_page)
        .get("/knowledge/{tenant}/units", P::ReadKnowledge, groups::units_page)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}", P::ReadKnowledge, entry::entry_page)
        .get("/knowledge/{tenant}/entries/new", P::EditKnowledge, editor::new_entry_page)
        .post("/knowledge/{tenant}/entries", P::EditKnowledge, editor::create_entry)
        .post("/knowledge/{tenant}/remarks", P::EditKnowledge, remarks::remarks_fragment)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/remarks", P::EditKnowledge, remarks::entry_remarks_fragment)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/edit", P::EditKnowledge, editor::edit_page)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}", P::EditKnowledge, editor::save_entry)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/archive", P::EditKnowledge, archive::archive_entry)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/restoration", P::EditKnowledge, archive::restore_entry)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/detachment", P::EditKnowledge, archive::detach_entry)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/comparison", P::EditKnowledge, comparison::comparison_page)
        .post(
            "/knowledge/{tenant}/entries/{owner}/{entry}/versions/{version}/draft",
            P::EditKnowledge,
            comparison::take_up_version,
        )
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/draft", P::EditKnowledge, draft::draft_page)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/draft", P::EditKnowledge, draft::autosave)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/draft/release", P::EditKnowledge, draft::release_draft)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/draft/return", P::EditKnowledge, draft::return_draft)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/draft/deletion", P::EditKnowledge, draft::deletion_page)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/draft/deletion", P::EditKnowledge, draft::delete_draft)
        .get("/knowledge/{tenant}/tasks", P::EditKnowledge, tasks::tasks_page)
        .get("/knowledge/{tenant}/tasks/{knowledge_task}", P::EditKnowledge, task::task_page)
        .post("/knowledge/{tenant}/tasks/{knowledge_task}/decision", P::EditKnowledge, task::decide_task)
        .post("/knowledge/{tenant}/editorial", P::ManageTenant, tasks::set_editorial)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/withdrawal", P::EditKnowledge, withdrawal::withdrawal_page)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/withdrawal", P::EditKnowledge, withdrawal::withdraw_entry)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/publication", P::EditKnowledge, withdrawal::republish_entry)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/versions", P::ReadKnowledge, history::versions_page)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/versions/{version}", P::ReadKnowledge, history::version_page)
        .get("/knowledge/{tenant}/export", P::ManageTenant, exports::export_page)
        .post("/knowledge/{tenant}/export", P::ManageTenant, exports::export_knowledge)
        .merge(imports::routes())
        .merge(proposals::routes())
}

/// The areas of a tenant's knowledge; the last ones belong to features above this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Entries,
    LifeSituations,
    Units,
    Keeping,
    Tasks,
    /// Kept by the bulletins, which know this room and not the other way round.
    Bulletins,
    Imports,
    /// Kept by the public door.
    Public,
    /// Kept by the search, which knows this room and not the other way round.
    Words,
    Misses,
    Learned,
    /// Kept by the gap loop, which knows this room too.
    Gaps,
    Elsewhere,
}

/// An area with its label, the rest of its address, and who may go there.
type Area = (Place, &'static str, &'static str, P);

/// The areas by what one does there.
const GROUPS: [(&str, &[Area]); 4] = [
    (
        "Lesen",
        &[
            (Place::Entries, "A–Z", "", P::ReadKnowledge),
            (Place::LifeSituations, "Lebenslagen", "/life-situations", P::ReadKnowledge),
            (Place::Units, "Stellen", "/units", P::ReadKnowledge),
            (Place::Bulletins, "Meldungen", "/bulletins", P::ReadKnowledge),
        ],
    ),
    (
        "Redaktion",
        &[
            (Place::Tasks, "Aufgaben", "/tasks", P::EditKnowledge),
            (Place::Keeping, "Pflege", "/keeping", P::EditKnowledge),
            (Place::Gaps, "Wissenslücken", "/gaps", P::EditKnowledge),
        ],
    ),
    (
        "Suche",
        &[
            (Place::Words, "Suchwörter", "/words", P::EditKnowledge),
            (Place::Misses, "Ohne Treffer", "/misses", P::EditKnowledge),
            (Place::Learned, "Gelerntes", "/learned", P::EditKnowledge),
        ],
    ),
    (
        "Austausch",
        &[
            (Place::Imports, "Importe", "/imports", P::EditKnowledge),
            (Place::Public, "Öffentlich", "/public", P::EditKnowledge),
        ],
    ),
];

/// The tenant through whose eyes the knowledge is shown, the ways into it, and what its editors tend.
pub fn places(viewer: &Viewer, tenant: &TenantAccess, here: Place) -> Places {
    let link = |(place, label, path, _): &Area| PlaceLink {
        label,
        url: format!("/knowledge/{}{path}", tenant.slug),
        current: *place == here,
    };
    let group = |(label, places): &(&'static str, &[Area])| PlaceGroup {
        label,
        links: places.iter().filter(|(.., permission)| tenant.may(*permission)).map(link).collect(),
    };
    let mut groups: Vec<_> = GROUPS.iter().map(group).filter(|group| !group.links.is_empty()).collect();
    if let [only] = &mut groups[..] {
        only.label = "";
    }
    Places {
        title: tenant.name.clone(),
        above: (viewer.tenants_with(P::ReadKnowledge).len() > 1).then_some(("Wissen", "/knowledge")),
        mark: Some((tenant.accent.clone(), tenant.shape.clone())),
        groups,
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
        self.is_own() && self.may_adapt()
    }

    /// Everybody who edits may say for the own tenant what is otherwise there.
    fn may_adapt(&self) -> bool {
        self.tenant.may(P::EditKnowledge)
    }
}

/// One line of the audit.
fn act(tenant: TenantId, entry: EntryId, action: &'static str) -> Act<'static> {
    let details = serde_json::json!({});
    Act { tenant: Some(tenant), action, thing: "entry", thing_id: entry.to_string(), details }
}

fn entry_url(tenant: &TenantAccess, owner_slug: &str, id: EntryId) -> String {
    format!("/knowledge/{}/entries/{owner_slug}/{id}", tenant.slug)
}

/// A text that is not stored, as an agent would read it.
fn unsaved(app: &App, tenant: &TenantAccess, key: LayerKey, layers: &[Layer]) -> EntryView {
    let now = app.clock.now();
    let Merged { content, composition } = merge(layers);
    let names = tenant
        .sources
        .iter()
        .map(|source| (source.id, Owner { slug: source.slug.clone(), short_name: source.short_name.clone() }));
    let entry = Entry {
        tenant: tenant.id,
        tenant_slug: tenant.slug.clone(),
        tenant_short_name: tenant.short_name.clone(),
        id: key.entry,
        external_id: String::new(),
        version: key.version,
        is_published: false,
        content,
        composition,
        owners: names.collect(),
        layers: layers.iter().map(|layer| LayerKey { tenant: layer.tenant, ..key }).collect(),
        unit: None,
        published_at: now,
        author: String::new(),
    };
    EntryView::new(entry, tenant, clock::day_of(now))
}

fn today(app: &App) -> chrono::NaiveDate {
    clock::day_of(app.clock.now())
}
