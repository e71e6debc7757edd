//! The whole program on a database of the test's own, spoken to without a network.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use chrono::{DateTime, Utc};
use http_body_util::BodyExt;
use ortsgespraech::app::{App, Settings};
use ortsgespraech::calls::Intake;
use ortsgespraech::clock::Clock;
use ortsgespraech::db::{self, Scope};
use ortsgespraech::desk::DeskHub;
use ortsgespraech::routes;
use ortsgespraech::search::SearchIndex;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt;

use super::cast::{self, Cast};

pub struct TestApp {
    pub app: App,
    pub cast: Cast,
    router: Router,
}

/// Tuesday, 10:30 in Berlin: everybody is at work.
pub fn test_time() -> DateTime<Utc> {
    "2026-11-17T09:30:00Z".parse().expect("a valid time")
}

/// The program on a database without tenants. The test's own connections are superusers; the program's must not be.
pub async fn empty_app(database: PgConnectOptions) -> App {
    let pool = db::pool_options().max_connections(5).connect_with(database).await.expect("test database");
    let search = SearchIndex::in_memory().expect("an index");
    let clock = Clock::fixed(test_time());
    let intake = Intake::new(pool.clone(), clock.clone());
    App { pool, clock, search, intake, desks: DeskHub::default(), settings: Arc::new(Settings::default()) }
}

impl TestApp {
    /// For `#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]`: the program with the usual cast.
    pub async fn start(_: PgPoolOptions, database: PgConnectOptions) -> Self {
        let app = empty_app(database).await;
        let cast = cast::populate(&app).await;
        Self { router: routes::router(app.clone()), app, cast }
    }

    /// The same program at another time.
    pub fn with_clock(self, clock: Clock) -> Self {
        let intake = Intake::new(self.app.pool.clone(), clock.clone());
        let app = App { clock, intake, ..self.app };
        Self { router: routes::router(app.clone()), app, cast: self.cast }
    }

    pub fn signed_out(&self) -> Client {
        Client { router: self.router.clone(), cookie: None, token: None }
    }

    /// A program with a token.
    pub fn with_token(&self, secret: &str) -> Client {
        Client { router: self.router.clone(), cookie: None, token: Some(secret.to_owned()) }
    }

    /// Signs in as one of the cast.
    pub async fn sign_in(&self, email: &str) -> Client {
        self.signed_out().sign_in(email, cast::PASSWORD).await
    }

    /// The program as a service, to be reached over a network.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    pub async fn begin_as_system(&self) -> sqlx::Transaction<'static, sqlx::Postgres> {
        self.app.begin(&Scope::system()).await.expect("a transaction")
    }
}

/// Somebody's browser, or a program.
#[derive(Clone)]
pub struct Client {
    router: Router,
    cookie: Option<String>,
    token: Option<String>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.body))
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }
}

impl Client {
    /// Nobody is signed in.
    pub fn of(app: &App) -> Self {
        Self { router: routes::router(app.clone()), cookie: None, token: None }
    }

    /// Signs in through the form, as the person would.
    pub async fn sign_in(mut self, email: &str, password: &str) -> Self {
        let answer = self.post("/sign-in", &[("email", email), ("password", password)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{email} cannot sign in: {}", answer.body);
        let cookie = answer.header("set-cookie").expect("a session cookie");
        self.cookie = Some(cookie.split(';').next().unwrap_or_default().to_owned());
        self
    }

    /// "name=value", for a browser that takes over.
    pub fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).expect("a valid request")).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_html_form::to_string(fields).expect("fields can be encoded");
        self.post_raw(path, "application/x-www-form-urlencoded", body).await
    }

    pub async fn post_raw(&self, path: &str, kind: &str, body: impl Into<Body>) -> Answer {
        let request = self.request("POST", path).header(header::CONTENT_TYPE, kind);
        self.send(request.body(body.into()).expect("a valid request")).await
    }

    pub async fn put_json(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = self.request("PUT", path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.into()).expect("a valid request")).await
    }

    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        request
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, mut body) = self.open(request).await.into_parts();
        // A stream has no end: its beginning is all that can be waited for.
        let is_stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let bytes = match is_stream {
            true => body.frame().await.and_then(|frame| frame.ok()?.into_data().ok()).unwrap_or_default(),
            false => body.collect().await.expect("a whole body").to_bytes(),
        };
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// The answer as it begins.
    pub async fn open(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.expect("the router answers")
    }
}
