//! Inviting somebody into the center's team, and changing roles, tenants and skills.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::invitation_link;
use super::people::InvitedPage;
use super::team::find;
use crate::access::{Role, Viewer};
use crate::accounts::store::Member;
use crate::accounts::{NewAccount, insert_account, invitations, is_email, store};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::{AccountId, TenantId};
use crate::tenants;
use crate::web::forms::{self, Choice, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Form, Frame, Page, Path, Places};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct MemberForm {
    version: i32,
    name: String,
    email: String,
    roles: Vec<String>,
    /// "all" or "chosen".
    reach: String,
    /// Slugs.
    tenants: Vec<String>,
    /// Separated by commas.
    skills: String,
}

struct Checked {
    roles: Vec<(Role, Option<TenantId>)>,
    skills: Vec<String>,
}

impl MemberForm {
    fn of(member: &Member, viewer: &Viewer) -> Self {
        let slugs = member.tenants.iter().filter_map(|id| viewer.tenant_by_id(*id)).map(|tenant| tenant.slug.clone());
        Self {
            version: member.version,
            name: member.name.clone(),
            email: member.email.clone(),
            roles: member.roles.clone(),
            reach: if member.tenants.is_empty() { "all" } else { "chosen" }.to_owned(),
            tenants: slugs.collect(),
            skills: member.skills.join(", "),
        }
    }

    fn check(&self, viewer: &Viewer, known_skills: &[String], errors: &mut Errors) -> Checked {
        errors.require("name", &self.name, "Der Name");
        errors.limit("name", &self.name, 80);
        let roles: Vec<_> =
            self.roles.iter().filter_map(|role| Role::parse(role)).filter(|role| Role::CENTER.contains(role)).collect();
        if roles.is_empty() {
            errors.add("roles", "Bitte wählen Sie mindestens eine Rolle.");
        }
        let chosen: Vec<_> = self
            .tenants
            .iter()
            .filter_map(|slug| viewer.tenant(slug))
            .filter(|t| !t.is_intake())
            .map(|t| t.id)
            .collect();
        if self.reach == "chosen" && chosen.is_empty() {
            errors.add("tenants", "Bitte wählen Sie mindestens einen Ort, oder „alle Orte“.");
        }
        let skills: Vec<_> = split(&self.skills).map(|skill| spelled(skill, known_skills)).collect();
        if skills.iter().any(|skill| skill.chars().count() > 40) {
            errors.add("skills", "Eine Kenntnis hat höchstens 40 Zeichen.");
        }
        Checked { roles: self.placed(&roles, &chosen), skills }
    }

    /// Operators keep all tenants; the other roles hold where they were chosen.
    fn placed(&self, roles: &[Role], chosen: &[TenantId]) -> Vec<(Role, Option<TenantId>)> {
        let everywhere = |role: &Role| *role == Role::Operator || self.reach != "chosen";
        let places = |role: &Role| {
            let chosen = || chosen.iter().map(|tenant| (*role, Some(*tenant))).collect();
            if everywhere(role) { vec![(*role, None)] } else { chosen() }
        };
        roles.iter().flat_map(places).collect()
    }

    fn role_choices(&self) -> Vec<Choice> {
        let chosen = |role: &Role| self.roles.iter().any(|name| name == role.as_str());
        Role::CENTER.iter().map(|role| Choice::new(role.as_str(), role.label(), chosen(role))).collect()
    }

    fn reach_choices(&self) -> Vec<Choice> {
        let chosen = self.reach == "chosen";
        vec![Choice::new("all", "alle Orte, auch künftige", !chosen), Choice::new("chosen", "nur diese Orte:", chosen)]
    }

    fn tenant_choices(&self, viewer: &Viewer) -> Vec<Choice> {
        let offered = viewer.tenants.iter().filter(|tenant| !tenant.is_intake());
        offered.map(|t| Choice::new(&t.slug, &t.name, self.tenants.contains(&t.slug))).collect()
    }

    fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        let words = |form: &Self| {
            let mut roles: Vec<_> = form.roles.iter().filter_map(|role| Role::parse(role)).map(Role::label).collect();
            roles.sort_unstable();
            roles.join(", ")
        };
        let reach = |form: &Self| {
            let mut slugs = form.tenants.clone();
            slugs.sort_unstable();
            if form.reach == "chosen" { slugs.join(", ") } else { "alle Orte".to_owned() }
        };
        forms::differences([
            ("name", "Name", &theirs.name, &self.name),
            ("roles", "Rollen", &words(theirs), &words(self)),
            ("tenants", "Orte", &reach(theirs), &reach(self)),
            ("skills", "Kenntnisse", &theirs.skills, &self.skills),
        ])
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// A skill is compared letter by letter with what a line asks for, so it takes that spelling.
fn spelled(skill: &str, known: &[String]) -> String {
    let same = known.iter().find(|known| known.to_lowercase() == skill.to_lowercase());
    same.cloned().unwrap_or_else(|| skill.to_owned())
}

#[derive(Template)]
#[template(path = "accounts/member.html")]
struct MemberPage {
    frame: Frame,
    places: Places,
    viewer: Viewer,
    /// None: a new one.
    member: Option<Member>,
    form: MemberForm,
    skills: Vec<String>,
    errors: Errors,
    differences: Vec<Difference>,
}

impl MemberPage {
    fn action(&self) -> String {
        let team = CenterPlace::Team.url();
        self.member.as_ref().map_or(team.to_owned(), |member| format!("{team}/{}", member.id))
    }

    fn skill_words(&self) -> String {
        match self.skills.as_slice() {
            [] => "Durch Komma getrennt. Noch keine Rufnummer verlangt eine Kenntnis.".to_owned(),
            some => format!("Durch Komma getrennt. Verlangt werden: {}.", some.join(", ")),
        }
    }
}

async fn show(
    app: &App,
    viewer: Viewer,
    member: Option<Member>,
    form: MemberForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let skills = tenants::list_skills(&mut *app.begin(&viewer.scope()).await?).await?;
    let title = if member.is_some() { "Person im Team" } else { "Person ins Team einladen" };
    let frame = Frame::of(app, &viewer, Section::Center, title).await?;
    let places = Places::of_center(CenterPlace::Team);
    let status = forms::status(&errors, &differences);
    let page = MemberPage { frame, places, viewer, member, form, skills, errors, differences };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn new_member_page(State(app): State<App>, viewer: Viewer) -> web::Result<Response> {
    let form = MemberForm { reach: "all".to_owned(), roles: vec!["agent".to_owned()], ..MemberForm::default() };
    show(&app, viewer, None, form, Errors::none(), Vec::new()).await
}

pub(super) async fn invite_member(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(form): Form<MemberForm>,
) -> web::Result<Response> {
    let mut errors = Errors::none();
    let mut db = app.begin(&viewer.center_scope()).await?;
    let known_skills = tenants::list_skills(&mut *db).await?;
    let checked = form.check(&viewer, &known_skills, &mut errors);
    if !is_email(&form.email) {
        errors.add("email", "Das ist keine E-Mail-Adresse.");
    }
    let known = store::find_account_by_email(&mut *db, &form.email).await?;
    if known.as_ref().is_some_and(|known| known.of_center) {
        errors.add("email", "Diese Person gehört schon zum Team.");
    }
    if !errors.is_empty() {
        drop(db);
        return show(&app, viewer, None, form, errors, Vec::new()).await;
    }
    let secret = join(&mut db, &app, &viewer, &form, &checked, known).await?;
    db.commit().await?;
    let page = InvitedPage {
        frame: Frame::of(&app, &viewer, Section::Center, "Person eingeladen").await?,
        places: Places::of_center(CenterPlace::Team),
        name: form.name,
        link: secret.map(|secret| invitation_link(&headers, &secret)),
        back: CenterPlace::Team.url().to_owned(),
    };
    Ok(page.answer())
}

/// A new account, or somebody known from a town. None: they have a password already.
async fn join(
    db: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    form: &MemberForm,
    checked: &Checked,
    known: Option<store::Known>,
) -> web::Result<Option<String>> {
    let now = app.clock.now();
    let has_password = known.as_ref().is_some_and(|known| known.has_password);
    let account = if let Some(known) = known {
        known.id
    } else {
        let new = NewAccount { email: &form.email, name: &form.name, password_hash: None, roles: &[] };
        insert_account(&mut *db, new, now).await?
    };
    store::update_of_center(&mut *db, account).await?;
    store::replace_center_roles(&mut *db, account, &checked.roles).await?;
    store::replace_skills(&mut *db, account, &checked.skills).await?;
    let details = serde_json::json!({ "name": form.name, "roles": form.roles, "skills": checked.skills });
    let act = Act::of_center("invited", "account", account, details);
    audit::record(&mut *db, now, &Actor::from(viewer), act).await?;
    if has_password {
        return Ok(None);
    }
    Ok(Some(invitations::create_invitation(db, account, Some(viewer.account), now).await?))
}

pub(super) async fn member_page(
    State(app): State<App>,
    viewer: Viewer,
    Path(member): Path<AccountId>,
) -> web::Result<Response> {
    let member = find(&app, &viewer, member).await?;
    let form = MemberForm::of(&member, &viewer);
    show(&app, viewer, Some(member), form, Errors::none(), Vec::new()).await
}

pub(super) async fn save_member(
    State(app): State<App>,
    viewer: Viewer,
    Path(member): Path<AccountId>,
    Form(mut form): Form<MemberForm>,
) -> web::Result<Response> {
    let member = find(&app, &viewer, member).await?;
    let theirs = MemberForm::of(&member, &viewer);
    let mut errors = Errors::none();
    let mut db = app.begin(&viewer.center_scope()).await?;
    let known_skills = tenants::list_skills(&mut *db).await?;
    let checked = form.check(&viewer, &known_skills, &mut errors);
    if member.id == viewer.account && !form.roles.iter().any(|role| role == Role::Operator.as_str()) {
        errors.add("roles", "Den Betrieb können Sie sich nicht selbst entziehen.");
    }
    if !errors.is_empty() {
        drop(db);
        return show(&app, viewer, Some(member), form, errors, Vec::new()).await;
    }
    let differences = form.differences_to(&theirs);
    if !differences.is_empty() {
        if !store::update_member(&mut *db, member.id, form.version, &form.name).await? {
            drop(db);
            form.version = theirs.version;
            return show(&app, viewer, Some(member), form, errors, differences).await;
        }
        store::replace_center_roles(&mut db, member.id, &checked.roles).await?;
        store::replace_skills(&mut db, member.id, &checked.skills).await?;
        let act = Act::of_center("changed", "account", member.id, forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, format!("{} ist gespeichert.", form.name), CenterPlace::Team.url()).await
}
