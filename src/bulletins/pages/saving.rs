//! Writing a bulletin and changing it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::form::{BulletinForm, differences_between};
use super::options::Options;
use super::{find, list_url};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::bulletins::{Announcement, Bulletin, Phase, store};
use crate::ids::BulletinId;
use crate::knowledge::{Place, places, town};
use crate::web::forms::{self, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places};

#[derive(Template)]
#[template(path = "bulletins/form.html")]
struct BulletinPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    /// None: a new one.
    bulletin: Option<Bulletin>,
    form: BulletinForm,
    options: Options,
    errors: Errors,
    differences: Vec<Difference>,
}

impl BulletinPage {
    fn back(&self) -> String {
        list_url(&self.tenant)
    }

    fn action(&self) -> String {
        self.bulletin.as_ref().map_or(self.back(), |bulletin| format!("{}/{}", self.back(), bulletin.id))
    }

    fn may_end(&self) -> bool {
        self.bulletin.as_ref().is_some_and(|bulletin| bulletin.phase(self.options.now) != Phase::Ended)
    }

    fn was_ended(&self) -> bool {
        self.bulletin.as_ref().is_some_and(|bulletin| bulletin.ended_at.is_some())
    }
}

/// The form on its way to a bulletin.
struct Draft {
    tenant: TenantAccess,
    bulletin: Option<Bulletin>,
    form: BulletinForm,
    options: Options,
    errors: Errors,
    differences: Vec<Difference>,
}

impl Draft {
    async fn of(
        app: &App,
        viewer: &Viewer,
        tenant: TenantAccess,
        bulletin: Option<Bulletin>,
        form: Option<BulletinForm>,
    ) -> web::Result<Self> {
        let saved = bulletin.as_ref().map(|bulletin| bulletin.said.clone());
        let options = Options::load(app, viewer, &tenant, saved).await?;
        let form = form.unwrap_or_else(|| match &bulletin {
            Some(bulletin) => BulletinForm::of(bulletin, &options),
            None => BulletinForm::new(&tenant),
        });
        Ok(Self { tenant, bulletin, form, options, errors: Errors::none(), differences: Vec::new() })
    }

    async fn read(&mut self, app: &App) -> web::Result<Option<Announcement>> {
        let said = self.form.check(&self.options, &mut self.errors);
        let entries = self.options.find_entries(app, &self.tenant, &self.form.entries, &mut self.errors).await?;
        Ok(said.filter(|_| self.errors.is_empty()).map(|said| Announcement { entries, ..said }))
    }

    async fn page(self, app: &App, viewer: &Viewer) -> web::Result<Response> {
        let title = if self.bulletin.is_some() { "Meldung bearbeiten" } else { "Meldung schreiben" };
        let frame = Frame::of(app, viewer, Section::Knowledge, title).await?;
        let places = places(viewer, &self.tenant, Place::Bulletins);
        let status = forms::status(&self.errors, &self.differences);
        let Self { tenant, bulletin, form, options, errors, differences } = self;
        let page = BulletinPage { frame, places, tenant, bulletin, form, options, errors, differences };
        Ok((status, Page(page)).into_response())
    }
}

pub(super) async fn new_bulletin_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    Draft::of(&app, &viewer, town(tenant)?, None, None).await?.page(&app, &viewer).await
}

pub(super) async fn bulletin_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, BulletinId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let bulletin = find(&app, &tenant, id).await?;
    Draft::of(&app, &viewer, tenant, Some(bulletin), None).await?.page(&app, &viewer).await
}

pub(super) async fn create_bulletin(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<BulletinForm>,
) -> web::Result<Response> {
    let (tenant, now) = (town(tenant)?, app.clock.now());
    let mut draft = Draft::of(&app, &viewer, tenant, None, Some(form)).await?;
    let Some(said) = draft.read(&app).await? else { return draft.page(&app, &viewer).await };
    let tenant = &draft.tenant;
    let mut db = app.begin(&tenant.scope()).await?;
    let author = Actor::from(&viewer);
    let id = store::insert_bulletin(&mut *db, tenant.id, &said, &author, now).await?;
    let details = json!({ "title": said.title, "towns": draft.options.town_names(&said.towns) });
    audit::record(&mut *db, now, &author, Act::of(tenant.id, "created", "bulletin", id, details)).await?;
    db.commit().await?;
    let words = match said.starts_at > now {
        true => format!("„{}“ ist geplant und erscheint von selbst.", said.title),
        false => format!("„{}“ ist an allen Arbeitsplätzen zu sehen.", said.title),
    };
    web::done(&app, &viewer, words, &list_url(tenant)).await
}

pub(super) async fn save_bulletin(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, BulletinId)>,
    Form(form): Form<BulletinForm>,
) -> web::Result<Response> {
    let (tenant, now) = (town(tenant)?, app.clock.now());
    let theirs = find(&app, &tenant, id).await?;
    let mut draft = Draft::of(&app, &viewer, tenant, Some(theirs.clone()), Some(form)).await?;
    let Some(said) = draft.read(&app).await? else { return draft.page(&app, &viewer).await };
    let differences = differences_between(&theirs.said, &said, &draft.options);
    if !differences.is_empty() {
        let (tenant, place) = (&draft.tenant, (id, draft.form.version));
        let author = Actor::from(&viewer);
        let mut db = app.begin(&tenant.scope()).await?;
        if !store::update_bulletin(&mut *db, tenant.id, place, &said, &author, now).await? {
            drop(db);
            draft.form.version = theirs.version;
            draft.differences = differences;
            return draft.page(&app, &viewer).await;
        }
        if (&said.title, &said.text) != (&theirs.said.title, &theirs.said.text) {
            store::forget_acknowledgements(&mut *db, &theirs).await?;
        }
        let act = Act::of(tenant.id, "changed", "bulletin", id, forms::as_json(&differences));
        audit::record(&mut *db, now, &author, act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, format!("„{}“ ist gespeichert.", said.title), &list_url(&draft.tenant)).await
}
