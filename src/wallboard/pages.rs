//! The Leitstand's page, and the part of it that is asked for again and again.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::IntoResponse;

use super::{Board, TownBulletins, TownFigures, store};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::bulletins;
use crate::web::frame::Section;
use crate::web::{self, Frame, Page, Routes, format};

pub fn routes() -> Routes {
    Routes::new().get("/wallboard", Permission::WatchFigures, board_page).get(
        "/wallboard/figures",
        Permission::WatchFigures,
        figures_fragment,
    )
}

#[derive(Template)]
#[template(path = "wallboard/board.html")]
struct BoardPage {
    frame: Frame,
    board: Board,
}

#[derive(Template)]
#[template(path = "wallboard/_figures.html")]
struct FiguresPart {
    board: Board,
}

async fn board_page(State(app): State<App>, viewer: Viewer) -> web::Result<impl IntoResponse> {
    let board = load_board(&app, &viewer).await?;
    let frame = Frame::of(&app, &viewer, Section::Wallboard, "Leitstand").await?;
    Ok(Page(BoardPage { frame, board }))
}

async fn figures_fragment(State(app): State<App>, viewer: Viewer) -> web::Result<impl IntoResponse> {
    Ok(Page(FiguresPart { board: load_board(&app, &viewer).await? }))
}

async fn load_board(app: &App, viewer: &Viewer) -> web::Result<Board> {
    // Not every town of a person is one whose figures they watch.
    let watched = |town: &&TenantAccess| town.may(Permission::WatchFigures);
    let towns: Vec<_> = viewer.tenants.iter().filter(watched).collect();
    let ids: Vec<_> = towns.iter().map(|town| town.id).collect();
    let now = app.clock.now();
    let mut db = app.begin(&viewer.scope()).await?;
    let mut figures: HashMap<_, _> = store::list_figures(&mut *db, &ids, now).await?.into_iter().collect();
    let disturbances = store::list_disturbances(&mut *db, now).await?;
    let current = bulletins::list_current(&mut *db, &ids, Some(viewer.account), now).await?;
    drop(db);
    let announced = TownBulletins::group(&towns, current);
    let rows = towns.into_iter().filter_map(|town| TownFigures::of(town, figures.remove(&town.id).unwrap_or_default()));
    let disturbance = disturbances.sentence(!viewer.center_roles.is_empty());
    Ok(Board { bulletins: announced, ..Board::new(now, rows.collect(), disturbance) })
}
