//! What the editors of a tenant have to look at: bases that moved under their own words, and working texts.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::super::store::{self, DraftLine, Task, TaskKind, imports};
use super::super::{DraftState, fold};
use super::tabs::{Tab, TabLink, tabs};
use super::{Place, entry_url, places, town};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Pager, Places, Query, format};

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct TaskFilter {
    q: String,
    /// "drafts", or empty for bases that moved.
    what: String,
    state: String,
    page: String,
}

impl TaskFilter {
    fn is_drafts(&self) -> bool {
        self.what == "drafts"
    }

    fn states(&self) -> Vec<Choice> {
        let states = [DraftState::Review, DraftState::Returned, DraftState::Draft, DraftState::Approved];
        let all = Choice::new("", "alle", self.state.is_empty());
        let choice = |state: DraftState| Choice::new(state.as_str(), state.label(), self.state == state.as_str());
        [all].into_iter().chain(states.map(choice)).collect()
    }
}

#[derive(Template)]
#[template(path = "knowledge/tasks.html")]
pub(super) struct TasksPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: TaskFilter,
    tasks: Vec<Task>,
    drafts: Vec<DraftLine>,
    pager: Pager,
    tabs: Vec<TabLink>,
    /// Files that others uploaded and this person may take up.
    waiting_imports: i64,
    needs_review: bool,
}

impl TasksPage {
    fn may_manage(&self) -> bool {
        self.tenant.may(Permission::ManageTenant)
    }

    fn draft_url(&self, draft: &DraftLine) -> String {
        format!("{}/draft", entry_url(&self.tenant, &self.tenant.slug, draft.entry))
    }
}

pub(super) async fn tasks_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<TaskFilter>,
) -> web::Result<Page<TasksPage>> {
    let tenant = town(tenant)?;
    let title = fold(filter.q.trim());
    let mut db = app.begin(&tenant.scope()).await?;
    let tabs = tabs(&mut db, &tenant, if filter.is_drafts() { Tab::Drafts } else { Tab::Bases }).await?;
    let waiting_imports = imports::count_waiting_runs(&mut *db, tenant.id, viewer.account).await?;
    let needs_review = store::requires_review(&mut *db, tenant.id).await?;
    let path = format!("/knowledge/{}/tasks", tenant.slug);
    let (count, what) = match filter.is_drafts() {
        true => (store::count_drafts(&mut *db, tenant.id, &title, &filter.state).await?, "Entwürfen"),
        false => (store::count_open_tasks(&mut *db, tenant.id, &title).await?, "Aufgaben"),
    };
    let pager = Pager::new(&path, &filter, &filter.page, count, what);
    let (mut tasks, mut drafts) = (Vec::new(), Vec::new());
    if filter.is_drafts() {
        drafts = store::list_drafts(&mut *db, tenant.id, &title, &filter.state, pager.offset(), Pager::ROWS).await?;
    } else {
        tasks = store::list_tasks(&mut *db, tenant.id, &title, pager.offset(), Pager::ROWS).await?;
    }
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Aufgaben").await?;
    let places = places(&viewer, &tenant, Place::Tasks);
    Ok(Page(TasksPage { frame, places, tenant, filter, tasks, drafts, pager, tabs, waiting_imports, needs_review }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EditorialForm {
    requires_review: String,
}

/// Whether a second person has to look at each text.
pub(super) async fn set_editorial(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<EditorialForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let required = form.requires_review == "on";
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    let mut db = app.begin(&tenant.scope()).await?;
    store::set_requires_review(&mut *db, tenant.id, required).await?;
    let act = audit::Act {
        tenant: Some(tenant.id),
        action: if required { "activated" } else { "deactivated" },
        thing: "review",
        thing_id: tenant.slug.clone(),
        details: serde_json::json!({}),
    };
    audit::record(&mut *db, now, &actor, act).await?;
    db.commit().await?;
    let said = if required { "Ab jetzt sieht eine zweite Person jeden Text an." } else { "Eine Person genügt." };
    web::done(&app, &viewer, said, &format!("/knowledge/{}/tasks?what=drafts", tenant.slug)).await
}
