//! One run: what it would change, how far it is, what it did.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::super::super::store;
use super::super::super::store::imports::{self, ImportRun, Proposed, RecordLine, Wanted};
use super::super::{Place, entry_url, places, town};
use super::{OUTCOMES, list_url, outcome_words, run_name, run_url, state_words};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::knowledge::keeping;
use crate::web::forms::{self, Choice, Errors};
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Path, Places, Query, format};

/// Proposals that a page shows.
const SHOWN: i64 = 200;

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub struct Filter {
    q: String,
    outcome: String,
    page: String,
}

#[derive(Template)]
#[template(path = "knowledge/imports/run.html")]
pub struct RunPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    run: ImportRun,
    filter: Filter,
    pager: Pager,
    records: Vec<RecordLine>,
    proposals: Vec<Proposed>,
    proposed: i64,
    open_conflicts: i64,
    needs_review: bool,
    /// This person uploaded the file.
    is_mine: bool,
    /// Who else may look at it.
    others: Vec<String>,
    refusal: Refusal,
    errors: Errors,
}

/// Why the second person does not want it, as it was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Refusal {
    pub reason: String,
}

pub async fn run_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    show(&app, &viewer, town(tenant)?, id, filter, Refusal::default(), Errors::none()).await
}

/// With errors it is an act that was refused: 422.
pub async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    id: i64,
    filter: Filter,
    refusal: Refusal,
    errors: Errors,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let run = imports::find_run(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    let wanted = Wanted { run: id, outcome: &filter.outcome, words: &filter.q };
    let total = imports::count_records(&mut *db, tenant.id, &wanted).await?;
    let pager = Pager::new(&run_url(&tenant, id), &filter, &filter.page, total, "Einträgen");
    let records = imports::list_records(&mut *db, tenant.id, &wanted, pager.offset(), Pager::ROWS).await?;
    let proposals = imports::list_proposals(&mut *db, tenant.id, id, SHOWN).await?;
    let proposed = imports::count_proposals(&mut *db, tenant.id, id).await?;
    let open_conflicts = imports::count_open_conflicts(&mut *db, tenant.id, id).await?;
    let needs_review = store::requires_review(&mut *db, tenant.id).await?;
    let editors = keeping::list_owners(&mut *db, tenant.id).await?;
    drop(db);
    let others = editors.into_iter().filter(|(id, _)| !run.is_by(*id)).map(|(_, name)| name);
    let page = RunPage {
        frame: Frame::of(app, viewer, Section::Knowledge, run_name(&run)).await?,
        places: places(viewer, &tenant, Place::Imports),
        others: others.collect(),
        is_mine: run.is_by(viewer.account),
        tenant,
        run,
        filter,
        pager,
        records,
        proposals,
        proposed,
        open_conflicts,
        needs_review,
        refusal,
        errors,
    };
    Ok((forms::status(&page.errors, &[]), Page(page)).into_response())
}

/// A figure of the run, and where its entries stand.
struct Count {
    label: &'static str,
    words: String,
    url: Option<String>,
}

impl RunPage {
    fn url(&self) -> String {
        run_url(&self.tenant, self.run.id)
    }

    fn list_url(&self) -> String {
        list_url(&self.tenant)
    }

    fn state(&self) -> (&'static str, &'static str) {
        state_words(self.run.state, self.needs_review)
    }

    /// A second person has to look at it, and this one is not.
    fn waits_for_others(&self) -> bool {
        self.needs_review && self.is_mine
    }

    fn others_words(&self) -> String {
        self.others.join(", ")
    }

    /// Deleting it would leave whoever uploaded it without a word.
    fn may_remove(&self) -> bool {
        !self.needs_review || self.is_mine || self.run.created_by.is_none() || self.is("failed")
    }

    fn is(&self, state: &str) -> bool {
        self.run.state.as_str() == state
    }

    fn is_work(&self) -> bool {
        self.run.state.is_work()
    }

    fn record_url(&self, record: &RecordLine) -> String {
        format!("{}/records/{}", self.url(), record.position)
    }

    fn entry_url(&self, record: &RecordLine) -> Option<String> {
        record.entry.map(|entry| entry_url(&self.tenant, &self.tenant.slug, entry))
    }

    /// What became of a record; a withdrawal is done only where somebody chose it.
    fn outcome(&self, record: &RecordLine) -> (&'static str, &'static str) {
        let is_done = self.is("applied") && self.run.withdraws && record.outcome == "withdrawn";
        match (record.restored, record.outcome.as_str()) {
            (Some(true), _) => ("off", "wie vorher"),
            (Some(false), _) => ("warn", "seither geändert, bleibt"),
            (None, "conflict") if self.is("applied") && record.open_conflicts == 0 => ("good", "Konflikt entschieden"),
            _ if is_done => ("off", "zurückgezogen"),
            (None, outcome) => outcome_words(outcome),
        }
    }

    fn has_differences(record: &RecordLine) -> bool {
        matches!(record.outcome.as_str(), "created" | "updated" | "conflict")
    }

    fn outcomes(&self) -> Vec<Choice> {
        let all = Choice::new("", "alle", self.filter.outcome.is_empty());
        let others = OUTCOMES.map(|(name, _, words)| Choice::new(name, words, name == self.filter.outcome));
        [all].into_iter().chain(others).collect()
    }

    /// The counts, each with the list it stands for.
    fn counts(&self) -> Vec<Count> {
        let run = &self.run;
        let counts = [
            ("neu", "created", run.created),
            ("geändert", "updated", run.updated),
            ("Konflikte", "conflict", run.conflicts),
            ("unverändert", "unchanged", run.unchanged),
            ("in der Datei gelöscht", "withdrawn", run.withdrawals),
            ("abgelehnt", "rejected", run.rejected),
        ];
        let is_usual = |outcome: &str| matches!(outcome, "created" | "updated" | "unchanged");
        let shown = counts.into_iter().filter(|(_, outcome, number)| *number > 0 || is_usual(outcome));
        let count = |(label, outcome, number)| Count {
            label,
            words: format::count(number),
            url: (number > 0).then(|| format!("{}?outcome={outcome}", self.url())),
        };
        shown.map(count).collect()
    }

    fn conflicts_are_open(&self) -> bool {
        self.open_conflicts > 0 && self.is("applied")
    }

    fn has_withdrawals(&self) -> bool {
        self.run.withdrawals > 0
    }

    fn proposal_words(&self) -> String {
        let shown = self.proposals.len();
        let all = format::count(self.proposed);
        if usize::try_from(self.proposed).is_ok_and(|all| all > shown) {
            return format!("{all}, die ersten {shown} stehen hier");
        }
        all
    }

    fn percent(&self) -> i64 {
        if self.run.total > 0 { (self.run.done * 100 / self.run.total).clamp(0, 100) } else { 0 }
    }

    fn remarks(&self) -> Vec<String> {
        let number = |key: &str| self.run.remarks.get(key).and_then(serde_json::Value::as_i64).unwrap_or_default();
        let mut lines = Vec::new();
        if let Some(keys) = self.run.remarks.get("unknown_keys").and_then(|keys| keys.as_object()) {
            let keys: Vec<_> = keys.iter().map(|(key, count)| format!("{key} ({count})")).collect();
            lines.push(format!("Angaben, die das Programm nicht kennt und ausließ: {}.", keys.join(", ")));
        }
        if let Some(units) = self.run.remarks.get("missing_units").and_then(|units| units.as_array()) {
            let units: Vec<_> = units.iter().filter_map(|unit| unit.as_str()).collect();
            lines.push(format!("Stellen, die im Verzeichnis noch fehlen: {}.", units.join(", ")));
        }
        if number("elsewhere") > 0 {
            lines.push(format!(
                "{} Zuständigkeiten gelten in anderen Gebieten und spielen hier keine Rolle.",
                format::count(number("elsewhere"))
            ));
        }
        if number("beyond") > 0 {
            lines.push(format!(
                "{} weitere Vorschläge für andere Orte wurden nicht festgehalten.",
                format::count(number("beyond"))
            ));
        }
        lines
    }

    fn name(&self) -> String {
        run_name(&self.run)
    }
}
