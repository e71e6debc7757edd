//! One entry as a page.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;
use sqlx::PgConnection;

use super::super::store::{self, EntryState, Reader, VersionLine};
use super::super::{Draft, Entry, EntryView, attachments};
use super::{EntryPlace, Place, file_url, places, today};
use crate::access::Viewer;
use crate::app::App;
use crate::clock;
use crate::directory::{self, Unit};
use crate::ids::{EntryId, KnowledgeTaskId};
use crate::knowledge::keeping::KeepingPart;
use crate::web::forms::parse_date;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Path, Places, Query, format};

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
    state: EntryState,
    keeping: Option<KeepingPart>,
    /// For editors of the owner.
    own: Option<OwnSide>,
    /// "2026-11-21": the day whose text is shown, or today.
    day: String,
}

/// What those who tend an entry see beside it.
struct OwnSide {
    draft: Option<Draft>,
    task: Option<KnowledgeTaskId>,
    readers: Vec<Reader>,
}

/// Why this text is not the one that holds.
pub(super) struct Banner {
    pub text: String,
    /// Where the text that holds stands.
    pub url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    /// The day whose text is wanted.
    day: String,
}

pub(super) async fn entry_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
    Query(which): Query<Which>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    if let Some(day) = parse_date(&which.day).filter(|day| *day != today(&app)) {
        return Ok(show_day(&app, &viewer, db, place, day).await?.into_response());
    }
    let found = store::find_entry(&mut db, place.tenant.id, place.owner, id).await?;
    let entry = match found {
        Some(entry) if entry.id == id => entry,
        // A withdrawn entry is seen by those who can publish it again.
        found if place.may_edit() => match (store::find_latest(&mut db, place.owner, id).await?, found) {
            (Some(entry), _) => entry,
            (None, _) if store::find_draft(&mut db, place.owner, id).await?.is_some() => {
                return Ok(web::redirect(&format!("{}/draft", place.url())));
            }
            (None, Some(found)) => return Ok(to_entry(&place, &found)),
            (None, None) => return Err(web::Error::NotFound),
        },
        // The town says something otherwise, or a nearer base does: there is one address for what holds.
        Some(found) => return Ok(to_entry(&place, &found)),
        None => return Err(web::Error::NotFound),
    };
    let banner = (!entry.is_published).then(|| Banner {
        text: "Dieser Eintrag ist zurückgezogen: Suche, Arbeitsplatz und andere Orte zeigen ihn nicht.".to_owned(),
        url: None,
    });
    Ok(show(&app, &viewer, db, place, entry, banner).await?.into_response())
}

fn to_entry(place: &EntryPlace, found: &Entry) -> Response {
    web::redirect(&super::entry_url(&place.tenant, &found.tenant_slug, found.id))
}

/// "Stand am": the text as it held at the end of a day.
async fn show_day(
    app: &App,
    viewer: &Viewer,
    mut db: sqlx::Transaction<'static, sqlx::Postgres>,
    place: EntryPlace,
    day: NaiveDate,
) -> web::Result<Page<EntryPage>> {
    let end = day.succ_opt().and_then(|next| clock::moment(next, NaiveTime::MIN)).ok_or(web::Error::NotFound)?;
    let found = store::find_entry_at(&mut db, place.tenant.id, place.owner, place.id, end).await?;
    let url = Some(place.url());
    let (entry, text) = match found {
        Some(entry) => (entry, format!("Das ist der Stand am {}.", format::date(day))),
        None => {
            let now = store::find_entry(&mut db, place.tenant.id, place.owner, place.id).await?;
            let text = format!(
                "Am {} war dieser Eintrag nicht veröffentlicht. Gezeigt wird der heutige Stand.",
                format::date(day)
            );
            (now.ok_or(web::Error::NotFound)?, text)
        }
    };
    let mut page = show(app, viewer, db, place, entry, Some(Banner { text, url })).await?;
    page.0.day = day.to_string();
    Ok(page)
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
        Some((tenant, unit)) => directory::find_unit(&mut *db, tenant, unit).await?,
        None => None,
    };
    let state = store::find_state(&mut *db, place.owner, place.id).await?.ok_or(web::Error::NotFound)?;
    let own = if place.may_edit() { Some(OwnSide::find(&mut db, &place).await?) } else { None };
    let versions = store::list_versions(&mut *db, place.owner, place.id, 0, LATEST + 1).await?;
    let files = attachments::list_files(&mut db, &entry, |file| file_url(&place.tenant, file)).await?;
    let editing = place.may_edit().then(|| place.owner_slug.clone());
    let keeping = KeepingPart::find(&mut db, place.owner, place.id, editing, today(app)).await?;
    let frame = Frame::of(app, viewer, Section::Knowledge, entry.content.title.clone()).await?;
    let places = places(viewer, &place.tenant, Place::Elsewhere);
    let view = EntryView::new(entry, &place.tenant, today(app)).with_files(files).as_page();
    let day = today(app).to_string();
    Ok(Page(EntryPage { frame, places, place, view, unit, versions, banner, state, keeping, own, day }))
}

impl OwnSide {
    async fn find(db: &mut PgConnection, place: &EntryPlace) -> web::Result<Self> {
        Ok(Self {
            draft: store::find_draft(db, place.owner, place.id).await?,
            task: store::find_open_task(&mut *db, place.owner, place.id).await?,
            readers: store::list_readers(&mut *db, place.owner, place.id).await?,
        })
    }

    fn adapting(&self) -> Vec<&str> {
        self.readers.iter().filter(|reader| reader.adapts).map(|reader| &*reader.short_name).collect()
    }

    fn following(&self) -> Vec<&str> {
        self.readers.iter().filter(|reader| !reader.adapts).map(|reader| &*reader.short_name).collect()
    }
}

impl EntryPage {
    fn is_withdrawn(&self) -> bool {
        !self.state.is_published
    }

    fn latest(&self) -> &[VersionLine] {
        &self.versions[..self.versions.len().min(usize::try_from(LATEST).unwrap_or(5))]
    }

    fn has_more_versions(&self) -> bool {
        self.latest().len() < self.versions.len()
    }
}
