//! The numbers that citizens dial. The operator keeps the shared ones here too, as those of the reserved tenant.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::line_form::LineForm;
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::{EntryId, LineId, TenantId};
use crate::knowledge;
use crate::tenants::{Line, NewLine, block_of, store};
use crate::web::forms::{self, Difference, Errors, optional};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Pager, Path, Places, Query, TenantPlace};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    state: String,
    page: String,
}

impl Filter {
    fn matches(&self, line: &Line) -> bool {
        let wanted = self.q.to_lowercase();
        let skill = line.skill.as_deref().unwrap_or_default();
        let texts = [line.label.as_str(), skill, &line.number, &line.display_number()];
        let state = match self.state.as_str() {
            "active" => line.active,
            "inactive" => !line.active,
            _ => true,
        };
        state && texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    }
}

#[derive(Template)]
#[template(path = "tenants/lines.html")]
struct LinesPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    pager: Pager,
    lines: Vec<Line>,
    titles: HashMap<(TenantId, EntryId), String>,
}

impl LinesPage {
    fn preset_title(&self, line: &Line) -> &str {
        line.preset_entry.and_then(|entry| self.titles.get(&entry)).map_or("", String::as_str)
    }
}

pub(super) async fn lines_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let mut lines = store::list_lines(&mut *db, &[tenant.id]).await?;
    lines.retain(|line| filter.matches(line));
    let pager = Pager::new(&TenantPlace::Lines.url(&tenant), &filter, &filter.page, lines.len(), "Rufnummern");
    let lines = pager.cut(lines);
    let presets: Vec<_> = lines.iter().filter_map(|line| line.preset_entry).collect();
    let titles = knowledge::list_titles(&mut *db, &presets).await?;
    let titles = titles.into_iter().map(|(owner, entry, title)| ((owner, entry), title)).collect();
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Tenants, format!("Rufnummern: {}", tenant.name)).await?;
    let places = Places::of_tenant(&tenant, TenantPlace::Lines);
    Ok(Page(LinesPage { frame, places, tenant, filter, pager, lines, titles }).into_response())
}

#[derive(Template)]
#[template(path = "tenants/line.html")]
struct LinePage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    /// None: a new one.
    line: Option<Line>,
    form: LineForm,
    errors: Errors,
    differences: Vec<Difference>,
    skills: Vec<String>,
}

impl LinePage {
    fn action(&self) -> String {
        let lines = TenantPlace::Lines.url(&self.tenant);
        self.line.as_ref().map_or(lines.clone(), |line| format!("{lines}/{}", line.id))
    }

    fn back(&self) -> String {
        TenantPlace::Lines.url(&self.tenant)
    }
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    line: Option<Line>,
    form: LineForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let skills = store::list_skills(&mut *app.begin(&viewer.scope()).await?).await?;
    let status = forms::status(&errors, &differences);
    let title = if line.is_some() { "Rufnummer bearbeiten" } else { "Rufnummer anlegen" };
    let frame = Frame::of(app, viewer, Section::Tenants, title).await?;
    let places = Places::of_tenant(&tenant, TenantPlace::Lines);
    Ok((status, Page(LinePage { frame, places, tenant, line, form, errors, differences, skills })).into_response())
}

pub(super) async fn new_line_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    show(&app, &viewer, tenant, None, LineForm::default(), Errors::none(), Vec::new()).await
}

const TAKEN: &str = "Diese Rufnummer gehört schon zu einem Anschluss.";

pub(super) async fn create_line(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<LineForm>,
) -> web::Result<Response> {
    let mut errors = Errors::none();
    let number = form.check(&mut errors);
    let preset_entry = form.find_preset(&app, &tenant, None, &mut errors).await?;
    let Some(number) = number.filter(|_| errors.is_empty()) else {
        return show(&app, &viewer, tenant, None, form, errors, Vec::new()).await;
    };
    let mut db = app.begin(&tenant.scope()).await?;
    let skill = optional(&form.skill);
    let new = NewLine { number: &number, label: &form.label, skill: skill.as_deref(), preset_entry };
    let id = match store::insert_line(&mut *db, tenant.id, new).await {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            errors.add("number", TAKEN);
            drop(db);
            return show(&app, &viewer, tenant, None, form, errors, Vec::new()).await;
        }
        other => other?,
    };
    learn_block(&mut db, tenant.id, &form).await?;
    let details = serde_json::json!({ "number": number, "label": form.label });
    record(&mut db, &app, &viewer, &tenant, id, "created", details).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die Rufnummer ist angelegt.", &TenantPlace::Lines.url(&tenant)).await
}

/// A number written with its hyphen teaches where the switchboard's number ends.
async fn learn_block(db: &mut PgConnection, tenant: TenantId, form: &LineForm) -> sqlx::Result<()> {
    match block_of(&form.number) {
        Some(block) => store::insert_number_block(db, tenant, &block).await,
        None => Ok(()),
    }
}

async fn record(
    db: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    line: LineId,
    action: &str,
    details: serde_json::Value,
) -> sqlx::Result<()> {
    let act = Act::of(tenant.id, action, "line", line, details);
    audit::record(db, app.clock.now(), &Actor::from(viewer), act).await
}

pub(super) async fn line_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, line)): Path<(String, LineId)>,
) -> web::Result<Response> {
    let (line, form) = find(&app, &tenant, line).await?;
    show(&app, &viewer, tenant, Some(line), form, Errors::none(), Vec::new()).await
}

async fn find(app: &App, tenant: &TenantAccess, line: LineId) -> web::Result<(Line, LineForm)> {
    let mut db = app.begin(&tenant.scope()).await?;
    let line = store::find_line(&mut *db, tenant.id, line).await?.ok_or(Error::NotFound)?;
    let form = LineForm::of(&mut db, &line).await?;
    Ok((line, form))
}

pub(super) async fn save_line(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, line)): Path<(String, LineId)>,
    Form(mut form): Form<LineForm>,
) -> web::Result<Response> {
    let (line, theirs) = find(&app, &tenant, line).await?;
    let mut errors = Errors::none();
    let number = form.check(&mut errors);
    let preset_entry = form.find_preset(&app, &tenant, Some((&theirs, line.preset_entry)), &mut errors).await?;
    let Some(number) = number.filter(|_| errors.is_empty()) else {
        return show(&app, &viewer, tenant, Some(line), form, errors, Vec::new()).await;
    };
    let (label, skill) = (form.label.clone(), optional(&form.skill));
    let changed = Line { number, label, skill, preset_entry, version: form.version, ..line.clone() };
    let differences = form.differences_to(&theirs);
    match save(&app, &viewer, &tenant, &changed, &form, &differences).await? {
        Saved::Done => {
            web::done(&app, &viewer, "Die Rufnummer ist gespeichert.", &TenantPlace::Lines.url(&tenant)).await
        }
        Saved::Taken => {
            errors.add("number", TAKEN);
            show(&app, &viewer, tenant, Some(line), form, errors, Vec::new()).await
        }
        Saved::TooLate => {
            form.version = line.version;
            show(&app, &viewer, tenant, Some(line), form, errors, differences).await
        }
    }
}

enum Saved {
    Done,
    Taken,
    TooLate,
}

async fn save(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    line: &Line,
    form: &LineForm,
    differences: &[Difference],
) -> web::Result<Saved> {
    if differences.is_empty() {
        return Ok(Saved::Done);
    }
    let mut db = app.begin(&tenant.scope()).await?;
    match store::update_line(&mut *db, line).await {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => return Ok(Saved::Taken),
        Ok(false) => return Ok(Saved::TooLate),
        other => other?,
    };
    learn_block(&mut db, tenant.id, form).await?;
    record(&mut db, app, viewer, tenant, line.id, "changed", forms::as_json(differences)).await?;
    db.commit().await?;
    Ok(Saved::Done)
}

pub(super) async fn deactivate_line(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, line)): Path<(String, LineId)>,
) -> web::Result<Response> {
    set_activity(&app, &viewer, &tenant, line, false).await
}

pub(super) async fn activate_line(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, line)): Path<(String, LineId)>,
) -> web::Result<Response> {
    set_activity(&app, &viewer, &tenant, line, true).await
}

async fn set_activity(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    line: LineId,
    active: bool,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let found = store::find_line(&mut *db, tenant.id, line).await?.ok_or(Error::NotFound)?;
    if store::update_line_activity(&mut *db, tenant.id, line, active).await? {
        let action = if active { "activated" } else { "deactivated" };
        record(&mut db, app, viewer, tenant, line, action, serde_json::json!({ "label": found.label })).await?;
        db.commit().await?;
    }
    let lines = TenantPlace::Lines.url(tenant);
    let (word, back) = if active { ("wieder aktiv", "deactivation") } else { ("abgeschaltet", "activation") };
    let text = format!("{} {} ist {word}.", found.label, found.display_number());
    web::done_with_undo(app, viewer, text, format!("{lines}/{line}/{back}"), &lines).await
}
