//! One entry as a page.

use askama::Template;
use axum::extract::State;

use super::super::store::{self, VersionLine};
use super::super::{Entry, EntryView};
use super::{EntryPlace, Place, places, today};
use crate::access::Viewer;
use crate::app::App;
use crate::directory::{self, Unit};
use crate::ids::EntryId;
use crate::knowledge::keeping::KeepingPart;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Path, Places, format};

/// Versions beside the entry; the rest have a page of their own.
const LATEST: i64 = 5;

#[derive(Template)]
#[template(path = "knowledge/entry.html")]
pub(super) struct EntryPage {
    frame: Frame,
    places: Places,
    place: EntryPlace,
    view: EntryView,
    unit: Option<Unit>,
    versions: Vec<VersionLine>,
    banner: Option<Banner>,
    is_withdrawn: bool,
    keeping: Option<KeepingPart>,
}

/// Why this text is not the one that holds.
pub(super) struct Banner {
    pub text: String,
    /// Where the text that holds stands.
    pub url: Option<String>,
}

pub(super) async fn entry_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Page<EntryPage>> {
    let place = EntryPlace::find(tenant, &owner, id)?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    let found = store::find_entry(&mut *db, place.tenant.id, place.owner, id).await?;
    let entry = match found {
        Some(entry) => entry,
        // A withdrawn entry is seen by those who can publish it again.
        None if place.may_edit() => store::find_latest(&mut db, place.owner, id).await?.ok_or(web::Error::NotFound)?,
        None => return Err(web::Error::NotFound),
    };
    let banner = (!entry.is_published).then(|| Banner {
        text: "Dieser Eintrag ist zurückgezogen: Suche, Arbeitsplatz und andere Orte zeigen ihn nicht.".to_owned(),
        url: None,
    });
    show(&app, &viewer, db, place, entry, banner).await
}

pub(super) async fn show(
    app: &App,
    viewer: &Viewer,
    mut db: sqlx::Transaction<'static, sqlx::Postgres>,
    place: EntryPlace,
    entry: Entry,
    banner: Option<Banner>,
) -> web::Result<Page<EntryPage>> {
    let unit = match entry.unit {
        Some(unit) => directory::find_unit(&mut *db, place.owner, unit).await?,
        None => None,
    };
    let state = store::find_state(&mut *db, place.owner, place.id).await?.ok_or(web::Error::NotFound)?;
    let versions = store::list_versions(&mut *db, place.owner, place.id, 0, LATEST + 1).await?;
    let editing = place.may_edit().then(|| place.owner_slug.clone());
    let keeping = KeepingPart::find(&mut db, place.owner, place.id, editing, today(app)).await?;
    let frame = Frame::of(app, viewer, Section::Knowledge, entry.content.title.clone()).await?;
    let places = places(viewer, &place.tenant, Place::Elsewhere);
    let view = EntryView::new(entry, &place.tenant, today(app)).as_page();
    Ok(Page(EntryPage {
        frame,
        places,
        place,
        view,
        unit,
        versions,
        banner,
        is_withdrawn: !state.is_published,
        keeping,
    }))
}

impl EntryPage {
    fn latest(&self) -> &[VersionLine] {
        &self.versions[..self.versions.len().min(usize::try_from(LATEST).unwrap_or(5))]
    }

    fn has_more_versions(&self) -> bool {
        self.latest().len() < self.versions.len()
    }
}
