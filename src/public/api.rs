//! `/api/v1/public/{tenant}/...`: the same for programs, such as a town's website. No token, any origin.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer;
use super::door::{Address, Door, address};
use crate::access::Permission;
use crate::app::App;
use crate::ids::EntryId;
use crate::knowledge::{Entry, Field, attachments};
use crate::search::Hit;
use crate::web::{self, Pace, Path, Query, Routes, format};

type Peer = Option<axum::Extension<ConnectInfo<SocketAddr>>>;

pub fn routes(pace: &Pace<Address>) -> Routes {
    let (searching, reading) = (pace.clone(), pace.clone());
    let search =
        move |State(app): State<App>, peer: Peer, path: Path<String>, asked: Query<Asked>, headers: HeaderMap| {
            let pace = searching.clone();
            async move { search(&app, &pace, peer, path, asked, headers).await }
        };
    let read = move |State(app): State<App>, peer: Peer, path: Path<(String, EntryId)>, headers: HeaderMap| {
        let pace = reading.clone();
        async move { read(&app, &pace, peer, path, headers).await }
    };
    Routes::new().get("/api/v1/public/{tenant}/search", Permission::Public, search).get(
        "/api/v1/public/{tenant}/entries/{entry}",
        Permission::Public,
        read,
    )
}

/// A list, so that a field given twice is no error: the first one counts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: Vec<String>,
}

async fn search(
    app: &App,
    pace: &Pace<Address>,
    peer: Peer,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> web::Result<Response> {
    let door = Door::enter(app, pace, &slug, address(&headers, peer.as_deref())).await?;
    let query = asked.q.into_iter().next().unwrap_or_default();
    let hits: Vec<_> = door.search(app, &query).await.iter().map(|hit| hit_json(&door, hit)).collect();
    Ok(answer::json(&headers, &json!({ "query": query, "hits": hits })))
}

fn hit_json(door: &Door, hit: &Hit) -> Value {
    json!({
        "id": hit.entry.to_string(),
        "title": hit.title,
        "tenant": door.source(hit.tenant).map(|source| source.slug.as_str()),
        "snippet": hit.snippet,
        "url": format!("/public/{}/entries/{}", door.town.slug, hit.entry),
    })
}

async fn read(
    app: &App,
    pace: &Pace<Address>,
    peer: Peer,
    Path((slug, id)): Path<(String, EntryId)>,
    headers: HeaderMap,
) -> web::Result<Response> {
    let door = Door::enter(app, pace, &slug, address(&headers, peer.as_deref())).await?;
    let entry = door.find_entry(app, id).await?;
    let mut db = app.begin(&door.town.scope()).await?;
    let url = |file: &attachments::Attachment| format!("/public/{}/attachments/{}", door.town.slug, file.id);
    let files = attachments::list_files(&mut db, &entry, url).await?;
    let files = files.into_iter().filter(|file| !file.internal);
    let files: Vec<_> =
        files.map(|file| json!({ "label": file.label, "url": file.url, "kind": file.kind_and_size })).collect();
    Ok(answer::json(&headers, &entry_json(&entry, files)))
}

/// No hint for agents, and nobody's name.
fn entry_json(entry: &Entry, files: Vec<Value>) -> Value {
    let content = &entry.content;
    let mut fields = Map::new();
    for field in Field::ALL.into_iter().filter(|field| *field != Field::Internal) {
        fields.insert(field.as_str().to_owned(), content.html(field).map(ToString::to_string).into());
    }
    let links: Vec<_> = content.links.iter().map(|link| json!({ "label": link.label, "url": link.url })).collect();
    json!({
        "id": entry.id.to_string(),
        "title": content.title,
        "tenant": entry.tenant_slug,
        "stance": entry.composition.stance.as_str(),
        "published_at": format::machine_moment(entry.published_at),
        "synonyms": content.synonyms,
        "life_situations": content.life_situations,
        "leika": content.leika,
        "unit": content.unit,
        "valid_until": content.valid_until,
        "links": links,
        "attachments": files,
        "format": "html",
        "fields": fields,
    })
}
