//! What becomes of an entry that is not public any more: kept aside, taken out again, or going on without its base.

use axum::extract::State;
use axum::response::Response;

use super::super::store::{self, TaskOutcome};
use super::super::{LayerKey, merge};
use super::{EntryPlace, act};
use crate::access::Viewer;
use crate::app::App;
use crate::audit::{self, Actor};
use crate::ids::EntryId;
use crate::web::{self, InTenant, Path};

pub(super) async fn archive_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    set_archived(&app, &viewer, EntryPlace::find(tenant, &owner, id)?.own()?, true).await
}

pub(super) async fn restore_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    set_archived(&app, &viewer, EntryPlace::find(tenant, &owner, id)?.own()?, false).await
}

async fn set_archived(app: &App, viewer: &Viewer, place: EntryPlace, archived: bool) -> web::Result<Response> {
    let (actor, now) = (Actor::from(viewer), app.clock.now());
    let mut db = app.begin(&place.tenant.scope()).await?;
    let state = store::find_state(&mut *db, place.owner, place.id).await?.ok_or(web::Error::NotFound)?;
    if state.is_published {
        drop(db);
        return web::done(app, viewer, "Bitte ziehen Sie den Eintrag zuerst zurück.", &place.url()).await;
    }
    store::set_archived(&mut *db, place.owner, place.id, archived.then_some(now)).await?;
    let action = if archived { "archived" } else { "unarchived" };
    audit::record(&mut *db, now, &actor, act(place.owner, place.id, action)).await?;
    db.commit().await?;
    if archived {
        let undo = format!("{}/restoration", place.url());
        return web::done_with_undo(app, viewer, "Der Eintrag liegt im Archiv.", undo, &place.url()).await;
    }
    web::done(app, viewer, "Der Eintrag ist aus dem Archiv geholt.", &place.url()).await
}

/// The base is gone: what was merged last goes on as an entry of the tenant's own.
pub(super) async fn detach_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    let mut db = app.begin(&place.tenant.scope()).await?;
    store::hold_family(&mut db, place.owner, id).await?;
    let entry = store::lock_entry(&mut db, place.owner, id).await?.ok_or(web::Error::NotFound)?;
    if entry.root.is_none() {
        drop(db);
        return web::done(&app, &viewer, "Der Eintrag steht schon für sich.", &place.url()).await;
    }
    let key = LayerKey { tenant: place.owner, entry: id, version: entry.version };
    let layers = store::find_layers(&mut db, key).await?.ok_or(web::Error::NotFound)?;
    store::detach(&mut db, place.owner, id, &merge(&layers).content, &actor, now).await?;
    store::close_tasks_of(&mut *db, place.owner, id, TaskOutcome::Detached, actor.account, now).await?;
    audit::record(&mut *db, now, &actor, act(place.owner, id, "detached")).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Der Eintrag gehört jetzt ganz Ihnen und folgt keiner Grundlage mehr.", &place.url()).await
}
