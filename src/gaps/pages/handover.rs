//! A gap whose text is another tenant's goes there, and can come back.

use axum::extract::State;
use axum::response::Response;

use super::super::store::{self, Closing, Handing};
use super::super::{About, Gap, LONGEST_LINE, Outcome, State as GapState};
use super::acts::{conflict, record, scope_with};
use super::detail::{Draft, HandForm, Turn, show};
use super::{find, gap_url, list_url};
use crate::access::{KnowledgeSource, TenantAccess, Viewer};
use crate::app::App;
use crate::ids::GapId;
use crate::knowledge::town;
use crate::search;
use crate::web::forms::Errors;
use crate::web::{self, Form, InTenant, Path};

pub(super) async fn hand_over_gap(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, GapId)>,
    Form(form): Form<HandForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let gap = find(&app, &tenant, id).await?;
    let target = tenant.sources.iter().find(|source| source.slug == form.to && source.id != tenant.id).cloned();
    let mut errors = check(&app, &tenant, &gap, &form);
    if target.is_none() && form.to != "back" {
        errors.add("to", "Bitte wählen Sie, wer handeln soll.");
    }
    if !errors.is_empty() {
        let draft = Draft { hand: form, errors, ..Draft::default() };
        return show(&app, &viewer, tenant, id, draft, &Turn::default()).await;
    }
    let is_done = match &target {
        Some(target) => give(&app, &viewer, &tenant, &gap, target, &form).await?,
        None => give_back(&app, &viewer, &tenant, &gap, &form).await?,
    };
    if !is_done {
        let draft = Draft { hand: form, ..Draft::default() };
        return conflict(&app, &viewer, tenant, id, draft).await;
    }
    let (text, to) = match target {
        Some(target) => (format!("Die Lücke liegt jetzt bei {}.", target.short_name), gap_url(&tenant, id)),
        None => ("Die Lücke ist zurückgegeben.".to_owned(), list_url(&tenant)),
    };
    web::done(&app, &viewer, text, &to).await
}

fn check(app: &App, tenant: &TenantAccess, gap: &Gap, form: &HandForm) -> Errors {
    let mut errors = Errors::none();
    if gap.state == GapState::Closed || gap.merged_into.is_some() {
        errors.add("to", "Diese Lücke ist schon geschlossen oder gehört zu einer anderen.");
    }
    errors.require("message", &form.message, "Der Grund");
    errors.limit("message", &form.message, LONGEST_LINE);
    if let Some(problem) = search::line_problem(app, tenant, &form.message) {
        errors.add("message", problem);
    }
    errors
}

/// False: somebody else was faster.
async fn give(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    gap: &Gap,
    target: &KnowledgeSource,
    form: &HandForm,
) -> web::Result<bool> {
    let now = app.clock.now();
    let mut db = app.begin(&scope_with(tenant, [target.id])).await?;
    if !close(&mut db, viewer, tenant, gap, (Outcome::Handed, form), now).await? {
        return Ok(false);
    }
    let base = match gap.entry {
        Some((owner, entry)) if owner == tenant.id => store::find_base(&mut *db, owner, entry, target.id).await?,
        _ => None,
    };
    let about = match base {
        Some(entry) => About::Entry { owner: target.id, entry, title: gap.title.clone() },
        None => About::Words(gap.title.clone()),
    };
    let handing = Handing {
        gap: gap.id,
        to: target.id,
        key: about.key(),
        stems: about.stems(),
        entry: base,
        title: &gap.title,
        message: &form.message,
        figures: gap.figures,
        from: &tenant.short_name,
    };
    store::hand_over(&mut db, tenant.id, &handing, now).await?;
    let told = format!("an {} weitergegeben: {}", target.short_name, form.message);
    store::tell(&mut *db, tenant.id, gap.id, &told, now).await?;
    let details = serde_json::json!({ "to": target.short_name, "answer": form.message });
    record(&mut db, app, viewer, tenant, ("handed over", gap.id), details).await?;
    db.commit().await?;
    Ok(true)
}

async fn give_back(app: &App, viewer: &Viewer, tenant: &TenantAccess, gap: &Gap, form: &HandForm) -> web::Result<bool> {
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    let givers = store::list_givers(&mut *db, tenant.id, gap.id).await?;
    drop(db);
    if givers.is_empty() {
        return Err(web::Error::NotFound);
    }
    let mut db = app.begin(&scope_with(tenant, givers.iter().map(|giver| giver.tenant))).await?;
    if !close(&mut db, viewer, tenant, gap, (Outcome::Returned, form), now).await? {
        return Ok(false);
    }
    store::return_to_givers(&mut db, tenant.id, &givers, (&tenant.short_name, &form.message), now).await?;
    let details = serde_json::json!({ "answer": form.message });
    record(&mut db, app, viewer, tenant, ("returned", gap.id), details).await?;
    db.commit().await?;
    Ok(true)
}

async fn close(
    db: &mut sqlx::PgConnection,
    viewer: &Viewer,
    tenant: &TenantAccess,
    gap: &Gap,
    (outcome, form): (Outcome, &HandForm),
    at: chrono::DateTime<chrono::Utc>,
) -> sqlx::Result<bool> {
    let closing = Closing { outcome, outcome_version: None, answer: &form.message, by: &viewer.name, at };
    store::close(db, tenant.id, (gap.id, form.version), &closing).await
}
