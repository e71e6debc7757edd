//! Where an office keeps its appointments, and for how long names are kept.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use url::Url;

use super::super::{Office, System, store};
use super::{Place, find_office, office_url, places, town};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::UnitId;
use crate::web::forms::{self, Choice, Difference, Errors, differences, optional};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct SettingsForm {
    version: i32,
    system: String,
    address: String,
    scope: String,
    /// Empty: as it is.
    secret: String,
    hold_minutes: String,
    contact_days: String,
}

impl SettingsForm {
    fn of(office: &Office) -> Self {
        Self {
            version: office.version,
            system: office.system.as_str().to_owned(),
            address: office.address.clone().unwrap_or_default(),
            scope: office.scope.clone().unwrap_or_default(),
            secret: String::new(),
            hold_minutes: office.hold_minutes.to_string(),
            contact_days: office.contact_days.to_string(),
        }
    }

    fn check(&self, office: &Office, errors: &mut Errors) -> Option<Office> {
        let system = System::parse(&self.system);
        if system.is_none() {
            errors.add("system", "Bitte wählen Sie, wo die Termine geführt werden.");
        }
        errors.limit("address", &self.address, 500);
        errors.limit("scope", &self.scope, 80);
        errors.limit("secret", &self.secret, 500);
        let is_address = Url::parse(&self.address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if system != Some(System::Own) && !is_address {
            errors.add("address", "Bitte geben Sie eine Adresse an, die mit https:// beginnt.");
        }
        if system == Some(System::Zms) && self.scope.is_empty() {
            errors.add("scope", "Unter welcher Nummer führt das Terminsystem diese Stelle?");
        }
        let hold_minutes = within(&self.hold_minutes, 1, 30);
        if hold_minutes.is_none() {
            errors.add("hold_minutes", "Möglich sind 1 bis 30 Minuten.");
        }
        let contact_days = within(&self.contact_days, 0, 365);
        if contact_days.is_none() {
            errors.add("contact_days", "Möglich sind 0 bis 365 Tage.");
        }
        let (system, hold_minutes, contact_days) = (system?, hold_minutes?, contact_days?);
        errors.is_empty().then(|| Office {
            system,
            address: optional(&self.address),
            scope: optional(&self.scope),
            hold_minutes,
            contact_days,
            version: self.version,
            ..office.clone()
        })
    }

    /// Without the secret: nobody is shown that.
    fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        differences([
            ("system", "Termine werden geführt", &theirs.system, &self.system),
            ("address", "Adresse", &theirs.address, &self.address),
            ("scope", "Nummer der Stelle", &theirs.scope, &self.scope),
            ("hold_minutes", "Vormerken für Minuten", &theirs.hold_minutes, &self.hold_minutes),
            ("contact_days", "Angaben behalten für Tage", &theirs.contact_days, &self.contact_days),
        ])
    }
}

/// A whole number between these two.
pub(super) fn within(text: &str, least: i32, most: i32) -> Option<i32> {
    text.parse().ok().filter(|number| (least..=most).contains(number))
}

#[derive(Template)]
#[template(path = "appointments/settings.html")]
struct SettingsPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    office: Office,
    form: SettingsForm,
    errors: Errors,
    differences: Vec<Difference>,
}

impl SettingsPage {
    fn systems(&self) -> Vec<Choice> {
        let chosen = System::parse(&self.form.system);
        System::ALL.map(|system| Choice::new(system.as_str(), system.label(), Some(system) == chosen)).to_vec()
    }

    fn back(&self) -> String {
        office_url(&self.tenant, self.office.unit)
    }

    fn secret_hint(&self) -> &'static str {
        if self.office.has_secret { "Hinterlegt. Leer lassen, damit es bleibt." } else { "Wird nie angezeigt." }
    }
}

async fn show(
    app: &App,
    viewer: &Viewer,
    (tenant, office): (TenantAccess, Office),
    form: SettingsForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let title = format!("Terminbuch: {}", office.unit_name);
    let frame = Frame::of(app, viewer, Section::Appointments, title).await?;
    let places = places(viewer, &tenant, Place::Offices);
    let status = forms::status(&errors, &differences);
    Ok((status, Page(SettingsPage { frame, places, tenant, office, form, errors, differences })).into_response())
}

pub(super) async fn settings_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let form = SettingsForm::of(&office);
    show(&app, &viewer, (tenant, office), form, Errors::none(), Vec::new()).await
}

pub(super) async fn save_settings(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
    Form(mut form): Form<SettingsForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let office = find_office(&app, &viewer, &tenant, unit).await?;
    let theirs = SettingsForm::of(&office);
    let mut errors = Errors::none();
    let Some(changed) = form.check(&office, &mut errors) else {
        return show(&app, &viewer, (tenant, office), form, errors, Vec::new()).await;
    };
    let differences = form.differences_to(&theirs);
    if !differences.is_empty() || !form.secret.is_empty() {
        let mut db = app.begin(&tenant.scope()).await?;
        if !store::update_office(&mut *db, &changed, optional(&form.secret).as_deref()).await? {
            form.version = theirs.version;
            drop(db);
            return show(&app, &viewer, (tenant, office), form, errors, differences).await;
        }
        let act = Act::of(tenant.id, "changed", "appointment_office", unit, forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Das Terminbuch ist gespeichert.", &office_url(&tenant, unit)).await
}
