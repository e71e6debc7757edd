//! What the editors of a tenant have to look at: bases that moved under their own words, and working texts.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::super::diff::{self, Kind, PartDiff};
use super::super::store::{self, DraftLine, Task, TaskKind, TaskOutcome};
use super::super::{Adaptation, Content, DraftState, LayerKey, LayerText, Part, fold, merge, publish_adaptation};
use super::{Place, entry_url, places, town};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::ids::KnowledgeTaskId;
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Pager, Path, Places, Query, format};

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
    task_count: i64,
    draft_count: i64,
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
    let task_count = store::count_open_tasks(&mut *db, tenant.id, &title).await?;
    let draft_count = store::count_drafts(&mut *db, tenant.id, &title, &filter.state).await?;
    let needs_review = store::requires_review(&mut *db, tenant.id).await?;
    let path = format!("/knowledge/{}/tasks", tenant.slug);
    let (count, what) = if filter.is_drafts() { (draft_count, "Entwürfe") } else { (task_count, "Aufgaben") };
    let pager = Pager::new(&path, &filter, &filter.page, count, what);
    let (mut tasks, mut drafts) = (Vec::new(), Vec::new());
    if filter.is_drafts() {
        drafts = store::list_drafts(&mut *db, tenant.id, &title, &filter.state, pager.offset(), Pager::ROWS).await?;
    } else {
        tasks = store::list_tasks(&mut *db, tenant.id, &title, pager.offset(), Pager::ROWS).await?;
    }
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Aufgaben").await?;
    let places = places(&viewer, &tenant, Place::Tasks);
    Ok(Page(TasksPage { frame, places, tenant, filter, tasks, drafts, pager, task_count, draft_count, needs_review }))
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

/// One part of the base that moved.
struct Moved {
    diff: PartDiff,
    /// What stands in its place or below it; None: the base's words hold, nothing is to be decided.
    own: Option<String>,
}

#[derive(Template)]
#[template(path = "knowledge/task.html")]
struct TaskPage {
    frame: Frame,
    places: Places,
    task: Task,
    moved: Vec<Moved>,
    url: String,
    entry_url: String,
    notice: Option<&'static str>,
}

impl TaskPage {
    fn is_withdrawn(&self) -> bool {
        self.task.kind == TaskKind::BaseWithdrawn
    }

    fn list_url(&self) -> &str {
        self.url.rsplit_once('/').map_or("", |(list, _)| list)
    }

    fn has_choice(&self) -> bool {
        self.moved.iter().any(|moved| moved.own.is_some())
    }
}

pub(super) async fn task_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, KnowledgeTaskId)>,
) -> web::Result<Response> {
    show(&app, &viewer, town(tenant)?, id, None).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    id: KnowledgeTaskId,
    notice: Option<&'static str>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let task = store::find_task(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    let (patch, before, after) = texts(&mut db, &tenant, &task).await?;
    drop(db);
    let moved = diff::parts(&before, &after).into_iter().map(|diff| Moved { own: own_words(&patch, diff.part), diff });
    let page = TaskPage {
        frame: Frame::of(app, viewer, Section::Knowledge, format!("Aufgabe: {}", task.title)).await?,
        places: places(viewer, &tenant, Place::Elsewhere),
        moved: moved.collect(),
        url: format!("/knowledge/{}/tasks/{id}", tenant.slug),
        entry_url: entry_url(&tenant, &tenant.slug, task.entry),
        task,
        notice,
    };
    let status = if notice.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok((status, Page(page)).into_response())
}

fn own_words(patch: &Adaptation, part: Part) -> Option<String> {
    let addition = || patch.addition(part).map(super::super::Html::to_notation);
    patch.replaces(part).then(|| patch.content.part_text(part)).or_else(addition)
}

/// The own words, what stood below them when somebody last looked, and what stands there now.
async fn texts(
    db: &mut PgConnection,
    tenant: &TenantAccess,
    task: &Task,
) -> web::Result<(Adaptation, Content, Content)> {
    let key = |version| LayerKey { tenant: tenant.id, entry: task.entry, version };
    let mut patch = Adaptation::default();
    let mut below = [Content::default(), Content::default()];
    for (place, version) in [task.since_version, task.latest_version].into_iter().enumerate() {
        let Some(layers) = store::find_layers(db, key(version)).await? else { continue };
        if let Some(LayerText::Patch(own)) = layers.first().map(|layer| &layer.text) {
            patch = own.clone();
        }
        below[place] = merge(layers.get(1..).unwrap_or_default()).content;
    }
    let [before, after] = below;
    Ok((patch, before, after))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Decision {
    /// How often the base had moved when the person looked.
    moves: i32,
    /// Parts whose own words go, so that the base's hold.
    accept: Vec<String>,
}

const MOVED_AGAIN: &str = "Die Grundlage hat sich noch einmal geändert. Bitte sehen Sie sich den neuen Stand an.";

pub(super) async fn decide_task(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, KnowledgeTaskId)>,
    Form(decision): Form<Decision>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    let mut db = app.begin(&tenant.scope()).await?;
    let task = store::find_task(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    let accepted: Vec<Part> =
        Part::all().filter(|part| decision.accept.iter().any(|key| key == part.as_str())).collect();
    let outcome = if accepted.is_empty() { TaskOutcome::Kept } else { TaskOutcome::Accepted };
    store::hold_family(&mut db, tenant.id, task.entry).await?;
    if !store::close_task(&mut *db, tenant.id, id, decision.moves, outcome, actor.account, now).await? {
        drop(db);
        return show(&app, &viewer, tenant, id, Some(MOVED_AGAIN)).await;
    }
    if !accepted.is_empty() {
        let (mut patch, ..) = texts(&mut db, &tenant, &task).await?;
        accepted.iter().for_each(|part| patch.follow(*part));
        if patch.is_empty() {
            store::withdraw(&mut db, tenant.id, task.entry, &actor, now).await?;
        } else {
            publish_adaptation(&mut db, tenant.id, task.entry, &patch, &actor, now).await?;
        }
    }
    let action = if accepted.is_empty() { "kept own words" } else { "accepted base" };
    audit::record(&mut *db, now, &actor, super::act(tenant.id, task.entry, action)).await?;
    db.commit().await?;
    let said = match accepted.len() {
        0 => "Erledigt. Ihre eigenen Angaben bleiben.".to_owned(),
        1 => "Erledigt. Eine Angabe folgt wieder der Grundlage.".to_owned(),
        many => format!("Erledigt. {many} Angaben folgen wieder der Grundlage."),
    };
    web::done(&app, &viewer, &*said, &format!("/knowledge/{}/tasks", tenant.slug)).await
}
