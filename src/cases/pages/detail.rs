//! One case for its people: what it is about, how the promise stands, what happened, and what can be done.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::super::acts::{Doer, perform};
use super::super::{CaseFile, Channel, Deed, DeedForm, Done, Event, letters, store};
use super::part::{ContactPart, DeedsPart, Draft};
use super::{case_url, find};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::audit::Actor;
use crate::directory;
use crate::ids::CaseId;
use crate::search;
use crate::web::forms::{self, Difference, differences};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Path, format};

#[derive(Template)]
#[template(path = "cases/case.html")]
struct CasePage {
    frame: Frame,
    tenant: TenantAccess,
    case: CaseFile,
    events: Vec<Event>,
    contact: Option<ContactPart>,
    deeds: DeedsPart,
    differences: Vec<Difference>,
    /// The desk may be told to call.
    may_call: bool,
    now: DateTime<Utc>,
}

impl CasePage {
    fn topic_url(&self) -> Option<String> {
        let owner = self.tenant.source(self.case.topic_tenant?)?;
        Some(format!("/knowledge/{}/entries/{}/{}", self.tenant.slug, owner.slug, self.case.topic_entry?))
    }
}

pub(super) async fn case_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, CaseId)>,
) -> web::Result<Response> {
    let case = find(&app, &viewer, &tenant, id).await?;
    show(&app, &viewer, tenant, case, Draft::default(), Vec::new()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    case: CaseFile,
    draft: Draft,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let mut db = app.begin(&tenant.scope()).await?;
    let events = store::list_events(&mut *db, tenant.id, case.id).await?;
    let contact = store::find_contact(&mut *db, tenant.id, case.id).await?;
    let units = directory::list_units(&mut *db, tenant.id).await?;
    drop(db);
    let is_mine = case.assignee == Some(viewer.account) && !case.is_closed();
    let may_call = is_mine && contact.as_ref().is_some_and(|contact| contact.phone.is_some());
    let deeds = DeedsPart::new(case_url(&tenant, case.id), &case, units, draft, is_mine);
    let status = forms::status(&deeds.errors, &differences);
    let title = format!("{} {}", case.kind.label(), case.reference);
    let frame = Frame::of(app, viewer, Section::Cases, title).await?;
    let page = CasePage {
        frame,
        contact: ContactPart::new(contact, is_mine),
        may_call: may_call && viewer.may(Permission::UseDesk),
        tenant,
        case,
        events,
        deeds,
        differences,
        now: app.clock.now(),
    };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn act(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id, noun)): Path<(String, CaseId, String)>,
    Form(mut form): Form<DeedForm>,
) -> web::Result<Response> {
    let deed = Deed::parse(&noun).ok_or(Error::NotFound)?;
    let case = find(&app, &viewer, &tenant, id).await?;
    let problem = |text: &str| search::line_problem(&app, &tenant, text);
    let doer = Doer { actor: Actor::from(&viewer), problem: &problem };
    let mut db = app.begin(&tenant.scope().as_account(viewer.account)).await?;
    match perform(&mut db, &app, &case, (deed, &mut form), &doer).await? {
        Done::Done => {
            db.commit().await?;
            web::done(&app, &viewer, deed.done(), &case_url(&tenant, id)).await
        }
        Done::Rejected => {
            drop(db);
            show(&app, &viewer, tenant, case, Draft { deed: Some(deed), form }, Vec::new()).await
        }
        Done::Conflict => {
            drop(db);
            // Whoever was faster may have done it between our two looks.
            let case = find(&app, &viewer, &tenant, id).await?;
            let theirs = conflict_words(&case);
            let yours = if form.note.is_empty() { "alter Stand" } else { &form.note };
            let found = differences([("history", "Vorgang", theirs.as_str(), yours)]);
            show(&app, &viewer, tenant, case, Draft { deed: Some(deed), form: form.clone() }, found).await
        }
    }
}

/// What holds now.
pub(super) fn conflict_words(case: &CaseFile) -> String {
    let who = case.holder.as_deref().or(case.unit_name.as_deref()).unwrap_or("keine Stelle");
    format!("{}, bei: {who}", case.state.label())
}
