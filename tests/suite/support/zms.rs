//! A town's own appointment system of ours on a loopback port: it behaves as Berlin's, and badly when it is told to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub const SECRET: &str = "Terminschluessel";
const KEY: &str = "a1b2";

/// How it answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    /// 500 with its own words.
    Broken,
    /// Takes the question and never answers.
    Silent,
    /// Something that is no JSON.
    Garbled,
}

#[derive(Debug, Default)]
pub struct Inside {
    pub mood: Mood,
    pub free: Vec<i64>,
    /// By number: when, and reserved or confirmed.
    pub processes: BTreeMap<i64, (i64, &'static str)>,
    /// What was asked, in order.
    pub asked: Vec<String>,
    next: i64,
}

#[derive(Debug, Clone)]
pub struct FakeZms {
    pub address: SocketAddr,
    pub inside: Arc<Mutex<Inside>>,
}

type Shared = State<Arc<Mutex<Inside>>>;
type Said = (StatusCode, String);

impl FakeZms {
    pub async fn open(free: &[i64]) -> Self {
        let inside = Arc::new(Mutex::new(Inside { free: free.to_vec(), next: 100_001, ..Inside::default() }));
        let router = Router::new()
            .route("/api/scopes/{scope}/availability", get(list_free))
            .route("/api/process/status/reserved/", post(reserve))
            .route("/api/process/status/confirmed/", post(confirm))
            .route("/api/process/{id}/{key}/", delete(remove))
            .with_state(inside.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, inside }
    }

    pub fn url(&self) -> String {
        format!("http://{}/api/", self.address)
    }

    pub fn be(&self, mood: Mood) {
        self.inside.lock().expect("no holder panics").mood = mood;
    }

    /// Somebody at the town's own counter takes it.
    pub fn take(&self, start: i64) {
        self.inside.lock().expect("no holder panics").free.retain(|free| *free != start);
    }

    /// When, and reserved or confirmed.
    pub fn processes(&self) -> Vec<(i64, &'static str)> {
        self.inside.lock().expect("no holder panics").processes.values().copied().collect()
    }

    pub fn asked(&self) -> Vec<String> {
        self.inside.lock().expect("no holder panics").asked.clone()
    }
}

fn well(data: Value) -> Said {
    (
        StatusCode::OK,
        json!({ "$schema": "https://schema.example", "meta": { "error": false }, "data": data }).to_string(),
    )
}

fn gone() -> Said {
    let meta = json!({ "error": true, "exception": "ProcessReserveFailed" });
    (StatusCode::NOT_FOUND, json!({ "meta": meta, "data": [] }).to_string())
}

/// None: it is in the mood to answer.
async fn mood(inside: &Arc<Mutex<Inside>>, headers: &HeaderMap, what: &str) -> Option<Said> {
    let mood = {
        let mut inside = inside.lock().expect("no holder panics");
        inside.asked.push(what.to_owned());
        inside.mood
    };
    let key = headers.get("x-authkey").map(axum::http::HeaderValue::as_bytes);
    match mood {
        _ if key != Some(SECRET.as_bytes()) => Some((StatusCode::UNAUTHORIZED, String::new())),
        Mood::Well => None,
        Mood::Broken => Some((StatusCode::INTERNAL_SERVER_ERROR, json!({ "meta": { "error": true } }).to_string())),
        Mood::Silent => {
            tokio::time::sleep(Duration::from_mins(1)).await;
            None
        }
        Mood::Garbled => Some((StatusCode::OK, "<html>Wartung</html>".to_owned())),
    }
}

async fn list_free(State(inside): Shared, headers: HeaderMap, Path(scope): Path<String>) -> Said {
    if let Some(said) = mood(&inside, &headers, &format!("free {scope}")).await {
        return said;
    }
    let inside = inside.lock().expect("no holder panics");
    well(inside.free.iter().map(|date| json!({ "date": date, "slotCount": 1 })).collect())
}

async fn reserve(State(inside): Shared, headers: HeaderMap, Json(process): Json<Value>) -> Said {
    if let Some(said) = mood(&inside, &headers, "reserve").await {
        return said;
    }
    let mut inside = inside.lock().expect("no holder panics");
    let date = process["appointments"][0]["date"].as_i64().unwrap_or_default();
    let Some(at) = inside.free.iter().position(|free| *free == date) else { return gone() };
    inside.free.remove(at);
    let id = inside.next;
    inside.next += 1;
    inside.processes.insert(id, (date, "reserved"));
    well(json!({ "id": id, "authKey": KEY, "status": "reserved" }))
}

async fn confirm(State(inside): Shared, headers: HeaderMap, Json(process): Json<Value>) -> Said {
    if let Some(said) = mood(&inside, &headers, "confirm").await {
        return said;
    }
    let mut inside = inside.lock().expect("no holder panics");
    let id = process["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
    match inside.processes.get_mut(&id).filter(|_| process["authKey"] == KEY) {
        Some(process) => process.1 = "confirmed",
        None => return gone(),
    }
    well(json!({ "id": id, "status": "confirmed" }))
}

async fn remove(State(inside): Shared, headers: HeaderMap, Path((id, key)): Path<(i64, String)>) -> Said {
    if let Some(said) = mood(&inside, &headers, "delete").await {
        return said;
    }
    let mut inside = inside.lock().expect("no holder panics");
    match inside.processes.remove(&id).filter(|_| key == KEY) {
        Some((date, _)) => {
            inside.free.push(date);
            well(json!({ "id": id, "status": "deleted" }))
        }
        None => gone(),
    }
}
