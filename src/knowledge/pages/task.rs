//! One base that moved under a town's own words: what differs, and whose words hold from now on.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgConnection;

use super::super::diff::{self, Kind, PartDiff};
use super::super::store::{self, Task, TaskKind, TaskOutcome};
use super::super::{Adaptation, Amended, Content, LayerKey, LayerText, Part, amend, merge};
use super::{Place, entry_url, places, town};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::ids::KnowledgeTaskId;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places, format};

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
    let entry = store::find_task(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?.entry;
    store::hold_family(&mut db, tenant.id, entry).await?;
    // Read again: somebody may have published other words while others were waited for.
    let task = store::find_task(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    let accepted: Vec<Part> =
        Part::all().filter(|part| decision.accept.iter().any(|key| key == part.as_str())).collect();
    let outcome = if accepted.is_empty() { TaskOutcome::Kept } else { TaskOutcome::Accepted };
    if !store::close_task(&mut *db, tenant.id, id, decision.moves, outcome, actor.account, now).await? {
        drop(db);
        return show(&app, &viewer, tenant, id, Some(MOVED_AGAIN)).await;
    }
    let said = follow(&mut db, &tenant, &task, &accepted, &actor, now).await?;
    db.commit().await?;
    web::done(&app, &viewer, said, &format!("/knowledge/{}/tasks", tenant.slug)).await
}

/// Takes the own words out of these parts, so that the base's hold; where a second person looks at each text, as a working
/// text for that person. Says what was done.
async fn follow(
    db: &mut PgConnection,
    tenant: &TenantAccess,
    task: &Task,
    accepted: &[Part],
    actor: &Actor,
    now: DateTime<Utc>,
) -> web::Result<String> {
    let note = |action| super::act(tenant.id, task.entry, action);
    if accepted.is_empty() {
        audit::record(&mut *db, now, actor, note("kept own words")).await?;
        return Ok("Erledigt. Ihre eigenen Angaben bleiben.".to_owned());
    }
    let (patch, ..) = texts(db, tenant, task).await?;
    let change = |text: &mut LayerText| {
        if let LayerText::Patch(patch) = text {
            accepted.iter().for_each(|part| patch.follow(*part));
        }
    };
    let subject = (task.entry, task.latest_version, LayerText::Patch(patch));
    if amend(db, tenant.id, subject, change, actor, now).await? == Amended::Asked {
        return Ok("Als Entwurf gespeichert und zur Prüfung gegeben.".to_owned());
    }
    audit::record(&mut *db, now, actor, note("accepted base")).await?;
    Ok(match accepted.len() {
        1 => "Erledigt. Eine Angabe folgt wieder der Grundlage.".to_owned(),
        many => format!("Erledigt. {many} Angaben folgen wieder der Grundlage."),
    })
}
