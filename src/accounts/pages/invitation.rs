//! A one-time link: its owner sets a password and is signed in.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::sign_in::{start_session, with_cookie};
use crate::access::Permission;
use crate::accounts::invitations::{self, Invitation};
use crate::accounts::{password, sessions, store};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::db::Scope;
use crate::web::forms::Errors;
use crate::web::{self, Form, Frame, Page, Path, Routes, redirect, session};

pub fn routes() -> Routes {
    Routes::new().get("/invitations/{secret}", Permission::Public, invitation_page).post(
        "/invitations/{secret}",
        Permission::Public,
        accept_invitation,
    )
}

#[derive(Template)]
#[template(path = "accounts/invitation.html")]
struct InvitationPage {
    frame: Frame,
    secret: String,
    /// None: the link was used, has expired, or never was one.
    invitation: Option<Invitation>,
    errors: Errors,
}

async fn invitation_page(State(app): State<App>, Path(secret): Path<String>) -> web::Result<Response> {
    let mut db = app.begin(&Scope::system()).await?;
    let invitation = invitations::find_invitation(&mut *db, &secret, app.clock.now()).await?;
    drop(db);
    show_invitation(&app, secret, invitation, Errors::none()).await
}

async fn show_invitation(
    app: &App,
    secret: String,
    invitation: Option<Invitation>,
    errors: Errors,
) -> web::Result<Response> {
    let status = match (&invitation, errors.is_empty()) {
        (None, _) => StatusCode::GONE,
        (_, false) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let mut db = app.begin(&Scope::system()).await?;
    let frame = Frame::public("Passwort festlegen").of_center(store::find_center_name(&mut *db).await?);
    Ok((status, Page(InvitationPage { frame, secret, invitation, errors })).into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NewPasswordForm {
    password: String,
    password_again: String,
}

async fn accept_invitation(
    State(app): State<App>,
    headers: HeaderMap,
    Path(secret): Path<String>,
    Form(form): Form<NewPasswordForm>,
) -> web::Result<Response> {
    let now = app.clock.now();
    let mut db = app.begin(&Scope::system()).await?;
    let Some(invitation) = invitations::find_invitation(&mut *db, &secret, now).await? else {
        return show_invitation(&app, secret, None, Errors::none()).await;
    };
    let mut errors = Errors::none();
    password::check_new_password(&mut errors, &form.password, &form.password_again);
    if !errors.is_empty() {
        return show_invitation(&app, secret, Some(invitation), errors).await;
    }
    let hash = password::hash_password(form.password).await?;
    if !invitations::use_invitation(&mut *db, &secret, now).await? {
        return show_invitation(&app, secret, None, Errors::none()).await;
    }
    store::update_password(&mut *db, invitation.account, &hash).await?;
    sessions::delete_sessions(&mut *db, invitation.account, None).await?;
    let actor = Actor { account: Some(invitation.account), name: invitation.name };
    let (action, thing_id) = ("accepted invitation", invitation.account.to_string());
    let act = Act { tenant: None, action, thing: "account", thing_id, details: serde_json::json!({}) };
    audit::record(&mut *db, now, &actor, act).await?;
    let cookie = start_session(&mut db, invitation.account, &headers, now).await?;
    db.commit().await?;
    with_cookie(redirect("/"), &session::set_cookie(&cookie, &headers))
}
