//! Making, changing and deleting a rule.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::rule_form::{Directory, RuleForm};
use super::rules::Names;
use super::{Place, places};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::directory::{Rule, Side, Subject, store};
use crate::ids::RuleId;
use crate::knowledge::{LIFE_SITUATIONS, town};
use crate::web::forms::{self, Choice, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Path, Places, Query};

#[derive(Template)]
#[template(path = "directory/rule.html")]
struct RulePage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    /// None: a new one.
    id: Option<RuleId>,
    form: RuleForm,
    subjects: Vec<Choice>,
    situations: Vec<Choice>,
    offices: Vec<Choice>,
    kinds: Vec<Choice>,
    sides: Vec<Choice>,
    targets: Vec<Choice>,
    errors: Errors,
    differences: Vec<Difference>,
}

impl RulePage {
    fn back(&self) -> String {
        rules_url(&self.tenant)
    }

    fn action(&self) -> String {
        self.id.map_or(self.back(), |id| format!("{}/{id}", self.back()))
    }
}

fn rules_url(tenant: &TenantAccess) -> String {
    format!("/directory/{}/rules", tenant.slug)
}

#[expect(clippy::too_many_arguments, reason = "a form that comes back: whose, which, what was typed, what is wrong")]
async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    id: Option<RuleId>,
    directory: &Directory,
    form: RuleForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let choices = |all: &[(&str, &str)], chosen: &str| {
        all.iter().map(|(value, label)| Choice::new(value, *label, *value == chosen)).collect::<Vec<_>>()
    };
    let about = if form.about.is_empty() { "entry" } else { &form.about };
    let narrows = if form.narrows.is_empty() { "all" } else { &form.narrows };
    let situations = std::iter::once(("", "keine")).chain(LIFE_SITUATIONS.map(|situation| (situation, situation)));
    let status = forms::status(&errors, &differences);
    let page = RulePage {
        frame: Frame::of(
            app,
            viewer,
            Section::Directory,
            if id.is_some() { "Regel bearbeiten" } else { "Regel anlegen" },
        )
        .await?,
        places: places(viewer, &tenant, Place::Rules),
        subjects: choices(
            &[("entry", "Eintrag"), ("situation", "Lebenslage"), ("within", "innerhalb einer Stelle")],
            about,
        ),
        situations: choices(&situations.collect::<Vec<_>>(), &form.situation),
        offices: offices(directory, &form.within),
        kinds: choices(
            &[("all", "gar nicht: für alle"), ("street", "Straße"), ("district", "Ortsteil"), ("initials", "Nachname")],
            narrows,
        ),
        sides: choices(&Side::ALL.map(|side| (side.as_str(), side.label())), &form.side),
        targets: targets(directory, &form.target),
        tenant,
        id,
        form,
        errors,
        differences,
    };
    Ok((status, Page(page)).into_response())
}

fn offices(directory: &Directory, chosen: &str) -> Vec<Choice> {
    let none = Choice::new("", "keine", chosen.is_empty());
    let units = directory.units.iter().map(|unit| Choice::new(unit.id, &unit.name, unit.id.to_string() == chosen));
    std::iter::once(none).chain(units).collect()
}

/// Every office, each followed by its people.
fn targets(directory: &Directory, chosen: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", "bitte wählen", chosen.is_empty())];
    for unit in &directory.units {
        choices.push(Choice::new(unit.id, &unit.name, unit.id.to_string() == chosen));
        for contact in directory.contacts.iter().filter(|contact| contact.unit == unit.id) {
            let value = format!("{}-{}", unit.id, contact.id);
            let is_chosen = value == chosen;
            choices.push(Choice::new(value, format!("{}: {}", unit.name, contact.name), is_chosen));
        }
    }
    choices
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    within: String,
}

pub(super) async fn new_rule_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(wanted): Query<Wanted>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let directory = Directory::load(&app, &tenant).await?;
    let about = if wanted.within.is_empty() { "entry" } else { "within" };
    let form = RuleForm { about: about.to_owned(), within: wanted.within, ..RuleForm::default() };
    show(&app, &viewer, tenant, None, &directory, form, Errors::none(), Vec::new()).await
}

/// The rule with its form.
async fn find(app: &App, tenant: &TenantAccess, id: RuleId) -> web::Result<(Rule, RuleForm)> {
    let mut db = app.begin(&tenant.scope()).await?;
    let rule = store::rules::find_rule(&mut *db, tenant.id, id).await?.ok_or(Error::NotFound)?;
    let names = Names::load(&mut db, tenant.id, std::slice::from_ref(&rule)).await?;
    let title = matches!(rule.subject, Subject::Entry(..)).then(|| names.subject(&rule.subject));
    let form = RuleForm::of(&rule, title);
    Ok((rule, form))
}

pub(super) async fn rule_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, RuleId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let (rule, form) = find(&app, &tenant, id).await?;
    if rule.deleted_at.is_some() {
        return Err(Error::NotFound);
    }
    let directory = Directory::load(&app, &tenant).await?;
    show(&app, &viewer, tenant, Some(id), &directory, form, Errors::none(), Vec::new()).await
}

pub(super) async fn create_rule(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<RuleForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let directory = Directory::load(&app, &tenant).await?;
    let mut errors = Errors::none();
    let Some(rule) = form.check(&app, &tenant, &directory, None, &mut errors).await? else {
        return show(&app, &viewer, tenant, None, &directory, form, errors, Vec::new()).await;
    };
    let mut db = app.begin(&tenant.scope()).await?;
    let id = store::rules::insert_rule(&mut *db, &rule).await?;
    let details = serde_json::json!({ "label": rule.narrowing.words() });
    let act = Act::of(tenant.id, "created", "responsibility", id, details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die Regel ist angelegt.", &rules_url(&tenant)).await
}

pub(super) async fn save_rule(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, RuleId)>,
    Form(mut form): Form<RuleForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let (rule, theirs) = find(&app, &tenant, id).await?;
    let directory = Directory::load(&app, &tenant).await?;
    let mut errors = Errors::none();
    let Some(changed) = form.check(&app, &tenant, &directory, Some((&rule, &theirs)), &mut errors).await? else {
        return show(&app, &viewer, tenant, Some(id), &directory, form, errors, Vec::new()).await;
    };
    let differences = form.differences_to(&theirs);
    if !differences.is_empty() {
        let mut db = app.begin(&tenant.scope()).await?;
        if !store::rules::update_rule(&mut *db, &changed).await? {
            form.version = theirs.version;
            drop(db);
            return show(&app, &viewer, tenant, Some(id), &directory, form, errors, differences).await;
        }
        let act = Act::of(tenant.id, "changed", "responsibility", id, forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Die Regel ist gespeichert.", &rules_url(&tenant)).await
}

pub(super) async fn delete_rule(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, RuleId)>,
) -> web::Result<Response> {
    let words = put(&app, &viewer, &tenant, id, true).await?;
    let undo = format!("{}/{id}/restoration", rules_url(&tenant));
    let text = format!("Die Regel „{words}“ ist gelöscht.");
    web::done_with_undo(&app, &viewer, text, undo, &rules_url(&tenant)).await
}

pub(super) async fn restore_rule(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, RuleId)>,
) -> web::Result<Response> {
    let words = put(&app, &viewer, &tenant, id, false).await?;
    web::done(&app, &viewer, format!("Die Regel „{words}“ gilt wieder."), &rules_url(&tenant)).await
}

async fn put(app: &App, viewer: &Viewer, tenant: &TenantAccess, id: RuleId, away: bool) -> web::Result<String> {
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    let rule = store::rules::find_rule(&mut *db, tenant.id, id).await?.ok_or(Error::NotFound)?;
    let words = rule.narrowing.words();
    if store::rules::delete_rule(&mut *db, tenant.id, id, away.then_some(now)).await? {
        let action = if away { "deleted" } else { "restored" };
        let act = Act::of(tenant.id, action, "responsibility", id, serde_json::json!({ "label": words }));
        audit::record(&mut *db, now, &Actor::from(viewer), act).await?;
        db.commit().await?;
    }
    Ok(words)
}
