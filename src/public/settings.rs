//! The door as its town keeps it: open or closed, and what does not pass.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::store::{self, Exclusion};
use crate::access::{Permission as P, TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::{EntryId, TenantId};
use crate::knowledge::{self, Place, places, town};
use crate::search;
use crate::web::forms::{self, Errors};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Path, Places, Routes, format};

pub fn routes() -> Routes {
    Routes::new()
        .get("/knowledge/{tenant}/public", P::EditKnowledge, door_page)
        .post("/knowledge/{tenant}/public", P::ManageTenant, switch_door)
        .post("/knowledge/{tenant}/public/exclusions", P::EditKnowledge, exclude_entry)
        .post("/knowledge/{tenant}/public/exclusions/{entry}/removal", P::EditKnowledge, include_entry)
        .post("/knowledge/{tenant}/public/exclusions/{entry}/restoration", P::EditKnowledge, exclude_again)
}

fn page_url(tenant: &TenantAccess) -> String {
    format!("/knowledge/{}/public", tenant.slug)
}

#[derive(Template)]
#[template(path = "public/settings.html")]
struct DoorPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    is_open: bool,
    exclusions: Vec<Exclusion>,
    titles: Vec<(TenantId, EntryId, String)>,
    form: ExclusionForm,
    errors: Errors,
}

impl DoorPage {
    fn may_switch(&self) -> bool {
        self.tenant.may(P::ManageTenant)
    }

    fn title(&self, exclusion: &Exclusion) -> String {
        let found = self.titles.iter().find(|(_, id, _)| *id == exclusion.entry);
        found.map_or_else(|| format!("Nr. {}", exclusion.entry), |(.., title)| title.clone())
    }

    fn url(&self, exclusion: &Exclusion) -> String {
        format!("{}/exclusions/{}", page_url(&self.tenant), exclusion.entry)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ExclusionForm {
    /// A title or a number.
    entry: String,
}

async fn door_page(State(app): State<App>, viewer: Viewer, InTenant(tenant): InTenant) -> web::Result<Response> {
    show(&app, &viewer, town(tenant)?, ExclusionForm::default(), Errors::none()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    form: ExclusionForm,
    errors: Errors,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let is_open = store::is_open(&mut *db, tenant.id).await?;
    let exclusions = store::list_exclusions(&mut *db, tenant.id).await?;
    let all = |one: &Exclusion| tenant.sources.iter().map(|source| (source.id, one.entry)).collect::<Vec<_>>();
    let keys: Vec<_> = exclusions.iter().flat_map(all).collect();
    let titles = knowledge::list_titles(&mut *db, &keys).await?;
    drop(db);
    let frame = Frame::of(app, viewer, Section::Knowledge, format!("Öffentlich: {}", tenant.short_name)).await?;
    let places = places(viewer, &tenant, Place::Public);
    let status = forms::status(&errors, &[]);
    Ok((status, Page(DoorPage { frame, places, tenant, is_open, exclusions, titles, form, errors })).into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SwitchForm {
    /// Anything but "open" closes: in doubt nothing is shown.
    door: String,
}

async fn switch_door(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<SwitchForm>,
) -> web::Result<Response> {
    let (tenant, now) = (town(tenant)?, app.clock.now());
    let opens = form.door == "open";
    let mut db = app.begin(&tenant.scope()).await?;
    let is_another = match opens {
        true => store::open_door(&mut *db, tenant.id, &viewer.name, now).await?,
        false => store::close_door(&mut *db, tenant.id).await?,
    };
    if is_another {
        let action = if opens { "activated" } else { "deactivated" };
        let act = Act::of(tenant.id, action, "public_door", "", json!({}));
        audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    let words = match opens {
        true => "Das Wissen ist jetzt öffentlich zu lesen.",
        false => "Das Wissen ist nicht mehr öffentlich. Browser und Zwischenspeicher vergessen es nach einer Minute.",
    };
    web::done(&app, &viewer, words, &page_url(&tenant)).await
}

async fn exclude_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<ExclusionForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    match search::find_named_entry(&app, &tenant, &form.entry).await? {
        Ok((_, entry)) => exclude(&app, &viewer, &tenant, entry).await,
        Err(message) => {
            let mut errors = Errors::none();
            errors.add("entry", message);
            show(&app, &viewer, tenant, form, errors).await
        }
    }
}

async fn exclude_again(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, entry)): Path<(String, EntryId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    knowledge::find_owner(&mut *db, tenant.id, entry).await?.ok_or(Error::NotFound)?;
    drop(db);
    exclude(&app, &viewer, &tenant, entry).await
}

async fn exclude(app: &App, viewer: &Viewer, tenant: &TenantAccess, entry: EntryId) -> web::Result<Response> {
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    if store::insert_exclusion(&mut *db, tenant.id, entry, &viewer.name, now).await? {
        let act = Act::of(tenant.id, "created", "public_exclusion", entry, json!({ "entry": entry.to_string() }));
        audit::record(&mut *db, now, &Actor::from(viewer), act).await?;
        db.commit().await?;
    }
    web::done(app, viewer, "Der Eintrag ist nicht öffentlich.", &page_url(tenant)).await
}

async fn include_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, entry)): Path<(String, EntryId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    if !store::delete_exclusion(&mut *db, tenant.id, entry).await? {
        return Err(Error::NotFound);
    }
    let act = Act::of(tenant.id, "removed", "public_exclusion", entry, json!({ "entry": entry.to_string() }));
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let undo = format!("{}/exclusions/{entry}/restoration", page_url(&tenant));
    web::done_with_undo(&app, &viewer, "Der Eintrag ist wieder öffentlich.", undo, &page_url(&tenant)).await
}
