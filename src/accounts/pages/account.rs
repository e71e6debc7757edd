//! "Mein Konto": password, sessions, and how somebody works at the desk.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::preferences::{self, PreferencesForm};
use crate::access::{Permission, Viewer};
use crate::accounts::sessions::{self, Session};
use crate::accounts::throttle::{self, Subject};
use crate::accounts::{self, ABSOLUTE_TIMEOUT, IDLE_TIMEOUT, password, store};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::db::Scope;
use crate::web::forms::Errors;
use crate::web::frame::Section;
use crate::web::{self, Flash, Form, Frame, Page, Routes, format, redirect};

pub fn routes() -> Routes {
    Routes::new()
        .get("/account", Permission::SignedIn, account_page)
        .post("/account/password", Permission::SignedIn, change_password)
        .post("/account/desk", Permission::SignedIn, preferences::save_preferences)
        .post("/account/other-sessions", Permission::SignedIn, end_other_sessions)
}

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct AccountPage {
    frame: Frame,
    viewer: Viewer,
    sessions: Vec<Session>,
    preferences: PreferencesForm,
    errors: Errors,
}

async fn account_page(State(app): State<App>, viewer: Viewer) -> web::Result<Response> {
    show_with_errors(&app, viewer, Errors::none()).await
}

pub(super) async fn show_account(
    app: &App,
    viewer: Viewer,
    preferences: PreferencesForm,
    errors: Errors,
) -> web::Result<Response> {
    let now = app.clock.now();
    let mut db = app.begin(&Scope::system()).await?;
    let sessions =
        sessions::list_sessions(&mut *db, viewer.account, now - IDLE_TIMEOUT, now - ABSOLUTE_TIMEOUT).await?;
    drop(db);
    let frame = Frame::of(app, &viewer, Section::Account, "Mein Konto").await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Page(AccountPage { frame, viewer, sessions, preferences, errors })).into_response())
}

async fn show_with_errors(app: &App, viewer: Viewer, errors: Errors) -> web::Result<Response> {
    let preferences = PreferencesForm::of(&viewer.preferences);
    show_account(app, viewer, preferences, errors).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PasswordForm {
    old_password: String,
    password: String,
    password_again: String,
}

/// Asks for the old password, so that an open desk is not enough; ends every other session.
async fn change_password(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<PasswordForm>,
) -> web::Result<Response> {
    let now = app.clock.now();
    let subject = Subject::Account(viewer.email.clone());
    let mut db = app.begin(&Scope::system()).await?;
    let mut errors = Errors::none();
    if let Some(until) = throttle::locked_until(&mut db, &subject, now).await? {
        errors.add(
            "old_password",
            format!("Zu viele falsche Versuche. Bitte warten Sie bis {} Uhr.", format::time(until)),
        );
        return show_with_errors(&app, viewer, errors).await;
    }
    let hash = store::find_credentials(&mut *db, &viewer.email).await?.and_then(|found| found.password_hash);
    if !password::verify_password(form.old_password, hash).await? {
        throttle::count_failure(&mut db, &subject, now).await?;
        db.commit().await?;
        errors.add("old_password", "Das bisherige Passwort stimmt nicht.");
        return show_with_errors(&app, viewer, errors).await;
    }
    password::check_new_password(&mut errors, &form.password, &form.password_again);
    if !errors.is_empty() {
        return show_with_errors(&app, viewer, errors).await;
    }
    let hash = password::hash_password(form.password).await?;
    store::update_password(&mut *db, viewer.account, &hash).await?;
    sessions::delete_sessions(&mut *db, viewer.account, Some(&viewer.session)).await?;
    record(&mut db, &app, &viewer, "changed password").await?;
    db.commit().await?;
    told(&app, &viewer, "Das Passwort ist geändert. Andere Sitzungen wurden beendet.").await
}

async fn end_other_sessions(State(app): State<App>, viewer: Viewer) -> web::Result<Response> {
    let mut db = app.begin(&Scope::system()).await?;
    let ended = sessions::delete_sessions(&mut *db, viewer.account, Some(&viewer.session)).await?;
    record(&mut db, &app, &viewer, "ended other sessions").await?;
    db.commit().await?;
    let text = match ended {
        0 => "Es gab keine anderen Sitzungen.".to_owned(),
        1 => "Eine andere Sitzung wurde beendet.".to_owned(),
        _ => format!("{ended} andere Sitzungen wurden beendet."),
    };
    told(&app, &viewer, &text).await
}

pub(super) async fn told(app: &App, viewer: &Viewer, text: &str) -> web::Result<Response> {
    accounts::flash(app, viewer, &Flash { text: text.to_owned(), undo: None }).await?;
    Ok(redirect("/account"))
}

pub(super) async fn record(db: &mut sqlx::PgConnection, app: &App, viewer: &Viewer, action: &str) -> sqlx::Result<()> {
    let act = Act {
        tenant: None,
        action,
        thing: "account",
        thing_id: viewer.account.to_string(),
        details: serde_json::json!({}),
    };
    audit::record(db, app.clock.now(), &Actor::from(viewer), act).await
}
