//! The form of a counter, a room, a person.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::store::{self, NewResource};
use super::super::{Office, Resource};
use super::settings::within;
use super::{Place, find_office, office_url, places, town};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::{ResourceId, UnitId};
use crate::web::forms::{self, Difference, Errors, differences};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ResourceForm {
    version: i32,
    name: String,
    places: String,
    active: String,
}

impl ResourceForm {
    fn of(resource: &Resource) -> Self {
        Self {
            version: resource.version,
            name: resource.name.clone(),
            places: resource.places.to_string(),
            active: if resource.active { "on" } else { "" }.to_owned(),
        }
    }

    fn check(&self, errors: &mut Errors) -> Option<NewResource> {
        errors.require("name", &self.name, "Der Name");
        errors.limit("name", &self.name, 120);
        let places = within(&self.places, 1, 50);
        if places.is_none() {
            errors.add("places", "Möglich sind 1 bis 50 Plätze.");
        }
        let new = NewResource { name: self.name.clone(), places: places?, active: self.is_active() };
        errors.is_empty().then_some(new)
    }

    fn is_active(&self) -> bool {
        !self.active.is_empty()
    }

    fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        let words = |form: &Self| if form.is_active() { "ja" } else { "nein" };
        differences([
            ("name", "Name", &theirs.name, &self.name),
            ("places", "Plätze", &theirs.places, &self.places),
            ("active", "In Betrieb", words(theirs), words(self)),
        ])
    }
}

const TAKEN: &str = "In dieser Stelle gibt es schon etwas mit diesem Namen.";

#[derive(Template)]
#[template(path = "appointments/resource.html")]
struct ResourcePage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    office: Office,
    /// None: a new one.
    id: Option<ResourceId>,
    form: ResourceForm,
    errors: Errors,
    differences: Vec<Difference>,
}

impl ResourcePage {
    fn back(&self) -> String {
        office_url(&self.tenant, self.office.unit)
    }

    fn action(&self) -> String {
        match self.id {
            Some(id) => format!("/appointments/{}/resources/{id}", self.tenant.slug),
            None => format!("{}/resources", self.back()),
        }
    }
}

struct Shown {
    tenant: TenantAccess,
    office: Office,
    id: Option<ResourceId>,
    form: ResourceForm,
}

async fn show(
    app: &App,
    viewer: &Viewer,
    Shown { tenant, office, id, form }: Shown,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let title = if id.is_some() { "Schalter oder Raum bearbeiten" } else { "Schalter oder Raum anlegen" };
    let frame = Frame::of(app, viewer, Section::Appointments, title).await?;
    let places = places(viewer, &tenant, Place::Offices);
    let status = forms::status(&errors, &differences);
    Ok((status, Page(ResourcePage { frame, places, tenant, office, id, form, errors, differences })).into_response())
}

pub(super) async fn new_resource_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let form = ResourceForm { places: "1".to_owned(), active: "on".to_owned(), ..ResourceForm::default() };
    show(&app, &viewer, Shown { tenant, office, id: None, form }, Errors::none(), Vec::new()).await
}

pub(super) async fn create_resource(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
    Form(form): Form<ResourceForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let mut errors = Errors::none();
    let Some(new) = form.check(&mut errors) else {
        return show(&app, &viewer, Shown { tenant, office, id: None, form }, errors, Vec::new()).await;
    };
    let mut db = app.begin(&tenant.scope()).await?;
    let id = match store::insert_resource(&mut *db, tenant.id, unit, &new).await {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            errors.add("name", TAKEN);
            drop(db);
            return show(&app, &viewer, Shown { tenant, office, id: None, form }, errors, Vec::new()).await;
        }
        other => other?,
    };
    let act = Act::of(tenant.id, "created", "appointment_resource", id, serde_json::json!({ "name": new.name }));
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, format!("{} ist angelegt.", new.name), &office_url(&tenant, unit)).await
}

async fn find(app: &App, viewer: &Viewer, tenant: &TenantAccess, id: ResourceId) -> web::Result<(Office, Resource)> {
    let mut db = app.begin(&tenant.scope()).await?;
    let resource = store::find_resource(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    drop(db);
    Ok((find_office(app, viewer, tenant, resource.unit).await?, resource))
}

pub(super) async fn resource_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, ResourceId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let (office, resource) = find(&app, &viewer, &tenant, id).await?;
    let form = ResourceForm::of(&resource);
    show(&app, &viewer, Shown { tenant, office, id: Some(id), form }, Errors::none(), Vec::new()).await
}

pub(super) async fn save_resource(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, ResourceId)>,
    Form(mut form): Form<ResourceForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let (office, resource) = find(&app, &viewer, &tenant, id).await?;
    let theirs = ResourceForm::of(&resource);
    let (mut errors, unit) = (Errors::none(), office.unit);
    let Some(changed) = form.check(&mut errors) else {
        return show(&app, &viewer, Shown { tenant, office, id: Some(id), form }, errors, Vec::new()).await;
    };
    let differences = form.differences_to(&theirs);
    if !differences.is_empty() {
        let mut db = app.begin(&tenant.scope()).await?;
        match store::update_resource(&mut *db, tenant.id, id, &changed, form.version).await {
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                errors.add("name", TAKEN);
                drop(db);
                return show(&app, &viewer, Shown { tenant, office, id: Some(id), form }, errors, Vec::new()).await;
            }
            Ok(false) => {
                form.version = theirs.version;
                drop(db);
                return show(&app, &viewer, Shown { tenant, office, id: Some(id), form }, errors, differences).await;
            }
            other => other?,
        };
        let act = Act::of(tenant.id, "changed", "appointment_resource", id, forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, format!("{} ist gespeichert.", changed.name), &office_url(&tenant, unit)).await
}
