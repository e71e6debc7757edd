//! The queue: what cost most comes first.

use askama::Template;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::super::store::{self, Measure, Wanted};
use super::super::{Gap, Kind, LEAST_MS, State as GapState, WINDOW};
use super::{gap_url, list_url};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::knowledge::{Place, places, town};
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Places, Query, format};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    state: String,
    kind: String,
    mine: String,
    page: String,
}

impl Filter {
    fn state(&self) -> &str {
        if self.state == "all" { "all" } else { GapState::parse(&self.state).map_or("", GapState::as_str) }
    }

    fn states(&self) -> Vec<Choice> {
        let known =
            GapState::ALL.map(|state| Choice::new(state.as_str(), state.label(), self.state() == state.as_str()));
        let unfinished = Choice::new("", "offen und in Arbeit", self.state().is_empty());
        let all = Choice::new("all", "alle", self.state() == "all");
        [unfinished].into_iter().chain(known).chain([all]).collect()
    }

    fn kinds(&self) -> Vec<Choice> {
        let any = Choice::new("", "alle", self.kind.is_empty());
        let kinds = Kind::ALL.map(|kind| Choice::new(kind.as_str(), kind.label(), self.kind == kind.as_str()));
        [any].into_iter().chain(kinds).collect()
    }
}

#[derive(Template)]
#[template(path = "gaps/list.html")]
pub(super) struct GapsPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    pager: Pager,
    gaps: Vec<Gap>,
    /// Calls that name nothing, beside the queue.
    nameless: Option<Gap>,
    measure: Option<Measure>,
}

pub(super) async fn gaps_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Page<GapsPage>> {
    let tenant = town(tenant)?;
    let wanted = Wanted {
        tenant: tenant.id,
        since: app.clock.now() - WINDOW,
        state: filter.state(),
        kind: Kind::parse(&filter.kind).map_or("", Kind::as_str),
        assignee: (!filter.mine.is_empty()).then_some(viewer.account),
        words: &filter.q,
        nameless: false,
    };
    let mut db = app.begin(&tenant.scope()).await?;
    let total = store::count_gaps(&mut *db, &wanted).await?;
    let pager = Pager::new(&list_url(&tenant), &filter, &filter.page, total, "Lücken");
    let gaps = store::list_gaps(&mut *db, &wanted, None, (Pager::ROWS, pager.offset())).await?;
    let beside = Wanted { nameless: true, ..wanted };
    let nameless = store::list_gaps(&mut *db, &beside, None, (1, 0)).await?.pop();
    let measure = store::find_measure(&mut *db, tenant.id).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Wissenslücken").await?;
    let places = places(&viewer, &tenant, Place::Gaps);
    Ok(Page(GapsPage { frame, places, tenant, filter, pager, gaps, nameless, measure }))
}

impl GapsPage {
    fn url(&self, gap: &Gap) -> String {
        gap_url(&self.tenant, gap.id)
    }

    fn median(&self) -> String {
        median_words(self.measure.as_ref())
    }

    #[expect(clippy::unused_self, reason = "the template asks the page it is on")]
    fn least(&self) -> String {
        least_minutes()
    }
}

/// The median in words, for the lines that say how it is counted.
pub(super) fn median_words(measure: Option<&Measure>) -> String {
    match measure.and_then(|measure| measure.median_ms.map(|median| (median, measure))) {
        Some((median, measure)) => format!(
            "{} min (Median von {} beantworteten Anrufen, Stand {})",
            format::duration(median),
            format::count(measure.calls),
            format::moment(measure.counted_at)
        ),
        None => "noch nicht bekannt".to_owned(),
    }
}

/// "0,5".
pub(super) fn least_minutes() -> String {
    format::tenths(f64::from(LEAST_MS) / 60_000.0)
}
