//! The door's address changed in peace: a second one is valid beside the first until it is in use.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::source::show_door;
use super::{find_source, record};
use crate::access::Viewer;
use crate::app::App;
use crate::ids::SourceId;
use crate::telephony::Source;
use crate::telephony::store::{self, DoorToken};
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Error, Frame, Page, Path, Places, format};

#[derive(Template)]
#[template(path = "telephony/token.html")]
struct TokenPage {
    frame: Frame,
    places: Places,
    source: Source,
    tokens: Vec<DoorToken>,
}

/// One that has no door has no token.
async fn find(app: &App, viewer: &Viewer, id: SourceId) -> web::Result<Source> {
    let source = find_source(app, viewer, id).await?;
    if source.adapter.is_called() { Err(Error::NotFound) } else { Ok(source) }
}

pub(super) async fn token_page(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SourceId>,
) -> web::Result<Response> {
    let source = find(&app, &viewer, id).await?;
    let tokens = store::list_tokens(&mut *app.begin(&viewer.center_scope()).await?, id).await?;
    let frame = Frame::of(&app, &viewer, Section::Center, "Adresse und Schlüssel").await?;
    let places = Places::of_center(CenterPlace::Telephony);
    Ok(Page(TokenPage { frame, places, source, tokens }).into_response())
}

pub(super) async fn create_token(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SourceId>,
    headers: HeaderMap,
) -> web::Result<Response> {
    let source = find(&app, &viewer, id).await?;
    let mut db = app.begin(&viewer.center_scope()).await?;
    let Some(secret) = store::insert_token(&mut db, id, app.clock.now()).await? else {
        drop(db);
        let text = "Zwei Adressen sind schon gültig. Beenden Sie erst die ältere.";
        return web::done(&app, &viewer, text, &format!("/telephony/{id}/token")).await;
    };
    record(&mut db, &app, &viewer, id, "changed token", serde_json::json!({ "name": source.name })).await?;
    db.commit().await?;
    show_door(&app, &viewer, &headers, (id, source.name), &secret).await
}

pub(super) async fn end_older_tokens(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SourceId>,
) -> web::Result<Response> {
    let source = find(&app, &viewer, id).await?;
    let now = app.clock.now();
    let mut db = app.begin(&viewer.center_scope()).await?;
    if store::revoke_older_tokens(&mut *db, id, now).await? > 0 {
        record(&mut db, &app, &viewer, id, "ended token", serde_json::json!({ "name": source.name })).await?;
        db.commit().await?;
    }
    let text = "Nur noch die neueste Adresse ist gültig.";
    web::done(&app, &viewer, text, &format!("/telephony/{id}/token")).await
}
