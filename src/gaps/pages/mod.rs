//! Pages of the gap loop: the queue of a tenant, one gap with its acts, reporting at an entry, and the own reports.

mod acts;
mod detail;
mod handover;
mod list;
mod mine;
mod report;

use super::store;
use super::{Gap, WINDOW};
use crate::access::{Permission as P, TenantAccess};
use crate::app::App;
use crate::ids::GapId;
use crate::web::{self, Routes};

pub fn routes() -> Routes {
    Routes::new()
        .get("/knowledge/{tenant}/gaps", P::EditKnowledge, list::gaps_page)
        .get("/knowledge/{tenant}/gaps/{gap}", P::EditKnowledge, detail::gap_page)
        .post("/knowledge/{tenant}/gaps/{gap}/assignment", P::EditKnowledge, acts::assign_gap)
        .post("/knowledge/{tenant}/gaps/{gap}/answer", P::EditKnowledge, acts::answer_gap)
        .post("/knowledge/{tenant}/gaps/{gap}/reopening", P::EditKnowledge, acts::reopen_gap)
        .post("/knowledge/{tenant}/gaps/{gap}/merging", P::EditKnowledge, acts::merge_gap)
        .post("/knowledge/{tenant}/gaps/{gap}/separation", P::EditKnowledge, acts::separate_gap)
        .post("/knowledge/{tenant}/gaps/{gap}/handover", P::EditKnowledge, handover::hand_over_gap)
        .get("/knowledge/{tenant}/entries/{owner}/{entry}/report", P::ReadKnowledge, report::report_page)
        .post("/knowledge/{tenant}/entries/{owner}/{entry}/report", P::ReadKnowledge, report::report_entry)
        .get("/gaps/mine", P::ReadKnowledge, mine::mine_page)
        .post("/gaps/mine/{report}/acknowledgement", P::ReadKnowledge, mine::acknowledge)
}

fn list_url(tenant: &TenantAccess) -> String {
    format!("/knowledge/{}/gaps", tenant.slug)
}

fn gap_url(tenant: &TenantAccess, gap: GapId) -> String {
    format!("/knowledge/{}/gaps/{gap}", tenant.slug)
}

async fn find(app: &App, tenant: &TenantAccess, gap: GapId) -> web::Result<Gap> {
    let mut db = app.begin(&tenant.scope()).await?;
    let found = store::find_gap(&mut *db, tenant.id, gap, app.clock.now() - WINDOW).await?;
    found.ok_or(web::Error::NotFound)
}
