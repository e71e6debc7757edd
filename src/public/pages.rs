//! The town's knowledge as plain pages: searching, A to Z, one entry, its files.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::answer;
use super::door::{Address, Door, address};
use crate::access::Permission;
use crate::app::App;
use crate::clock;
use crate::ids::{AttachmentId, EntryId};
use crate::knowledge::attachments::{self, FileLink};
use crate::knowledge::{self, EntryView, Listed, Listing, sort_key};
use crate::search::Hit;
use crate::web::{self, Error, Frame, Pace, Pager, Path, Query, Routes, format};

/// A catalogue of this size is read at once.
const MOST_ENTRIES: i64 = 10_000;

type Peer = Option<axum::Extension<ConnectInfo<SocketAddr>>>;

pub fn routes(pace: &Pace<Address>) -> Routes {
    let paces = [pace.clone(), pace.clone(), pace.clone()];
    let [browsing, reading, loading] = paces;
    let browse =
        move |State(app): State<App>, peer: Peer, path: Path<String>, asked: Query<Asked>, headers: HeaderMap| {
            let pace = browsing.clone();
            async move { browse(&app, &pace, peer, path, asked, headers).await }
        };
    let read = move |State(app): State<App>, peer: Peer, path: Path<(String, EntryId)>, headers: HeaderMap| {
        let pace = reading.clone();
        async move { read(&app, &pace, peer, path, headers).await }
    };
    let load = move |State(app): State<App>, peer: Peer, path: Path<(String, AttachmentId)>, headers: HeaderMap| {
        let pace = loading.clone();
        async move { load(&app, &pace, peer, path, headers).await }
    };
    Routes::new()
        .get("/public/{tenant}", Permission::Public, browse)
        .get("/public/{tenant}/entries/{entry}", Permission::Public, read)
        .get("/public/{tenant}/attachments/{attachment}", Permission::Public, load)
}

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
struct Asked {
    q: String,
    letter: String,
    page: String,
}

#[derive(Template)]
#[template(path = "public/entries.html")]
struct EntriesPage {
    frame: Frame,
    door: Door,
    asked: Asked,
    hits: Vec<Hit>,
    letters: BTreeSet<char>,
    rows: Vec<Listed>,
    pager: Pager,
}

impl EntriesPage {
    fn title(&self) -> String {
        match self.asked.q.as_str() {
            "" => format!("Leistungen von A bis Z, {}", self.door.town.name),
            query => format!("Suche nach „{query}“, {}", self.door.town.name),
        }
    }

    fn url(&self, entry: EntryId) -> String {
        format!("/public/{}/entries/{entry}", self.door.town.slug)
    }

    fn is_chosen(&self, letter: char) -> bool {
        self.asked.letter == letter.to_string()
    }
}

/// 'a' to 'z', or '0' for everything else.
fn letter_of(title: &str) -> char {
    sort_key(title).chars().next().filter(char::is_ascii_lowercase).unwrap_or('0')
}

async fn browse(
    app: &App,
    pace: &Pace<Address>,
    peer: Peer,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> web::Result<Response> {
    let door = Door::enter(app, pace, &slug, address(&headers, peer.as_deref())).await?;
    let hits = if asked.q.is_empty() { Vec::new() } else { door.search(app, &asked.q).await };
    let mut entries = if asked.q.is_empty() { list_entries(app, &door).await? } else { Vec::new() };
    let letters = entries.iter().map(|entry| letter_of(&entry.title)).collect();
    entries.retain(|entry| asked.letter.is_empty() || asked.letter == letter_of(&entry.title).to_string());
    let path = format!("/public/{}", door.town.slug);
    let pager = Pager::new(&path, &asked, &asked.page, i64::try_from(entries.len()).unwrap_or(0), "Leistungen");
    let rows = pager.cut(entries);
    let page = EntriesPage { frame: Frame::public(""), door, asked, hits, letters, rows, pager };
    Ok(answer::page(&headers, page.render()?))
}

async fn list_entries(app: &App, door: &Door) -> sqlx::Result<Vec<Listed>> {
    let listing = Listing {
        reader: door.town.id,
        today: clock::day_of(app.clock.now()),
        title: String::new(),
        letter: String::new(),
        is_own: None,
        is_valid: Some(true),
        life_situation: String::new(),
        unit: String::new(),
        withdrawn: false,
        archived: false,
    };
    let mut db = app.begin(&door.town.scope()).await?;
    let mut entries = knowledge::list_entries(&mut *db, &listing, 0, MOST_ENTRIES).await?;
    entries.retain(|entry| door.passes(entry.id));
    Ok(entries)
}

#[derive(Template)]
#[template(path = "public/entry.html")]
struct EntryPage {
    frame: Frame,
    door: Door,
    view: EntryView,
    files: Vec<FileLink>,
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
    let mut files = attachments::list_files(&mut db, &entry, url).await?;
    files.retain(|file| !file.internal);
    let view = EntryView::new(entry, &door.town, clock::day_of(app.clock.now()));
    let page = EntryPage { frame: Frame::public(""), door, view, files };
    Ok(answer::page(&headers, page.render()?))
}

async fn load(
    app: &App,
    pace: &Pace<Address>,
    peer: Peer,
    Path((slug, id)): Path<(String, AttachmentId)>,
    headers: HeaderMap,
) -> web::Result<Response> {
    let door = Door::enter(app, pace, &slug, address(&headers, peer.as_deref())).await?;
    let mut db = app.begin(&door.town.scope()).await?;
    let found = attachments::find_readable(&mut db, door.town.id, id).await?;
    let (file, entry) = found.filter(|(file, _)| !file.internal).ok_or(Error::NotFound)?;
    let is_valid = entry.content.is_valid_on(clock::day_of(app.clock.now()));
    if !is_valid || entry.layers.iter().any(|layer| !door.passes(layer.entry)) {
        return Err(Error::NotFound);
    }
    let bytes = attachments::find_bytes(&mut *db, file.tenant, id).await?.ok_or(Error::NotFound)?;
    Ok(attachments::answer(&file, bytes))
}
