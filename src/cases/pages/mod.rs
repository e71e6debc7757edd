//! Pages of the cases: the list, one case with its deeds, the rules of a town, the monthly figures, and the page behind a
//! link, for offices without a sign-in.

mod detail;
mod figures;
mod link;
mod list;
mod part;
mod rule;

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;

use super::{CaseFile, Reach, store};
use crate::access::{Permission as P, TenantAccess, Viewer};
use crate::app::App;
use crate::ids::CaseId;
use crate::web::{self, Form, Pace, Path, Routes};

type Peer = Option<axum::Extension<ConnectInfo<SocketAddr>>>;

pub fn routes() -> Routes {
    let (looking, acting) = (Pace::default(), Pace::default());
    let look = move |State(app): State<App>, peer: Peer, headers: HeaderMap, Path(token): Path<String>| {
        let pace: Pace<String> = looking.clone();
        async move { link::link_page(&app, &pace, peer, &headers, token).await }
    };
    let act = move |State(app): State<App>,
                    peer: Peer,
                    headers: HeaderMap,
                    Path((token, act)): Path<(String, String)>,
                    Form(form): Form<super::DeedForm>| {
        let pace: Pace<String> = acting.clone();
        async move { link::act(&app, &pace, peer, &headers, (token, act), form).await }
    };
    Routes::new()
        .get("/cases", P::HandleCases, list::cases_page)
        .get("/cases/{tenant}/rule", P::ManageTenant, rule::rule_page)
        .post("/cases/{tenant}/rule", P::ManageTenant, rule::save_rule)
        .get("/cases/{tenant}/figures", P::WatchFigures, figures::figures_page)
        .get("/cases/{tenant}/{case}", P::HandleCases, detail::case_page)
        .post("/cases/{tenant}/{case}/{act}", P::HandleCases, detail::act)
        .get("/case/{link}", P::Public, look)
        .post("/case/{link}/{act}", P::Public, act)
}

fn case_url(tenant: &TenantAccess, case: CaseId) -> String {
    format!("/cases/{}/{case}", tenant.slug)
}

/// 404 for another tenant's case, and for one that lies with another office.
async fn find(app: &App, viewer: &Viewer, tenant: &TenantAccess, id: CaseId) -> web::Result<CaseFile> {
    let mut db = app.begin(&viewer.scope()).await?;
    let reach = Reach::find(&mut db, viewer).await?;
    let found = store::find_case(&mut *db, tenant.id, id).await?;
    found.filter(|case| reach.holds(case)).ok_or(web::Error::NotFound)
}
