//! `GET /api/v1/calls`: the records for other programs, in pages by start.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::listing::{self, Listed, Wanted};
use crate::access::Permission;
use crate::app::App;
use crate::ids::CallId;
use crate::tenants;
use crate::web::{ApiCaller, Error, Query, Result, Routes};

pub fn routes() -> Routes {
    Routes::new().get("/api/v1/calls", Permission::CallsApi, list_calls)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    from: String,
    to: String,
    tenant: String,
    source: String,
    direction: String,
    limit: String,
    cursor: String,
}

#[derive(Serialize)]
struct Answer {
    calls: Vec<CallJson>,
    next: Option<String>,
}

/// Field by field as the public description says; a new field may be added, none may change.
#[derive(Serialize)]
struct CallJson {
    id: String,
    source: String,
    call_ref: Option<String>,
    parent_ref: Option<String>,
    direction: String,
    dialled: Option<String>,
    line: Option<String>,
    tenant_dialled: Option<String>,
    tenant_caller: Option<String>,
    tenant_competent: Option<String>,
    started_at: String,
    ended_at: Option<String>,
    wait_ms: Option<i32>,
    talk_ms: Option<i32>,
    result: String,
    agent: Option<String>,
    queue_legs: serde_json::Value,
    transfers: serde_json::Value,
    disposition: Option<String>,
    topic: Option<String>,
    entries: serde_json::Value,
    incomplete: bool,
}

async fn list_calls(
    State(app): State<App>,
    ApiCaller(holder): ApiCaller,
    Query(asked): Query<Asked>,
) -> Result<Json<Answer>> {
    let mut db = app.begin(&holder.scope()).await?;
    let mut wanted = asked.wanted()?;
    if !asked.tenant.is_empty() {
        let tenant = tenants::find_tenant_by_slug(&mut *db, &asked.tenant).await?;
        let tenant = tenant.map(|tenant| tenant.id).filter(|id| holder.reaches(*id));
        wanted.tenant = Some(tenant.ok_or(Error::NotFound)?);
    }
    let mut calls = listing::list_calls(&mut *db, &wanted).await?;
    let more = i64::try_from(calls.len()).unwrap_or(i64::MAX) == wanted.limit;
    calls.truncate(usize::try_from(wanted.limit - 1).unwrap_or_default());
    let next = calls.last().filter(|_| more).map(|call| cursor(call.started_at, call.id));
    Ok(Json(Answer { calls: calls.into_iter().map(CallJson::from).collect(), next }))
}

impl Asked {
    /// One row more than asked for tells whether there is a next page.
    fn wanted(&self) -> Result<Wanted> {
        let direction = match self.direction.as_str() {
            "" | "in" => Some("in"),
            "out" => Some("out"),
            "all" => None,
            _ => return Err(unusable("direction muss in, out oder all sein.")),
        };
        let limit = self.limit.parse().unwrap_or(200i64).clamp(1, 1000);
        Ok(Wanted {
            tenant: None,
            source: Some(self.source.clone()).filter(|source| !source.is_empty()),
            direction: direction.map(str::to_owned),
            from: moment("from", &self.from)?,
            to: moment("to", &self.to)?,
            after: position(&self.cursor)?,
            limit: limit + 1,
        })
    }
}

fn unusable(words: &str) -> Error {
    Error::Unusable(words.to_owned())
}

fn moment(name: &str, text: &str) -> Result<Option<DateTime<Utc>>> {
    if text.is_empty() {
        return Ok(None);
    }
    // An unescaped plus sign of an offset arrives as a space.
    let parsed = DateTime::parse_from_rfc3339(&text.replace(' ', "+"));
    parsed.map(|moment| Some(moment.to_utc())).map_err(|_| {
        unusable(&format!("{name} muss eine Zeit nach RFC 3339 sein, zum Beispiel 2026-11-01T00:00:00+01:00."))
    })
}

fn cursor(started_at: DateTime<Utc>, id: CallId) -> String {
    data_encoding::BASE64URL_NOPAD.encode(format!("{} {id}", started_at.timestamp_micros()).as_bytes())
}

fn position(cursor: &str) -> Result<Option<(DateTime<Utc>, CallId)>> {
    if cursor.is_empty() {
        return Ok(None);
    }
    let read = || {
        let text = String::from_utf8(data_encoding::BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?).ok()?;
        let (micros, id) = text.split_once(' ')?;
        Some((DateTime::from_timestamp_micros(micros.parse().ok()?)?, id.parse().ok()?))
    };
    read().map(Some).ok_or_else(|| unusable("cursor stammt nicht aus einer früheren Antwort."))
}

fn time(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl From<Listed> for CallJson {
    fn from(call: Listed) -> Self {
        Self {
            id: call.id.to_string(),
            source: call.source,
            call_ref: call.call_ref,
            parent_ref: call.parent_ref,
            direction: call.direction,
            dialled: call.dialled,
            line: call.line,
            tenant_dialled: call.tenant_dialled,
            tenant_caller: call.tenant_caller,
            tenant_competent: call.tenant_competent,
            started_at: time(call.started_at),
            ended_at: call.ended_at.map(time),
            wait_ms: call.wait_ms,
            talk_ms: call.talk_ms,
            result: call.result,
            agent: call.agent_seat,
            queue_legs: call.queue_legs,
            transfers: call.transfers,
            disposition: call.disposition,
            topic: call.topic,
            entries: call.entries,
            incomplete: call.incomplete,
        }
    }
}
