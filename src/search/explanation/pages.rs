//! Why a hit stands where it does, for those who tend the texts.

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use super::Explanation;
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::ids::EntryId;
use crate::knowledge;
use crate::search::board::WatchedWord;
use crate::search::manner::Place;
use crate::search::vocabulary::place_of;
use crate::search::{Request, Results};
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Path, Places, Query, Routes};

/// How far down a hit is looked for.
const LOOKED_AT: usize = 50;

pub fn routes() -> Routes {
    Routes::new().get(
        "/knowledge/{tenant}/entries/{owner}/{entry}/explanation",
        Permission::ReadKnowledge,
        explanation_page,
    )
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: String,
}

#[derive(Template)]
#[template(path = "search/explanation.html")]
struct ExplanationPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    q: String,
    title: String,
    entry_url: String,
    owner: String,
    /// None where nothing was asked.
    explanation: Option<Explanation>,
    /// Counted from 1.
    place: Option<usize>,
    total: usize,
}

async fn explanation_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, entry)): Path<(String, String, EntryId)>,
    Query(asked): Query<Asked>,
) -> web::Result<Page<ExplanationPage>> {
    let source = tenant.sources.iter().find(|source| source.slug == owner).ok_or(web::Error::NotFound)?.clone();
    let mut db = app.begin(&viewer.scope()).await?;
    let found = knowledge::find_entry(&mut db, tenant.id, source.id, entry).await?.ok_or(web::Error::NotFound)?;
    drop(db);
    let request = Request::new(&asked.q, &tenant.sources, LOOKED_AT, app.clock.now());
    let explanation = app.search.explain(request.clone(), (source.id, entry)).await;
    let results: Results = app.search.find(request).await;
    let place =
        results.hits.iter().position(|hit| (hit.tenant, hit.entry) == (source.id, entry)).map(|place| place + 1);
    let title = format!("Warum dieser Platz? – {}", found.content.title);
    Ok(Page(ExplanationPage {
        frame: Frame::of(&app, &viewer, Section::Knowledge, title).await?,
        places: knowledge::places(&viewer, &tenant, knowledge::Place::Elsewhere),
        entry_url: format!("/knowledge/{}/entries/{owner}/{entry}", tenant.slug),
        tenant,
        q: asked.q,
        title: found.content.title,
        owner: source.short_name,
        explanation,
        place,
        total: results.total,
    }))
}

impl ExplanationPage {
    fn search_url(&self) -> String {
        let fields = serde_html_form::to_string([("q", &self.q)]).unwrap_or_default();
        format!("/knowledge/{}/search?{fields}", self.tenant.slug)
    }

    /// As it was typed; a part of a compound as the search compares it.
    fn typed<'a>(&'a self, word: &'a WatchedWord) -> &'a str {
        place_of(&self.q, &word.text).map_or(word.text.as_str(), |place| &self.q[place])
    }

    /// As a German number. Askama passes fields by reference and results by value.
    #[expect(clippy::unused_self, reason = "templates call it on the page they have")]
    fn decimal(&self, value: impl std::borrow::Borrow<f32>) -> String {
        format!("{:.2}", value.borrow()).replace('.', ",")
    }

    #[expect(clippy::unused_self, reason = "templates call it on the page they have")]
    fn percent(&self, share: impl std::borrow::Borrow<f32>) -> String {
        format!("{:.0} %", share.borrow() * 100.0)
    }

    fn place_words(&self) -> String {
        match self.place {
            Some(place) => format!("Platz {place} von {}", self.total),
            None if self.total > LOOKED_AT => format!("nicht unter den ersten {LOOKED_AT} von {} Treffern", self.total),
            None => "kein Treffer".to_owned(),
        }
    }
}

impl WatchedWord {
    fn points(&self) -> f32 {
        self.worth * self.weight
    }

    fn found(&self) -> String {
        match self.place.filter(|_| self.worth > 0.0) {
            Some(Place::Text(part, manner)) => format!("{}, {}", part.label(), manner.label()),
            Some(Place::Meaning) => "über das Wörterbuch".to_owned(),
            None => "nicht gefunden".to_owned(),
        }
    }
}
