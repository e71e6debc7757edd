//! Calls whose dialled number belongs to no town: nobody gets them silently, a person says whose they are.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::calls::{self, UnassignedCall, UnassignedWanted};
use crate::ids::{CallId, SourceId};
use crate::telephony::{Source, store};
use crate::tenants::{self, Number};
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Error, Form, Frame, Page, Pager, Path, Places, Query, format};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    /// Part of the number that was dialled, in any spelling.
    q: String,
    source: String,
    page: String,
}

impl Filter {
    /// As it is stored: "069 90009" is looked for as "+496990009".
    fn number(&self) -> String {
        let is_number = self.q.chars().all(|c| c.is_ascii_digit() || " /-()+.".contains(c));
        if !is_number || self.q.is_empty() {
            return self.q.to_lowercase();
        }
        let digits: String = self.q.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        match digits.strip_prefix("00").map(|abroad| format!("+{abroad}")) {
            Some(abroad) => abroad,
            None => digits.strip_prefix('0').map_or(digits.clone(), |national| format!("+49{national}")),
        }
    }
}

#[derive(Template)]
#[template(path = "telephony/unassigned.html")]
struct UnassignedPage {
    frame: Frame,
    places: Places,
    viewer: Viewer,
    filter: Filter,
    pager: Pager,
    sources: Vec<Source>,
    calls: Vec<UnassignedCall>,
}

impl UnassignedPage {
    fn towns(&self) -> Vec<&TenantAccess> {
        self.viewer.tenants.iter().filter(|tenant| !tenant.is_intake()).collect()
    }

    fn number(call: &UnassignedCall) -> String {
        call.dialled.as_deref().map_or("ohne Rufnummer".to_owned(), tenants::display_number)
    }

    /// A number that can be made a line.
    fn dialable(call: &UnassignedCall) -> Option<String> {
        let number = Number::parse(call.dialled.as_deref()?);
        number.dialable().map(|number| number.trim_start_matches('+').to_owned())
    }

    fn result(call: &UnassignedCall) -> &'static str {
        match call.result.as_str() {
            "answered" => "angenommen",
            "abandoned" => "aufgelegt",
            "overflow" => "weitergeleitet",
            "closed" => "geschlossen",
            "unserved" => "nicht bedient",
            "busy" => "besetzt",
            "outbound" => "ausgehend",
            "open" => "läuft",
            _ => "Ende unbekannt",
        }
    }
}

pub(super) async fn unassigned_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let mut db = app.begin(&viewer.center_scope()).await?;
    let number = filter.number();
    let intake = tenants::find_intake(&mut *db).await?;
    let wanted = UnassignedWanted { intake, source: filter.source.parse().ok().map(SourceId), number: &number };
    let total = calls::count_unassigned(&mut *db, wanted).await?;
    let pager = Pager::new(CenterPlace::Unassigned.url(), &filter, &filter.page, total, "Anrufen");
    let calls = calls::list_unassigned(&mut *db, wanted, pager.offset(), Pager::ROWS).await?;
    let sources = store::list_sources(&mut *db).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Center, "Nicht zugeordnete Anrufe").await?;
    let places = Places::of_center(CenterPlace::Unassigned);
    Ok(Page(UnassignedPage { frame, places, viewer, filter, pager, sources, calls }).into_response())
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Assignment {
    /// A slug.
    town: String,
}

impl Assignment {
    fn town<'a>(&self, viewer: &'a Viewer) -> Option<&'a TenantAccess> {
        viewer.tenant(&self.town).filter(|tenant| !tenant.is_intake())
    }
}

pub(super) async fn assign_call(
    State(app): State<App>,
    viewer: Viewer,
    Path(call): Path<CallId>,
    Form(form): Form<Assignment>,
) -> web::Result<Response> {
    let back = CenterPlace::Unassigned.url();
    let Some(town) = form.town(&viewer) else {
        return web::done(&app, &viewer, "Bitte wählen Sie einen Ort für den Anruf.", back).await;
    };
    let mut db = app.begin(&viewer.center_scope()).await?;
    let intake = tenants::find_intake(&mut *db).await?;
    if !calls::assign_call(&mut db, intake, call, town.id).await? {
        return Err(Error::NotFound);
    }
    let act = Act::of(town.id, "assigned", "call", call, serde_json::json!({ "tenants": town.short_name }));
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let undo = format!("/telephony/unassigned/{call}/assignment/withdrawal?town={}", town.slug);
    web::done_with_undo(&app, &viewer, format!("Der Anruf gehört jetzt zu {}.", town.short_name), undo, back).await
}

pub(super) async fn withdraw_assignment(
    State(app): State<App>,
    viewer: Viewer,
    Path(call): Path<CallId>,
    Query(form): Query<Assignment>,
) -> web::Result<Response> {
    let town = form.town(&viewer).ok_or(Error::NotFound)?;
    let mut db = app.begin(&viewer.center_scope()).await?;
    let intake = tenants::find_intake(&mut *db).await?;
    if !calls::unassign_call(&mut db, intake, call, town.id).await? {
        return Err(Error::NotFound);
    }
    let details = serde_json::json!({ "tenants": town.short_name });
    let act = Act::of(town.id, "assignment withdrawn", "call", call, details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Der Anruf gehört wieder zu keinem Ort.", CenterPlace::Unassigned.url()).await
}
