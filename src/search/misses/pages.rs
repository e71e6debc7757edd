//! The list of searches without a hit, and where pages send what found nothing.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::store::{self, Wanted};
use super::{Miss, note_miss, privacy};
use crate::access::{Permission as P, TenantAccess, Viewer};
use crate::app::App;
use crate::knowledge::{Place, places, town};
use crate::web::confirm::{self, Question};
use crate::web::forms::parse_date;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Pager, Path, Places, Query, Routes, format};

pub fn routes() -> Routes {
    Routes::new()
        .get("/knowledge/{tenant}/misses", P::EditKnowledge, misses_page)
        .post("/knowledge/{tenant}/misses", P::ReadKnowledge, report_miss)
        .get("/knowledge/{tenant}/misses/{miss}/removal", P::EditKnowledge, removal_page)
        .post("/knowledge/{tenant}/misses/{miss}/removal", P::EditKnowledge, remove_miss)
}

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
struct Filter {
    q: String,
    from: String,
    to: String,
    page: String,
}

#[derive(Template)]
#[template(path = "search/misses.html")]
struct MissesPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    pager: Pager,
    misses: Vec<Miss>,
}

impl MissesPage {
    fn search_url(&self, miss: &Miss) -> String {
        let query = serde_html_form::to_string([("q", &miss.words)]).unwrap_or_default();
        format!("/knowledge/{}/search?{query}", self.tenant.slug)
    }
}

fn list_url(tenant: &TenantAccess) -> String {
    format!("/knowledge/{}/misses", tenant.slug)
}

async fn misses_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Page<MissesPage>> {
    let tenant = town(tenant)?;
    let words = privacy::folded(&filter.q);
    let wanted =
        Wanted { tenant: tenant.id, words: &words, from: parse_date(&filter.from), to: parse_date(&filter.to) };
    let mut db = app.begin(&tenant.scope()).await?;
    let total = store::count_misses(&mut *db, &wanted).await?;
    let pager = Pager::new(&list_url(&tenant), &filter, &filter.page, total, "Suchen");
    let misses = store::list_misses(&mut *db, &wanted, pager.offset(), Pager::ROWS).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Suchen ohne Treffer").await?;
    let places = places(&viewer, &tenant, Place::Misses);
    Ok(Page(MissesPage { frame, places, tenant, filter, pager, misses }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Report {
    q: String,
}

/// The search page found nothing, and it stayed on the screen.
async fn report_miss(
    State(app): State<App>,
    InTenant(tenant): InTenant,
    Form(report): Form<Report>,
) -> web::Result<StatusCode> {
    note_miss(&app, &tenant, &report.q).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn removal_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let miss = store::find_miss(&mut *db, tenant.id, id).await?.ok_or(web::Error::NotFound)?;
    drop(db);
    let times = format::count(miss.count);
    let question = Question {
        what: format!("„{}“, {times} mal gesucht, zuletzt am {}", miss.words, format::day(miss.last_at)),
        consequences: vec![
            "Die Suche verschwindet aus dieser Liste, mit allem, was sie zählt.".to_owned(),
            "Sucht jemand wieder danach, steht sie von neuem hier.".to_owned(),
        ],
        obstacle: None,
        action: format!("{}/{id}/removal", list_url(&tenant)),
        yes: "Entfernen",
        no: "Behalten",
        back: list_url(&tenant),
    };
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Suche aus der Liste entfernen?").await?;
    Ok(confirm::ask(frame, question))
}

async fn remove_miss(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    if !store::delete_miss(&mut *db, tenant.id, id).await? {
        return Err(web::Error::NotFound);
    }
    db.commit().await?;
    web::done(&app, &viewer, "Die Suche ist aus der Liste entfernt.", &list_url(&tenant)).await
}
