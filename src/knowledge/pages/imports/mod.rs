//! Import runs as pages: upload, preview, progress, result, undoing.

mod acts;
mod list;
mod record;
mod run;
mod upload;

use super::super::store::imports::{ImportRun, RunState};
use crate::access::{Permission as P, TenantAccess};
use crate::web::{Routes, format};

pub fn routes() -> Routes {
    Routes::new()
        .get("/knowledge/{tenant}/imports", P::EditKnowledge, list::imports_page)
        .post("/knowledge/{tenant}/imports", P::EditKnowledge, upload::upload_file)
        .get("/knowledge/{tenant}/imports/{run}", P::EditKnowledge, run::run_page)
        .post("/knowledge/{tenant}/imports/{run}/application", P::EditKnowledge, acts::apply_run)
        .post("/knowledge/{tenant}/imports/{run}/refusal", P::EditKnowledge, acts::refuse_run)
        .post("/knowledge/{tenant}/imports/{run}/removal", P::EditKnowledge, acts::remove_run)
        .get("/knowledge/{tenant}/imports/{run}/reversal", P::EditKnowledge, acts::reversal_page)
        .post("/knowledge/{tenant}/imports/{run}/reversal", P::EditKnowledge, acts::undo_run)
        .get("/knowledge/{tenant}/imports/{run}/records/{position}", P::EditKnowledge, record::record_page)
        .post("/knowledge/{tenant}/imports/{run}/records/{position}", P::EditKnowledge, record::decide)
}

fn list_url(tenant: &TenantAccess) -> String {
    format!("/knowledge/{}/imports", tenant.slug)
}

fn run_url(tenant: &TenantAccess, run: i64) -> String {
    format!("{}/{run}", list_url(tenant))
}

/// Shape and words of where a run stands, in a tenant that wants a second person or not.
fn state_words(state: RunState, needs_review: bool) -> (&'static str, &'static str) {
    match state {
        RunState::Ready if needs_review => ("warn", "wartet auf eine zweite Person"),
        RunState::Refused => ("bad", "abgelehnt"),
        RunState::Reading => ("busy", "wird gelesen"),
        RunState::Ready => ("info", "Vorschau"),
        RunState::Applying => ("busy", "wird übernommen"),
        RunState::Applied => ("good", "übernommen"),
        RunState::Undoing => ("busy", "wird rückgängig gemacht"),
        RunState::Undone => ("off", "rückgängig gemacht"),
        RunState::Failed => ("bad", "gescheitert"),
    }
}

/// What a record became, or will become.
const OUTCOMES: [(&str, &str, &str); 7] = [
    ("conflict", "warn", "Konflikt"),
    ("rejected", "bad", "abgelehnt"),
    ("withdrawn", "warn", "in der Datei gelöscht"),
    ("created", "good", "neu"),
    ("updated", "info", "geändert"),
    ("kept", "off", "eigener Text bleibt"),
    ("unchanged", "off", "unverändert"),
];

fn outcome_words(outcome: &str) -> (&'static str, &'static str) {
    OUTCOMES
        .iter()
        .find(|(name, ..)| *name == outcome)
        .map_or(("off", "unbekannt"), |(_, state, words)| (*state, *words))
}

/// A run is called by its file.
fn run_name(run: &ImportRun) -> String {
    match run.file_name.as_str() {
        "" => format!("Import vom {}", format::moment(run.created_at)),
        name => name.to_owned(),
    }
}
