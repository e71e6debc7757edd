//! The files of one entry as its editors see them, with the form for one more.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::{EntryPlace, file_url, list_url};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::ids::EntryId;
use crate::knowledge::attachments::{self, Attachment};
use crate::knowledge::pages::{Place, places};
use crate::knowledge::store;
use crate::web::forms::{self, Errors};
use crate::web::frame::Section;
use crate::web::{self, Error, Frame, InTenant, Page, Path, Places, format};

#[derive(Template)]
#[template(path = "knowledge/attachments.html")]
struct AttachmentsPage {
    frame: Frame,
    places: Places,
    place: EntryPlace,
    title: String,
    files: Vec<Attachment>,
    /// As it was typed.
    typed: String,
    is_internal: bool,
    errors: Errors,
}

impl AttachmentsPage {
    fn url(&self, file: &Attachment) -> String {
        file_url(self.tenant(), file)
    }

    fn tenant(&self) -> &TenantAccess {
        &self.place.tenant
    }

    fn action(&self) -> String {
        list_url(&self.place)
    }
}

pub async fn attachments_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    show(&app, &viewer, place, String::new(), false, Errors::none()).await
}

pub async fn show(
    app: &App,
    viewer: &Viewer,
    place: EntryPlace,
    typed: String,
    is_internal: bool,
    errors: Errors,
) -> web::Result<Response> {
    let mut db = app.begin(&place.tenant.scope()).await?;
    let state = store::find_state(&mut *db, place.owner, place.id).await?.ok_or(Error::NotFound)?;
    let files = attachments::list_of_entry(&mut *db, place.owner, place.id).await?;
    drop(db);
    let frame = Frame::of(app, viewer, Section::Knowledge, format!("Anhänge: {}", state.title)).await?;
    let places = places(viewer, &place.tenant, Place::Elsewhere);
    let status = forms::status(&errors, &[]);
    let page = AttachmentsPage { frame, places, place, title: state.title, files, typed, is_internal, errors };
    Ok((status, Page(page)).into_response())
}
