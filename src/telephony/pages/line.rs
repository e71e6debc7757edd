//! A number that was dialled and belongs to nobody becomes a town's line.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::LineId;
use crate::tenants::{self, NewLine, Number};
use crate::web::forms::{self, Choice, Errors};
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Form, Frame, Page, Places, Query};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct LineForm {
    number: String,
    label: String,
    /// A slug; the reserved tenant's for a line that towns share.
    town: String,
}

#[derive(Template)]
#[template(path = "telephony/line.html")]
struct LinePage {
    frame: Frame,
    places: Places,
    viewer: Viewer,
    form: LineForm,
    errors: Errors,
}

impl LinePage {
    fn towns(&self) -> Vec<Choice> {
        let none = Choice::new("", "bitte wählen", self.form.town.is_empty());
        let choice = |tenant: &TenantAccess| {
            let name = if tenant.is_intake() { "mehrere Orte gemeinsam" } else { &tenant.name };
            Choice::new(&tenant.slug, name, tenant.slug == self.form.town)
        };
        std::iter::once(none).chain(self.viewer.tenants.iter().map(choice)).collect()
    }
}

async fn show(app: &App, viewer: Viewer, form: LineForm, errors: Errors) -> web::Result<Response> {
    let status = forms::status(&errors, &[]);
    let frame = Frame::of(app, &viewer, Section::Center, "Rufnummer anlegen").await?;
    let places = Places::of_center(CenterPlace::Unassigned);
    Ok((status, Page(LinePage { frame, places, viewer, form, errors })).into_response())
}

pub(super) async fn new_line_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(mut form): Query<LineForm>,
) -> web::Result<Response> {
    if let Some(number) = Number::parse(&form.number).dialable() {
        form.number = tenants::display_number(number);
    }
    show(&app, viewer, form, Errors::none()).await
}

pub(super) async fn create_line(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<LineForm>,
) -> web::Result<Response> {
    let mut errors = Errors::none();
    errors.require("label", &form.label, "Die Bezeichnung");
    errors.limit("label", &form.label, 60);
    errors.require("number", &form.number, "Die Rufnummer");
    let number = Number::parse(&form.number).dialable().map(str::to_owned);
    if number.is_none() {
        errors.add("number", format!("„{:.60}“ ist keine Rufnummer, die man wählen kann.", form.number));
    }
    let town = viewer.tenant(&form.town).cloned();
    if town.is_none() {
        errors.add("town", "Bitte wählen Sie, wem die Rufnummer gehört.");
    }
    let (Some(number), Some(town), true) = (number, town, errors.is_empty()) else {
        return show(&app, viewer, form, errors).await;
    };
    if insert(&app, &viewer, &town, &number, &form).await?.is_none() {
        errors.add("number", "Diese Rufnummer gehört schon zu einem Anschluss.");
        return show(&app, viewer, form, errors).await;
    }
    let text = "Die Rufnummer ist angelegt. Künftige Anrufe werden von selbst zugeordnet.";
    web::done(&app, &viewer, text, CenterPlace::Unassigned.url()).await
}

/// None: the number is taken.
async fn insert(
    app: &App,
    viewer: &Viewer,
    town: &TenantAccess,
    number: &str,
    form: &LineForm,
) -> web::Result<Option<LineId>> {
    let mut db = app.begin(&viewer.center_scope()).await?;
    let new = NewLine { number, label: &form.label, skill: None, preset_entry: None };
    let id = match tenants::insert_line(&mut *db, town.id, new).await {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => return Ok(None),
        other => other?,
    };
    if let Some(block) = tenants::block_of(&form.number) {
        tenants::insert_number_block(&mut *db, town.id, &block).await?;
    }
    let details = serde_json::json!({ "number": number, "label": form.label });
    let act = Act::of(town.id, "created", "line", id, details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(viewer), act).await?;
    db.commit().await?;
    Ok(Some(id))
}
