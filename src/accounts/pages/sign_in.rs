//! Signing in and out.

use std::convert::Infallible;
use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgConnection;

use crate::access::{Permission, Viewer};
use crate::accounts::throttle::{self, Subject};
use crate::accounts::{hash_secret, new_secret, password, sessions, store};
use crate::app::{App, DemoAccount};
use crate::db::Scope;
use crate::ids::AccountId;
use crate::web::forms::Errors;
use crate::web::{self, Form, Frame, Page, Query, Routes, redirect, session};

pub fn routes() -> Routes {
    Routes::new()
        .get("/sign-in", Permission::Public, sign_in_page)
        .post("/sign-in", Permission::Public, sign_in)
        .post("/sign-out", Permission::SignedIn, sign_out)
        .post("/sign-out-everywhere", Permission::SignedIn, sign_out_everywhere)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SignInForm {
    email: String,
    password: String,
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage {
    frame: Frame,
    form: SignInForm,
    message: Option<String>,
    errors: Errors,
    demo_accounts: &'static [DemoAccount],
}

async fn sign_in_page(State(app): State<App>, Query(form): Query<SignInForm>) -> web::Result<Response> {
    show_sign_in(&app, form, None).await
}

async fn show_sign_in(app: &App, form: SignInForm, message: Option<String>) -> web::Result<Response> {
    let status = if message.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut db = app.begin(&Scope::system()).await?;
    let frame = Frame::public("Anmelden").of_center(store::find_center_name(&mut *db).await?);
    let demo_accounts = app.settings.demo_accounts;
    let page = SignInPage { frame, form, message, errors: Errors::none(), demo_accounts };
    Ok((status, Page(page)).into_response())
}

async fn sign_in(
    State(app): State<App>,
    origin: Origin,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> web::Result<Response> {
    let now = app.clock.now();
    let email = form.email.to_lowercase();
    let subjects = [Subject::Account(email.clone()), Subject::Address(origin.0)];
    let mut db = app.begin(&Scope::system()).await?;
    for subject in &subjects {
        if let Some(until) = throttle::locked_until(&mut db, subject, now).await? {
            return show_sign_in(&app, form, Some(locked_message(until))).await;
        }
    }
    let credentials = store::find_credentials(&mut *db, &email).await?;
    let hash = credentials.as_ref().and_then(|found| found.password_hash.clone());
    let is_right = password::verify_password(form.password.clone(), hash).await?;
    let Some(found) = credentials.filter(|_| is_right) else {
        for subject in &subjects {
            throttle::count_failure(&mut db, subject, now).await?;
        }
        db.commit().await?;
        return show_sign_in(&app, form, Some("E-Mail-Adresse oder Passwort stimmt nicht.".to_owned())).await;
    };
    throttle::forget_failures(&mut db, &subjects[0]).await?;
    let secret = start_session(&mut db, found.id, &headers, now).await?;
    db.commit().await?;
    with_cookie(redirect(&next_page(&form.next)), &session::set_cookie(&secret, &headers))
}

/// A new session for this browser; the secret goes into its cookie.
pub async fn start_session(
    db: &mut PgConnection,
    account: AccountId,
    headers: &HeaderMap,
    now: DateTime<Utc>,
) -> sqlx::Result<String> {
    let secret = new_secret();
    sessions::insert_session(db, &hash_secret(&secret), account, &browser(headers), now).await?;
    Ok(secret)
}

pub fn with_cookie(mut response: Response, cookie: &str) -> web::Result<Response> {
    response.headers_mut().append(header::SET_COOKIE, cookie.parse().map_err(anyhow::Error::from)?);
    Ok(response)
}

async fn sign_out(State(app): State<App>, viewer: Viewer) -> web::Result<Response> {
    let mut db = app.begin(&Scope::system()).await?;
    sessions::delete_session(&mut *db, &viewer.session).await?;
    db.commit().await?;
    with_cookie(redirect("/sign-in"), &session::remove_cookie())
}

async fn sign_out_everywhere(State(app): State<App>, viewer: Viewer) -> web::Result<Response> {
    let mut db = app.begin(&Scope::system()).await?;
    sessions::delete_sessions(&mut *db, viewer.account, None).await?;
    super::account::record(&mut db, &app, &viewer, "signed out everywhere").await?;
    db.commit().await?;
    with_cookie(redirect("/sign-in"), &session::remove_cookie())
}

fn locked_message(until: DateTime<Utc>) -> String {
    format!(
        "Zu viele falsche Anmeldungen. Bitte warten Sie bis {} Uhr und versuchen Sie es dann noch einmal.",
        web::format::time(until)
    )
}

/// Only a path of ours is followed: no other site can be named, and browsers drop tabs before they read an address.
fn next_page(encoded: &str) -> String {
    let decoded = data_encoding::BASE64URL_NOPAD.decode(encoded.as_bytes()).ok();
    let path = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    path.filter(|path| path.starts_with('/') && !path.starts_with("//"))
        .filter(|path| !path.contains(|c: char| c == '\\' || c.is_control()))
        .unwrap_or_else(|| "/".to_owned())
}

/// Where a request comes from: behind a proxy the last word of its list, else the other end of the connection.
struct Origin(String);

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let forwarded = parts.headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
        let last = forwarded.and_then(|list| list.rsplit(',').next()).map(|address| address.trim().to_owned());
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_string());
        Ok(Self(last.or(peer).unwrap_or_default()))
    }
}

/// The browser's name as the person sees it in the list of their sessions, not its whole fingerprint.
fn browser(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let names = [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    names.iter().find(|(mark, _)| agent.contains(mark)).map_or("Anderer Browser", |(_, name)| name).to_owned()
}
