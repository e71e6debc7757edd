//! The list of a tenant's own words, and taking a line out of it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::list_url;
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::knowledge::{Place, places, town};
use crate::search::words::{WordLine, store};
use crate::web::confirm::{self, Question};
use crate::web::frame::Section;
use crate::web::{self, Error, Frame, InTenant, Page, Pager, Path, Places, Query, format};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    page: String,
}

#[derive(Template)]
#[template(path = "search/words.html")]
struct WordsPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    pager: Pager,
    lines: Vec<WordLine>,
    /// Knowledge bases with the number of their lines: they count here too.
    bases: Vec<(String, usize)>,
}

pub(super) async fn words_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let total = store::count_lines(&mut *db, tenant.id, &filter.q).await?;
    let pager = Pager::new(&list_url(&tenant), &filter, &filter.page, total, "Zeilen");
    let lines = store::list_lines_page(&mut *db, tenant.id, &filter.q, pager.offset(), Pager::ROWS).await?;
    drop(db);
    let bases = bases(&app, &tenant);
    let frame = Frame::of(&app, &viewer, Section::Knowledge, format!("Suchwörter {}", tenant.short_name)).await?;
    let places = places(&viewer, &tenant, Place::Words);
    Ok(Page(WordsPage { frame, places, tenant, filter, pager, lines, bases }).into_response())
}

fn bases(app: &App, tenant: &TenantAccess) -> Vec<(String, usize)> {
    let additions = app.search.additions();
    let bases = tenant.sources.iter().filter(|source| source.id != tenant.id);
    bases.map(|base| (base.short_name.clone(), additions.count(base.id))).filter(|(_, count)| *count > 0).collect()
}

impl WordsPage {
    /// What counts here beside these lines.
    fn beside(&self) -> String {
        let lines = |count: &usize| if *count == 1 { "eine Zeile".to_owned() } else { format!("{count} Zeilen") };
        let bases: Vec<_> = self.bases.iter().map(|(name, count)| format!("{} von {name}", lines(count))).collect();
        match &bases[..] {
            [] => "Sie ergänzen das Wörterbuch, das die Suche mitbringt.".to_owned(),
            bases => format!("Sie ergänzen das Wörterbuch, das die Suche mitbringt, und {}.", bases.join(", ")),
        }
    }
}

pub(super) async fn find(app: &App, tenant: &TenantAccess, id: i64) -> web::Result<WordLine> {
    let mut db = app.begin(&tenant.scope()).await?;
    store::find_line(&mut *db, tenant.id, id).await?.ok_or(Error::NotFound)
}

pub(super) async fn deletion_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let line = find(&app, &town(tenant.clone())?, id).await?;
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Zeile löschen?").await?;
    let question = Question {
        what: format!("{}: {}", line.wording.expressions.join(", "), line.wording.terms.join(", ")),
        consequences: vec![
            "Wer diese Wörter sucht, findet wieder nur, was das mitgelieferte Wörterbuch dazu weiß.".to_owned(),
            "Das gilt auch für Orte, die dieses Wissen übernehmen.".to_owned(),
        ],
        obstacle: None,
        action: format!("{}/{id}/deletion", list_url(&tenant)),
        yes: "Zeile löschen",
        no: "Behalten",
        back: format!("{}/{id}", list_url(&tenant)),
    };
    Ok(confirm::ask(frame, question))
}

pub(super) async fn delete_words(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let line = find(&app, &tenant, id).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    if store::delete_line(&mut *db, tenant.id, id).await? {
        let act = Act::of(tenant.id, "deleted", "lexicon_line", id, line.wording.details());
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Die Zeile ist gelöscht.", &list_url(&tenant)).await
}
