//! What machines ask: is it alive, is it ready, how is it doing. No tenant stands in any figure.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Routes;
use crate::access::Permission;
use crate::app::App;
use crate::telemetry;

pub fn routes() -> Routes {
    Routes::new()
        .get("/healthz", Permission::Public, async || "ok")
        .get("/readyz", Permission::Public, readiness)
        .get("/metrics", Permission::Public, metrics_text)
        .get("/api/v1/openapi.json", Permission::Public, description)
}

/// The database answers and the search index knows what it knows.
async fn readiness(State(app): State<App>) -> Response {
    let database = sqlx::query("select 1").execute(&app.pool).await.is_ok();
    let index = app.search.is_ready();
    let word = |is_ready| if is_ready { "ready" } else { "not ready" };
    let status = if database && index { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, format!("database: {}\nsearch index: {}\n", word(database), word(index))).into_response()
}

/// Kept by hand; a test knows every route of ours that it lacks.
async fn description() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], include_str!("openapi.json")).into_response()
}

async fn metrics_text() -> String {
    telemetry::figures().render()
}

/// Counts a request under its route, not its address: addresses name tenants and things.
pub async fn count(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned());
    let method = request.method().to_string();
    let started = Instant::now();
    let response = next.run(request).await;
    let labels = [("method", method), ("route", path), ("status", response.status().as_u16().to_string())];
    metrics::counter!("ortsgespraech_http_requests_total", &labels).increment(1);
    metrics::histogram!("ortsgespraech_http_seconds").record(started.elapsed());
    response
}
