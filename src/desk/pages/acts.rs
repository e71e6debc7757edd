//! One handler an act.

use axum::response::Response;
use serde::Deserialize;

use super::visit::Visit;
use super::{Focus, Looks};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::calls::Disposition;
use crate::desk::sitting::Sitting;
use crate::ids::{CallId, EntryId, LineId, TenantId};
use crate::web::forms::{Errors, optional};
use crate::web::{Error, Form, Path, Result};

/// The typed words travel with every act, so that the results stay as they are.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    q: String,
}

#[derive(Debug, Deserialize)]
pub struct LineForm {
    /// Tenant and line, as the chooser's buttons carry them: "3-17".
    line: String,
}

pub async fn take_call(visit: Visit, Form(form): Form<LineForm>) -> Result<Response> {
    let (tenant, line) = form.line.split_once('-').ok_or(Error::NotFound)?;
    let tenant: TenantId = tenant.parse().map_err(|_| Error::NotFound)?;
    let line: LineId = line.parse().map_err(|_| Error::NotFound)?;
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let notice = sitting.take_call(tenant, line).await?;
    visit.done(sitting, Looks { notice, focus: Focus::Search, ..Looks::default() }).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TownForm {
    /// The slug of a button in the list.
    town: String,
    /// The first letters of a town's name, where no button was pressed.
    typed: String,
}

pub async fn choose_town(visit: Visit, Path(call): Path<CallId>, Form(form): Form<TownForm>) -> Result<Response> {
    let mut looks = Looks { focus: Focus::Search, ..Looks::default() };
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let wanted = if form.town.is_empty() { &form.typed } else { &form.town };
    if let Some(town) = find_town(&visit.viewer, wanted) {
        looks.notice = sitting.choose_town(call, town).await?;
    } else {
        "town".clone_into(&mut looks.panel);
        looks.focus = Focus::Panel;
        looks.notice = Some("Dieser Ort ist nicht dabei. Wählen Sie einen aus der Liste.".to_owned());
    }
    visit.done(sitting, looks).await
}

/// By slug or postcode, or by the beginning of a word of its name.
fn find_town(viewer: &Viewer, typed: &str) -> Option<TenantId> {
    let towns = viewer.tenants_with(Permission::UseDesk);
    let typed = typed.to_lowercase();
    let exact = towns.iter().find(|town| town.slug == typed || town.postcodes.contains(&typed));
    let begins = |town: &&&TenantAccess| {
        let name = town.name.to_lowercase();
        !typed.is_empty() && (name.starts_with(&typed) || name.split([' ', '-']).any(|word| word.starts_with(&typed)))
    };
    exact.or_else(|| towns.iter().find(begins)).map(|town| town.id)
}

pub async fn open_entry(
    visit: Visit,
    Path((call, owner, entry)): Path<(CallId, TenantId, EntryId)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let notice = sitting.open_entry(call, owner, entry).await?;
    let looks = Looks { q: typed.q, notice, focus: Focus::Entry, ..Looks::default() };
    visit.done(sitting, looks).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    q: String,
    /// What the button said: "mark" or "end". A repeated "mark" never ends a call.
    act: String,
}

pub async fn answer(visit: Visit, Path(call): Path<CallId>, Form(form): Form<AnswerForm>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let notice = match form.act.as_str() {
        "end" => sitting.end(call).await?,
        _ => sitting.mark(call, &form.q).await?,
    };
    let focus = if form.act == "end" { Focus::Lines } else { Focus::AsItWas };
    visit.done(sitting, Looks { q: form.q, notice, focus, ..Looks::default() }).await
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OutcomeForm {
    q: String,
    pub disposition: String,
    pub detail: String,
    pub note: String,
    /// The button "Speichern und beenden".
    end: String,
    #[serde(skip)]
    pub errors: Errors,
}

impl OutcomeForm {
    fn check(&mut self) -> Option<Disposition> {
        let disposition = Disposition::parse(&self.disposition);
        if let Some(question) = disposition.and_then(Disposition::asks_for)
            && self.detail.is_empty()
        {
            self.errors.add("detail", format!("Bitte angeben: {question}"));
        }
        self.errors.limit("detail", &self.detail, 200);
        self.errors.limit("note", &self.note, 500);
        disposition.filter(|_| self.errors.is_empty())
    }
}

pub async fn set_outcome(
    visit: Visit,
    Path(call): Path<CallId>,
    Form(mut form): Form<OutcomeForm>,
) -> Result<Response> {
    let mut looks = Looks { q: form.q.clone(), focus: Focus::Entry, ..Looks::default() };
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    if let Some(disposition) = form.check() {
        let (detail, note) = (optional(&form.detail), optional(&form.note));
        looks.notice = sitting.set_outcome(call, disposition, detail.as_deref(), note.as_deref()).await?;
        if !form.end.is_empty() && looks.notice.is_none() {
            looks.notice = sitting.end(call).await?;
            looks.focus = Focus::Lines;
        }
    } else {
        looks.panel.clone_from(&form.disposition);
        looks.focus = Focus::Panel;
        looks.rejected = Some(form);
    }
    visit.done(sitting, looks).await
}

pub async fn keep_note(visit: Visit, Path(call): Path<CallId>, Form(mut form): Form<OutcomeForm>) -> Result<Response> {
    let mut looks = Looks { q: form.q.clone(), focus: Focus::Entry, ..Looks::default() };
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    form.errors.limit("note", &form.note, 500);
    if form.errors.is_empty() {
        looks.notice = sitting.keep_note(call, &form.note).await?;
    } else {
        "note".clone_into(&mut looks.panel);
        looks.focus = Focus::Panel;
        looks.rejected = Some(form);
    }
    visit.done(sitting, looks).await
}

pub async fn end(visit: Visit, Path(call): Path<CallId>, Form(typed): Form<Typed>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let notice = sitting.end(call).await?;
    visit.done(sitting, Looks { q: typed.q, notice, ..Looks::default() }).await
}

pub async fn undo(visit: Visit, Form(typed): Form<Typed>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let notice = sitting.undo().await?;
    visit.done(sitting, Looks { q: typed.q, notice, focus: Focus::Entry, ..Looks::default() }).await
}

pub async fn extend_after_call(visit: Visit) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    sitting.extend_after_call();
    visit.done(sitting, Looks::default()).await
}

pub async fn get_ready(visit: Visit) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    sitting.get_ready();
    visit.done(sitting, Looks { focus: Focus::Lines, ..Looks::default() }).await
}

pub async fn pause(visit: Visit, Form(typed): Form<Typed>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    sitting.pause();
    visit.done(sitting, Looks { q: typed.q, ..Looks::default() }).await
}
