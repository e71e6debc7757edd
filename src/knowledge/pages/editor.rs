//! Writing entries: a new one, a new version of an own one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sqlx::PgConnection;

use super::super::store;
use super::super::{Content, Entry, EntryView, Outcome, Published, Target, publish};
use super::form::{Change, EntryForm};
use super::remarks::Remarks;
use super::{EntryPlace, Place, entry_url, places, town};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::Actor;
use crate::clock;
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
    preview: Option<EntryView>,
    remarks: Remarks,
}

/// What stands in the form, and what there is to say about it.
#[derive(Default)]
struct Draft {
    form: EntryForm,
    errors: Errors,
    changes: Vec<Change>,
    preview: Option<EntryView>,
}

impl Draft {
    fn of(form: EntryForm) -> Self {
        Self { form, ..Self::default() }
    }

    /// A form that came back with mistakes is 422; one whose entry somebody else changed meanwhile is 409.
    fn status(&self) -> StatusCode {
        match (self.errors.is_empty(), self.changes.is_empty()) {
            (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
            (true, false) => StatusCode::CONFLICT,
            (true, true) => StatusCode::OK,
        }
    }
}

/// What the browser sent, name by name.
type Pairs = Form<Vec<(String, String)>>;

pub(super) async fn new_entry_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    show(&app, &viewer, tenant, None, Draft::default()).await
}

pub(super) async fn create_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(pairs): Pairs,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut draft = Draft::of(EntryForm::from_pairs(pairs));
    let content = draft.form.read(&mut draft.errors);
    if draft.form.is_preview {
        draft.preview = Some(preview(&app, &tenant, None, content));
        return show(&app, &viewer, tenant, None, draft).await;
    }
    if !draft.errors.is_empty() {
        return show(&app, &viewer, tenant, None, draft).await;
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
    show(&app, &viewer, place.tenant, Some(entry), Draft::of(form)).await
}

pub(super) async fn publish_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
    Form(pairs): Pairs,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let mut draft = Draft::of(EntryForm::from_pairs(pairs));
    let content = draft.form.read(&mut draft.errors);
    let mut db = app.begin(&place.tenant.scope()).await?;
    // The lock keeps others out between the look and the write.
    store::lock_entry(&mut db, place.owner, id).await?.ok_or(web::Error::NotFound)?;
    let theirs = store::find_latest(&mut db, place.owner, id).await?.ok_or(web::Error::NotFound)?;
    if draft.form.is_preview {
        drop(db);
        draft.preview = Some(preview(&app, &place.tenant, Some(&theirs), content));
        return show(&app, &viewer, place.tenant, Some(theirs), draft).await;
    }
    if draft.errors.is_empty() {
        draft.changes = merge(&mut db, &mut draft.form, &theirs).await?;
    }
    if draft.status() != StatusCode::OK {
        db.commit().await?;
        return show(&app, &viewer, place.tenant, Some(theirs), draft).await;
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

/// The text as an agent would read it; nothing is stored.
fn preview(app: &App, tenant: &TenantAccess, entry: Option<&Entry>, content: Content) -> EntryView {
    let now = app.clock.now();
    let entry = Entry {
        tenant: tenant.id,
        tenant_slug: tenant.slug.clone(),
        tenant_short_name: tenant.short_name.clone(),
        id: entry.map_or(EntryId(0), |entry| entry.id),
        external_id: String::new(),
        version: entry.map_or(1, |entry| entry.version + 1),
        is_published: false,
        content,
        unit: None,
        published_at: now,
        author: String::new(),
    };
    EntryView::new(entry, tenant, clock::day_of(now))
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    entry: Option<Entry>,
    draft: Draft,
) -> web::Result<Response> {
    let status = draft.status();
    let mut db = app.begin(&tenant.scope()).await?;
    let units = directory::list_units(&mut *db, tenant.id).await?;
    let remarks = Remarks::of(&mut db, &tenant, &draft.form.read(&mut Errors::none())).await?;
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
        form: draft.form,
        errors: draft.errors,
        changes: draft.changes,
        preview: draft.preview,
        units,
        remarks,
    };
    Ok((status, Page(page)).into_response())
}

impl EditorPage {
    fn remarks_url(&self) -> String {
        self.back.split("/entries").next().map(|list| format!("{list}/remarks")).unwrap_or_default()
    }
}
