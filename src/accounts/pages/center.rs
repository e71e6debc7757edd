//! What the center calls itself.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::access::Viewer;
use crate::accounts::store;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::web::forms::{self, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Form, Frame, Page, Places};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct NameForm {
    version: i32,
    name: String,
}

#[derive(Template)]
#[template(path = "accounts/center_name.html")]
struct NamePage {
    frame: Frame,
    places: Places,
    form: NameForm,
    errors: Errors,
    differences: Vec<Difference>,
}

async fn find(app: &App, viewer: &Viewer) -> web::Result<NameForm> {
    let (name, version) = store::find_center(&mut *app.begin(&viewer.center_scope()).await?).await?;
    Ok(NameForm { version, name })
}

async fn show(
    app: &App,
    viewer: &Viewer,
    form: NameForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let frame = Frame::of(app, viewer, Section::Center, "ServiceCenter").await?;
    let places = Places::of_center(CenterPlace::Name);
    let status = forms::status(&errors, &differences);
    Ok((status, Page(NamePage { frame, places, form, errors, differences })).into_response())
}

pub(super) async fn name_page(State(app): State<App>, viewer: Viewer) -> web::Result<Response> {
    let form = find(&app, &viewer).await?;
    show(&app, &viewer, form, Errors::none(), Vec::new()).await
}

pub(super) async fn save_name(
    State(app): State<App>,
    viewer: Viewer,
    Form(mut form): Form<NameForm>,
) -> web::Result<Response> {
    let mut errors = Errors::none();
    errors.require("name", &form.name, "Der Name");
    errors.limit("name", &form.name, 60);
    if !errors.is_empty() {
        return show(&app, &viewer, form, errors, Vec::new()).await;
    }
    let theirs = find(&app, &viewer).await?;
    let differences = forms::differences([("name", "Name", &theirs.name, &form.name)]);
    if !differences.is_empty() {
        let mut db = app.begin(&viewer.center_scope()).await?;
        if !store::update_center(&mut *db, &form.name, form.version).await? {
            form.version = theirs.version;
            drop(db);
            return show(&app, &viewer, form, errors, differences).await;
        }
        let act = Act::of_center("changed", "center", "name", forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Der Name ist gespeichert.", CenterPlace::Name.url()).await
}
