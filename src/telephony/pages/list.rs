//! All telephone systems of the center, each with how it stands.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Viewer;
use crate::app::App;
use crate::ids::SourceId;
use crate::telephony::{Source, store};
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Frame, Page, Pager, Places, Query, format};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    state: String,
    page: String,
}

impl Filter {
    fn matches(&self, source: &Source) -> bool {
        let state = match self.state.as_str() {
            "active" => source.active,
            "inactive" => !source.active,
            _ => true,
        };
        let wanted = self.q.to_lowercase();
        state && [&*source.name, source.adapter.label()].iter().any(|text| text.to_lowercase().contains(&wanted))
    }
}

struct Row {
    source: Source,
    link: Option<store::LinkState>,
    last_message: Option<DateTime<Utc>>,
}

impl Row {
    /// The colour word and the words of how it stands.
    fn state(&self) -> (&'static str, &'static str) {
        match (self.source.active, self.link.as_ref().map(|link| link.state.as_str())) {
            (false, _) => ("off", "abgeschaltet"),
            (true, Some("connected")) => ("good", "verbunden"),
            (true, Some("refused")) => ("bad", "abgewiesen"),
            (true, Some(_)) => ("bad", "nicht erreichbar"),
            (true, None) if self.source.adapter.is_called() => ("warn", "noch nicht verbunden"),
            (true, None) if self.last_message.is_none() => ("warn", "noch nichts gehört"),
            (true, None) => ("good", "aktiv"),
        }
    }
}

#[derive(Template)]
#[template(path = "telephony/sources.html")]
struct SourcesPage {
    frame: Frame,
    places: Places,
    filter: Filter,
    pager: Pager,
    rows: Vec<Row>,
    queues: HashMap<SourceId, usize>,
}

impl SourcesPage {
    fn queues_of(&self, row: &Row) -> usize {
        self.queues.get(&row.source.id).copied().unwrap_or_default()
    }
}

pub(super) async fn sources_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let mut db = app.begin(&viewer.center_scope()).await?;
    let mut sources = store::list_sources(&mut *db).await?;
    sources.retain(|source| filter.matches(source));
    let pager = Pager::new(CenterPlace::Telephony.url(), &filter, &filter.page, sources.len(), "Telefonanlagen");
    let mut queues = HashMap::new();
    for mapping in store::list_queues(&mut *db).await? {
        *queues.entry(mapping.source).or_default() += 1;
    }
    let mut rows = Vec::new();
    for source in pager.cut(sources) {
        let link = store::find_state(&mut *db, source.id).await?;
        let last_message = store::find_last_message(&mut *db, source.id).await?;
        rows.push(Row { source, link, last_message });
    }
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Center, "Telefonanlagen").await?;
    let places = Places::of_center(CenterPlace::Telephony);
    Ok(Page(SourcesPage { frame, places, filter, pager, rows, queues }).into_response())
}
