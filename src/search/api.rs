//! `GET /api/v1/tenants/{tenant}/search`: the search of other programs. It feeds neither learning nor the log of gaps.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::scope::Tenants;
use super::{Correction, Hit, Marked, Request};
use crate::app::App;
use crate::web::{self, ApiCaller, Path, Query};

const DEFAULT_LIMIT: usize = 10;
const LARGEST_LIMIT: usize = 50;

/// Lists, so that a field given twice is no error: the first one counts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    q: Vec<String>,
    limit: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Answer {
    query: String,
    took_us: u64,
    hits: Vec<AnswerHit>,
    /// Left out where every word was found as it was typed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    corrections: Vec<Correction>,
}

#[derive(Debug, Serialize)]
struct AnswerHit {
    id: String,
    external_id: String,
    title: String,
    /// The owner's slug.
    tenant: String,
    origin: &'static str,
    score: f32,
    snippet: Marked,
}

pub async fn search(
    State(app): State<App>,
    ApiCaller(caller): ApiCaller,
    Path(slug): Path<String>,
    Query(fields): Query<Fields>,
) -> web::Result<Json<Answer>> {
    let tenants = app.search.scopes().tenants(&app, &slug).await?;
    let tenant = tenants.find(&slug).filter(|tenant| caller.reaches(tenant.id)).ok_or(web::Error::NotFound)?;
    let query = fields.q.into_iter().next().unwrap_or_default();
    let limit = limit(fields.limit.first().map(String::as_str).unwrap_or_default());
    let request = Request::new(query.clone(), &tenant.sources, limit, app.clock.now());
    let results = app.search.find(request).await;
    let hits = results.hits.into_iter().map(|hit| AnswerHit::new(hit, &tenants)).collect();
    Ok(Json(Answer { query, took_us: microseconds(results.took), hits, corrections: results.corrections }))
}

/// A number is brought between 1 and 50; anything else is as if it were not there.
fn limit(text: &str) -> usize {
    match text.parse::<i128>() {
        Ok(number) => usize::try_from(number.clamp(1, LARGEST_LIMIT as i128)).unwrap_or(DEFAULT_LIMIT),
        Err(_) => DEFAULT_LIMIT,
    }
}

fn microseconds(took: Duration) -> u64 {
    took.as_micros().try_into().unwrap_or(u64::MAX)
}

impl AnswerHit {
    fn new(hit: Hit, tenants: &Tenants) -> Self {
        Self {
            id: hit.entry.to_string(),
            external_id: hit.external_id,
            title: hit.title,
            tenant: tenants.slug(hit.tenant).to_owned(),
            origin: match (hit.inherited, hit.adapted) {
                (true, _) => "inherited",
                (false, true) => "merged",
                (false, false) => "own",
            },
            score: hit.score,
            snippet: hit.snippet,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn odd_limits_are_brought_into_bounds() {
        let texts = ["", "7", "0", "-3", "51", "99999999999999999999", "zehn", "1e3", " 5"];
        assert_eq!(texts.map(limit), [10, 7, 1, 1, 50, 50, 10, 10, 10]);
    }
}
