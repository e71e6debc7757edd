//! What people do with a run: take it up, refuse it as the second person, throw it away, take it back.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::super::super::store::imports::{self, RunState};
use super::super::town;
use super::run::{Filter, Refusal, show};
use super::{list_url, run_name, run_url};
use crate::access::Viewer;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::web::confirm::{self, Question};
use crate::web::forms::Errors;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Path, format, redirect};

const LONGEST_REASON: usize = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Application {
    withdraw: String,
}

pub async fn apply_run(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
    Form(form): Form<Application>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let actor = Actor::from(&viewer);
    let mut db = app.begin(&tenant.scope()).await?;
    let run = imports::find_run(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    if imports::begin_applying(&mut *db, tenant.id, id, !form.withdraw.is_empty(), &actor).await? {
        db.commit().await?;
        return Ok(redirect(&run_url(&tenant, id)));
    }
    drop(db);
    if run.state != RunState::Ready || !run.is_by(viewer.account) {
        return Err(web::Error::Conflict);
    }
    let mut errors = Errors::none();
    errors.add("second", "Sie haben die Datei selbst hochgeladen. Übernehmen muss sie eine zweite Person.");
    show(&app, &viewer, tenant, id, Filter::default(), Refusal::default(), errors).await
}

/// The second person's no, with the reason that whoever uploaded the file reads.
pub async fn refuse_run(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
    Form(refusal): Form<Refusal>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut errors = Errors::none();
    errors.require("reason", &refusal.reason, "Der Grund");
    errors.limit("reason", &refusal.reason, LONGEST_REASON);
    if !errors.is_empty() {
        return show(&app, &viewer, tenant, id, Filter::default(), refusal, errors).await;
    }
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    let mut db = app.begin(&tenant.scope()).await?;
    let run = imports::find_run(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    if !imports::refuse_run(&mut *db, tenant.id, id, &refusal.reason, &actor, now).await? {
        return Err(web::Error::Conflict);
    }
    let details = serde_json::json!({ "file_name": run.file_name, "reason": refusal.reason });
    audit::record(&mut *db, now, &actor, Act::of(tenant.id, "refused", "import_run", id, details)).await?;
    db.commit().await?;
    let said = format!("Der Import ist abgelehnt. {} liest den Grund auf dieser Seite.", run.author);
    web::done(&app, &viewer, said, &run_url(&tenant, id)).await
}

pub async fn undo_run(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    imports::find_run(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    if !imports::begin_undoing(&mut *db, tenant.id, id, &Actor::from(&viewer)).await? {
        return Err(web::Error::Conflict);
    }
    db.commit().await?;
    Ok(redirect(&run_url(&tenant, id)))
}

pub async fn remove_run(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let run = imports::find_run(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    if !imports::delete_run(&mut *db, tenant.id, id, Some(viewer.account)).await? {
        return Err(web::Error::Conflict);
    }
    let details = serde_json::json!({ "file_name": run.file_name });
    let act = Act::of(tenant.id, "deleted", "import_run", id, details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die Vorschau ist verworfen. Kein Eintrag wurde geändert.", &list_url(&tenant)).await
}

pub async fn reversal_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let run = imports::find_run(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    drop(db);
    if run.state != RunState::Applied {
        return Ok(redirect(&run_url(&tenant, id)));
    }
    let question = Question {
        what: format!(
            "{}: {} neu, {} geändert",
            run_name(&run),
            format::count(run.created),
            format::count(run.updated + run.conflicts)
        ),
        consequences: vec![
            "Geänderte Einträge bekommen eine neue Fassung mit dem Text von vorher; neue Einträge werden zurückgezogen.".to_owned(),
            "Einträge, die seither jemand geändert hat, bleiben, wie sie sind. Sie werden danach aufgelistet.".to_owned(),
            "Alle Fassungen bleiben erhalten. Sie können dieselbe Datei jederzeit wieder einlesen.".to_owned(),
        ],
        obstacle: None,
        action: format!("{}/reversal", run_url(&tenant, id)),
        yes: "Rückgängig machen",
        no: "Behalten",
        back: run_url(&tenant, id),
    };
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Import rückgängig machen?").await?;
    Ok(confirm::ask(frame, question))
}
