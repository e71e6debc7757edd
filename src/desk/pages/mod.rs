//! The desk's addresses. Every act answers with the whole desk: as a page for a plain form, as the part below the frame for htmx.

mod acts;
mod appointments;
mod bulletins;
mod cases;
mod connect;
mod control;
mod countdown;
mod gaps;
mod load;
mod results;
mod telephone;
mod view;
mod visit;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use self::connect::{FoundPart, Known};
use self::view::{DeskView, Results};
use self::visit::Visit;
use super::sitting::Notice;
use super::stream;
use crate::access::Permission;
use crate::calls::Disposition;
use crate::cases::CaseForm;
use crate::desk::State;
use crate::directory::Need;
use crate::gaps::ReportForm;
use crate::tenants::Place;
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, Page, Query, Routes, format};

pub fn routes() -> Routes {
    use Permission::UseDesk;
    Routes::new()
        .get("/desk", UseDesk, desk_page)
        .get("/desk/stream", UseDesk, stream::open)
        .get("/desk/results", UseDesk, results_fragment)
        .get("/desk/places", UseDesk, places_fragment)
        .get("/desk/directory", UseDesk, connect::targets_fragment)
        .post("/desk/transfers/{transfer}/result", UseDesk, connect::tell)
        .post("/desk/misses", UseDesk, report_miss)
        .get("/desk/keys", UseDesk, keys_page)
        .post("/desk/seat", UseDesk, acts::sit_down)
        .post("/desk/calls", UseDesk, acts::take_call)
        .post("/desk/calls/{call}/acceptance", UseDesk, acts::accept)
        .post("/desk/calls/{call}/town", UseDesk, acts::choose_town)
        .post("/desk/calls/{call}/entries/{owner}/{entry}", UseDesk, acts::open_entry)
        .post("/desk/calls/{call}/answer", UseDesk, acts::answer)
        .post("/desk/calls/{call}/outcome", UseDesk, acts::set_outcome)
        .post("/desk/calls/{call}/hold", UseDesk, control::hold)
        .post("/desk/calls/{call}/callback", UseDesk, control::call_back)
        .post("/desk/calls/{call}/note", UseDesk, acts::keep_note)
        .post("/desk/calls/{call}/cases", UseDesk, cases::take_case)
        .post("/desk/cases/{owner}/{case}/call", UseDesk, cases::call_case)
        .post("/desk/calls/{call}/end", UseDesk, acts::end)
        .post("/desk/calls/{call}/appointments/holds", UseDesk, appointments::hold)
        .post("/desk/calls/{call}/appointments/release", UseDesk, appointments::release)
        .post("/desk/calls/{call}/appointments/bookings", UseDesk, appointments::book)
        .post("/desk/calls/{call}/appointments/search", UseDesk, appointments::search)
        .post("/desk/calls/{call}/appointments/cancellation", UseDesk, appointments::cancel)
        .post("/desk/bulletins/{owner}/{bulletin}/acknowledgement", UseDesk, bulletins::acknowledge)
        .post("/desk/gaps", UseDesk, gaps::report_gap)
        .post("/desk/gaps/{report}/acknowledgement", UseDesk, gaps::acknowledge)
        .post("/desk/undo", UseDesk, acts::undo)
        .post("/desk/after-call/extension", UseDesk, acts::extend_after_call)
        .post("/desk/after-call/keep", UseDesk, acts::keep_after_call)
        .post("/desk/ready", UseDesk, acts::get_ready)
        .post("/desk/pause", UseDesk, acts::pause)
}

/// What the page itself knows: the typed words, the open panel, where the focus belongs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Looks {
    pub q: String,
    pub panel: String,
    /// A panel was closed: the focus goes back to where it came from.
    pub back: String,
    /// The call that the page shows, where it asks by itself whether that is still the present.
    pub call: Option<String>,
    /// What was just done, where nothing on the desk shows it: "gap".
    pub done: String,
    /// Of the appointments that are looked through: tenant and type, and the first day.
    pub kind: String,
    pub from: String,
    /// What was typed into the panel of a transfer.
    #[serde(flatten)]
    pub known: Known,
    #[serde(skip)]
    pub notice: Notice,
    #[serde(skip)]
    pub focus: Focus,
    /// What was typed into a panel that could not be saved.
    #[serde(skip)]
    pub rejected: Option<acts::OutcomeForm>,
    /// The same of a report.
    #[serde(skip)]
    pub gap: Option<ReportForm>,
    /// And of a callback or complaint.
    #[serde(skip)]
    pub case: Option<CaseForm>,
    #[serde(skip)]
    pub appointment: Box<appointments::AppointmentLooks>,
}

impl Looks {
    /// A panel comes back with messages in it.
    fn is_rejected(&self) -> bool {
        self.rejected.is_some() || self.gap.is_some() || self.case.is_some() || self.appointment.is_rejected()
    }
}

/// Where the next key is expected.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    #[default]
    AsItWas,
    Search,
    Entry,
    Panel,
    Lines,
}

#[derive(Template)]
#[template(path = "desk/desk.html")]
struct DeskPage {
    frame: Frame,
    desk: DeskView,
}

#[derive(Template)]
#[template(path = "desk/_desk.html")]
struct DeskPart {
    desk: DeskView,
}

/// The list of keys for whoever works without scripts.
#[derive(Template)]
#[template(path = "desk/keys.html")]
struct KeysPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "desk/_places.html")]
struct PlacesPart {
    places: Vec<Place>,
}

#[derive(Template)]
#[template(path = "desk/_results.html")]
struct ResultsPart {
    results: Results,
}

#[derive(Template)]
#[template(path = "desk/_targets.html")]
struct TargetsPart {
    found: FoundPart,
}

async fn desk_page(visit: Visit, Query(mut looks): Query<Looks>) -> web::Result<Response> {
    looks.focus = match visit.wants_part {
        _ if !looks.panel.is_empty() => Focus::Panel,
        true if looks.back.is_empty() => Focus::AsItWas,
        true => Focus::Entry,
        false => Focus::Search,
    };
    if !visit.wants_part && !looks.q.is_empty() {
        load::note_miss(&visit.app, &visit.viewer, &looks.q).await?;
    }
    visit.show(looks).await
}

/// Results while typing.
async fn results_fragment(visit: Visit, Query(looks): Query<Looks>) -> web::Result<impl IntoResponse> {
    let results = load::find_results(&visit.app, &visit.viewer, &looks.q).await?;
    Ok(Page(ResultsPart { results }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PlaceQuery {
    typed: String,
}

/// Places that are no tenants, while typing.
async fn places_fragment(visit: Visit, Query(query): Query<PlaceQuery>) -> web::Result<impl IntoResponse> {
    let places = load::find_places(&visit.app, &visit.viewer, query.typed.trim()).await?;
    Ok(Page(PlacesPart { places }))
}

/// Results without a hit that stayed on the screen.
async fn report_miss(visit: Visit, Form(looks): Form<Looks>) -> web::Result<StatusCode> {
    load::note_miss(&visit.app, &visit.viewer, &looks.q).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn keys_page(visit: Visit) -> web::Result<impl IntoResponse> {
    let frame = Frame::of(&visit.app, &visit.viewer, Section::Desk, "Alle Tasten").await?;
    Ok(Page(KeysPage { frame }))
}
