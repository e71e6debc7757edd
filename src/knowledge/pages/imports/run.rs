//! One run: what it would change, how far it is, what it did.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::super::super::store::imports::{self, ImportRun, Proposed, RecordLine, RunState, Wanted};
use super::super::{Place, entry_url, places, town};
use super::{OUTCOMES, list_url, outcome_words, run_name, run_url, state_words};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::web::confirm::{self, Question};
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Pager, Path, Places, Query, format, redirect};

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
}

pub async fn run_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
    Query(filter): Query<Filter>,
) -> web::Result<Page<RunPage>> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let run = imports::find_run(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    let wanted = Wanted { run: id, outcome: &filter.outcome, words: &filter.q };
    let total = imports::count_records(&mut *db, tenant.id, &wanted).await?;
    let pager = Pager::new(&run_url(&tenant, id), &filter, &filter.page, total, "Einträgen");
    let records = imports::list_records(&mut *db, tenant.id, &wanted, pager.offset(), Pager::ROWS).await?;
    let proposals = imports::list_proposals(&mut *db, tenant.id, id, SHOWN).await?;
    let proposed = imports::count_proposals(&mut *db, tenant.id, id).await?;
    let open_conflicts = imports::count_open_conflicts(&mut *db, tenant.id, id).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Knowledge, run_name(&run)).await?;
    let places = places(&viewer, &tenant, Place::Imports);
    Ok(Page(RunPage { frame, places, tenant, run, filter, pager, records, proposals, proposed, open_conflicts }))
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
        state_words(self.run.state)
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

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Application {
    withdraw: String,
}

pub async fn apply_run(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
    Form(form): Form<Application>,
) -> web::Result<Response> {
    let withdraws = !form.withdraw.is_empty();
    go_on(&app, &viewer, &tenant, id, (RunState::Ready, RunState::Applying), withdraws).await
}

pub async fn undo_run(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    go_on(&app, &viewer, &tenant, id, (RunState::Applied, RunState::Undoing), false).await
}

/// Hands the run to the server; somebody else may have been faster.
async fn go_on(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    id: i64,
    (from, to): (RunState, RunState),
    withdraws: bool,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    imports::find_run(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    if !imports::begin_state(&mut *db, tenant.id, id, from, to, withdraws, &Actor::from(viewer)).await? {
        return Err(web::Error::Conflict);
    }
    db.commit().await?;
    Ok(redirect(&run_url(tenant, id)))
}

pub async fn remove_run(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let run = imports::find_run(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    if !imports::delete_run(&mut *db, tenant.id, id).await? {
        return Err(web::Error::Conflict);
    }
    let details = serde_json::json!({ "file_name": run.file_name });
    let act = Act::of(tenant.id, "deleted", "import_run", id, details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die Vorschau ist verworfen. Kein Eintrag wurde geändert.", &list_url(&tenant)).await
}

pub async fn reversal_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let run = imports::find_run(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    drop(db);
    if run.state != RunState::Applied {
        return Ok(redirect(&run_url(&tenant, id)));
    }
    let question = Question {
        what: format!(
            "{}: {} neu, {} geändert",
            run_name(&run),
            format::count(run.created),
            format::count(run.updated + run.conflicts)
        ),
        consequences: vec![
            "Geänderte Einträge bekommen eine neue Fassung mit dem Text von vorher; neue Einträge werden zurückgezogen.".to_owned(),
            "Einträge, die seither jemand geändert hat, bleiben, wie sie sind. Sie werden danach aufgelistet.".to_owned(),
            "Alle Fassungen bleiben erhalten. Sie können dieselbe Datei jederzeit wieder einlesen.".to_owned(),
        ],
        obstacle: None,
        action: format!("{}/reversal", run_url(&tenant, id)),
        yes: "Rückgängig machen",
        no: "Behalten",
        back: run_url(&tenant, id),
    };
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Import rückgängig machen?").await?;
    Ok(confirm::ask(frame, question))
}
