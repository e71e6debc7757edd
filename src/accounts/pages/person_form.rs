//! Inviting somebody into a town, and changing what they may do there.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::invitation_link;
use super::people::{InvitedPage, find, find_own, not_reserved};
use crate::access::{Role, TenantAccess, Viewer};
use crate::accounts::store::Person;
use crate::accounts::{NewAccount, insert_account, invitations, is_email, store};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::db::Scope;
use crate::ids::AccountId;
use crate::web::forms::{self, Choice, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places, TenantPlace};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct PersonForm {
    version: i32,
    name: String,
    email: String,
    roles: Vec<String>,
}

impl PersonForm {
    fn of(person: &Person) -> Self {
        let (name, email, roles) = (person.name.clone(), person.email.clone(), person.roles.clone());
        Self { version: person.version, name, email, roles }
    }

    /// What is chosen here and may be given by a town.
    fn checked_roles(&self, errors: &mut Errors) -> Vec<Role> {
        let roles: Vec<_> =
            self.roles.iter().filter_map(|role| Role::parse(role)).filter(|role| Role::TOWN.contains(role)).collect();
        if roles.is_empty() {
            errors.add("roles", "Bitte wählen Sie mindestens eine Rolle.");
        }
        roles
    }

    fn choices(&self) -> Vec<Choice> {
        let chosen = |role: Role| self.roles.iter().any(|name| name == role.as_str());
        Role::TOWN.iter().map(|role| Choice::new(role.as_str(), role.label(), chosen(*role))).collect()
    }

    fn role_words(&self) -> String {
        let mut labels: Vec<_> = self.roles.iter().filter_map(|role| Role::parse(role)).map(Role::label).collect();
        labels.sort_unstable();
        labels.join(", ")
    }

    fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        forms::differences([
            ("name", "Name", &theirs.name, &self.name),
            ("roles", "Rollen", &theirs.role_words(), &self.role_words()),
        ])
    }
}

#[derive(Template)]
#[template(path = "accounts/person.html")]
struct PersonPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    /// None: a new one.
    person: Option<Person>,
    form: PersonForm,
    errors: Errors,
    differences: Vec<Difference>,
    /// The account is this town's alone: its name can be changed here, and a new link made.
    is_own: bool,
}

impl PersonPage {
    fn back(&self) -> String {
        TenantPlace::People.url(&self.tenant)
    }

    fn action(&self) -> String {
        self.person.as_ref().map_or(self.back(), |person| format!("{}/{}", self.back(), person.id))
    }
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    person: Option<Person>,
    form: PersonForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let is_own = match &person {
        Some(person) => is_own(app, person, &tenant).await?,
        None => true,
    };
    let title = if person.is_some() { "Person" } else { "Person einladen" };
    let frame = Frame::of(app, viewer, Section::Tenants, title).await?;
    let places = Places::of_tenant(&tenant, TenantPlace::People);
    let status = forms::status(&errors, &differences);
    let page = PersonPage { frame, places, tenant, person, form, errors, differences, is_own };
    Ok((status, Page(page)).into_response())
}

async fn is_own(app: &App, person: &Person, tenant: &TenantAccess) -> web::Result<bool> {
    let mut db = app.begin(&Scope::system()).await?;
    Ok(store::belongs_only_to(&mut *db, person.id, tenant.id).await?)
}

pub(super) async fn new_person_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    not_reserved(&tenant)?;
    show(&app, &viewer, tenant, None, PersonForm::default(), Errors::none(), Vec::new()).await
}

pub(super) async fn invite_person(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    headers: HeaderMap,
    Form(form): Form<PersonForm>,
) -> web::Result<Response> {
    not_reserved(&tenant)?;
    let mut errors = Errors::none();
    errors.require("name", &form.name, "Der Name");
    errors.limit("name", &form.name, 80);
    if !is_email(&form.email) {
        errors.add("email", "Das ist keine E-Mail-Adresse.");
    }
    let roles = form.checked_roles(&mut errors);
    let mut db = app.begin(&Scope::system()).await?;
    let invited =
        if errors.is_empty() { join(&mut db, &app, &viewer, &tenant, &form, &roles, &mut errors).await? } else { None };
    let Some(secret) = invited else {
        drop(db);
        return show(&app, &viewer, tenant, None, form, errors, Vec::new()).await;
    };
    db.commit().await?;
    let page = InvitedPage {
        frame: Frame::of(&app, &viewer, Section::Tenants, "Person eingeladen").await?,
        places: Places::of_tenant(&tenant, TenantPlace::People),
        name: form.name,
        link: secret.map(|secret| invitation_link(&headers, &secret)),
        back: TenantPlace::People.url(&tenant),
    };
    Ok(page.answer())
}

/// Gives the roles to a new account, or to one that another town made. The inner None: the person has a password already.
async fn join(
    db: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    form: &PersonForm,
    roles: &[Role],
    errors: &mut Errors,
) -> web::Result<Option<Option<String>>> {
    let now = app.clock.now();
    let known = store::find_account_by_email(&mut *db, &form.email).await?;
    if known.as_ref().is_some_and(|known| known.of_center) {
        errors.add("email", "Diese Person gehört zum ServiceCenter. Ihre Rollen vergibt der Betrieb.");
        return Ok(None);
    }
    let account = match &known {
        Some(known) if store::find_person(&mut *db, tenant.id, known.id).await?.is_some() => {
            errors.add("email", "Diese Person hat hier schon eine Rolle. Sie steht in der Liste.");
            return Ok(None);
        }
        Some(known) => known.id,
        None => {
            let new = NewAccount { email: &form.email, name: &form.name, password_hash: None, roles: &[] };
            insert_account(&mut *db, new, now).await?
        }
    };
    store::replace_roles(&mut *db, tenant.id, account, roles).await?;
    let details = serde_json::json!({ "name": form.name, "roles": form.roles });
    let act = Act::of(tenant.id, "invited", "account", account, details);
    audit::record(&mut *db, now, &Actor::from(viewer), act).await?;
    if known.is_some_and(|known| known.has_password) || !store::belongs_only_to(&mut *db, account, tenant.id).await? {
        return Ok(Some(None));
    }
    Ok(Some(Some(invitations::create_invitation(db, account, Some(viewer.account), now).await?)))
}

pub(super) async fn person_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, person)): Path<(String, AccountId)>,
) -> web::Result<Response> {
    let person = find(&app, &tenant, person).await?;
    let form = PersonForm::of(&person);
    show(&app, &viewer, tenant, Some(person), form, Errors::none(), Vec::new()).await
}

pub(super) async fn save_person(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, person)): Path<(String, AccountId)>,
    Form(mut form): Form<PersonForm>,
) -> web::Result<Response> {
    let person = find_own(&app, &tenant, person).await?;
    let theirs = PersonForm::of(&person);
    if !is_own(&app, &person, &tenant).await? {
        form.name.clone_from(&theirs.name);
    }
    let mut errors = Errors::none();
    errors.require("name", &form.name, "Der Name");
    errors.limit("name", &form.name, 80);
    let roles = form.checked_roles(&mut errors);
    if person.id == viewer.account && !roles.contains(&Role::TenantAdmin) {
        errors.add("roles", "Die Mandanten-Verwaltung können Sie sich nicht selbst entziehen.");
    }
    if !errors.is_empty() {
        return show(&app, &viewer, tenant, Some(person), form, errors, Vec::new()).await;
    }
    let differences = form.differences_to(&theirs);
    if !differences.is_empty() {
        let mut db = app.begin(&tenant.scope()).await?;
        if !store::touch_person(&mut *db, tenant.id, person.id, form.version).await? {
            form.version = theirs.version;
            drop(db);
            return show(&app, &viewer, tenant, Some(person), form, errors, differences).await;
        }
        store::update_name(&mut *db, person.id, &form.name).await?;
        store::replace_roles(&mut db, tenant.id, person.id, &roles).await?;
        let act = Act::of(tenant.id, "changed", "account", person.id, forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    let text = format!("{} ist gespeichert.", form.name);
    web::done(&app, &viewer, text, &TenantPlace::People.url(&tenant)).await
}
