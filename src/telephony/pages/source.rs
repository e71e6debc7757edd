//! One telephone system: made, changed, switched off.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::form::SourceForm;
use super::{find_source, record};
use crate::access::Viewer;
use crate::app::App;
use crate::ids::SourceId;
use crate::telephony::{Adapter, Source, Way, door_path, store};
use crate::web::forms::{self, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Error, Form, Frame, Page, Path, Places, Query, session};

#[derive(Template)]
#[template(path = "telephony/source.html")]
struct SourcePage {
    frame: Frame,
    places: Places,
    /// None: a new one.
    source: Option<Source>,
    /// None: to be chosen first.
    adapter: Option<Adapter>,
    form: SourceForm,
    errors: Errors,
    differences: Vec<Difference>,
    /// A signature or password is kept already.
    has_secret: bool,
}

impl SourcePage {
    fn action(&self) -> String {
        self.source.as_ref().map_or("/telephony".to_owned(), |source| format!("/telephony/{}", source.id))
    }

    fn secret_hint(&self) -> &'static str {
        match (self.adapter.is_some_and(Adapter::is_called), self.has_secret) {
            (true, false) => "Das Kennwort des Kontos aus manager.conf",
            (false, false) => {
                "Nur wenn die Anlage ihre Meldungen unterschreibt. Leer: der Schlüssel in der Adresse genügt."
            }
            (_, true) => "Ist gesetzt und wird nicht gezeigt. Leer lassen, wenn es so bleiben soll.",
        }
    }
}

/// The path of a new door, shown this once.
#[derive(Template)]
#[template(path = "telephony/door.html")]
pub(super) struct DoorPage {
    pub frame: Frame,
    pub places: Places,
    pub source: SourceId,
    pub name: String,
    pub url: String,
}

pub(super) async fn show_door(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    (source, name): (SourceId, String),
    secret: &str,
) -> web::Result<Response> {
    let frame = Frame::of(app, viewer, Section::Center, "Adresse für die Telefonanlage").await?;
    let places = Places::of_center(CenterPlace::Telephony);
    let url = format!("{}{}", session::origin(headers), door_path(secret));
    Ok((StatusCode::CREATED, Page(DoorPage { frame, places, source, name, url })).into_response())
}

/// What stands in the database beside what somebody typed.
#[derive(Default)]
struct Shown {
    source: Option<Source>,
    form: SourceForm,
    errors: Errors,
    differences: Vec<Difference>,
    has_secret: bool,
}

async fn show(app: &App, viewer: &Viewer, shown: Shown) -> web::Result<Response> {
    let status = forms::status(&shown.errors, &shown.differences);
    let title = if shown.source.is_some() { "Telefonanlage bearbeiten" } else { "Telefonanlage anbinden" };
    let frame = Frame::of(app, viewer, Section::Center, title).await?;
    let places = Places::of_center(CenterPlace::Telephony);
    let adapter = Adapter::parse(&shown.form.adapter);
    let Shown { source, form, errors, differences, has_secret } = shown;
    Ok((status, Page(SourcePage { frame, places, source, adapter, form, errors, differences, has_secret }))
        .into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    adapter: String,
}

pub(super) async fn new_source_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(chosen): Query<Chosen>,
) -> web::Result<Response> {
    let form = Adapter::parse(&chosen.adapter).map(SourceForm::new).unwrap_or_default();
    show(&app, &viewer, Shown { form, ..Shown::default() }).await
}

const TAKEN: &str = "Eine Anlage mit diesem Namen gibt es schon.";

pub(super) async fn create_source(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(form): Form<SourceForm>,
) -> web::Result<Response> {
    let mut errors = Errors::none();
    let Some(adapter) = Adapter::parse(&form.adapter) else {
        errors.add("adapter", "Bitte wählen Sie, wie die Anlage spricht.");
        return show(&app, &viewer, Shown { errors, ..Shown::default() }).await;
    };
    let way = form.check(adapter, None, &mut errors);
    if !errors.is_empty() {
        return show(&app, &viewer, Shown { form, errors, ..Shown::default() }).await;
    }
    let now = app.clock.now();
    let mut db = app.begin(&viewer.center_scope()).await?;
    let source = match store::insert_source(&mut db, &form.name, adapter, &way, now).await {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            errors.add("name", TAKEN);
            drop(db);
            return show(&app, &viewer, Shown { form, errors, ..Shown::default() }).await;
        }
        other => other?,
    };
    let token = if adapter.is_called() { None } else { store::insert_token(&mut db, source, now).await? };
    let details = serde_json::json!({ "name": form.name, "kind": adapter.label() });
    record(&mut db, &app, &viewer, source, "created", details).await?;
    db.commit().await?;
    match token {
        Some(secret) => show_door(&app, &viewer, &headers, (source, form.name), &secret).await,
        None => {
            let check = format!("/telephony/{source}/check");
            web::done(&app, &viewer, format!("„{}“ ist angebunden.", form.name), &check).await
        }
    }
}

async fn find(app: &App, viewer: &Viewer, id: SourceId) -> web::Result<(Source, Way)> {
    let source = find_source(app, viewer, id).await?;
    let mut db = app.begin(&viewer.center_scope()).await?;
    let way = if source.adapter.is_called() {
        store::find_link(&mut *db, id).await?.map(Way::Link)
    } else {
        store::find_door_rules(&mut *db, id).await?.map(Way::Door)
    };
    Ok((source, way.ok_or(Error::NotFound)?))
}

fn has_secret(way: &Way) -> bool {
    matches!(way, Way::Link(_)) || matches!(way, Way::Door(rules) if rules.signing_secret.is_some())
}

pub(super) async fn source_page(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SourceId>,
) -> web::Result<Response> {
    let (source, way) = find(&app, &viewer, id).await?;
    let form = SourceForm::of(&source, &way);
    let shown = Shown { form, has_secret: has_secret(&way), source: Some(source), ..Shown::default() };
    show(&app, &viewer, shown).await
}

pub(super) async fn save_source(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SourceId>,
    Form(mut form): Form<SourceForm>,
) -> web::Result<Response> {
    let (source, before) = find(&app, &viewer, id).await?;
    // How a system speaks belongs to its past; another way of speaking is another source.
    source.adapter.as_str().clone_into(&mut form.adapter);
    let theirs = SourceForm::of(&source, &before);
    let mut errors = Errors::none();
    let way = form.check(source.adapter, Some(&before), &mut errors);
    let mut differences = Vec::new();
    if errors.is_empty() {
        differences = form.differences_to(&theirs);
        let changed = Source { name: form.name.clone(), version: form.version, ..source.clone() };
        match save(&app, &viewer, &changed, &way, &differences).await? {
            Saved::Done => {
                let check = format!("/telephony/{id}/check");
                return web::done(&app, &viewer, "Die Anlage ist gespeichert.", &check).await;
            }
            Saved::Taken => {
                errors.add("name", TAKEN);
                differences.clear();
            }
            Saved::TooLate => form.version = source.version,
        }
    }
    let shown = Shown { form, errors, differences, has_secret: has_secret(&before), source: Some(source) };
    show(&app, &viewer, shown).await
}

enum Saved {
    Done,
    Taken,
    TooLate,
}

async fn save(
    app: &App,
    viewer: &Viewer,
    source: &Source,
    way: &Way,
    differences: &[Difference],
) -> web::Result<Saved> {
    if differences.is_empty() {
        return Ok(Saved::Done);
    }
    let mut db = app.begin(&viewer.center_scope()).await?;
    match store::update_source(&mut db, source, way).await {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => return Ok(Saved::Taken),
        Ok(false) => return Ok(Saved::TooLate),
        other => other?,
    };
    let mut details = forms::as_json(differences);
    details["name"] = source.name.clone().into();
    record(&mut db, app, viewer, source.id, "changed", details).await?;
    db.commit().await?;
    Ok(Saved::Done)
}

pub(super) async fn deactivate_source(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SourceId>,
) -> web::Result<Response> {
    set_activity(&app, &viewer, id, false).await
}

pub(super) async fn activate_source(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SourceId>,
) -> web::Result<Response> {
    set_activity(&app, &viewer, id, true).await
}

async fn set_activity(app: &App, viewer: &Viewer, id: SourceId, active: bool) -> web::Result<Response> {
    let source = find_source(app, viewer, id).await?;
    let mut db = app.begin(&viewer.center_scope()).await?;
    if store::update_activity(&mut *db, id, active).await? {
        let action = if active { "activated" } else { "deactivated" };
        record(&mut db, app, viewer, id, action, serde_json::json!({ "name": source.name })).await?;
        db.commit().await?;
    }
    let (words, back) = if active {
        ("wird wieder gehört", "deactivation")
    } else {
        ("ist abgeschaltet: Ihre Meldungen werden abgewiesen", "activation")
    };
    let text = format!("„{}“ {words}.", source.name);
    web::done_with_undo(app, viewer, text, format!("/telephony/{id}/{back}"), CenterPlace::Telephony.url()).await
}
