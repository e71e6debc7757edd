//! The list of a town's lessons.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::{list_url, show_words};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::knowledge::{self, Place, places, town};
use crate::search::analyzer;
use crate::search::learning::store::{self, Wanted};
use crate::search::learning::{Learned, today};
use crate::search::privacy;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Places, Query, format};

/// The order of the list that is not the usual one.
const LATEST_FIRST: &str = "date";

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    sort: String,
    page: String,
}

impl Filter {
    fn is_latest_first(&self) -> bool {
        self.sort == LATEST_FIRST
    }

    fn wanted(&self, app: &App, tenant: &TenantAccess) -> Wanted {
        Wanted {
            tenant: tenant.id,
            today: today(app),
            title: knowledge::fold(self.q.trim()),
            words: privacy::folded(&self.q),
            stems: analyzer::words(&self.q).into_iter().map(|word| word.stem).collect(),
            latest_first: self.is_latest_first(),
        }
    }
}

#[derive(Template)]
#[template(path = "search/learned.html")]
struct LearnedPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    pager: Pager,
    lessons: Vec<Learned>,
    learns: bool,
}

impl LearnedPage {
    fn may_switch(&self) -> bool {
        self.tenant.may(Permission::ManageTenant)
    }

    fn owner(&self, lesson: &Learned) -> &str {
        self.tenant.source(lesson.owner).map_or("", |source| &source.short_name)
    }

    fn entry_url(&self, lesson: &Learned) -> String {
        let owner = self.tenant.source(lesson.owner).map_or(self.tenant.slug.as_str(), |source| source.slug.as_str());
        format!("/knowledge/{}/entries/{owner}/{}", self.tenant.slug, lesson.entry)
    }
}

pub(super) async fn learned_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let wanted = filter.wanted(&app, &tenant);
    let mut db = app.begin(&tenant.scope()).await?;
    let learns = store::find_switch(&mut *db, tenant.id).await?;
    let total = store::count_lessons(&mut *db, &wanted).await?;
    let pager = Pager::new(&list_url(&tenant), &filter, &filter.page, total, "Zeilen");
    let mut lessons = store::list_lessons(&mut *db, &wanted, pager.offset(), Pager::ROWS).await?;
    drop(db);
    show_words(&app, &tenant, &mut lessons).await;
    let frame = Frame::of(&app, &viewer, Section::Knowledge, format!("Gelerntes {}", tenant.short_name)).await?;
    let places = places(&viewer, &tenant, Place::Learned);
    Ok(Page(LearnedPage { frame, places, tenant, filter, pager, lessons, learns }).into_response())
}
