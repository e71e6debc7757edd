//! Whose calls wait in which queue, for numbers that do not say it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::{find_source, record};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::ids::SourceId;
use crate::telephony::{QueueMapping, Source, store};
use crate::web::forms::{self, Choice, Errors, optional};
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Error, Form, Frame, Page, Path, Places, Query};

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct QueueForm {
    queue: String,
    /// A slug.
    town: String,
    skill: String,
}

impl QueueForm {
    fn check<'a>(&self, viewer: &'a Viewer, errors: &mut Errors) -> Option<&'a TenantAccess> {
        errors.require("queue", &self.queue, "Die Warteschlange");
        errors.limit("queue", &self.queue, 80);
        errors.limit("skill", &self.skill, 40);
        let town = viewer.tenant(&self.town).filter(|tenant| !tenant.is_intake());
        if town.is_none() {
            errors.add("town", "Bitte wählen Sie einen Ort.");
        }
        town.filter(|_| errors.is_empty())
    }
}

#[derive(Template)]
#[template(path = "telephony/queues.html")]
struct QueuesPage {
    frame: Frame,
    places: Places,
    viewer: Viewer,
    source: Source,
    queues: Vec<QueueMapping>,
    form: QueueForm,
    errors: Errors,
}

impl QueuesPage {
    fn town<'a>(&'a self, mapping: &'a QueueMapping) -> &'a str {
        self.viewer.tenant_by_id(mapping.tenant).map_or(&mapping.tenant_slug, |tenant| &tenant.short_name)
    }

    fn towns(&self) -> Vec<Choice> {
        let none = Choice::new("", "bitte wählen", self.form.town.is_empty());
        let towns = self.viewer.tenants.iter().filter(|tenant| !tenant.is_intake());
        let choice = |tenant: &TenantAccess| Choice::new(&tenant.slug, &tenant.name, tenant.slug == self.form.town);
        std::iter::once(none).chain(towns.map(choice)).collect()
    }
}

async fn show(app: &App, viewer: Viewer, source: Source, form: QueueForm, errors: Errors) -> web::Result<Response> {
    let mut queues = store::list_queues(&mut *app.begin(&viewer.center_scope()).await?).await?;
    queues.retain(|mapping| mapping.source == source.id);
    let status = forms::status(&errors, &[]);
    let frame = Frame::of(app, &viewer, Section::Center, format!("Warteschlangen: {}", source.name)).await?;
    let places = Places::of_center(CenterPlace::Telephony);
    Ok((status, Page(QueuesPage { frame, places, viewer, source, queues, form, errors })).into_response())
}

pub(super) async fn queues_page(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SourceId>,
) -> web::Result<Response> {
    let source = find_source(&app, &viewer, id).await?;
    show(&app, viewer, source, QueueForm::default(), Errors::none()).await
}

pub(super) async fn map_queue(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SourceId>,
    Form(form): Form<QueueForm>,
) -> web::Result<Response> {
    put(&app, viewer, id, form, "changed").await
}

/// Takes a removal back; what was said about the queue comes with the address.
pub(super) async fn restore_queue(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SourceId>,
    Query(form): Query<QueueForm>,
) -> web::Result<Response> {
    put(&app, viewer, id, form, "restored").await
}

async fn put(app: &App, viewer: Viewer, id: SourceId, form: QueueForm, action: &str) -> web::Result<Response> {
    let source = find_source(app, &viewer, id).await?;
    let mut errors = Errors::none();
    let Some(town) = form.check(&viewer, &mut errors).map(|town| (town.id, town.short_name.clone())) else {
        return show(app, viewer, source, form, errors).await;
    };
    let mut db = app.begin(&viewer.center_scope()).await?;
    store::map_queue(&mut *db, id, &form.queue, town.0, optional(&form.skill).as_deref()).await?;
    let details =
        serde_json::json!({ "name": source.name, "queue": form.queue, "tenants": town.1, "skill": form.skill });
    record(&mut db, app, &viewer, id, action, details).await?;
    db.commit().await?;
    let text = format!("Wer in „{}“ wartet, gehört zu {}.", form.queue, town.1);
    web::done(app, &viewer, text, &format!("/telephony/{id}/queues")).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    queue: String,
}

pub(super) async fn delete_queue(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<SourceId>,
    Form(named): Form<Named>,
) -> web::Result<Response> {
    let source = find_source(&app, &viewer, id).await?;
    let mut db = app.begin(&viewer.center_scope()).await?;
    let known = store::list_queues(&mut *db).await?;
    let mapping = known.into_iter().find(|mapping| mapping.source == id && mapping.queue == named.queue);
    let mapping = mapping.ok_or(Error::NotFound)?;
    store::delete_queue(&mut *db, id, &mapping.queue).await?;
    let details = serde_json::json!({ "name": source.name, "queue": mapping.queue, "tenants": mapping.tenant_slug });
    record(&mut db, &app, &viewer, id, "removed", details).await?;
    db.commit().await?;
    let queues = format!("/telephony/{id}/queues");
    let text = format!("Für „{}“ entscheidet jetzt allein die gewählte Rufnummer.", mapping.queue);
    let form = QueueForm { queue: mapping.queue, town: mapping.tenant_slug, skill: mapping.skill.unwrap_or_default() };
    let undo = format!("{queues}/restoration?{}", serde_html_form::to_string(&form).unwrap_or_default());
    web::done_with_undo(&app, &viewer, text, undo, &queues).await
}
