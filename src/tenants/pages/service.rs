//! The scope of services (Leistungsspektrum): what the center may say for this town, today and when the agreement's stage changes.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use sqlx::{PgConnection, Postgres, Transaction};

use super::service_form::{Agreed, ServiceForm, StageRow, TopicRow, in_words};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::clock;
use crate::tenants::{Level, STAGES, Stage, store};
use crate::web::forms::{self, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Places, TenantPlace, format};

#[derive(Template)]
#[template(path = "tenants/service.html")]
struct ServicePage {
    frame: Frame,
    places: Places,
    before: String,
    current: Option<Stage>,
    planned: Vec<Stage>,
    stages: Vec<StageRow>,
    topics: Vec<TopicRow>,
    errors: Errors,
    differences: Vec<Difference>,
    action: String,
}

impl ServicePage {
    fn field_is_wrong(&self, field: &str, number: usize) -> bool {
        self.errors.of(&format!("{field}-{number}")).is_some()
    }
}

/// Lines that towns share have no agreement of their own.
async fn begin(app: &App, tenant: &TenantAccess) -> web::Result<Transaction<'static, Postgres>> {
    if tenant.is_intake() { Err(Error::NotFound) } else { Ok(app.begin(&tenant.scope()).await?) }
}

async fn find(db: &mut PgConnection, tenant: &TenantAccess) -> web::Result<Agreed> {
    let stages = store::list_stages(&mut *db, tenant.id).await?;
    Ok((stages, store::list_service_scope(&mut *db, tenant.id).await?))
}

pub(super) async fn service_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    let mut db = begin(&app, &tenant).await?;
    let agreed = find(&mut db, &tenant).await?;
    drop(db);
    let form = ServiceForm::of(&agreed);
    show(&app, &viewer, tenant, &agreed.0, form, Errors::none(), Vec::new()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    saved: &[Stage],
    form: ServiceForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let today = clock::day_of(app.clock.now());
    let status = forms::status(&errors, &differences);
    let page = ServicePage {
        frame: Frame::of(app, viewer, Section::Tenants, format!("Leistungsspektrum: {}", tenant.name)).await?,
        places: Places::of_tenant(&tenant, TenantPlace::Service),
        current: saved.iter().rfind(|stage| stage.valid_from <= today).copied(),
        planned: saved.iter().filter(|stage| stage.valid_from > today).copied().collect(),
        stages: form.stage_rows(),
        topics: form.topic_rows(),
        before: form.before,
        errors,
        differences,
        action: TenantPlace::Service.url(&tenant),
    };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn save_service(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(mut form): Form<ServiceForm>,
) -> web::Result<Response> {
    let mut db = begin(&app, &tenant).await?;
    store::lock_agreement(&mut *db, tenant.id).await?;
    let (their_stages, their_scope) = find(&mut db, &tenant).await?;
    let mut errors = Errors::none();
    let (stages, scope) = form.check(&mut errors);
    if !errors.is_empty() {
        drop(db);
        return show(&app, &viewer, tenant, &their_stages, form, errors, Vec::new()).await;
    }
    let (theirs, yours) = (in_words(&their_stages, &their_scope), in_words(&stages, &scope));
    if theirs != yours && theirs != form.before {
        drop(db);
        form.before.clone_from(&theirs);
        let difference = Difference { field: "service", label: "Leistungsspektrum", theirs, yours };
        return show(&app, &viewer, tenant, &their_stages, form, errors, vec![difference]).await;
    }
    if theirs != yours {
        store::replace_service_scope(&mut db, tenant.id, &stages, &scope).await?;
        let act = Act::of(tenant.id, "changed", "service_scope", "Ort", serde_json::json!({ "text": [theirs, yours] }));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Das Leistungsspektrum ist gespeichert.", &TenantPlace::Service.url(&tenant)).await
}
