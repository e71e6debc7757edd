//! Who of the town's people works in an office: they see its callbacks and appointments and nobody else's.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Place, find, places, unit_url};
use crate::access::{TenantAccess, Viewer};
use crate::accounts::{self, Person};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::directory::{Unit, store};
use crate::ids::{AccountId, UnitId};
use crate::knowledge::town;
use crate::web::forms::{Choice, Errors};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places};

/// More people than this no town gives to one office's page.
const MOST: i64 = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MembersForm {
    member: Vec<String>,
}

#[derive(Template)]
#[template(path = "directory/members.html")]
struct MembersPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    unit: Unit,
    people: Vec<Choice>,
    errors: Errors,
}

impl MembersPage {
    fn back(&self) -> String {
        unit_url(&self.tenant, self.unit.id)
    }
}

async fn list_people(app: &App, tenant: &TenantAccess) -> web::Result<Vec<Person>> {
    let mut db = app.begin(&tenant.scope()).await?;
    Ok(accounts::list_people(&mut *db, tenant.id, "", "", (MOST, 0)).await?)
}

pub(super) async fn members_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let unit = find(&app, &tenant, id).await?;
    let people = list_people(&app, &tenant).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    let members = store::members::list_accounts_of(&mut *db, tenant.id, id).await?;
    drop(db);
    let choice = |person: Person| Choice::new(person.id, person.name, members.contains(&person.id));
    let people = people.into_iter().map(choice).collect();
    let frame = Frame::of(&app, &viewer, Section::Directory, format!("Wer hier arbeitet: {}", unit.name)).await?;
    let places = places(&viewer, &tenant, Place::Units);
    Ok(Page(MembersPage { frame, places, tenant, unit, people, errors: Errors::none() }).into_response())
}

/// People of other towns are left out without a word: no page offers them.
pub(super) async fn save_members(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, UnitId)>,
    Form(form): Form<MembersForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let unit = find(&app, &tenant, id).await?;
    let people = list_people(&app, &tenant).await?;
    let chosen = people.iter().filter(|person| form.member.contains(&person.id.to_string()));
    let (members, names): (Vec<AccountId>, Vec<&str>) = chosen.map(|person| (person.id, person.name.as_str())).unzip();
    let mut db = app.begin(&tenant.scope()).await?;
    store::members::replace_members(&mut db, tenant.id, id, &members).await?;
    let details = serde_json::json!({ "name": unit.name, "members": names });
    let act = Act::of(tenant.id, "changed", "unit_member", id, details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Gespeichert, wer hier arbeitet.", &unit_url(&tenant, id)).await
}
