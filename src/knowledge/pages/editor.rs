//! Writing entries: a new one, a new version of an own one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sqlx::PgConnection;

use super::super::store;
use super::super::{Entry, Outcome, Published, Target, publish};
use super::form::{Change, EntryForm};
use super::{EntryPlace, Place, entry_url, places, town};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::Actor;
use crate::directory::{self, Unit};
use crate::ids::EntryId;
use crate::web::forms::Errors;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places, format};

#[derive(Template)]
#[template(path = "knowledge/editor.html")]
struct EditorPage {
    frame: Frame,
    places: Places,
    /// None: a new entry.
    entry: Option<Entry>,
    action: String,
    back: String,
    form: EntryForm,
    errors: Errors,
    changes: Vec<Change>,
    units: Vec<Unit>,
}

/// What the browser sent, name by name.
type Pairs = Form<Vec<(String, String)>>;

pub(super) async fn new_entry_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    show(&app, &viewer, tenant, None, EntryForm::default(), Errors::none(), Vec::new()).await
}

pub(super) async fn create_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(pairs): Pairs,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let form = EntryForm::from_pairs(pairs);
    let mut errors = Errors::none();
    let content = form.read(&mut errors);
    if !errors.is_empty() {
        return show(&app, &viewer, tenant, None, form, errors, Vec::new()).await;
    }
    let mut db = app.begin(&tenant.scope()).await?;
    let actor = Actor::from(&viewer);
    let made = publish(&mut db, tenant.id, Target::New, &content, &actor, app.clock.now()).await?;
    db.commit().await?;
    let url = entry_url(&tenant, &tenant.slug, made.id);
    web::done(&app, &viewer, "Der Eintrag ist veröffentlicht.", &url).await
}

pub(super) async fn edit_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    let entry = store::find_latest(&mut db, place.owner, id).await?.ok_or(web::Error::NotFound)?;
    drop(db);
    let form = EntryForm::of(&entry.content, entry.version);
    show(&app, &viewer, place.tenant, Some(entry), form, Errors::none(), Vec::new()).await
}

pub(super) async fn publish_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
    Form(pairs): Pairs,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let mut form = EntryForm::from_pairs(pairs);
    let mut errors = Errors::none();
    let content = form.read(&mut errors);
    let mut db = app.begin(&place.tenant.scope()).await?;
    // The lock keeps others out between the look and the write.
    store::lock_entry(&mut db, place.owner, id).await?.ok_or(web::Error::NotFound)?;
    let theirs = store::find_latest(&mut db, place.owner, id).await?.ok_or(web::Error::NotFound)?;
    let changes = if errors.is_empty() { merge(&mut db, &mut form, &theirs).await? } else { Vec::new() };
    if !errors.is_empty() || !changes.is_empty() {
        db.commit().await?;
        return show(&app, &viewer, place.tenant, Some(theirs), form, errors, changes).await;
    }
    let target = Target::Existing(id);
    let saved = publish(&mut db, place.owner, target, &content, &Actor::from(&viewer), app.clock.now()).await?;
    db.commit().await?;
    web::done(&app, &viewer, saved_text(saved), &place.url()).await
}

/// What somebody else saved since this person began, already taken into the form where it is no conflict.
async fn merge(db: &mut PgConnection, form: &mut EntryForm, theirs: &Entry) -> web::Result<Vec<Change>> {
    if form.version == theirs.version {
        return Ok(Vec::new());
    }
    let base = store::find_entry_version(db, theirs.tenant, theirs.tenant, theirs.id, form.version).await?;
    let base = base.map(|base| EntryForm::of(&base.content, base.version)).unwrap_or_default();
    Ok(form.merge(&base, &EntryForm::of(&theirs.content, theirs.version)))
}

fn saved_text(saved: Published) -> String {
    match saved.outcome {
        Outcome::Unchanged => "Es gab nichts zu ändern.".to_owned(),
        _ => format!("Fassung {} ist veröffentlicht.", saved.version),
    }
}

/// A form that came back with mistakes is 422; one whose entry somebody else changed meanwhile is 409.
async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    entry: Option<Entry>,
    form: EntryForm,
    errors: Errors,
    changes: Vec<Change>,
) -> web::Result<Response> {
    let status = match (errors.is_empty(), entry.as_ref()) {
        (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (true, Some(_)) if !changes.is_empty() => StatusCode::CONFLICT,
        _ => StatusCode::OK,
    };
    let mut db = app.begin(&tenant.scope()).await?;
    let units = directory::list_units(&mut *db, tenant.id).await?;
    drop(db);
    let title = if entry.is_some() { "Eintrag bearbeiten" } else { "Eintrag anlegen" };
    let list = format!("/knowledge/{}", tenant.slug);
    let url = entry.as_ref().map(|entry| entry_url(&tenant, &tenant.slug, entry.id));
    let page = EditorPage {
        frame: Frame::of(app, viewer, Section::Knowledge, title).await?,
        places: places(viewer, &tenant, Place::Elsewhere),
        action: url.clone().unwrap_or_else(|| format!("{list}/entries")),
        back: url.unwrap_or(list),
        entry,
        form,
        errors,
        changes,
        units,
    };
    Ok((status, Page(page)).into_response())
}
