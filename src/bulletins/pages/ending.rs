//! Ending a bulletin before its time, and taking that back.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{find, list_url};
use crate::access::Viewer;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::bulletins::store;
use crate::ids::BulletinId;
use crate::knowledge::town;
use crate::web::{self, InTenant, Path};

pub(super) async fn end_bulletin(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, BulletinId)>,
) -> web::Result<Response> {
    let (tenant, now) = (town(tenant)?, app.clock.now());
    let bulletin = find(&app, &tenant, id).await?;
    let list = list_url(&tenant);
    let mut db = app.begin(&tenant.scope()).await?;
    if !store::set_ended(&mut *db, tenant.id, id, true, &viewer.name, now).await? {
        return web::done(&app, &viewer, "Die Meldung war schon beendet.", &list).await;
    }
    let act = Act::of(tenant.id, "ended", "bulletin", id, json!({ "title": bulletin.said.title }));
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let done = format!("„{}“ ist beendet und nirgends mehr zu sehen.", bulletin.said.title);
    web::done_with_undo(&app, &viewer, done, format!("{list}/{id}/restoration"), &list).await
}

pub(super) async fn resume_bulletin(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, BulletinId)>,
) -> web::Result<Response> {
    let (tenant, now) = (town(tenant)?, app.clock.now());
    let bulletin = find(&app, &tenant, id).await?;
    let list = list_url(&tenant);
    let mut db = app.begin(&tenant.scope()).await?;
    if !store::set_ended(&mut *db, tenant.id, id, false, &viewer.name, now).await? {
        let words =
            "Die Meldung läuft schon wieder, oder ihre Zeit ist vorbei. Ein neues Ende geben Sie ihr im Formular.";
        return web::done(&app, &viewer, words, &list).await;
    }
    let act = Act::of(tenant.id, "restored", "bulletin", id, json!({ "title": bulletin.said.title }));
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, format!("„{}“ gilt wieder.", bulletin.said.title), &list).await
}
