//! Requests come in here: the one file that knows the pages of every feature.

use axum::Router;
use axum::middleware;
use axum::routing::get;

use crate::access::{Permission, Viewer};
use crate::app::App;
use crate::web::{Routes, assets, layers, probes, redirect, session};
use crate::{
    accounts, appointments, audit, bulletins, calls, cases, desk, directory, gaps, knowledge, mail, public, search,
    telephony, tenants, wallboard,
};

/// Every route of people and programs, with its permission.
pub fn routes() -> Routes {
    Routes::new()
        .get("/", Permission::SignedIn, start_page)
        .merge(accounts::routes())
        .merge(tenants::routes())
        .merge(audit::routes())
        .merge(mail::routes())
        .merge(directory::routes())
        .merge(knowledge::routes())
        .merge(bulletins::routes())
        .merge(calls::routes())
        .merge(telephony::routes())
        .merge(cases::routes())
        .merge(appointments::routes())
        .merge(gaps::routes())
        .merge(desk::routes())
        .merge(wallboard::routes())
        .merge(search::routes())
        .merge(public::routes())
        .merge(probes::routes())
}

/// The whole program as one service.
pub fn router(app: App) -> Router {
    let pages = routes()
        .into_router()
        .layer(middleware::from_fn(probes::count))
        .layer(middleware::from_fn_with_state(app.clone(), session::identify));
    let router = Router::new().merge(pages).route("/static/{version}/{*path}", get(assets::asset)).with_state(app);
    layers::wrap(router)
}

/// Everybody starts where they work.
async fn start_page(viewer: Viewer) -> axum::response::Response {
    let start = [(Permission::UseDesk, "/desk"), (Permission::ReadKnowledge, "/knowledge")];
    redirect(start.iter().find(|(permission, _)| viewer.may(*permission)).map_or("/account", |(_, path)| path))
}
