//! One handler an act.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::connect::Known;
use super::visit::Visit;
use super::{Focus, Looks, gaps, load};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::calls::Disposition;
use crate::desk::REASONS_FOR_PAUSE;
use crate::desk::control::dialled;
use crate::desk::sitting::Sitting;
use crate::directory;
use crate::ids::{CallId, EntryId, LineId, TenantId};
use crate::web::forms::{Errors, optional};
use crate::web::{Error, Form, Path, Result};

/// Of a telephone's name.
const LONGEST_NAME: usize = 60;

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
    /// The number of a place that is no tenant.
    place: String,
    /// The first letters of a town's name, where no button was pressed.
    typed: String,
}

pub async fn choose_town(visit: Visit, Path(call): Path<CallId>, Form(form): Form<TownForm>) -> Result<Response> {
    let mut looks = Looks { focus: Focus::Search, ..Looks::default() };
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let wanted = if form.town.is_empty() { &form.typed } else { &form.town };
    let town = find_town(&visit.viewer, wanted).filter(|_| form.place.is_empty());
    if let Some(town) = town {
        looks.notice = sitting.choose_town(call, town).await?;
    } else if let Some(place) = sitting.find_place(&form.place, form.typed.trim()).await? {
        looks.notice = sitting.choose_place(call, &place).await?;
    } else {
        "town".clone_into(&mut looks.panel);
        looks.focus = Focus::Panel;
        looks.notice = Some("Dieser Ort ist nicht bekannt. Wählen Sie einen aus der Liste.".to_owned());
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
    pub q: String,
    pub disposition: String,
    /// The detail, and to whom it is connected where that is somebody of the directory.
    #[serde(flatten)]
    pub known: Known,
    pub note: String,
    /// Where a transfer goes, where the telephone system can do it.
    pub number: String,
    /// The buttons "Verbinden" and "Mit Rückfrage": "transfer" or "consult".
    connect: String,
    /// It was connected because the knowledge did not have the answer.
    pub lacks_knowledge: String,
    /// The button "Speichern und beenden".
    end: String,
    #[serde(skip)]
    pub errors: Errors,
}

impl OutcomeForm {
    fn check(&mut self) -> Option<Disposition> {
        let disposition = Disposition::parse(&self.disposition);
        if let Some(question) = disposition.and_then(Disposition::asks_for)
            && self.known.detail.is_empty()
        {
            self.errors.add("detail", format!("Bitte angeben: {question}"));
        }
        self.errors.limit("detail", &self.known.detail, 200);
        self.errors.limit("note", &self.note, 500);
        if !self.connect.is_empty() && self.target().is_none() {
            self.errors.add("number", "Bitte geben Sie die Nummer an, mit der verbunden werden soll.");
        }
        disposition.filter(|_| self.errors.is_empty())
    }

    pub fn lacks_knowledge(&self) -> bool {
        !self.lacks_knowledge.is_empty()
    }

    fn target(&self) -> Option<String> {
        dialled(&self.number)
    }
}

pub async fn set_outcome(
    visit: Visit,
    Path(call): Path<CallId>,
    Form(mut form): Form<OutcomeForm>,
) -> Result<Response> {
    let mut looks = Looks { q: form.q.clone(), focus: Focus::Entry, ..Looks::default() };
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let mut lack = None;
    if let Some(disposition) = form.check() {
        let (detail, note) = (optional(&form.known.detail), optional(&form.note));
        looks.notice = sitting.set_outcome(call, disposition, detail.as_deref(), note.as_deref()).await?;
        if looks.notice.is_none() {
            sitting.note_lack(call, form.lacks_knowledge()).await?;
            lack = gaps::find_lack(&visit, &mut sitting, &form, disposition).await?;
            note_transfer(&mut sitting, call, &form, disposition).await?;
        }
        if let Some(target) = form.target().filter(|_| !form.connect.is_empty() && looks.notice.is_none()) {
            looks.notice = sitting.connect(call, form.connect == "consult", &target).await?;
        } else if !form.end.is_empty() && looks.notice.is_none() {
            looks.notice = sitting.end(call).await?;
            looks.focus = Focus::Lines;
        }
    } else {
        looks.panel.clone_from(&form.disposition);
        looks.focus = Focus::Panel;
        looks.rejected = Some(form);
    }
    let answer = visit.done(sitting, looks).await?;
    gaps::file_lack(&visit, lack).await?;
    Ok(answer)
}

/// Whom the directory does not have is kept in words alone; one that is not there for this person is not kept.
async fn note_transfer(
    sitting: &mut Sitting<'_>,
    call: CallId,
    form: &OutcomeForm,
    disposition: Disposition,
) -> Result<()> {
    let Ok(to) = form.known.to.parse() else { return Ok(()) };
    let (db, now) = (&mut *sitting.db, sitting.now);
    if disposition == Disposition::Transferred && !directory::list_cards(db, &[to], now).await?.is_empty() {
        sitting.note_transfer(call, to, form.target().as_deref()).await?;
    }
    Ok(())
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

/// Somebody types on.
pub async fn keep_after_call(visit: Visit) -> Result<StatusCode> {
    load::keep_after_call(&visit.app, &visit.viewer).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn get_ready(visit: Visit) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    sitting.get_ready().await?;
    visit.done(sitting, Looks { focus: Focus::Lines, ..Looks::default() }).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PauseForm {
    q: String,
    /// One of ours, in words; without one it is a pause.
    reason: String,
}

pub async fn pause(visit: Visit, Form(form): Form<PauseForm>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let reason = REASONS_FOR_PAUSE.into_iter().find(|reason| *reason == form.reason);
    sitting.pause(reason.unwrap_or(REASONS_FOR_PAUSE[0])).await?;
    visit.done(sitting, Looks { q: form.q, ..Looks::default() }).await
}

pub async fn accept(visit: Visit, Path(call): Path<CallId>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let notice = sitting.accept(call).await?;
    visit.done(sitting, Looks { notice, focus: Focus::Search, ..Looks::default() }).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SeatForm {
    /// The id of a known telephone; empty: without a telephone system.
    seat: String,
    /// The name of one that was never named before.
    name: String,
}

pub async fn sit_down(visit: Visit, Form(form): Form<SeatForm>) -> Result<Response> {
    let mut looks = Looks { focus: Focus::Lines, ..Looks::default() };
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let name = form.name.trim();
    looks.notice = match (name.is_empty(), form.seat.parse()) {
        (false, _) if name.chars().count() > LONGEST_NAME || name.contains(char::is_control) => {
            Some(format!("Der Name eines Telefons hat höchstens {LONGEST_NAME} Zeichen, alle auf einer Zeile."))
        }
        (false, _) => sitting.sit_down_at_new(name).await?,
        (true, Ok(seat)) => sitting.sit_down(seat).await?,
        (true, Err(_)) => sitting.stand_up().await?,
    };
    visit.done(sitting, looks).await
}
