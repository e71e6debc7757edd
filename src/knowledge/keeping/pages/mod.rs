//! Pages of the keeping: the dashboard, what is done there, one entry's owner and interval, the town's rule.

mod acts;
mod dashboard;
mod entry;
mod part;
mod rule;

pub use part::KeepingPart;

use crate::access::{Permission as P, TenantAccess};
use crate::web::Routes;

pub fn routes() -> Routes {
    Routes::new()
        .get("/knowledge/{tenant}/keeping", P::EditKnowledge, dashboard::keeping_page)
        .post("/knowledge/{tenant}/keeping/checks", P::EditKnowledge, acts::check_entries)
        .post("/knowledge/{tenant}/keeping/checks/{batch}/withdrawal", P::EditKnowledge, acts::withdraw_checks)
        .post("/knowledge/{tenant}/keeping/owners", P::EditKnowledge, acts::set_owner)
        .post("/knowledge/{tenant}/keeping/owners/{batch}/withdrawal", P::EditKnowledge, acts::withdraw_owner)
        .get("/knowledge/{tenant}/keeping/entries/{entry}", P::EditKnowledge, entry::kept_page)
        .post("/knowledge/{tenant}/keeping/entries/{entry}", P::EditKnowledge, entry::save_kept)
        .get("/knowledge/{tenant}/keeping/rule", P::ManageTenant, rule::rule_page)
        .post("/knowledge/{tenant}/keeping/rule", P::ManageTenant, rule::save_rule)
}

fn list_url(tenant: &TenantAccess) -> String {
    format!("/knowledge/{}/keeping", tenant.slug)
}
