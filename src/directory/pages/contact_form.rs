//! A person or a function of an office.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::hold::HoldForm;
use super::{Place, find, listed, places, unit_url};
use crate::access::{TenantAccess, Viewer};
use crate::accounts::is_email;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::directory::{Contact, Unit, store};
use crate::ids::{ContactId, UnitId};
use crate::knowledge::town;
use crate::tenants::Number;
use crate::web::forms::{self, Choice, Difference, Errors, differences, optional};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Path, Places};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ContactForm {
    version: i32,
    name: String,
    task: String,
    room: String,
    phone: String,
    mail: String,
    languages: String,
    /// The id of the contact that stands in.
    deputy: String,
    position: String,
    day: String,
    time: String,
    reason: String,
}

impl ContactForm {
    fn of(contact: &Contact, now: DateTime<Utc>) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let hold = HoldForm::of(contact.hold.as_ref(), now);
        Self {
            version: contact.version,
            name: contact.name.clone(),
            task: text(&contact.task),
            room: text(&contact.room),
            phone: text(&contact.phone),
            mail: text(&contact.mail),
            languages: contact.languages.join(", "),
            deputy: contact.deputy.map(|deputy| deputy.to_string()).unwrap_or_default(),
            position: contact.position.to_string(),
            day: hold.day,
            time: hold.time,
            reason: hold.reason,
        }
    }

    fn hold(&self) -> HoldForm {
        HoldForm { day: self.day.clone(), time: self.time.clone(), reason: self.reason.clone() }
    }

    fn check(&self, own: &Contact, others: &[Contact], now: DateTime<Utc>, errors: &mut Errors) -> Option<Contact> {
        errors.require("name", &self.name, "Der Name");
        let longest = [
            ("name", &self.name, 120),
            ("task", &self.task, 300),
            ("room", &self.room, 40),
            ("languages", &self.languages, 200),
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
        let position = if self.position.is_empty() { Some(0) } else { self.position.parse().ok() };
        if position.is_none_or(|position: i32| !(0..10_000).contains(&position)) {
            errors.add("position", "Bitte geben Sie eine Zahl ein; kleine stehen oben.");
        }
        let deputy = others.iter().find(|other| other.id.to_string() == self.deputy).map(|other| other.id);
        if deputy.is_none() && !self.deputy.is_empty() || deputy.is_some_and(|deputy| deputy == own.id) {
            errors.add("deputy", "Diese Vertretung gibt es nicht.");
        }
        let hold = self.hold().check(now, errors);
        errors.is_empty().then(|| Contact {
            name: self.name.clone(),
            task: optional(&self.task),
            room: optional(&self.room),
            phone: optional(&self.phone),
            mail: optional(&self.mail),
            languages: listed(&self.languages),
            deputy,
            hold,
            position: position.unwrap_or(0),
            version: self.version,
            ..own.clone()
        })
    }

    fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        let position = |form: &Self| if form.position.is_empty() { "0".to_owned() } else { form.position.clone() };
        differences([
            ("name", "Name", &theirs.name, &self.name),
            ("task", "Aufgabe", &theirs.task, &self.task),
            ("room", "Zimmer", &theirs.room, &self.room),
            ("phone", "Telefon", &theirs.phone, &self.phone),
            ("mail", "E-Mail", &theirs.mail, &self.mail),
            ("languages", "Sprachen", &theirs.languages, &self.languages),
            ("deputy", "Vertretung", &theirs.deputy, &self.deputy),
            ("position", "Reihenfolge", &position(theirs), &position(self)),
            ("day", "Nicht verbinden bis", &theirs.day, &self.day),
            ("time", "Uhrzeit", &theirs.time, &self.time),
            ("reason", "Grund", &theirs.reason, &self.reason),
        ])
    }
}

#[derive(Template)]
#[template(path = "directory/contact.html")]
struct ContactPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    unit: Unit,
    /// None: a new one.
    id: Option<ContactId>,
    form: ContactForm,
    deputies: Vec<Choice>,
    errors: Errors,
    differences: Vec<Difference>,
}

impl ContactPage {
    fn back(&self) -> String {
        unit_url(&self.tenant, self.unit.id)
    }

    fn action(&self) -> String {
        match self.id {
            Some(id) => format!("/directory/{}/contacts/{id}", self.tenant.slug),
            None => format!("{}/contacts", self.back()),
        }
    }
}

/// One that is being made or changed, with those who may stand in.
struct Subject {
    unit: Unit,
    own: Contact,
    others: Vec<Contact>,
}

impl Subject {
    fn id(&self) -> Option<ContactId> {
        (self.own.id.0 > 0).then_some(self.own.id)
    }

    async fn new(app: &App, tenant: &TenantAccess, unit: UnitId) -> web::Result<Self> {
        let unit = find(app, tenant, unit).await?;
        let own = Contact { tenant: tenant.id, unit: unit.id, ..Contact::default() };
        Ok(Self { others: Self::colleagues(app, tenant, unit.id).await?, unit, own })
    }

    async fn find(app: &App, tenant: &TenantAccess, id: ContactId) -> web::Result<Self> {
        let mut db = app.begin(&tenant.scope()).await?;
        let own = store::contacts::find_any_contact(&mut *db, tenant.id, id).await?.ok_or(Error::NotFound)?;
        drop(db);
        let unit = find(app, tenant, own.unit).await?;
        Ok(Self { others: Self::colleagues(app, tenant, unit.id).await?, unit, own })
    }

    async fn colleagues(app: &App, tenant: &TenantAccess, unit: UnitId) -> web::Result<Vec<Contact>> {
        let mut db = app.begin(&tenant.scope()).await?;
        Ok(store::contacts::list_contacts(&mut *db, &[tenant.id], Some(&[unit])).await?)
    }
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    subject: Subject,
    form: ContactForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let id = subject.id();
    let none = Choice::new("", "keine", form.deputy.is_empty());
    let others = subject.others.iter().filter(|other| Some(other.id) != id);
    let choice = |other: &Contact| Choice::new(other.id, &other.name, other.id.to_string() == form.deputy);
    let status = forms::status(&errors, &differences);
    let title = if id.is_some() { "Person oder Funktion bearbeiten" } else { "Person oder Funktion anlegen" };
    let page = ContactPage {
        frame: Frame::of(app, viewer, Section::Directory, title).await?,
        places: places(viewer, &tenant, Place::Units),
        deputies: std::iter::once(none).chain(others.map(choice)).collect(),
        tenant,
        unit: subject.unit,
        id,
        form,
        errors,
        differences,
    };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn new_contact_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let subject = Subject::new(&app, &tenant, unit).await?;
    show(&app, &viewer, tenant, subject, ContactForm::default(), Errors::none(), Vec::new()).await
}

pub(super) async fn contact_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, ContactId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let subject = Subject::find(&app, &tenant, id).await?;
    let form = ContactForm::of(&subject.own, app.clock.now());
    show(&app, &viewer, tenant, subject, form, Errors::none(), Vec::new()).await
}

pub(super) async fn create_contact(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
    Form(form): Form<ContactForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let subject = Subject::new(&app, &tenant, unit).await?;
    let mut errors = Errors::none();
    let now = app.clock.now();
    let Some(contact) = form.check(&subject.own, &subject.others, now, &mut errors) else {
        return show(&app, &viewer, tenant, subject, form, errors, Vec::new()).await;
    };
    let mut db = app.begin(&tenant.scope()).await?;
    let id = store::contacts::insert_contact(&mut *db, &contact).await?;
    let details = serde_json::json!({ "name": contact.name, "unit": subject.unit.name });
    audit::record(&mut *db, now, &Actor::from(&viewer), Act::of(tenant.id, "created", "contact", id, details)).await?;
    db.commit().await?;
    web::done(&app, &viewer, format!("{} ist angelegt.", contact.name), &unit_url(&tenant, unit)).await
}

pub(super) async fn save_contact(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, ContactId)>,
    Form(mut form): Form<ContactForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let subject = Subject::find(&app, &tenant, id).await?;
    let now = app.clock.now();
    let theirs = ContactForm::of(&subject.own, now);
    let mut errors = Errors::none();
    let Some(changed) = form.check(&subject.own, &subject.others, now, &mut errors) else {
        return show(&app, &viewer, tenant, subject, form, errors, Vec::new()).await;
    };
    let differences = form.differences_to(&theirs);
    if !differences.is_empty() {
        let mut db = app.begin(&tenant.scope()).await?;
        if !store::contacts::update_contact(&mut *db, &changed).await? {
            form.version = theirs.version;
            drop(db);
            return show(&app, &viewer, tenant, subject, form, errors, differences).await;
        }
        let act = Act::of(tenant.id, "changed", "contact", id, forms::as_json(&differences));
        audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, format!("{} ist gespeichert.", changed.name), &unit_url(&tenant, subject.unit.id)).await
}
