//! The operator's screens about telephone systems: which there are, how each is connected, and what they could not place.

mod check;
mod form;
mod line;
mod list;
mod queues;
mod source;
mod steps;
mod token;
mod unassigned;

use crate::access::Permission::ManageCenter;
use crate::access::Viewer;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::SourceId;
use crate::telephony::{Source, store};
use crate::web::{self, Error, Routes};

pub fn routes() -> Routes {
    Routes::new()
        .get("/telephony", ManageCenter, list::sources_page)
        .get("/telephony/new", ManageCenter, source::new_source_page)
        .post("/telephony", ManageCenter, source::create_source)
        .get("/telephony/unassigned", ManageCenter, unassigned::unassigned_page)
        .post("/telephony/unassigned/{call}/assignment", ManageCenter, unassigned::assign_call)
        .post("/telephony/unassigned/{call}/assignment/withdrawal", ManageCenter, unassigned::withdraw_assignment)
        .get("/telephony/lines/new", ManageCenter, line::new_line_page)
        .post("/telephony/lines", ManageCenter, line::create_line)
        .get("/telephony/{source}", ManageCenter, source::source_page)
        .post("/telephony/{source}", ManageCenter, source::save_source)
        .post("/telephony/{source}/deactivation", ManageCenter, source::deactivate_source)
        .post("/telephony/{source}/activation", ManageCenter, source::activate_source)
        .get("/telephony/{source}/token", ManageCenter, token::token_page)
        .post("/telephony/{source}/token", ManageCenter, token::create_token)
        .post("/telephony/{source}/token/succession", ManageCenter, token::end_older_tokens)
        .get("/telephony/{source}/queues", ManageCenter, queues::queues_page)
        .post("/telephony/{source}/queues", ManageCenter, queues::map_queue)
        .post("/telephony/{source}/queues/deletion", ManageCenter, queues::delete_queue)
        .post("/telephony/{source}/queues/restoration", ManageCenter, queues::restore_queue)
        .get("/telephony/{source}/check", ManageCenter, check::check_page)
}

async fn find_source(app: &App, viewer: &Viewer, id: SourceId) -> web::Result<Source> {
    let mut db = app.begin(&viewer.center_scope()).await?;
    store::find_source(&mut *db, id).await?.ok_or(Error::NotFound)
}

async fn record(
    db: &mut sqlx::PgConnection,
    app: &App,
    viewer: &Viewer,
    source: SourceId,
    action: &str,
    details: serde_json::Value,
) -> sqlx::Result<()> {
    let act = Act::of_center(action, "source", source, details);
    audit::record(db, app.clock.now(), &Actor::from(viewer), act).await
}
