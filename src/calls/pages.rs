//! An agent's own calls: the list, one call, and its correction within a day.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{
    Call, Correction, Disposition, LogLine, OwnCalls, REASONS_UNANSWERED, RecentCall, ShownEntry, api, own, proof,
    store,
};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::accounts;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::{CallId, EntryId, TenantId};
use crate::web::forms::{Errors, optional};
use crate::web::frame::Section;
use crate::web::pager::Pager;
use crate::web::{self, Error, Flash, Form, Frame, Page, Path, Query, Routes, format, redirect};

/// How far back the own list reaches.
const LISTED: TimeDelta = TimeDelta::days(30);
/// How long a call can be corrected.
const CORRECTABLE: TimeDelta = TimeDelta::hours(24);

pub fn routes() -> Routes {
    Routes::new()
        .get("/calls", Permission::UseDesk, calls_page)
        .get("/calls/{call}", Permission::UseDesk, call_page)
        .post("/calls/{call}", Permission::UseDesk, correct_call)
        .get("/calls/{call}/proof", Permission::UseDesk, proof::proof_page)
        .merge(api::routes())
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct CallsFilter {
    result: String,
    town: String,
    page: String,
}

#[derive(Template)]
#[template(path = "calls/list.html")]
struct CallsPage {
    frame: Frame,
    filter: CallsFilter,
    towns: Vec<TenantAccess>,
    calls: Vec<RecentCall>,
    pager: Pager,
}

async fn calls_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(filter): Query<CallsFilter>,
) -> web::Result<impl IntoResponse> {
    let wanted = OwnCalls {
        disposition: Disposition::parse(&filter.result),
        town: viewer.tenant(&filter.town).map(|town| town.id),
        since: app.clock.now() - LISTED,
    };
    let mut db = app.begin(&viewer.scope()).await?;
    let total = own::count_own(&mut *db, viewer.account, wanted).await?;
    let pager = Pager::new("/calls", &filter, &filter.page, total, "Anrufen");
    let calls = own::list_own(&mut *db, viewer.account, wanted, Pager::ROWS, pager.offset()).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Calls, "Meine Anrufe").await?;
    let towns = viewer.tenants_with(Permission::UseDesk).into_iter().cloned().collect();
    Ok(Page(CallsPage { frame, filter, towns, calls, pager }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CallForm {
    version: i32,
    disposition: String,
    detail: String,
    reason: String,
    /// Connected because the knowledge did not have the answer.
    lacks_knowledge: String,
    /// "tenant-entry" of an entry that was open in this call.
    topic: String,
    note: String,
}

#[derive(Template)]
#[template(path = "calls/call.html")]
struct CallPage {
    frame: Frame,
    call: Call,
    town: String,
    shown: Vec<ShownEntry>,
    log: Vec<LogLine>,
    form: CallForm,
    errors: Errors,
    /// Somebody changed the call first: what it says now.
    changed: bool,
    correctable: bool,
    /// The caller can be called back.
    has_number: bool,
}

async fn call_page(State(app): State<App>, viewer: Viewer, Path(id): Path<CallId>) -> web::Result<Response> {
    let mut db = app.begin(&viewer.scope()).await?;
    let call = find_own(&mut db, &app, &viewer, id).await?;
    let form = CallForm::of(&call);
    show_call(&app, &viewer, db, call, form, Errors::none(), false).await
}

async fn find_own(db: &mut PgConnection, app: &App, viewer: &Viewer, id: CallId) -> web::Result<Call> {
    let since = app.clock.now() - LISTED;
    let key = own::find_own_key(&mut *db, viewer.account, id, since).await?.ok_or(Error::NotFound)?;
    store::find_call(db, key).await?.ok_or(Error::NotFound)
}

type Transaction = sqlx::Transaction<'static, sqlx::Postgres>;

async fn show_call(
    app: &App,
    viewer: &Viewer,
    mut db: Transaction,
    call: Call,
    form: CallForm,
    errors: Errors,
    changed: bool,
) -> web::Result<Response> {
    let shown = store::find_open_entries(&mut *db, call.key).await?;
    let log = store::list_log(&mut *db, call.key).await?;
    let correctable = is_correctable(&call, app.clock.now());
    let has_number = correctable && store::find_caller_number(&mut *db, call.key).await?.is_some();
    drop(db);
    let town = viewer.tenant_by_id(call.tenant_caller.unwrap_or(call.key.tenant));
    let town = town.filter(|town| !town.is_intake()).map_or("Ort unbekannt", |town| &town.name).to_owned();
    let frame = Frame::of(app, viewer, Section::Calls, format!("Anruf für {town}")).await?;
    let status = match (changed, errors.is_empty()) {
        (true, _) => StatusCode::CONFLICT,
        (_, false) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let page = CallPage { frame, call, town, shown, log, form, errors, changed, correctable, has_number };
    Ok((status, Page(page)).into_response())
}

/// An open call is finished at the desk.
fn is_correctable(call: &Call, now: DateTime<Utc>) -> bool {
    call.ended_at.is_some() && now - call.started_at < CORRECTABLE
}

impl CallForm {
    fn of(call: &Call) -> Self {
        let detail = call.disposition_detail.clone().unwrap_or_default();
        let is_reason = call.disposition == Some(Disposition::Unanswered);
        Self {
            version: call.version,
            disposition: call.disposition.map(|d| d.as_str().to_owned()).unwrap_or_default(),
            reason: if is_reason { detail.clone() } else { String::new() },
            detail: if is_reason { String::new() } else { detail },
            lacks_knowledge: if call.lacks_knowledge { "on".to_owned() } else { String::new() },
            topic: call.topic.as_ref().map(|topic| format!("{}-{}", topic.tenant, topic.entry)).unwrap_or_default(),
            note: call.note.clone().unwrap_or_default(),
        }
    }

    fn check(&self, errors: &mut Errors) -> Option<Disposition> {
        let disposition = Disposition::parse(&self.disposition);
        match disposition {
            None => errors.add("disposition", "Wählen Sie ein Ergebnis."),
            Some(Disposition::Transferred) => errors.require("detail", &self.detail, "An wen verbunden wurde,"),
            Some(Disposition::Unanswered) if !REASONS_UNANSWERED.iter().any(|(reason, _)| *reason == self.reason) => {
                errors.add("reason", "Wählen Sie den Grund.");
            }
            Some(Disposition::Answered) if self.topic.is_empty() => {
                errors.add("topic", "Wählen Sie den Eintrag, mit dem geantwortet wurde.");
            }
            Some(_) => {}
        }
        errors.limit("detail", &self.detail, 200);
        errors.limit("note", &self.note, 500);
        disposition.filter(|_| errors.is_empty())
    }

    /// Only an entry that was open in this call can be its topic.
    fn topic(&self, shown: &[ShownEntry]) -> Option<(TenantId, EntryId)> {
        let keys = shown.iter().map(|entry| (entry.key.tenant, entry.key.entry));
        keys.into_iter().find(|(tenant, entry)| format!("{tenant}-{entry}") == self.topic)
    }

    fn detail_for(&self, disposition: Disposition) -> Option<String> {
        match disposition {
            Disposition::Transferred => optional(&self.detail),
            Disposition::Unanswered => optional(&self.reason),
            _ => None,
        }
    }
}

async fn correct_call(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CallId>,
    Form(form): Form<CallForm>,
) -> web::Result<Response> {
    let mut db = app.begin(&viewer.scope()).await?;
    let call = find_own(&mut db, &app, &viewer, id).await?;
    if !is_correctable(&call, app.clock.now()) {
        return Err(Error::Forbidden);
    }
    let mut errors = Errors::none();
    let Some(disposition) = form.check(&mut errors) else {
        return show_call(&app, &viewer, db, call, form, errors, false).await;
    };
    let shown = store::find_open_entries(&mut *db, call.key).await?;
    let detail = form.detail_for(disposition);
    let topic = form.topic(&shown);
    let (version, lacks_knowledge) = (form.version, !form.lacks_knowledge.is_empty());
    let correction = Correction { version, disposition, detail: detail.as_deref(), lacks_knowledge, topic };
    if !own::correct_call(&mut *db, call.key, &correction).await? {
        return show_call(&app, &viewer, db, call, form, Errors::none(), true).await;
    }
    store::update_note(&mut *db, call.key, &form.note).await?;
    record_correction(&mut db, &app, &viewer, &call, disposition).await?;
    db.commit().await?;
    let text = "Der Anruf wurde korrigiert.".to_owned();
    accounts::flash(&app, &viewer, &Flash { text, undo: None }).await?;
    Ok(redirect(&format!("/calls/{id}")))
}

/// The audit tells what changed, never the note.
async fn record_correction(
    db: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    call: &Call,
    new: Disposition,
) -> sqlx::Result<()> {
    let details = serde_json::json!({
        "before": call.disposition.map(Disposition::as_str),
        "after": new.as_str(),
    });
    let act = Act {
        tenant: Some(call.key.tenant),
        action: "corrected",
        thing: "call",
        thing_id: call.key.id.to_string(),
        details,
    };
    audit::record(db, app.clock.now(), &Actor::from(viewer), act).await
}
