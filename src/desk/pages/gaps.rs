//! The G key: reporting a gap from the desk, gaps that a call's result tells of, and hearing what became of a report.

use axum::response::Response;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::acts::OutcomeForm;
use super::visit::Visit;
use super::{Focus, Looks};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::calls::{CallKey, Disposition};
use crate::desk::sitting::Sitting;
use crate::desk::{Desk, State};
use crate::gaps::{self, About, Kind, REASONS, Report, ReportForm};
use crate::ids::TenantId;
use crate::knowledge;
use crate::web::forms::Choice;
use crate::web::{Error, Form, Path, Result};

/// The open panel.
pub struct GapPart {
    /// The title of the entry that it is about.
    pub entry: Option<String>,
    /// To choose from where no call says it.
    pub towns: Vec<Choice>,
    pub form: ReportForm,
}

impl GapPart {
    pub fn asks_town(&self) -> bool {
        !self.towns.is_empty()
    }

    pub fn error(&self, field: &str) -> Option<&str> {
        self.form.errors.of(field)
    }

    /// What is missing is likelier where nothing stands open.
    pub fn kinds(&self) -> Vec<Choice> {
        let likely = if self.entry.is_some() { Kind::Wrong } else { Kind::Missing };
        let chosen = Kind::parse(&self.form.kind).unwrap_or(likely);
        Kind::SAID.map(|kind| Choice::new(kind.as_str(), kind.label(), kind == chosen)).to_vec()
    }
}

/// What the desk is about at this moment: a running call, or the one that just ended.
#[derive(Default)]
struct Subject {
    town: Option<TenantId>,
    call: Option<CallKey>,
    entry: Option<About>,
}

async fn find_subject(db: &mut PgConnection, desk: &Desk, now: DateTime<Utc>) -> sqlx::Result<Subject> {
    let state = desk.state(now);
    if !state.in_call() && state != State::AfterCall {
        return Ok(Subject::default());
    }
    let entry = match desk.entry.filter(|_| desk.shown_tenant.is_some()) {
        Some(key) => knowledge::list_titles(db, &[(key.tenant, key.entry)]).await?.pop(),
        None => None,
    };
    let entry = entry.map(|(owner, entry, title)| About::Entry { owner, entry, title });
    Ok(Subject { town: desk.shown_tenant, call: desk.call, entry })
}

/// The panel as it stands open, filled with what is on the screen.
pub async fn find_part(
    db: &mut PgConnection,
    viewer: &Viewer,
    desk: &Desk,
    looks: &Looks,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<GapPart>> {
    if looks.panel != "gap" {
        return Ok(None);
    }
    let subject = find_subject(db, desk, now).await?;
    let prefilled = || ReportForm { words: looks.q.clone(), ..ReportForm::default() };
    let form = looks.gap.clone().unwrap_or_else(prefilled);
    let towns = match subject.town {
        Some(_) => Vec::new(),
        None => viewer.tenants_with(Permission::UseDesk),
    };
    let last = desk.town_so_far();
    let is_chosen =
        |town: &TenantAccess| if form.town.is_empty() { Some(town.id) == last } else { town.slug == form.town };
    let towns = towns.into_iter().map(|town| Choice::new(&town.slug, &town.name, is_chosen(town))).collect();
    Ok(Some(GapPart { entry: subject.entry.map(|about| about.title().to_owned()), towns, form }))
}

pub async fn report_gap(visit: Visit, Form(mut form): Form<ReportForm>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let subject = find_subject(&mut sitting.db, &sitting.desk, sitting.now).await?;
    sitting.finish().await?;
    let mut looks = Looks { q: form.q.clone(), focus: Focus::Entry, ..Looks::default() };
    let chosen = || visit.viewer.tenants_with(Permission::UseDesk).into_iter().find(|town| town.slug == form.town);
    let town = subject.town.and_then(|town| visit.viewer.tenant_by_id(town)).or_else(chosen);
    if town.is_none() {
        form.errors.add("town", "Bitte wählen Sie den Ort.");
    }
    let said = town.and_then(|town| form.check(&visit.app, town, subject.entry).map(|said| (town, said)));
    if let Some((town, (kind, about))) = said {
        let reporter = Some(visit.viewer.account);
        let report = Report { kind, about, line: form.line, call: subject.call, reporter };
        gaps::file(&visit.app, &visit.viewer, town.id, &report).await?;
        "gap".clone_into(&mut looks.done);
    } else {
        "gap".clone_into(&mut looks.panel);
        looks.focus = Focus::Panel;
        looks.gap = Some(form);
    }
    let sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    visit.done(sitting, looks).await
}

/// What a result says about the knowledge: the open entry did not have the answer, or nothing was found for the typed words.
pub async fn find_lack(
    visit: &Visit,
    sitting: &mut Sitting<'_>,
    form: &OutcomeForm,
    result: Disposition,
) -> Result<Option<(TenantId, Report)>> {
    let kind = match result {
        Disposition::Unanswered if REASONS.contains(&form.known.detail.as_str()) => Kind::Unanswered,
        Disposition::Transferred if form.lacks_knowledge() => Kind::Transferred,
        _ => return Ok(None),
    };
    let subject = find_subject(&mut sitting.db, &sitting.desk, sitting.now).await?;
    let Some(town) = subject.town.and_then(|town| visit.viewer.tenant_by_id(town)) else { return Ok(None) };
    let words = || gaps::about_words(&visit.app, town, &form.q);
    let about = subject.entry.or_else(words).unwrap_or(About::Call);
    let reporter = Some(visit.viewer.account);
    Ok(Some((town.id, Report { kind, about, line: String::new(), call: subject.call, reporter })))
}

/// The desk's own transaction is over by then; a report that gets lost in between is collected later.
pub async fn file_lack(visit: &Visit, lack: Option<(TenantId, Report)>) -> Result<()> {
    if let Some((town, report)) = lack {
        gaps::file(&visit.app, &visit.viewer, town, &report).await?;
    }
    Ok(())
}

pub async fn acknowledge(visit: Visit, Path(report): Path<i64>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    if !gaps::mark_seen(&mut *sitting.db, visit.viewer.account, report, sitting.now).await? {
        return Err(Error::NotFound);
    }
    visit.done(sitting, Looks { focus: Focus::Lines, ..Looks::default() }).await
}
