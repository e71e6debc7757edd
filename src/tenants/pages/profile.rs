//! Who a tenant is: name, mark, kind, center. The tenant admin changes what is the town's own, the operator everything.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::profile_form::ProfileForm;
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::tenants::{Kind, NewTenant, Tenant, store};
use crate::web::forms::{self, Choice, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Error, Form, Frame, InTenant, Page, Places, TenantPlace, redirect};

#[derive(Template)]
#[template(path = "tenants/profile.html")]
struct ProfilePage {
    frame: Frame,
    places: Places,
    form: ProfileForm,
    errors: Errors,
    differences: Vec<Difference>,
    centers: Vec<Choice>,
    is_new: bool,
    /// The operator sees and decides more.
    for_operator: bool,
    action: String,
}

pub(super) async fn tenant_start(InTenant(tenant): InTenant) -> Response {
    redirect(&TenantPlace::Profile.url(&tenant))
}

pub(super) async fn new_tenant_page(State(app): State<App>, viewer: Viewer) -> web::Result<Response> {
    show_new(&app, &viewer, ProfileForm::empty(), Errors::none()).await
}

async fn show_new(app: &App, viewer: &Viewer, form: ProfileForm, errors: Errors) -> web::Result<Response> {
    let status = forms::status(&errors, &[]);
    let page = ProfilePage {
        frame: Frame::of(app, viewer, Section::Center, "Mandant anlegen").await?,
        places: Places::of_center(CenterPlace::Tenants),
        centers: form.centers(viewer),
        form,
        errors,
        differences: Vec::new(),
        is_new: true,
        for_operator: true,
        action: "/center/tenants".to_owned(),
    };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn create_tenant(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<ProfileForm>,
) -> web::Result<Response> {
    let mut new = NewTenant::new("", "", Kind::Stadt);
    let mut errors = Errors::none();
    form.check_own(&mut new, &mut errors);
    form.check_slug(&mut new, &mut errors);
    form.check_center(&mut new, None, &viewer, &mut errors);
    if !errors.is_empty() {
        return show_new(&app, &viewer, form, errors).await;
    }
    let now = app.clock.now();
    let mut db = app.begin(&viewer.center_scope()).await?;
    let id = match store::insert_tenant(&mut *db, &new, now).await {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            errors.add("slug", "Dieses Kürzel ist schon vergeben.");
            drop(db);
            return show_new(&app, &viewer, form, errors).await;
        }
        other => other?,
    };
    let details = serde_json::json!({ "slug": new.slug, "name": new.name, "kind": new.kind });
    let act = Act::of(id, "created", "tenant", id, details);
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let text = format!("{} ist angelegt. Legen Sie nun fest, woher das Wissen kommt.", new.name);
    web::done(&app, &viewer, text, &format!("/tenants/{}/relations", new.slug)).await
}

pub(super) async fn profile_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(access): InTenant,
) -> web::Result<Response> {
    let tenant = find(&app, &access).await?;
    let form = ProfileForm::of(&tenant, &viewer);
    show(&app, &viewer, &access, form, Errors::none(), Vec::new()).await
}

/// The reserved tenant has no profile that a person could change.
async fn find(app: &App, access: &TenantAccess) -> web::Result<Tenant> {
    let mut db = app.begin(&access.scope()).await?;
    let tenant = store::find_tenant(&mut *db, access.id).await?;
    tenant.filter(|_| !access.is_intake()).ok_or(Error::NotFound)
}

async fn show(
    app: &App,
    viewer: &Viewer,
    access: &TenantAccess,
    form: ProfileForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let status = forms::status(&errors, &differences);
    let page = ProfilePage {
        frame: Frame::of(app, viewer, Section::Tenants, format!("Profil: {}", access.name)).await?,
        places: Places::of_tenant(access, TenantPlace::Profile),
        centers: form.centers(viewer),
        form,
        errors,
        differences,
        is_new: false,
        for_operator: access.may(Permission::ManageCenter),
        action: TenantPlace::Profile.url(access),
    };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn save_profile(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(access): InTenant,
    Form(mut form): Form<ProfileForm>,
) -> web::Result<Response> {
    let before = find(&app, &access).await?;
    let theirs = ProfileForm::of(&before, &viewer);
    if !access.may(Permission::ManageCenter) {
        form = ProfileForm {
            kind: theirs.kind.clone(),
            served_by: theirs.served_by.clone(),
            after_call_seconds: theirs.after_call_seconds.clone(),
            ..form
        };
    }
    form.slug.clone_from(&theirs.slug);
    let mut changed = NewTenant::from(before);
    let mut errors = Errors::none();
    form.check_own(&mut changed, &mut errors);
    if access.may(Permission::ManageCenter) {
        form.check_center(&mut changed, Some(access.id), &viewer, &mut errors);
    }
    if !errors.is_empty() {
        return show(&app, &viewer, &access, form, errors, Vec::new()).await;
    }
    let differences = form.differences_to(&theirs);
    if differences.is_empty() {
        return web::done(&app, &viewer, "Es gab nichts zu ändern.", &TenantPlace::Profile.url(&access)).await;
    }
    if form.version != theirs.version || !save(&app, &viewer, &form, &access, &changed, &differences).await? {
        form.version = find(&app, &access).await?.version;
        return show(&app, &viewer, &access, form, Errors::none(), differences).await;
    }
    web::done(&app, &viewer, "Das Profil ist gespeichert.", &TenantPlace::Profile.url(&access)).await
}

/// False: somebody else was faster.
async fn save(
    app: &App,
    viewer: &Viewer,
    form: &ProfileForm,
    access: &TenantAccess,
    changed: &NewTenant,
    differences: &[Difference],
) -> web::Result<bool> {
    let mut db = app.begin(&access.scope()).await?;
    if !store::update_tenant(&mut *db, access.id, form.version, changed).await? {
        return Ok(false);
    }
    let act = Act::of(access.id, "changed", "tenant", access.id, forms::as_json(differences));
    audit::record(&mut *db, app.clock.now(), &Actor::from(viewer), act).await?;
    db.commit().await?;
    Ok(true)
}
