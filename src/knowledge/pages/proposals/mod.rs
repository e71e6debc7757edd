//! Offices that the import of a knowledge base names for this town: looked at, taken up or declined.

mod acts;
mod list;
mod one;

use crate::access::{Permission as P, TenantAccess};
use crate::ids::EntryId;
use crate::web::Routes;

pub fn routes() -> Routes {
    Routes::new()
        .get("/knowledge/{tenant}/proposals", P::EditKnowledge, list::proposals_page)
        .get("/knowledge/{tenant}/proposals/{proposal}", P::EditKnowledge, one::proposal_page)
        .post("/knowledge/{tenant}/proposals/{proposal}/acceptance", P::EditKnowledge, acts::accept)
        .post("/knowledge/{tenant}/proposals/{proposal}/refusal", P::EditKnowledge, acts::decline)
        .post("/knowledge/{tenant}/proposals/{proposal}/reopening", P::EditKnowledge, acts::reopen)
}

fn list_url(tenant: &TenantAccess) -> String {
    format!("/knowledge/{}/proposals", tenant.slug)
}

/// A proposal is called by the entry that it is about.
fn proposal_url(tenant: &TenantAccess, entry: EntryId) -> String {
    format!("{}/{entry}", list_url(tenant))
}

/// Where a proposal stands: its key, the badge's colour word, and its words.
const STATES: [(&str, &str, &str); 3] =
    [("open", "info", "offen"), ("accepted", "good", "übernommen"), ("declined", "off", "abgelehnt")];

fn state_words(state: &str) -> (&'static str, &'static str) {
    let found = STATES.iter().find(|(key, ..)| *key == state);
    found.map_or(("off", "gilt schon"), |(_, colour, words)| (*colour, *words))
}
