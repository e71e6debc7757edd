//! The own reports, and what became of them.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::super::store::{self, Told};
use crate::access::Viewer;
use crate::app::App;
use crate::web::frame::Section;
use crate::web::{self, Error, Frame, Page, Pager, Path, Query, format};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Turn {
    page: String,
}

#[derive(Template)]
#[template(path = "gaps/mine.html")]
pub(super) struct MinePage {
    frame: Frame,
    pager: Pager,
    reports: Vec<Told>,
}

pub(super) async fn mine_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(turn): Query<Turn>,
) -> web::Result<Page<MinePage>> {
    let mut db = app.begin(&viewer.scope()).await?;
    let total = store::count_own(&mut *db, viewer.account).await?;
    let pager = Pager::new("/gaps/mine", &turn, &turn.page, total, "Meldungen");
    let reports = store::list_own(&mut *db, viewer.account, (Pager::ROWS, pager.offset())).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Meine Meldungen").await?;
    Ok(Page(MinePage { frame, pager, reports }))
}

pub(super) async fn acknowledge(
    State(app): State<App>,
    viewer: Viewer,
    Path(report): Path<i64>,
) -> web::Result<Response> {
    let mut db = app.begin(&viewer.scope()).await?;
    if !store::mark_seen(&mut *db, viewer.account, report, app.clock.now()).await? {
        return Err(Error::NotFound);
    }
    db.commit().await?;
    web::done(&app, &viewer, "Als gelesen vermerkt.", "/gaps/mine").await
}
