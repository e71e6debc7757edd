//! The form of an office.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::list::find;
use crate::access::{TenantAccess, Viewer};
use crate::accounts::is_email;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::directory::{Unit, store};
use crate::ids::UnitId;
use crate::tenants::Number;
use crate::web::forms::{self, Choice, Difference, Errors, differences, optional};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places, TenantPlace};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct UnitForm {
    version: i32,
    name: String,
    /// The id of the office above.
    parent: String,
    phone: String,
    mail: String,
    street: String,
    postcode: String,
    city: String,
    room: String,
    opening_hours: String,
    phone_hours: String,
}

impl UnitForm {
    fn of(unit: &Unit) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            version: unit.version,
            name: unit.name.clone(),
            parent: unit.parent.map(|parent| parent.to_string()).unwrap_or_default(),
            phone: text(&unit.phone),
            mail: text(&unit.mail),
            street: text(&unit.street),
            postcode: text(&unit.postcode),
            city: text(&unit.city),
            room: text(&unit.room),
            opening_hours: text(&unit.opening_hours),
            phone_hours: text(&unit.phone_hours),
        }
    }

    fn check(&self, tenant: &TenantAccess, id: UnitId, units: &[Unit], errors: &mut Errors) -> Option<Unit> {
        errors.require("name", &self.name, "Der Name");
        let longest = [
            ("name", &self.name, 120),
            ("street", &self.street, 120),
            ("city", &self.city, 80),
            ("room", &self.room, 40),
            ("opening_hours", &self.opening_hours, 500),
            ("phone_hours", &self.phone_hours, 500),
        ];
        for (field, value, most) in longest {
            errors.limit(field, value, most);
        }
        if !self.phone.is_empty() && matches!(Number::parse(&self.phone), Number::Unreadable(_) | Number::Anonymous) {
            errors
                .add("phone", format!("„{}“ ist keine Rufnummer. Möglich sind auch Durchwahlen wie 2212.", self.phone));
        }
        if !self.mail.is_empty() && !is_email(&self.mail) {
            errors.add("mail", "Das ist keine E-Mail-Adresse.");
        }
        let is_postcode = self.postcode.len() == 5 && self.postcode.bytes().all(|byte| byte.is_ascii_digit());
        if !self.postcode.is_empty() && !is_postcode {
            errors.add("postcode", "Die Postleitzahl hat fünf Ziffern.");
        }
        let parent = self.checked_parent(id, units, errors);
        errors.is_empty().then(|| self.unit(tenant, id, parent))
    }

    fn checked_parent(&self, id: UnitId, units: &[Unit], errors: &mut Errors) -> Option<UnitId> {
        let parent = units.iter().find(|unit| unit.id.to_string() == self.parent).map(|unit| unit.id);
        if parent.is_none() && !self.parent.is_empty() {
            errors.add("parent", "Diese Stelle gibt es nicht.");
        } else if parent.is_some_and(|parent| is_below(units, parent, id)) {
            errors.add("parent", "Eine Stelle kann nicht unter sich selbst stehen.");
        }
        parent
    }

    fn unit(&self, tenant: &TenantAccess, id: UnitId, parent: Option<UnitId>) -> Unit {
        Unit {
            tenant: tenant.id,
            id,
            parent,
            name: self.name.clone(),
            phone: optional(&self.phone),
            mail: optional(&self.mail),
            street: optional(&self.street),
            postcode: optional(&self.postcode),
            city: optional(&self.city),
            room: optional(&self.room),
            opening_hours: optional(&self.opening_hours),
            phone_hours: optional(&self.phone_hours),
            version: self.version,
        }
    }

    fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        differences([
            ("name", "Name", &theirs.name, &self.name),
            ("parent", "Gehört zu", &theirs.parent, &self.parent),
            ("phone", "Telefon", &theirs.phone, &self.phone),
            ("mail", "E-Mail", &theirs.mail, &self.mail),
            ("street", "Straße", &theirs.street, &self.street),
            ("postcode", "Postleitzahl", &theirs.postcode, &self.postcode),
            ("city", "Ort", &theirs.city, &self.city),
            ("room", "Zimmer", &theirs.room, &self.room),
            ("opening_hours", "Öffnungszeiten", &theirs.opening_hours, &self.opening_hours),
            ("phone_hours", "Telefonzeiten", &theirs.phone_hours, &self.phone_hours),
        ])
    }
}

/// Whether `unit` is `above` or stands somewhere under it.
fn is_below(units: &[Unit], unit: UnitId, above: UnitId) -> bool {
    let mut here = Some(unit);
    // A chain is never longer than the list.
    for _ in 0..=units.len() {
        match here {
            Some(id) if id == above => return true,
            Some(id) => here = units.iter().find(|unit| unit.id == id).and_then(|unit| unit.parent),
            None => return false,
        }
    }
    true
}

#[derive(Template)]
#[template(path = "directory/unit.html")]
struct UnitPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    /// None: a new one.
    id: Option<UnitId>,
    form: UnitForm,
    parents: Vec<Choice>,
    errors: Errors,
    differences: Vec<Difference>,
}

impl UnitPage {
    fn back(&self) -> String {
        TenantPlace::Units.url(&self.tenant)
    }

    fn action(&self) -> String {
        self.id.map_or(self.back(), |id| format!("{}/{id}", self.back()))
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
    let units = store::list_units(&mut *app.begin(&tenant.scope()).await?, tenant.id).await?;
    let none = Choice::new("", "keiner", form.parent.is_empty());
    let others = units.iter().filter(|unit| Some(unit.id) != id);
    let choice = |unit: &Unit| Choice::new(unit.id, &unit.name, unit.id.to_string() == form.parent);
    let parents = std::iter::once(none).chain(others.map(choice)).collect();
    let title = if id.is_some() { "Stelle bearbeiten" } else { "Stelle anlegen" };
    let frame = Frame::of(app, viewer, Section::Tenants, title).await?;
    let places = Places::of_tenant(&tenant, TenantPlace::Units);
    let status = forms::status(&errors, &differences);
    Ok((status, Page(UnitPage { frame, places, tenant, id, form, parents, errors, differences })).into_response())
}

pub(super) async fn new_unit_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    show(&app, &viewer, tenant, None, UnitForm::default(), Errors::none(), Vec::new()).await
}

pub(super) async fn unit_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let unit = find(&app, &tenant, unit).await?;
    show(&app, &viewer, tenant, Some(unit.id), UnitForm::of(&unit), Errors::none(), Vec::new()).await
}

const TAKEN: &str = "Eine Stelle mit diesem Namen gibt es schon.";

pub(super) async fn create_unit(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<UnitForm>,
) -> web::Result<Response> {
    let mut errors = Errors::none();
    let mut db = app.begin(&tenant.scope()).await?;
    let units = store::list_units(&mut *db, tenant.id).await?;
    let Some(unit) = form.check(&tenant, UnitId(0), &units, &mut errors) else {
        drop(db);
        return show(&app, &viewer, tenant, None, form, errors, Vec::new()).await;
    };
    let id = match store::insert_unit(&mut *db, tenant.id, &unit).await {
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
    web::done(&app, &viewer, format!("{} ist angelegt.", unit.name), &TenantPlace::Units.url(&tenant)).await
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
    let units = store::list_units(&mut *db, tenant.id).await?;
    let Some(changed) = form.check(&tenant, unit, &units, &mut errors) else {
        drop(db);
        return show(&app, &viewer, tenant, Some(unit), form, errors, Vec::new()).await;
    };
    let differences = form.differences_to(&theirs);
    if !differences.is_empty() {
        match store::update_unit(&mut *db, &changed).await {
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
    web::done(&app, &viewer, format!("{} ist gespeichert.", changed.name), &TenantPlace::Units.url(&tenant)).await
}
