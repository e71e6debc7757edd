//! Two versions side by side, word by word, and an old one taken up again.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use sqlx::PgConnection;

use super::super::diff::{self, Kind, PartDiff};
use super::super::store;
use super::super::{Entry, LayerKey, LayerText, merge};
use super::{EntryPlace, Place, places};
use crate::access::Viewer;
use crate::app::App;
use crate::audit::Actor;
use crate::ids::EntryId;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Path, Places, Query, format};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    from: String,
    to: String,
}

#[derive(Template)]
#[template(path = "knowledge/comparison.html")]
pub(super) struct ComparisonPage {
    frame: Frame,
    places: Places,
    place: EntryPlace,
    before: Entry,
    after: Entry,
    changes: Vec<PartDiff>,
}

pub(super) async fn comparison_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
    Query(which): Query<Which>,
) -> web::Result<Page<ComparisonPage>> {
    let place = EntryPlace::find(tenant, &owner, id)?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    let state = store::find_state(&mut *db, place.owner, id).await?.ok_or(web::Error::NotFound)?;
    // Without a choice the last two.
    let to = which.to.parse().unwrap_or(state.latest_version);
    let from = which.from.parse().unwrap_or((to - 1).max(1));
    let before = find_version(&mut db, &place, from.min(to)).await?;
    let after = find_version(&mut db, &place, from.max(to)).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Knowledge, format!("Unterschied: {}", after.content.title)).await?;
    let places = places(&viewer, &place.tenant, Place::Elsewhere);
    let changes = diff::parts(&before.content, &after.content);
    Ok(Page(ComparisonPage { frame, places, place, before, after, changes }))
}

async fn find_version(db: &mut PgConnection, place: &EntryPlace, version: i32) -> web::Result<Entry> {
    let found = store::find_entry_version(db, place.tenant.id, place.owner, place.id, version).await?;
    found.ok_or(web::Error::NotFound)
}

/// The old words become the working text; nothing is public by that.
pub(super) async fn take_up_version(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id, version)): Path<(String, String, EntryId, i32)>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    let mut db = app.begin(&place.tenant.scope()).await?;
    store::hold_family(&mut db, place.owner, id).await?;
    let entry = store::lock_entry(&mut db, place.owner, id).await?.ok_or(web::Error::NotFound)?;
    if store::lock_draft(&mut db, place.owner, id).await?.is_some() {
        drop(db);
        let said = "Es gibt schon einen Entwurf. Veröffentlichen oder verwerfen Sie ihn zuerst.";
        return web::done(&app, &viewer, said, &format!("{}/draft", place.url())).await;
    }
    let key = LayerKey { tenant: place.owner, entry: id, version };
    let layers = store::find_layers(&mut db, key).await?.ok_or(web::Error::NotFound)?;
    let text = match (layers.first(), entry.root) {
        (Some(layer), Some(_)) if matches!(layer.text, LayerText::Patch(_)) => layer.text.clone(),
        _ => LayerText::Whole(merge(&layers).content),
    };
    store::save_draft(&mut db, place.owner, id, entry.version, &text, &actor, now).await?;
    db.commit().await?;
    let said = format!("Fassung {version} ist jetzt der Entwurf. Veröffentlicht ist noch nichts.");
    web::done(&app, &viewer, said, &format!("{}/draft", place.url())).await
}
