//! Pages of a tenant's own words: the list, the form with its preview, taking a line out.

mod form;
mod list;

use crate::access::{Permission as P, TenantAccess};
use crate::web::Routes;

pub fn routes() -> Routes {
    Routes::new()
        .get("/knowledge/{tenant}/words", P::EditKnowledge, list::words_page)
        .get("/knowledge/{tenant}/words/new", P::EditKnowledge, form::new_words_page)
        .post("/knowledge/{tenant}/words", P::EditKnowledge, form::create_words)
        .get("/knowledge/{tenant}/words/{words}", P::EditKnowledge, form::edit_words_page)
        .post("/knowledge/{tenant}/words/{words}", P::EditKnowledge, form::save_words)
        .get("/knowledge/{tenant}/words/{words}/deletion", P::EditKnowledge, list::deletion_page)
        .post("/knowledge/{tenant}/words/{words}/deletion", P::EditKnowledge, list::delete_words)
}

fn list_url(tenant: &TenantAccess) -> String {
    format!("/knowledge/{}/words", tenant.slug)
}
