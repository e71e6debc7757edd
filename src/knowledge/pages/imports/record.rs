//! One record of a run: what it changes, word by word, and conflicts to decide part by part.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::super::super::diff::{self, Kind, PartDiff};
use super::super::super::import::{self, merge};
use super::super::super::store::imports::{self, Conflict, Decision, ImportRun, RunState, StoredRecord};
use super::super::super::{Amended, Content, LayerText, Part, amend, check, store};
use super::super::{Place, entry_url, places, town};
use super::{outcome_words, run_name, run_url};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::Actor;
use crate::ids::EntryId;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places, format};

/// A part that both sides changed.
struct Clash {
    part: Part,
    ours: Vec<diff::Run>,
    theirs: Vec<diff::Run>,
    decided: Option<String>,
}

#[derive(Template)]
#[template(path = "knowledge/imports/record.html")]
struct RecordPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    run: ImportRun,
    record: StoredRecord,
    changes: Vec<PartDiff>,
    clashes: Vec<Clash>,
    /// The entry's latest version as this page was made.
    version: i32,
    /// Why a decision did not come about.
    notice: Option<String>,
}

impl RecordPage {
    fn run_url(&self) -> String {
        run_url(&self.tenant, self.run.id)
    }

    fn url(&self) -> String {
        format!("{}/records/{}", self.run_url(), self.record.position)
    }

    fn run_name(&self) -> String {
        run_name(&self.run)
    }

    fn entry_url(&self) -> Option<String> {
        self.record.entry.map(|entry| entry_url(&self.tenant, &self.tenant.slug, entry))
    }

    fn outcome(&self) -> (&'static str, &'static str) {
        outcome_words(&self.record.outcome)
    }

    fn is_applied(&self) -> bool {
        self.run.state == RunState::Applied
    }
}

/// A run's record, as far as it is this tenant's.
struct Found {
    run: ImportRun,
    record: StoredRecord,
}

impl Found {
    async fn find(db: &mut PgConnection, tenant: &TenantAccess, id: i64, position: i32) -> web::Result<Self> {
        let run = imports::find_run(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
        let record = imports::find_record(&mut *db, tenant.id, id, position).await?.ok_or(web::Error::NotFound)?;
        Ok(Self { run, record })
    }

    /// The texts before and after: as they will be, or as they were.
    async fn texts(&self, db: &mut PgConnection, tenant: &TenantAccess) -> web::Result<(Content, Option<Content>)> {
        if self.run.applied_at.is_none() {
            let looked = import::look(db, tenant.id, self.record.clone()).await?;
            let before = match looked.present.as_ref().map(|present| present.id) {
                Some(entry) => version(db, tenant, entry, None).await?,
                None => None,
            };
            return Ok((before.unwrap_or_default(), looked.writes().map(|text| text.content.clone())));
        }
        let Some(entry) = self.record.entry else { return Ok((Content::default(), None)) };
        let before = match self.record.version_before {
            Some(number) => version(db, tenant, entry, Some(number)).await?,
            None => None,
        };
        let after = match self.record.version_after {
            Some(number) => version(db, tenant, entry, Some(number)).await?,
            None => None,
        };
        Ok((before.unwrap_or_default(), after))
    }
}

/// A version's text; None: the latest one.
async fn version(
    db: &mut PgConnection,
    tenant: &TenantAccess,
    entry: EntryId,
    number: Option<i32>,
) -> sqlx::Result<Option<Content>> {
    let found = match number {
        Some(number) => store::find_entry_version(db, tenant.id, tenant.id, entry, number).await?,
        None => store::find_latest(db, tenant.id, entry).await?,
    };
    Ok(found.map(|entry| entry.content))
}

pub async fn record_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id, position)): Path<(String, i64, i32)>,
) -> web::Result<Response> {
    show(&app, &viewer, town(tenant)?, (id, position), None).await
}

/// With a notice it is a decision that did not come about: 409.
async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    (id, position): (i64, i32),
    notice: Option<String>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let found = Found::find(&mut db, &tenant, id, position).await?;
    let (before, after) = found.texts(&mut db, &tenant).await?;
    let conflicts = imports::list_conflicts(&mut *db, tenant.id, id, position).await?;
    let version = match found.record.entry {
        Some(entry) => store::find_state(&mut *db, tenant.id, entry).await?.map_or(0, |state| state.latest_version),
        None => 0,
    };
    drop(db);
    let changes = after.map(|after| diff::parts(&before, &after)).unwrap_or_default();
    let clashes = conflicts.into_iter().filter_map(clash).collect();
    let status = if notice.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let title =
        if found.record.title.is_empty() { found.record.external_id.clone() } else { found.record.title.clone() };
    let frame = Frame::of(app, viewer, Section::Knowledge, title).await?;
    let places = places(viewer, &tenant, Place::Imports);
    let Found { run, record } = found;
    let page = RecordPage { frame, places, tenant, run, record, changes, clashes, version, notice };
    Ok((status, Page(page)).into_response())
}

fn clash(conflict: Conflict) -> Option<Clash> {
    let part = merge::part(&conflict.part)?;
    let [base, ours, theirs] =
        [&conflict.base, &conflict.ours, &conflict.theirs].map(|value| merge::words(part, value));
    let decided = conflict.decision.zip(conflict.decided_at).map(|(decision, at)| {
        let what = if decision == "theirs" { "Text der Datei gewählt" } else { "eigener Text behalten" };
        format!("{what}, {}, {}", conflict.decided_by.unwrap_or_default(), format::moment(at))
    });
    Some(Clash { part, ours: diff::words(&base, &ours), theirs: diff::words(&base, &theirs), decided })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    part: String,
    decision: String,
    version: String,
}

const CHANGED: &str =
    "Jemand anderes hat den Eintrag inzwischen geändert. Bitte sehen Sie ihn noch einmal an und entscheiden Sie dann.";

pub async fn decide(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id, position)): Path<(String, i64, i32)>,
    Form(form): Form<DecisionForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let found = Found::find(&mut db, &tenant, id, position).await?;
    let (Some(part), Some(entry)) = (merge::part(&form.part), found.record.entry) else {
        return Err(web::Error::Unusable("Diesen Teil des Eintrags gibt es nicht.".to_owned()));
    };
    if !matches!(form.decision.as_str(), "ours" | "theirs") {
        return Err(web::Error::Unusable("Bitte entscheiden Sie sich für einen der beiden Texte.".to_owned()));
    }
    // The lock keeps others out between the look and the write.
    let locked = store::lock_entry(&mut db, tenant.id, entry).await?.ok_or(web::Error::NotFound)?;
    let conflicts = imports::list_conflicts(&mut *db, tenant.id, id, position).await?;
    let conflict = conflicts.into_iter().find(|conflict| conflict.part == part.as_str()).ok_or(web::Error::NotFound)?;
    let is_late = conflict.decision.is_some() || form.version.parse() != Ok(locked.version);
    if is_late || found.run.state != RunState::Applied {
        drop(db);
        return show(&app, &viewer, tenant, (id, position), Some(CHANGED.to_owned())).await;
    }
    let said = match form.decision.as_str() {
        "theirs" => take_theirs(&app, &mut db, &viewer, &locked, &tenant, part, &conflict).await?,
        _ => Ok("Der eigene Text bleibt."),
    };
    let said = match said {
        Ok(said) => said,
        Err(obstacle) => {
            drop(db);
            return show(&app, &viewer, tenant, (id, position), Some(obstacle)).await;
        }
    };
    let decided = Decision { run: id, position, part: part.as_str(), choice: &form.decision };
    imports::decide_conflict(&mut *db, tenant.id, &decided, &viewer.name, app.clock.now()).await?;
    db.commit().await?;
    let back = format!("{}/records/{position}", run_url(&tenant, id));
    web::done(&app, &viewer, format!("{}: {said}", part.label()), &back).await
}

/// The file's text stands in this one part from now on, or waits for the second person; Err: why it cannot stand there.
async fn take_theirs(
    app: &App,
    db: &mut PgConnection,
    viewer: &Viewer,
    locked: &store::LockedEntry,
    tenant: &TenantAccess,
    part: Part,
    conflict: &Conflict,
) -> web::Result<Result<&'static str, String>> {
    let latest = version(db, tenant, locked.id, None).await?.ok_or(web::Error::NotFound)?;
    let Some(theirs) = merge::text_of(part, &conflict.theirs) else {
        return Ok(Err("Der Text aus der Datei passt nicht in diesen Eintrag.".to_owned()));
    };
    let take = |text: &mut Content| text.copy_part(part, &theirs);
    let mut content = latest.clone();
    take(&mut content);
    if let Some((_, reason)) = check::problems(&content).into_iter().next() {
        return Ok(Err(format!("{}.", reason.german)));
    }
    let change = |text: &mut LayerText| {
        if let LayerText::Whole(text) = text {
            take(text);
        }
    };
    let subject = (locked.id, locked.version, LayerText::Whole(latest));
    let amended = amend(db, tenant.id, subject, change, &Actor::from(viewer), app.clock.now()).await?;
    Ok(Ok(match amended {
        Amended::Asked => "Der Text aus der Datei steht im Entwurf und wartet auf eine zweite Person.",
        _ => "Der Text aus der Datei gilt jetzt.",
    }))
}
