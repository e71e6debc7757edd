//! The center's people: the list, a new link, deactivating and activating.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::invitation_link;
use super::people::InvitedPage;
use crate::access::{Role, Viewer};
use crate::accounts::store::Member;
use crate::accounts::{invitations, sessions, store};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::AccountId;
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Error, Frame, Page, Pager, Path, Places, Query};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    role: String,
    state: String,
    page: String,
}

impl Filter {
    fn matches(&self, member: &Member) -> bool {
        let wanted = self.q.to_lowercase();
        let texts = [&member.name, &member.email].into_iter().chain(&member.skills);
        let state = match self.state.as_str() {
            "active" => !member.is_disabled,
            "inactive" => member.is_disabled,
            _ => true,
        };
        let role = self.role.is_empty() || member.roles.contains(&self.role);
        state && role && texts.into_iter().any(|text| text.to_lowercase().contains(&wanted))
    }

    fn roles(&self) -> Vec<Choice> {
        Role::CENTER.iter().map(|role| Choice::new(role.as_str(), role.label(), role.as_str() == self.role)).collect()
    }
}

#[derive(Template)]
#[template(path = "accounts/team.html")]
struct TeamPage {
    frame: Frame,
    places: Places,
    viewer: Viewer,
    filter: Filter,
    pager: Pager,
    members: Vec<Member>,
}

impl TeamPage {
    fn role_words(member: &Member) -> String {
        let labels = member.roles.iter().filter_map(|role| Role::parse(role)).map(Role::label);
        labels.collect::<Vec<_>>().join(", ")
    }

    fn reach(&self, member: &Member) -> String {
        let names = member.tenants.iter().filter_map(|id| self.viewer.tenant_by_id(*id));
        let names: Vec<_> = names.map(|tenant| tenant.short_name.as_str()).collect();
        if names.is_empty() { "alle Orte".to_owned() } else { names.join(", ") }
    }
}

pub(super) async fn team_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let mut members = store::list_members(&mut *app.begin(&viewer.center_scope()).await?).await?;
    members.retain(|member| filter.matches(member));
    let pager = Pager::new(CenterPlace::Team.url(), &filter, &filter.page, members.len(), "Personen");
    let members = pager.cut(members);
    let frame = Frame::of(&app, &viewer, Section::Center, "Team").await?;
    let places = Places::of_center(CenterPlace::Team);
    Ok(Page(TeamPage { frame, places, viewer, filter, pager, members }).into_response())
}

pub(super) async fn find(app: &App, viewer: &Viewer, member: AccountId) -> web::Result<Member> {
    let members = store::list_members(&mut *app.begin(&viewer.center_scope()).await?).await?;
    members.into_iter().find(|known| known.id == member).ok_or(Error::NotFound)
}

pub(super) async fn invite_again(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(member): Path<AccountId>,
) -> web::Result<Response> {
    let member = find(&app, &viewer, member).await?;
    let now = app.clock.now();
    let mut db = app.begin(&viewer.center_scope()).await?;
    let secret = invitations::create_invitation(&mut db, member.id, Some(viewer.account), now).await?;
    let act = Act::of_center("invited", "account", member.id, serde_json::json!({ "name": member.name }));
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let page = InvitedPage {
        frame: Frame::of(&app, &viewer, Section::Center, "Neuer Zugang").await?,
        places: Places::of_center(CenterPlace::Team),
        name: member.name,
        link: Some(invitation_link(&headers, &secret)),
        back: CenterPlace::Team.url().to_owned(),
    };
    Ok(page.answer())
}

pub(super) async fn deactivate_member(
    State(app): State<App>,
    viewer: Viewer,
    Path(member): Path<AccountId>,
) -> web::Result<Response> {
    if member == viewer.account {
        return Err(Error::Unusable("Sie können sich nicht selbst sperren.".to_owned()));
    }
    set_activity(&app, &viewer, member, false).await
}

pub(super) async fn activate_member(
    State(app): State<App>,
    viewer: Viewer,
    Path(member): Path<AccountId>,
) -> web::Result<Response> {
    set_activity(&app, &viewer, member, true).await
}

async fn set_activity(app: &App, viewer: &Viewer, member: AccountId, active: bool) -> web::Result<Response> {
    let member = find(app, viewer, member).await?;
    let now = app.clock.now();
    let mut db = app.begin(&viewer.center_scope()).await?;
    if store::update_activity(&mut *db, member.id, (!active).then_some(now)).await? {
        sessions::delete_sessions(&mut *db, member.id, None).await?;
        let action = if active { "activated" } else { "deactivated" };
        let act = Act::of_center(action, "account", member.id, serde_json::json!({ "name": member.name }));
        audit::record(&mut *db, now, &Actor::from(viewer), act).await?;
        db.commit().await?;
    }
    let (word, back) = if active {
        ("kann sich wieder anmelden", "deactivation")
    } else {
        ("ist gesperrt und überall abgemeldet", "activation")
    };
    let undo = format!("{}/{}/{back}", CenterPlace::Team.url(), member.id);
    web::done_with_undo(app, viewer, format!("{} {word}.", member.name), undo, CenterPlace::Team.url()).await
}
