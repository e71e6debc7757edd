//! What an entry said before.

use askama::Template;
use axum::extract::State;

use super::super::store::{self, VersionLine};
use super::entry::{Banner, EntryPage, show};
use super::{EntryPlace, Place, places};
use crate::access::Viewer;
use crate::app::App;
use crate::ids::EntryId;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Path, Places, Query, format};

#[derive(Debug, Default, serde::Deserialize, serde::Serialize)]
#[serde(default)]
pub(super) struct Which {
    page: String,
}

#[derive(Template)]
#[template(path = "knowledge/versions.html")]
pub(super) struct VersionsPage {
    frame: Frame,
    places: Places,
    place: EntryPlace,
    title: String,
    versions: Vec<VersionLine>,
    pager: Pager,
}

pub(super) async fn versions_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
    Query(which): Query<Which>,
) -> web::Result<Page<VersionsPage>> {
    let place = EntryPlace::find(tenant, &owner, id)?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    let state = store::find_state(&mut *db, place.owner, id).await?.ok_or(web::Error::NotFound)?;
    if !state.is_published && !place.may_edit() {
        return Err(web::Error::NotFound);
    }
    let path = format!("{}/versions", place.url());
    let pager = Pager::new(&path, &which, &which.page, state.latest_version, "Fassungen");
    let versions = store::list_versions(&mut *db, place.owner, id, pager.offset(), Pager::ROWS).await?;
    let frame = Frame::of(&app, &viewer, Section::Knowledge, format!("Fassungen: {}", state.title)).await?;
    let places = places(&viewer, &place.tenant, Place::Elsewhere);
    Ok(Page(VersionsPage { frame, places, place, title: state.title, versions, pager }))
}

/// An old text can always be shown again: it is what was said then.
pub(super) async fn version_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id, version)): Path<(String, String, EntryId, i32)>,
) -> web::Result<Page<EntryPage>> {
    let place = EntryPlace::find(tenant, &owner, id)?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    let found = store::find_entry_version(&mut db, place.tenant.id, place.owner, id, version).await?;
    let entry = found.ok_or(web::Error::NotFound)?;
    let banner = (!entry.is_published).then(|| Banner {
        text: format!(
            "Das ist Fassung {version} vom {}. Sie gilt nicht mehr und dient dem Nachweis.",
            format::day(entry.published_at)
        ),
        url: Some(place.url()),
    });
    show(&app, &viewer, db, place, entry, banner).await
}
