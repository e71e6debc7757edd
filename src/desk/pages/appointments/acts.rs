//! Holding, booking, moving and cancelling from the desk: each in the transaction that holds the desk's row.

use axum::response::Response;
use chrono::DateTime;

use super::super::visit::Visit;
use super::super::{Focus, Looks};
use super::part::towns;
use super::{BookingForm, HoldForm, SearchForm, parse_kind, parse_pair};
use crate::access::{Permission, Viewer};
use crate::appointments::{
    self, Appointment, Booked, CHECK_PAUSE, Cancelling, Confirmation, Hold, Holding, MOST_WRONG_CHECKS, Moved, State,
    find_appointment, find_by_reference, find_office, find_type,
};
use crate::calls::Disposition;
use crate::desk::sitting::{CALL_IS_OVER, Sitting};
use crate::ids::{AppointmentId, CallId};
use crate::web::{Error, Form, Path, Result};

const TAKEN: &str = "Dieser Termin ist gerade vergeben worden. Hier sind die nächsten freien.";
const NOT_KNOWN: &str = "Zu diesen Angaben gibt es keinen Termin.";
const TOO_MANY: &str = "Zu viele falsche Prüfziffern. In einer Viertelstunde geht es wieder, oder die Stelle hilft weiter.";

fn looks(q: String, panel: &str) -> Looks {
    Looks { q, panel: panel.to_owned(), focus: Focus::Panel, ..Looks::default() }
}

fn over(q: String) -> Looks {
    Looks { q, notice: Some(CALL_IS_OVER.to_owned()), ..Looks::default() }
}

/// "4 7 1 1".
fn spaced(check: &str) -> String {
    check.chars().map(String::from).collect::<Vec<_>>().join(" ")
}

pub async fn hold(visit: Visit, Path(call): Path<CallId>, Form(form): Form<HoldForm>) -> Result<Response> {
    let (tenant, kind) = parse_kind(&form.kind).ok_or(Error::NotFound)?;
    let start = form.start.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let starts_at = start.ok_or(Error::NotFound)?;
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let Some(key) = sitting.at_hand(call) else { return visit.done(sitting, over(form.q)).await };
    may(&visit.viewer, tenant)?;
    let kind = find_type(&mut *sitting.db, tenant, kind).await?.ok_or(Error::NotFound)?;
    let office = find_office(&mut *sitting.db, tenant, kind.unit).await?.ok_or(Error::NotFound)?;
    let mut search = SearchForm { reference: form.reference, check: form.check, ..SearchForm::default() };
    let is_move = !search.reference.is_empty();
    if is_move && find(&mut sitting, &mut search).await?.is_none() {
        return reject(&visit, sitting, form.q, search).await;
    }
    let request_key = format!("desk:{}:{}:{}", visit.viewer.account, form.key, form.start);
    let wish = Holding {
        kind: &kind,
        starts_at,
        request_key: &request_key,
        account: Some(visit.viewer.account),
        call: Some(key),
        minutes: office.hold_minutes,
        replaces: search.found.map(|(_, id)| id),
        remote: None,
    };
    let now = sitting.now;
    let held = appointments::hold(&mut sitting.db, &wish, now).await?;
    let mut looks = looks(form.q, "appointment");
    match held {
        Hold::Held(held) if held.state == State::Held => {}
        Hold::Held(_) => "appointment-booked".clone_into(&mut looks.panel),
        Hold::Lost(_) => {
            looks.kind = form.kind;
            looks.appointment.is_lost = true;
            looks.notice = Some(TAKEN.to_owned());
            looks.appointment.search = is_move.then_some(search);
        }
    }
    visit.done(sitting, looks).await
}

fn may(viewer: &Viewer, tenant: crate::ids::TenantId) -> Result<()> {
    let town = viewer.tenant_by_id(tenant).filter(|town| town.may(Permission::UseDesk));
    town.map(|_| ()).ok_or(Error::NotFound)
}

pub async fn book(visit: Visit, Path(call): Path<CallId>, Form(mut form): Form<BookingForm>) -> Result<Response> {
    let (tenant, id) = parse_pair::<AppointmentId>(&form.appointment).ok_or(Error::NotFound)?;
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    if sitting.at_hand(call).is_none() {
        return visit.done(sitting, over(form.q)).await;
    }
    may(&visit.viewer, tenant)?;
    let held = find_appointment(&mut *sitting.db, tenant, id).await?;
    let Some(held) = held.filter(|held| held.held_by == Some(visit.viewer.account)) else {
        let notice = Some(TAKEN.to_owned());
        return visit.done(sitting, Looks { notice, ..looks(form.q, "appointment") }).await;
    };
    if let Some(old) = held.replaces {
        return finish_move(&visit, sitting, call, (old, id), form).await;
    }
    let kind = find_type(&mut *sitting.db, tenant, held.kind).await?.ok_or(Error::NotFound)?;
    if !appointments::is_check(&form.check) {
        form.check = appointments::new_check();
    }
    let Some((channel, contact)) = form.check(&kind) else {
        let mut looks = looks(form.q.clone(), "appointment");
        looks.appointment.booking = Some(form);
        return visit.done(sitting, looks).await;
    };
    let yes = Confirmation { channel, contact: &contact, check: &form.check };
    let now = sitting.now;
    let mut looks = looks(form.q.clone(), "appointment-booked");
    match appointments::book(&mut sitting.db, (tenant, id), &yes, now).await? {
        Booked::Booked(booked) => {
            say(&mut looks, &booked, &form.check);
            note_result(&mut sitting, call, &form.q, "Termin vereinbart").await?;
        }
        Booked::Gone => {
            "appointment".clone_into(&mut looks.panel);
            looks.notice = Some(TAKEN.to_owned());
        }
    }
    visit.done(sitting, looks).await
}

/// The notice stays until the next act, so that a reload does not lose what the caller has to be told.
fn say(looks: &mut Looks, booked: &Appointment, check: &str) {
    let reference = booked.spoken_reference();
    if booked.is_check(check) {
        looks.notice = Some(format!("Gebucht: Vorgangsnummer {reference}, Prüfziffern {}.", spaced(check)));
        looks.appointment.check = Some(check.to_owned());
    } else {
        looks.notice = Some(format!("Gebucht: Vorgangsnummer {reference}."));
    }
}

/// With an entry open it is the entry that helped; the result says how.
async fn note_result(sitting: &mut Sitting<'_>, call: CallId, typed: &str, words: &str) -> Result<()> {
    if sitting.desk.entry.is_some() {
        sitting.mark(call, typed).await?;
    }
    sitting.set_outcome(call, Disposition::Answered, Some(words), None).await?;
    Ok(())
}

async fn finish_move(
    visit: &Visit,
    mut sitting: Sitting<'_>,
    call: CallId,
    (old, new): (AppointmentId, AppointmentId),
    form: BookingForm,
) -> Result<Response> {
    let (tenant, _) = parse_pair::<AppointmentId>(&form.appointment).ok_or(Error::NotFound)?;
    let now = sitting.now;
    let mut looks = looks(form.q.clone(), "appointment-booked");
    match appointments::move_to(&mut sitting.db, tenant, (old, new), now).await? {
        Moved::Moved(moved) => {
            let reference = moved.spoken_reference();
            looks.notice = Some(format!("Verlegt: Vorgangsnummer {reference}, die Prüfziffern bleiben."));
            note_result(&mut sitting, call, &form.q, "Termin verlegt").await?;
        }
        Moved::Gone => {
            "appointment".clone_into(&mut looks.panel);
            looks.notice = Some(TAKEN.to_owned());
        }
    }
    visit.done(sitting, looks).await
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct ReleaseForm {
    q: String,
}

/// The caller wants another time, or none.
pub async fn release(visit: Visit, Path(_): Path<CallId>, Form(form): Form<ReleaseForm>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    if let Some(held) = appointments::find_held(&mut *sitting.db, visit.viewer.account).await? {
        appointments::release(&mut sitting.db, &held).await?;
    }
    visit.done(sitting, looks(form.q, "appointment")).await
}

pub async fn search(visit: Visit, Path(call): Path<CallId>, Form(mut form): Form<SearchForm>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    if sitting.at_hand(call).is_none() {
        return visit.done(sitting, over(form.q)).await;
    }
    find(&mut sitting, &mut form).await?;
    let q = form.q.clone();
    reject(&visit, sitting, q, form).await
}

/// The panel comes back as it is, with what was found or why nothing was: never as an address, which would keep the check.
async fn reject(visit: &Visit, sitting: Sitting<'_>, q: String, form: SearchForm) -> Result<Response> {
    sitting.finish().await?;
    let mut looks = looks(q, "appointment-found");
    looks.appointment.search = Some(form);
    visit.show(looks).await
}

/// The booked appointment with this reference whose check is right. Wrong ones are counted.
async fn find(sitting: &mut Sitting<'_>, form: &mut SearchForm) -> Result<Option<Appointment>> {
    let Some(town) = sitting.desk.shown_tenant else { return Ok(None) };
    let reference = appointments::parse_reference(&form.reference);
    let all = find_by_reference(&mut *sitting.db, &towns(sitting.viewer, town), &reference).await?;
    let found = all.iter().find(|known| known.is_check(&form.check)).or(all.first()).cloned();
    let Some(found) = found else {
        form.errors.add("reference", NOT_KNOWN);
        return Ok(None);
    };
    let is_right = found.is_check(&form.check);
    let (now, since) = (sitting.now, sitting.now - CHECK_PAUSE);
    let limit = (MOST_WRONG_CHECKS, since);
    if !appointments::note_wrong_check(&mut *sitting.db, found.tenant, found.id, is_right, limit, now).await? {
        form.errors.add("check", TOO_MANY);
    } else if !is_right {
        form.errors.add("reference", NOT_KNOWN);
    } else if found.state == State::Cancelled {
        form.errors.add("reference", "Dieser Termin ist schon abgesagt.");
    } else {
        form.found = Some((found.tenant, found.id));
        return Ok(Some(found));
    }
    Ok(None)
}

pub async fn cancel(visit: Visit, Path(call): Path<CallId>, Form(mut form): Form<SearchForm>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    if sitting.at_hand(call).is_none() {
        return visit.done(sitting, over(form.q)).await;
    }
    let q = form.q.clone();
    let Some(found) = find(&mut sitting, &mut form).await? else { return reject(&visit, sitting, q, form).await };
    let why = Cancelling { reason: None, by: "am Telefon", account: Some(visit.viewer.account) };
    let now = sitting.now;
    let mut looks = looks(q, "appointment-booked");
    if let Some(cancelled) = appointments::cancel(&mut sitting.db, (found.tenant, found.id), &why, now).await? {
        looks.notice = Some(format!("Abgesagt: Vorgangsnummer {}.", cancelled.spoken_reference()));
        note_result(&mut sitting, call, &form.q, "Termin abgesagt").await?;
    }
    visit.done(sitting, looks).await
}
