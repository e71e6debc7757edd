//! The page behind a link: one case, for the office it was sent to, without a sign-in. Whoever comes with anything else sees
//! the same page, whatever is wrong, and the audit notes it.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::super::acts::{Doer, perform};
use super::super::{CaseFile, Channel, Deed, DeedForm, Done, Event, State, letters, links, store};
use super::Peer;
use super::detail::conflict_words;
use super::part::{ContactPart, DeedsPart, Draft};
use crate::app::App;
use crate::audit::Actor;
use crate::db::Scope;
use crate::directory;
use crate::search::privacy;
use crate::tenants;
use crate::web::forms::{self, Difference, differences};
use crate::web::{self, Error, Frame, Pace, Page, format, redirect};

/// Wrong links of one address; a person has one link and clicks it.
const WRONG_PER_SECOND: i32 = 5;

#[derive(Template)]
#[template(path = "cases/link.html")]
struct LinkPage {
    frame: Frame,
    town: String,
    unit: String,
    case: CaseFile,
    events: Vec<Event>,
    contact: Option<ContactPart>,
    deeds: DeedsPart,
    differences: Vec<Difference>,
    expires: String,
}

/// Of whatever is wrong with a link.
#[derive(Template)]
#[template(path = "cases/no_link.html")]
struct NoLinkPage {
    frame: Frame,
    closed: bool,
}

/// The case as the link's own tenant has it.
struct Opened {
    link: links::Link,
    case: CaseFile,
    unit: String,
}

/// None: the page for wrong links is the answer.
async fn open(
    app: &App,
    pace: &Pace<String>,
    peer: Option<&ConnectInfo<SocketAddr>>,
    headers: &HeaderMap,
    token: &str,
) -> web::Result<Option<Opened>> {
    let link = match links::open(app, token).await? {
        Ok(link) => link,
        Err(why) => {
            if !pace.admit(web::address(headers, peer), WRONG_PER_SECOND, app.clock.now()) {
                return Err(Error::TooMany);
            }
            links::note_refusal(app, why).await?;
            return Ok(None);
        }
    };
    let mut db = app.begin(&Scope::tenants([link.tenant])).await?;
    let case = store::find_case(&mut *db, link.tenant, link.case).await?;
    let unit = directory::find_unit(&mut *db, link.tenant, link.unit).await?;
    Ok(case.zip(unit).map(|(case, unit)| Opened { link, case, unit: unit.name }))
}

fn wrong() -> Response {
    let frame = Frame::public("Link nicht gültig");
    (StatusCode::NOT_FOUND, Page(NoLinkPage { frame, closed: false })).into_response()
}

pub(super) async fn link_page(
    app: &App,
    pace: &Pace<String>,
    peer: Peer,
    headers: &HeaderMap,
    token: String,
) -> web::Result<Response> {
    match open(app, pace, peer.as_deref(), headers, &token).await? {
        Some(opened) => show(app, &token, opened, Draft::default(), Vec::new()).await,
        None => Ok(wrong()),
    }
}

async fn show(
    app: &App,
    token: &str,
    opened: Opened,
    draft: Draft,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let Opened { link, case, unit } = opened;
    let mut db = app.begin(&Scope::tenants([link.tenant])).await?;
    let events = store::list_events(&mut *db, link.tenant, case.id).await?;
    let contact = store::find_contact(&mut *db, link.tenant, case.id).await?;
    let units = directory::list_units(&mut *db, link.tenant).await?;
    let town = tenants::find_tenant(&mut *db, link.tenant).await?.map(|tenant| tenant.name).unwrap_or_default();
    drop(db);
    let is_taken = case.state == State::Working;
    let deeds = DeedsPart::new(format!("/case/{token}"), &case, units, draft, is_taken);
    let status = forms::status(&deeds.errors, &differences);
    let frame = Frame::public(format!("{} {}", case.kind.label(), case.reference)).of_center(town.clone());
    let page = LinkPage {
        frame,
        town,
        unit,
        contact: ContactPart::new(contact, is_taken),
        events,
        expires: format::day(link.expires_at),
        case,
        deeds,
        differences,
    };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn act(
    app: &App,
    pace: &Pace<String>,
    peer: Peer,
    headers: &HeaderMap,
    (token, noun): (String, String),
    mut form: DeedForm,
) -> web::Result<Response> {
    let Some(opened) = open(app, pace, peer.as_deref(), headers, &token).await? else { return Ok(wrong()) };
    // Nothing is opened again from outside.
    let deed = Deed::parse(&noun).filter(|deed| *deed != Deed::Reopen).ok_or(Error::NotFound)?;
    let actor = Actor { account: None, name: opened.unit.clone() };
    let doer = Doer { actor, problem: &|text| privacy::line_problem(text, |_| false) };
    let mut db = app.begin(&Scope::tenants([opened.link.tenant])).await?;
    match perform(&mut db, app, &opened.case, (deed, &mut form), &doer).await? {
        Done::Done => {
            db.commit().await?;
            Ok(after(deed, &token))
        }
        Done::Rejected => {
            drop(db);
            show(app, &token, opened, Draft { deed: Some(deed), form }, Vec::new()).await
        }
        Done::Conflict => {
            drop(db);
            let Some(opened) = open(app, pace, peer.as_deref(), headers, &token).await? else { return Ok(wrong()) };
            let (theirs, yours) = (conflict_words(&opened.case), form.note.clone());
            let yours = if yours.is_empty() { "alter Stand" } else { yours.as_str() };
            let found = differences([("history", "Vorgang", theirs.as_str(), yours)]);
            show(app, &token, opened, Draft { deed: Some(deed), form }, found).await
        }
    }
}

/// What is closed or given away is no longer this office's: its link ends with it.
fn after(deed: Deed, token: &str) -> Response {
    match deed {
        Deed::Close | Deed::HandOver => {
            let frame = Frame::public(deed.done());
            Page(NoLinkPage { frame, closed: true }).into_response()
        }
        _ => redirect(&format!("/case/{token}")),
    }
}
