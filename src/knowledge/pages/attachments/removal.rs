//! Taking a file away from its entry, and taking that back.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{file_url, find_own, list_url};
use crate::access::Viewer;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::AttachmentId;
use crate::knowledge::attachments;
use crate::web::confirm::{self, Question};
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Path};

pub async fn removal_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, AttachmentId)>,
) -> web::Result<Response> {
    let (place, file) = find_own(&app, tenant, &owner, id).await?;
    let question = Question {
        what: format!("„{}“ ({})", file.label, file.kind_and_size()),
        consequences: vec![
            "Der Anhang verschwindet sofort überall, auch bei Orten, die den Eintrag übernehmen.".to_owned(),
            "30 Tage lang können Sie ihn wiederherstellen, danach wird er gelöscht.".to_owned(),
        ],
        obstacle: None,
        action: format!("{}/removal", file_url(&place.tenant, &file)),
        yes: "Entfernen",
        no: "Behalten",
        back: list_url(&place),
    };
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Anhang entfernen?").await?;
    Ok(confirm::ask(frame, question))
}

pub async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, AttachmentId)>,
) -> web::Result<Response> {
    let (place, file) = find_own(&app, tenant, &owner, id).await?;
    let now = app.clock.now();
    let mut db = app.begin(&place.tenant.scope()).await?;
    if attachments::remove_attachment(&mut *db, place.owner, id, now).await? {
        let act = Act::of(place.owner, "removed", "attachment", id, json!({ "label": file.label }));
        audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    let undo = format!("{}/restoration", file_url(&place.tenant, &file));
    web::done_with_undo(&app, &viewer, format!("„{}“ ist entfernt.", file.label), undo, &list_url(&place)).await
}

pub async fn restore(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, AttachmentId)>,
) -> web::Result<Response> {
    let (place, file) = find_own(&app, tenant, &owner, id).await?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    if attachments::restore_attachment(&mut *db, place.owner, id).await? {
        let act = Act::of(place.owner, "restored", "attachment", id, json!({ "label": file.label }));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, format!("„{}“ hängt wieder am Eintrag.", file.label), &list_url(&place)).await
}
