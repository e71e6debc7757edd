//! Making and changing an office.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::unit_form::UnitForm;
use super::{Place, find, home, places};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::directory::store;
use crate::ids::UnitId;
use crate::knowledge::town;
use crate::web::forms::{self, Choice, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places};

#[derive(Template)]
#[template(path = "directory/unit_form.html")]
struct UnitFormPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    /// None: a new one.
    id: Option<UnitId>,
    form: UnitForm,
    kinds: Vec<Choice>,
    parents: Vec<Choice>,
    deputies: Vec<Choice>,
    errors: Errors,
    differences: Vec<Difference>,
}

impl UnitFormPage {
    fn action(&self) -> String {
        self.id.map_or_else(|| format!("{}/units", home(&self.tenant)), |id| super::unit_url(&self.tenant, id))
    }

    fn back(&self) -> String {
        self.id.map_or_else(|| home(&self.tenant), |id| super::unit_url(&self.tenant, id))
    }
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    id: Option<UnitId>,
    form: UnitForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let units = store::units::list_units(&mut *app.begin(&tenant.scope()).await?, tenant.id).await?;
    let title = if id.is_some() { "Stelle bearbeiten" } else { "Stelle anlegen" };
    let status = forms::status(&errors, &differences);
    let page = UnitFormPage {
        frame: Frame::of(app, viewer, Section::Directory, title).await?,
        places: places(viewer, &tenant, Place::Units),
        kinds: form.kinds(),
        parents: UnitForm::others(&units, id, &form.parent),
        deputies: UnitForm::others(&units, id, &form.deputy),
        tenant,
        id,
        form,
        errors,
        differences,
    };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn new_unit_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    show(&app, &viewer, tenant, None, UnitForm::default(), Errors::none(), Vec::new()).await
}

pub(super) async fn edit_unit_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let unit = find(&app, &tenant, unit).await?;
    show(&app, &viewer, tenant, Some(unit.id), UnitForm::of(&unit), Errors::none(), Vec::new()).await
}

const TAKEN: &str = "Eine Stelle mit diesem Namen gibt es schon, vielleicht im Archiv.";

pub(super) async fn create_unit(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<UnitForm>,
) -> web::Result<Response> {
    let mut errors = Errors::none();
    let mut db = app.begin(&tenant.scope()).await?;
    let units = store::units::list_units(&mut *db, tenant.id).await?;
    let Some(unit) = form.check(&tenant, UnitId(0), &units, &mut errors) else {
        drop(db);
        return show(&app, &viewer, tenant, None, form, errors, Vec::new()).await;
    };
    let id = match store::units::insert_unit(&mut *db, tenant.id, &unit).await {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            errors.add("name", TAKEN);
            drop(db);
            return show(&app, &viewer, tenant, None, form, errors, Vec::new()).await;
        }
        other => other?,
    };
    let act = Act::of(tenant.id, "created", "unit", id, serde_json::json!({ "name": unit.name }));
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, format!("{} ist angelegt.", unit.name), &super::unit_url(&tenant, id)).await
}

pub(super) async fn save_unit(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
    Form(mut form): Form<UnitForm>,
) -> web::Result<Response> {
    let theirs = UnitForm::of(&find(&app, &tenant, unit).await?);
    let mut errors = Errors::none();
    let mut db = app.begin(&tenant.scope()).await?;
    let units = store::units::list_units(&mut *db, tenant.id).await?;
    let Some(changed) = form.check(&tenant, unit, &units, &mut errors) else {
        drop(db);
        return show(&app, &viewer, tenant, Some(unit), form, errors, Vec::new()).await;
    };
    let differences = form.differences_to(&theirs);
    if !differences.is_empty() {
        match store::units::update_unit(&mut *db, &changed).await {
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                errors.add("name", TAKEN);
                drop(db);
                return show(&app, &viewer, tenant, Some(unit), form, errors, Vec::new()).await;
            }
            Ok(false) => {
                form.version = theirs.version;
                drop(db);
                return show(&app, &viewer, tenant, Some(unit), form, errors, differences).await;
            }
            other => other?,
        };
        let act = Act::of(tenant.id, "changed", "unit", unit, forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, format!("{} ist gespeichert.", changed.name), &super::unit_url(&tenant, unit)).await
}
