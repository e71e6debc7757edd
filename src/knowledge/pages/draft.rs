//! The working text beside the public one: what differs, and what becomes of it.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::super::diff::{self, Kind, PartDiff};
use super::super::store::{self, Base};
use super::super::{Content, Draft, Layer, LayerText, Verdict, merge, release};
use super::editor::read_release;
use super::form::EntryForm;
use super::subject::Subject;
use super::{EntryPlace, Place, act, places};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::ids::EntryId;
use crate::web::confirm::{self, Question};
use crate::web::forms::Errors;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places, format};

#[derive(Template)]
#[template(path = "knowledge/draft.html")]
struct DraftPage {
    frame: Frame,
    places: Places,
    place: EntryPlace,
    title: String,
    draft: Draft,
    is_new: bool,
    /// Stance and additions are told as parts too.
    changes: Vec<PartDiff>,
    needs_review: bool,
    /// This person wrote on it.
    is_mine: bool,
    form: ReviewForm,
    errors: Errors,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReviewForm {
    /// What the person looked at.
    revision: i64,
    note: String,
    release_day: String,
    release_time: String,
}

/// Between opening and deciding somebody may have gone on writing.
const MOVED: &str = "Inzwischen wurde am Entwurf weitergeschrieben. Bitte sehen Sie sich den neuen Stand an.";

/// What the browser hears while somebody writes.
#[derive(Template)]
#[template(path = "knowledge/_saved.html")]
struct SavedPart {
    /// None: nothing was saved, because somebody else saved meanwhile or something is not right yet.
    revision: Option<i64>,
    version: i32,
    said: String,
}

/// The text of a subject, as it is shown.
fn whole(subject: &Subject, text: &LayerText) -> Content {
    let below = subject.base.as_ref().map_or(&[][..], |base: &Base| &base.layers);
    merge(&[&[Layer { tenant: subject.tenant, text: text.clone() }], below].concat()).content
}

impl DraftPage {
    fn may_release(&self) -> bool {
        !self.needs_review || (!self.is_mine && self.draft.state == super::super::DraftState::Review)
    }
}

pub(super) async fn draft_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    show(&app, &viewer, place, ReviewForm::default(), Errors::none()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    place: EntryPlace,
    form: ReviewForm,
    errors: Errors,
) -> web::Result<Response> {
    let mut db = app.begin(&place.tenant.scope()).await?;
    let subject = Subject::find(&mut db, &place).await?;
    let needs_review = store::requires_review(&mut *db, place.tenant.id).await?;
    drop(db);
    let draft = subject.draft.clone().ok_or(web::Error::NotFound)?;
    let before = if subject.version() == 0 { Content::default() } else { whole(&subject, &subject.text) };
    let title = subject.title();
    let page = DraftPage {
        frame: Frame::of(app, viewer, Section::Knowledge, format!("Entwurf: {title}")).await?,
        places: places(viewer, &place.tenant, Place::Elsewhere),
        changes: diff::parts(&before, &whole(&subject, &draft.text)),
        is_new: subject.version() == 0,
        is_mine: draft.is_by(viewer.account),
        form: ReviewForm { revision: draft.revision, ..form },
        title,
        place,
        draft,
        needs_review,
        errors,
    };
    let status = if page.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Page(page)).into_response())
}

/// Saved by the page itself while somebody writes: nothing leaves the page, and nothing of somebody else's is overwritten.
pub(super) async fn autosave(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let form = EntryForm::from_pairs(pairs);
    let mut db = app.begin(&place.tenant.scope()).await?;
    let subject = Subject::hold(&mut db, &place).await?;
    let mut part = SavedPart { revision: None, version: form.version, said: String::new() };
    let mut errors = Errors::none();
    let text = form.read_text(subject.base.as_ref(), &mut errors);
    let present = (subject.version(), subject.draft.as_ref().map_or(0, |draft| draft.revision));
    if present != (form.version, form.revision) {
        part.said.push_str("Jemand anderes hat gespeichert. Beim nächsten Speichern sehen Sie beides.");
    } else if let Some((_, message)) = errors.iter().next() {
        part.said = format!("Noch nicht gespeichert: {message}");
    } else if &text != subject.latest_text() {
        let (actor, now) = (Actor::from(&viewer), app.clock.now());
        let revision = store::save_draft(&mut db, place.tenant.id, id, subject.version(), &text, &actor, now).await?;
        db.commit().await?;
        part.revision = Some(revision);
        part.said = format!("Entwurf gespeichert, {}", format::time(now));
    }
    if headers.contains_key("hx-request") {
        return Ok(Page(part).into_response());
    }
    web::done(&app, &viewer, &*part.said, &format!("{}/edit", place.url())).await
}

pub(super) async fn release_draft(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
    Form(form): Form<ReviewForm>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let mut errors = Errors::none();
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    let mut db = app.begin(&place.tenant.scope()).await?;
    check(&mut db, &place.tenant, id, &viewer, &form, &mut errors).await?;
    if !form.release_day.is_empty() {
        let at = read_release(&(form.release_day.clone(), form.release_time.clone()), now, &mut errors);
        if let Some(at) = at.filter(|_| errors.is_empty()) {
            store::judge_draft(&mut *db, place.tenant.id, id, &Verdict::Release(at), &actor, now).await?;
            audit::record(&mut *db, now, &actor, act(place.tenant.id, id, "planned")).await?;
            db.commit().await?;
            let said = format!("Freigegeben. Veröffentlicht wird am {}.", format::moment(at));
            return web::done(&app, &viewer, &*said, &place.url()).await;
        }
    }
    if errors.is_empty() && release(&mut db, place.tenant.id, id, &actor, now).await?.is_none() {
        errors.add("release_day", "Inzwischen gilt eine andere Fassung, oder die Grundlage fehlt. Bitte bearbeiten Sie den Entwurf noch einmal.");
    }
    if !errors.is_empty() {
        drop(db);
        return show(&app, &viewer, place, form, errors).await;
    }
    db.commit().await?;
    web::done(&app, &viewer, "Der Entwurf ist veröffentlicht.", &place.url()).await
}

pub(super) async fn return_draft(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
    Form(form): Form<ReviewForm>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let mut errors = Errors::none();
    let note = form.note.trim();
    errors.require("note", note, "Der Hinweis, was zu ändern ist,");
    errors.limit("note", note, 500);
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    let mut db = app.begin(&place.tenant.scope()).await?;
    let draft = store::lock_draft(&mut db, place.tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    if draft.revision != form.revision {
        errors.add("note", MOVED);
    }
    if !errors.is_empty() {
        drop(db);
        return show(&app, &viewer, place, form, errors).await;
    }
    store::judge_draft(&mut *db, place.tenant.id, id, &Verdict::Return(note.to_owned()), &actor, now).await?;
    audit::record(&mut *db, now, &actor, act(place.tenant.id, id, "returned")).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Der Entwurf ist mit Ihrem Hinweis zurückgegeben.", &place.url()).await
}

/// Whether this person may make this very text public.
async fn check(
    db: &mut PgConnection,
    tenant: &TenantAccess,
    id: EntryId,
    viewer: &Viewer,
    form: &ReviewForm,
    errors: &mut Errors,
) -> web::Result<()> {
    let draft = store::lock_draft(db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    if draft.revision != form.revision {
        errors.add("release_day", MOVED);
    }
    if store::requires_review(&mut *db, tenant.id).await? {
        if draft.is_by(viewer.account) {
            errors.add("release_day", "Sie haben daran mitgeschrieben. Freigeben muss eine zweite Person.");
        } else if draft.state != super::super::DraftState::Review {
            errors.add("release_day", "Der Entwurf wurde noch nicht zur Prüfung gegeben.");
        }
    }
    Ok(())
}

pub(super) async fn deletion_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    let subject = Subject::find(&mut db, &place).await?;
    let draft = subject.draft.as_ref().ok_or(web::Error::NotFound)?;
    let question = Question {
        what: format!(
            "„{}“, gespeichert am {} von {}",
            subject.title(),
            format::moment(draft.changed_at),
            draft.author
        ),
        consequences: vec![
            "Was nur im Entwurf steht, ist danach nicht mehr da.".to_owned(),
            "Der veröffentlichte Text bleibt, wie er ist.".to_owned(),
        ],
        obstacle: None,
        action: format!("{}/draft/deletion", place.url()),
        yes: "Entwurf verwerfen",
        no: "Behalten",
        back: format!("{}/draft", place.url()),
    };
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Entwurf verwerfen?").await?;
    Ok(confirm::ask(frame, question))
}

pub(super) async fn delete_draft(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    store::lock_draft(&mut db, place.tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    store::delete_draft(&mut *db, place.tenant.id, id).await?;
    store::delete_unpublished(&mut *db, place.tenant.id, id).await?;
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    audit::record(&mut *db, now, &actor, act(place.tenant.id, id, "discarded")).await?;
    let is_public = store::find_state(&mut *db, place.tenant.id, id).await?.is_some_and(|state| state.is_published);
    db.commit().await?;
    let back = if is_public { place.url() } else { format!("/knowledge/{}/tasks", place.tenant.slug) };
    web::done(&app, &viewer, "Der Entwurf ist verworfen.", &back).await
}
