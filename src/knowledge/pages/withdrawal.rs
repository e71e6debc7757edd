//! Withdrawing an entry, and publishing it again.

use axum::extract::State;
use axum::response::Response;

use super::super::store;
use super::EntryPlace;
use crate::access::Viewer;
use crate::app::App;
use crate::audit::Actor;
use crate::ids::EntryId;
use crate::web::confirm::{self, Question};
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Path};

pub(super) async fn withdrawal_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    let state = store::find_state(&mut *db, place.owner, id).await?.ok_or(web::Error::NotFound)?;
    let question = Question {
        what: format!("„{}“, {}, Fassung {}", state.title, place.tenant.name, state.latest_version),
        consequences: vec![
            "Der Eintrag verschwindet sofort aus Suche, Listen und Arbeitsplatz, auch bei Orten, die ihn übernehmen."
                .to_owned(),
            "Frühere Gespräche zeigen weiter den Text, der damals galt.".to_owned(),
            "Sie können ihn jederzeit wieder veröffentlichen.".to_owned(),
        ],
        obstacle: None,
        action: format!("{}/withdrawal", place.url()),
        yes: "Zurückziehen",
        no: "Behalten",
        back: place.url(),
    };
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Eintrag zurückziehen?").await?;
    Ok(confirm::ask(frame, question))
}

pub(super) async fn withdraw_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    let done = store::withdraw(&mut db, place.owner, id, &Actor::from(&viewer), app.clock.now()).await?;
    done.ok_or(web::Error::NotFound)?;
    db.commit().await?;
    let undo = format!("{}/publication", place.url());
    web::done_with_undo(&app, &viewer, "Der Eintrag ist zurückgezogen.", undo, &place.url()).await
}

pub(super) async fn republish_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    let done = store::republish(&mut db, place.owner, id, &Actor::from(&viewer), app.clock.now()).await?;
    done.ok_or(web::Error::NotFound)?;
    db.commit().await?;
    web::done(&app, &viewer, "Der Eintrag ist wieder veröffentlicht.", &place.url()).await
}
