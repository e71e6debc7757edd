//! What editors do to a gap: one handler an act.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::super::store::{self, Closing};
use super::super::{Gap, LONGEST_ANSWER, Outcome, State as GapState, sentence};
use super::detail::{AnswerForm, Draft, Turn, show};
use super::{find, gap_url, list_url};
use crate::access::{TenantAccess, Viewer};
use crate::accounts;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::db::Scope;
use crate::ids::{AccountId, GapId};
use crate::knowledge::{self, town};
use crate::web::forms::{Errors, differences};
use crate::web::{self, Form, InTenant, Path};

/// The scope of this tenant and of others that are part of the act.
pub(super) fn scope_with(tenant: &TenantAccess, others: impl IntoIterator<Item = crate::ids::TenantId>) -> Scope {
    let own = tenant.scope();
    Scope::tenants([tenant.id].into_iter().chain(others).collect::<Vec<_>>()).reading(own.knowledge)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AssignForm {
    version: i32,
    person: String,
}

/// One of this tenant's editors, or nobody.
pub(super) async fn assign_gap(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, GapId)>,
    Form(form): Form<AssignForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let gap = find(&app, &tenant, id).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    let people = accounts::list_editors(&mut *db, tenant.id).await?;
    let person = people.into_iter().find(|(id, _)| id.to_string() == form.person);
    if person.is_none() && !form.person.is_empty() {
        drop(db);
        let mut draft = Draft::default();
        draft.errors.add("person", "Diese Person gehört nicht zur Redaktion.");
        return show(&app, &viewer, tenant, id, draft, &Turn::default()).await;
    }
    let assignee: Option<AccountId> = person.as_ref().map(|(id, _)| *id);
    let name = person.map(|(_, name)| name).unwrap_or_default();
    if !store::assign(&mut *db, tenant.id, (id, form.version), assignee).await? {
        drop(db);
        let theirs = gap.assignee_name.unwrap_or_default();
        let draft = Draft {
            differences: differences([("person", "Zuständig", theirs.as_str(), name.as_str())]),
            ..Draft::default()
        };
        return conflict(&app, &viewer, tenant, id, draft).await;
    }
    record(&mut db, &app, &viewer, &tenant, ("assigned", id), serde_json::json!({ "assignee": name })).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die Zuständigkeit ist gespeichert.", &gap_url(&tenant, id)).await
}

/// What was typed comes back; where both typed the same, the other's change still has to be looked at.
pub(super) async fn conflict(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    id: GapId,
    mut draft: Draft,
) -> web::Result<Response> {
    if draft.differences.is_empty() {
        draft.differences = differences([("version", "Lücke", "inzwischen geändert", "alter Stand")]);
    }
    show(app, viewer, tenant, id, draft, &Turn::default()).await
}

pub(super) async fn record(
    db: &mut sqlx::PgConnection,
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    (action, id): (&str, GapId),
    details: serde_json::Value,
) -> sqlx::Result<()> {
    audit::record(db, app.clock.now(), &Actor::from(viewer), Act::of(tenant.id, action, "gap", id, details)).await
}

/// Answers the reporters, and closes the gap where an outcome is chosen.
pub(super) async fn answer_gap(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, GapId)>,
    Form(mut form): Form<AnswerForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let gap = find(&app, &tenant, id).await?;
    let newest = newest_version(&app, &tenant, &gap).await?;
    let errors = check(&form, &gap, newest);
    if !errors.is_empty() {
        let draft = Draft { answer: Some(form), errors, ..Draft::default() };
        return show(&app, &viewer, tenant, id, draft, &Turn::default()).await;
    }
    let outcome = Outcome::parse(&form.outcome);
    if !save_answer(&app, &viewer, &tenant, &gap, &form, newest).await? {
        let theirs = (gap.outcome.map_or(gap.state.label(), Outcome::label), gap.answer.as_deref().unwrap_or_default());
        let yours = (outcome.map_or("offen", Outcome::label), form.answer.as_str());
        let found = differences([("outcome", "Ergebnis", theirs.0, yours.0), ("answer", "Antwort", theirs.1, yours.1)]);
        form.version = gap.version;
        let draft = Draft { answer: Some(form.clone()), differences: found, ..Draft::default() };
        return conflict(&app, &viewer, tenant, id, draft).await;
    }
    match outcome {
        Some(_) => {
            web::done(
                &app,
                &viewer,
                "Die Lücke ist geschlossen, wer sie gemeldet hat, wird benachrichtigt.",
                &list_url(&tenant),
            )
            .await
        }
        None => web::done(&app, &viewer, "Die Antwort ist gespeichert.", &gap_url(&tenant, id)).await,
    }
}

async fn newest_version(app: &App, tenant: &TenantAccess, gap: &Gap) -> sqlx::Result<Option<i32>> {
    let Some((owner, entry)) = gap.entry else { return Ok(None) };
    let mut db = app.begin(&tenant.scope()).await?;
    let found = knowledge::find_entry(&mut db, tenant.id, owner, entry).await?;
    Ok(found.map(|entry| entry.version))
}

fn check(form: &AnswerForm, gap: &Gap, newest: Option<i32>) -> Errors {
    let mut errors = Errors::none();
    let outcome = Outcome::parse(&form.outcome);
    let is_known = form.outcome.is_empty() || outcome.is_some_and(|outcome| Outcome::CHOSEN.contains(&outcome));
    if !is_known || gap.merged_into.is_some() || gap.state == GapState::Closed && outcome.is_some() {
        errors.add("outcome", "So kann diese Lücke nicht geschlossen werden.");
    }
    errors.limit("answer", &form.answer, LONGEST_ANSWER);
    match outcome {
        Some(Outcome::NoError) => errors.require("answer", &form.answer, "Die Begründung"),
        None => errors.require("answer", &form.answer, "Die Antwort"),
        Some(Outcome::Version) if gap.entry.is_some() && newest <= gap.entry_version => {
            errors.add("outcome", "Der Eintrag hat seit der ersten Meldung noch keine neue Fassung.");
        }
        Some(_) => {}
    }
    errors
}

/// False: somebody else was faster. Where the gap came from other tenants, their reporters are told too.
async fn save_answer(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    gap: &Gap,
    form: &AnswerForm,
    newest: Option<i32>,
) -> web::Result<bool> {
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    let givers = store::list_givers(&mut *db, tenant.id, gap.id).await?;
    drop(db);
    let mut db = app.begin(&scope_with(tenant, givers.iter().map(|giver| giver.tenant))).await?;
    let outcome = Outcome::parse(&form.outcome);
    let version = newest.filter(|_| outcome == Some(Outcome::Version));
    let place = (gap.id, form.version);
    let is_saved = match outcome {
        Some(outcome) => {
            let (answer, by) = (form.answer.as_str(), viewer.name.as_str());
            let closing = Closing { outcome, outcome_version: version, answer, by, at: now };
            store::close(&mut *db, tenant.id, place, &closing).await?
        }
        None => store::answer(&mut *db, tenant.id, place, &form.answer).await?,
    };
    if !is_saved {
        return Ok(false);
    }
    let told = sentence(outcome, version, &form.answer);
    store::tell(&mut *db, tenant.id, gap.id, &told, now).await?;
    store::answer_givers(&mut db, tenant.id, &givers, (&form.answer, &told), now).await?;
    let action = if outcome.is_some() { "closed" } else { "answered" };
    let details =
        serde_json::json!({ "outcome": outcome.map(Outcome::label), "version": version, "answer": form.answer });
    record(&mut db, app, viewer, tenant, (action, gap.id), details).await?;
    db.commit().await?;
    Ok(true)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MergeForm {
    version: i32,
    /// The number of the other gap.
    into: String,
}

pub(super) async fn reopen_gap(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, GapId)>,
    Form(form): Form<MergeForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    find(&app, &tenant, id).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    if !store::reopen(&mut *db, tenant.id, (id, form.version)).await? {
        drop(db);
        return conflict(&app, &viewer, tenant, id, Draft::default()).await;
    }
    record(&mut db, &app, &viewer, &tenant, ("reopened", id), serde_json::json!({})).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die Lücke ist wieder offen.", &gap_url(&tenant, id)).await
}

pub(super) async fn merge_gap(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, GapId)>,
    Form(form): Form<MergeForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    find(&app, &tenant, id).await?;
    let into: GapId = form.into.parse().map_err(|_| web::Error::NotFound)?;
    let target = find(&app, &tenant, into).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    if into == id || !store::merge(&mut *db, tenant.id, (id, form.version), into).await? {
        drop(db);
        return conflict(&app, &viewer, tenant, id, Draft::default()).await;
    }
    record(&mut db, &app, &viewer, &tenant, ("merged", id), serde_json::json!({ "into": target.title })).await?;
    db.commit().await?;
    let undo = format!("{}/separation", gap_url(&tenant, id));
    let text = format!("Zusammengelegt mit „{}“.", target.title);
    web::done_with_undo(&app, &viewer, text, undo, &gap_url(&tenant, into)).await
}

pub(super) async fn separate_gap(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, GapId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    find(&app, &tenant, id).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    if store::separate(&mut *db, tenant.id, id).await?.is_some() {
        record(&mut db, &app, &viewer, &tenant, ("separated", id), serde_json::json!({})).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Die Lücke steht wieder für sich.", &gap_url(&tenant, id)).await
}
