//! What an office gives appointments for.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::super::store;
use super::super::{Office, Resource, System, Type};
use super::type_form::TypeForm;
use super::{Place, find_office, office_url, places, town};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::{AppointmentTypeId, EntryId, TenantId, UnitId};
use crate::knowledge;
use crate::search;
use crate::web::forms::{self, Choice, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places};

const MOST_ENTRIES: usize = 40;
const TAKEN: &str = "In dieser Stelle gibt es schon eine Terminart mit diesem Namen.";

#[derive(Template)]
#[template(path = "appointments/type.html")]
struct TypePage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    office: Office,
    /// None: a new one.
    id: Option<AppointmentTypeId>,
    form: TypeForm,
    resources: Vec<Resource>,
    errors: Errors,
    differences: Vec<Difference>,
}

impl TypePage {
    fn back(&self) -> String {
        office_url(&self.tenant, self.office.unit)
    }

    fn action(&self) -> String {
        match self.id {
            Some(id) => format!("/appointments/{}/types/{id}", self.tenant.slug),
            None => format!("{}/types", self.back()),
        }
    }

    fn resources(&self) -> Vec<Choice> {
        let one = |resource: &Resource| {
            let id = resource.id.to_string();
            Choice::new(&id, &resource.name, self.form.resources.contains(&id))
        };
        self.resources.iter().map(one).collect()
    }

    fn is_remote(&self) -> bool {
        self.office.system == System::Zms
    }
}

struct Shown {
    tenant: TenantAccess,
    office: Office,
    id: Option<AppointmentTypeId>,
    form: TypeForm,
}

async fn show(
    app: &App,
    viewer: &Viewer,
    Shown { tenant, office, id, form }: Shown,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let resources = store::list_resources(&mut *db, tenant.id, Some(office.unit)).await?;
    drop(db);
    let title = if id.is_some() { "Terminart bearbeiten" } else { "Terminart anlegen" };
    let frame = Frame::of(app, viewer, Section::Appointments, title).await?;
    let places = places(viewer, &tenant, Place::Offices);
    let status = forms::status(&errors, &differences);
    let page = TypePage { frame, places, tenant, office, id, form, resources, errors, differences };
    Ok((status, Page(page)).into_response())
}

/// The entries that are named one below the other, by title or number.
async fn find_entries(
    app: &App,
    tenant: &TenantAccess,
    typed: &str,
    errors: &mut Errors,
) -> web::Result<Vec<(TenantId, EntryId)>> {
    let named: Vec<_> = typed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if named.len() > MOST_ENTRIES {
        errors.add("entries", format!("Höchstens {MOST_ENTRIES} Einträge sind möglich."));
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for name in named {
        match search::find_named_entry(app, tenant, name).await? {
            Ok(entry) => found.push(entry),
            Err(message) => errors.add("entries", message),
        }
    }
    Ok(found)
}

pub(super) async fn new_type_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let shown = Shown { tenant, office, id: None, form: TypeForm::new() };
    show(&app, &viewer, shown, Errors::none(), Vec::new()).await
}

pub(super) async fn create_type(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
    Form(form): Form<TypeForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let mut errors = Errors::none();
    let entries = find_entries(&app, &tenant, &form.entries, &mut errors).await?;
    let Some(new) = form.check(&mut errors) else {
        return show(&app, &viewer, Shown { tenant, office, id: None, form }, errors, Vec::new()).await;
    };
    let mut db = app.begin(&tenant.scope()).await?;
    let id = match store::insert_type(&mut *db, tenant.id, unit, &new).await {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            errors.add("name", TAKEN);
            drop(db);
            return show(&app, &viewer, Shown { tenant, office, id: None, form }, errors, Vec::new()).await;
        }
        other => other?,
    };
    store::replace_type_resources(&mut db, tenant.id, id, &form.resource_ids()).await?;
    store::replace_type_entries(&mut db, tenant.id, id, &entries).await?;
    let act = Act::of(tenant.id, "created", "appointment_type", id, serde_json::json!({ "name": new.name }));
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, format!("{} ist angelegt.", new.name), &office_url(&tenant, unit)).await
}

/// The type, its office, and its form as it is saved.
async fn find(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    id: AppointmentTypeId,
) -> web::Result<(Type, Office, TypeForm)> {
    let mut db = app.begin(&tenant.scope()).await?;
    let kind = store::find_type(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    let entries = store::list_entries_of(&mut *db, tenant.id, id).await?;
    let titles = knowledge::list_titles(&mut *db, &entries).await?;
    drop(db);
    let line = |key: &(TenantId, EntryId)| {
        let known = titles.iter().find(|(owner, entry, _)| (*owner, *entry) == *key);
        known.map_or_else(|| key.1.to_string(), |(.., title)| title.clone())
    };
    let lines = entries.iter().map(line).collect::<Vec<_>>().join("\n");
    let office = find_office(app, viewer, tenant, kind.unit).await?;
    let form = TypeForm::of(&kind, lines);
    Ok((kind, office, form))
}

pub(super) async fn type_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, AppointmentTypeId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let (_, office, form) = find(&app, &viewer, &tenant, id).await?;
    show(&app, &viewer, Shown { tenant, office, id: Some(id), form }, Errors::none(), Vec::new()).await
}

pub(super) async fn save_type(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, AppointmentTypeId)>,
    Form(mut form): Form<TypeForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let (kind, office, theirs) = find(&app, &viewer, &tenant, id).await?;
    let mut errors = Errors::none();
    // What nobody touched need not be found again by its title.
    let entries = match form.entries == theirs.entries {
        true => None,
        false => Some(find_entries(&app, &tenant, &form.entries, &mut errors).await?),
    };
    let Some(changed) = form.check(&mut errors) else {
        return show(&app, &viewer, Shown { tenant, office, id: Some(id), form }, errors, Vec::new()).await;
    };
    let differences = form.differences_to(&theirs);
    if !differences.is_empty() {
        let mut db = app.begin(&tenant.scope()).await?;
        match store::update_type(&mut *db, tenant.id, id, &changed, form.version).await {
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
        store::replace_type_resources(&mut db, tenant.id, id, &form.resource_ids()).await?;
        if let Some(entries) = entries {
            store::replace_type_entries(&mut db, tenant.id, id, &entries).await?;
        }
        let act = Act::of(tenant.id, "changed", "appointment_type", id, forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, format!("{} ist gespeichert.", changed.name), &office_url(&tenant, kind.unit)).await
}
