//! The files of an entry: its editors add and remove them, everybody who reads the entry opens them.

mod list;
mod removal;
mod upload;

use axum::extract::{DefaultBodyLimit, State};
use axum::handler::Handler;
use axum::response::Response;

use super::{EntryPlace, town};
use crate::access::{Permission as P, TenantAccess};
use crate::app::App;
use crate::ids::AttachmentId;
use crate::knowledge::attachments::{self, Attachment, LARGEST};
use crate::web::{self, Error, InTenant, Path, Routes};

/// The file with what a form puts around it.
const LARGEST_FORM: usize = LARGEST + 64 * 1024;

pub(super) fn routes() -> Routes {
    let add_attachment = upload::add_attachment.layer(DefaultBodyLimit::max(LARGEST_FORM));
    Routes::new()
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/attachments", P::EditKnowledge, list::attachments_page)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/attachments", P::EditKnowledge, add_attachment)
        .get("/knowledge/{tenant}/attachments/{owner}/{attachment}", P::ReadKnowledge, download)
        .get("/knowledge/{tenant}/attachments/{owner}/{attachment}/removal", P::EditKnowledge, removal::removal_page)
        .post("/knowledge/{tenant}/attachments/{owner}/{attachment}/removal", P::EditKnowledge, removal::remove)
        .post("/knowledge/{tenant}/attachments/{owner}/{attachment}/restoration", P::EditKnowledge, removal::restore)
}

fn list_url(place: &EntryPlace) -> String {
    format!("{}/attachments", place.url())
}

/// Where everybody who reads this tenant's knowledge finds the file.
pub fn file_url(reader: &TenantAccess, file: &Attachment) -> String {
    let owner = reader.source(file.tenant).map_or("", |source| source.slug.as_str());
    format!("/knowledge/{}/attachments/{owner}/{}", reader.slug, file.id)
}

async fn download(
    State(app): State<App>,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, AttachmentId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let owner = tenant.sources.iter().find(|source| source.slug == owner).ok_or(Error::NotFound)?.id;
    let mut db = app.begin(&tenant.scope()).await?;
    let file = attachments::find_attachment(&mut *db, owner, id).await?.ok_or(Error::NotFound)?;
    // Of a withdrawn entry they are still seen by those who can publish it again.
    let may_edit = owner == tenant.id && tenant.may(P::EditKnowledge);
    let is_readable = may_edit || attachments::find_readable(&mut db, tenant.id, id).await?.is_some();
    if file.removed_at.is_some() || !is_readable {
        return Err(Error::NotFound);
    }
    let bytes = attachments::find_bytes(&mut *db, owner, id).await?.ok_or(Error::NotFound)?;
    Ok(attachments::answer(&file, bytes))
}

/// One of the tenant's own files, removed ones too, with its place.
async fn find_own(
    app: &App,
    tenant: TenantAccess,
    owner: &str,
    id: AttachmentId,
) -> web::Result<(EntryPlace, Attachment)> {
    let tenant = town(tenant)?;
    if owner != tenant.slug {
        return Err(Error::NotFound);
    }
    let mut db = app.begin(&tenant.scope()).await?;
    let file = attachments::find_attachment(&mut *db, tenant.id, id).await?.ok_or(Error::NotFound)?;
    Ok((EntryPlace::find(tenant, owner, file.entry)?.own()?, file))
}
