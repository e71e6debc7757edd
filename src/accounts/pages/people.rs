//! The people of one town: who has which role here, a new link for somebody, taking somebody's roles away.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::invitation_link;
use crate::access::{Role, TenantAccess, Viewer};
use crate::accounts::store::Person;
use crate::accounts::{invitations, store};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::db::Scope;
use crate::ids::AccountId;
use crate::web::confirm::{self, Question};
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Error, Frame, InTenant, Page, Pager, Path, Places, Query, TenantPlace};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    role: String,
    page: String,
}

impl Filter {
    fn roles(&self) -> Vec<Choice> {
        Role::ALL.iter().map(|role| Choice::new(role.as_str(), role.label(), role.as_str() == self.role)).collect()
    }
}

#[derive(Template)]
#[template(path = "accounts/people.html")]
struct PeoplePage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    pager: Pager,
    people: Vec<Person>,
}

pub(super) async fn people_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    not_reserved(&tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let total = store::count_people(&mut *db, tenant.id, &filter.q, &filter.role).await?;
    let pager = Pager::new(&TenantPlace::People.url(&tenant), &filter, &filter.page, total, "Personen");
    let window = (Pager::ROWS, pager.offset());
    let people = store::list_people(&mut *db, tenant.id, &filter.q, &filter.role, window).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Tenants, format!("Personen: {}", tenant.name)).await?;
    let places = Places::of_tenant(&tenant, TenantPlace::People);
    Ok(Page(PeoplePage { frame, places, tenant, filter, pager, people }).into_response())
}

/// The reserved tenant has no people of its own.
pub(super) fn not_reserved(tenant: &TenantAccess) -> web::Result<()> {
    if tenant.is_intake() { Err(Error::NotFound) } else { Ok(()) }
}

/// Somebody with a role in the town; the center's people only to be looked at.
pub(super) async fn find(app: &App, tenant: &TenantAccess, person: AccountId) -> web::Result<Person> {
    let mut db = app.begin(&tenant.scope()).await?;
    store::find_person(&mut *db, tenant.id, person).await?.ok_or(Error::NotFound)
}

/// The same, to be changed.
pub(super) async fn find_own(app: &App, tenant: &TenantAccess, person: AccountId) -> web::Result<Person> {
    let person = find(app, tenant, person).await?;
    if person.of_center { Err(Error::Forbidden) } else { Ok(person) }
}

#[derive(Template)]
#[template(path = "accounts/invited.html")]
pub(super) struct InvitedPage {
    pub frame: Frame,
    pub places: Places,
    pub name: String,
    /// None: the person signs in with the password they have.
    pub link: Option<String>,
    pub back: String,
}

impl InvitedPage {
    pub fn answer(self) -> Response {
        (StatusCode::CREATED, Page(self)).into_response()
    }
}

/// A new link for somebody who lost the first one or the password. Only where the account is this town's alone:
/// otherwise its admin could enter another town with it.
pub(super) async fn invite_again(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    headers: HeaderMap,
    Path((_, person)): Path<(String, AccountId)>,
) -> web::Result<Response> {
    let person = find_own(&app, &tenant, person).await?;
    let now = app.clock.now();
    let mut db = app.begin(&Scope::system()).await?;
    if !store::belongs_only_to(&mut *db, person.id, tenant.id).await? {
        return Err(Error::Unusable(
            "Diese Person arbeitet auch für andere Orte. Einen neuen Zugang gibt ihr der Betrieb.".to_owned(),
        ));
    }
    let secret = invitations::create_invitation(&mut db, person.id, Some(viewer.account), now).await?;
    let act = Act::of(tenant.id, "invited", "account", person.id, serde_json::json!({ "name": person.name }));
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let page = InvitedPage {
        frame: Frame::of(&app, &viewer, Section::Tenants, "Neuer Zugang").await?,
        places: Places::of_tenant(&tenant, TenantPlace::People),
        name: person.name,
        link: Some(invitation_link(&headers, &secret)),
        back: TenantPlace::People.url(&tenant),
    };
    Ok(page.answer())
}

pub(super) async fn removal_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, person)): Path<(String, AccountId)>,
) -> web::Result<Response> {
    let person = find_own(&app, &tenant, person).await?;
    let frame = Frame::of(&app, &viewer, Section::Tenants, "Person entfernen?").await?;
    let people = TenantPlace::People.url(&tenant);
    let question = Question {
        what: format!("{}, {}", person.name, person.email),
        consequences: vec![
            format!("Alle Rollen in {} enden sofort, auch in offenen Sitzungen.", tenant.name),
            "Was die Person geschrieben hat, bleibt mit ihrem Namen im Protokoll.".to_owned(),
        ],
        obstacle: None,
        action: format!("{people}/{}/removal", person.id),
        yes: "Entfernen",
        no: "Behalten",
        back: format!("{people}/{}", person.id),
    };
    Ok(confirm::ask(frame, question))
}

pub(super) async fn remove_person(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, person)): Path<(String, AccountId)>,
) -> web::Result<Response> {
    let person = find_own(&app, &tenant, person).await?;
    if person.id == viewer.account {
        return Err(Error::Unusable("Sie können sich nicht selbst entfernen.".to_owned()));
    }
    let mut db = app.begin(&tenant.scope()).await?;
    store::replace_roles(&mut db, tenant.id, person.id, &[]).await?;
    let details = serde_json::json!({ "name": person.name, "roles": person.roles });
    let act = Act::of(tenant.id, "removed", "account", person.id, details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let text = format!("{} hat in {} keine Rolle mehr.", person.name, tenant.name);
    web::done(&app, &viewer, text, &TenantPlace::People.url(&tenant)).await
}
