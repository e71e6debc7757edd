//! Holding and booking from the desk: each in the transaction that holds the desk's row.

use axum::response::Response;
use chrono::{DateTime, Utc};

use super::super::visit::Visit;
use super::super::{Focus, Looks};
use super::found::{find, finish_move, reject};
use super::{BookingForm, HoldForm, SearchForm, parse_kind, parse_pair};
use crate::access::{Permission, Viewer};
use crate::appointments::{
    self, Appointment, Booked, Confirmation, Hold, Holding, Reserved, State, System, Trouble, find_appointment,
    find_office, find_type,
};
use crate::calls::Disposition;
use crate::desk::sitting::{CALL_IS_OVER, Sitting};
use crate::ids::{AppointmentId, AppointmentTypeId, CallId, TenantId};
use crate::web::{Error, Form, Path, Result};

pub(super) const TAKEN: &str = "Dieser Termin ist gerade vergeben worden. Hier sind die nächsten freien.";

pub(super) fn looks(q: String, panel: &str) -> Looks {
    Looks { q, panel: panel.to_owned(), focus: Focus::Panel, ..Looks::default() }
}

pub(super) fn over(q: String) -> Looks {
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
    may(&visit.viewer, tenant)?;
    let request_key = format!("desk:{}:{}:{}", visit.viewer.account, form.key, form.start);
    let there = match reserve(&visit, (tenant, kind), starts_at, &request_key).await? {
        Ok(there) => there,
        Err(trouble) => return tell_trouble(&visit, form, trouble).await,
    };
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let Some(key) = sitting.at_hand(call) else { return visit.done(sitting, over(form.q)).await };
    let kind = find_type(&mut *sitting.db, tenant, kind).await?.ok_or(Error::NotFound)?;
    let office = find_office(&mut *sitting.db, tenant, kind.unit).await?.ok_or(Error::NotFound)?;
    let mut search = SearchForm { reference: form.reference, check: form.check, ..SearchForm::default() };
    let is_move = !search.reference.is_empty();
    if is_move {
        match find(&mut sitting, &mut search).await? {
            None => return reject(&visit, sitting, form.q, search).await,
            // It is moved within its own kind: its office is locked already.
            Some(found) if (found.tenant, found.kind) != (tenant, kind.id) => return Err(Error::NotFound),
            Some(_) => {}
        }
    }
    let wish = Holding {
        kind: &kind,
        starts_at,
        request_key: &request_key,
        account: Some(visit.viewer.account),
        call: Some(key),
        minutes: office.hold_minutes,
        replaces: search.found.map(|(_, id)| id),
        remote: there.as_ref().map(|there| (there.id.as_str(), there.key.as_str())),
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

/// In a town's own system first, before anything is held here: None where it has none, or where the same form came before.
async fn reserve(
    visit: &Visit,
    (tenant, kind): (TenantId, AppointmentTypeId),
    starts_at: DateTime<Utc>,
    request_key: &str,
) -> Result<std::result::Result<Option<Reserved>, Trouble>> {
    let mut db = visit.app.begin(&visit.viewer.scope()).await?;
    let kind = find_type(&mut *db, tenant, kind).await?.ok_or(Error::NotFound)?;
    let office = find_office(&mut *db, tenant, kind.unit).await?.ok_or(Error::NotFound)?;
    let is_known = appointments::find_known(&mut *db, tenant, request_key).await?.is_some();
    drop(db);
    match office.system {
        System::Zms if !is_known => {
            Ok(Box::pin(appointments::reserve_there(&visit.app, &kind, starts_at)).await?.map(Some))
        }
        System::Own | System::Zms => Ok(Ok(None)),
        System::Link => Err(Error::NotFound),
    }
}

/// The panel comes back with what is free now.
async fn tell_trouble(visit: &Visit, form: HoldForm, trouble: Trouble) -> Result<Response> {
    let sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let mut looks = looks(form.q, "appointment");
    looks.kind = form.kind;
    looks.notice = Some(trouble.sentence().to_owned());
    visit.done(sitting, looks).await
}

fn may(viewer: &Viewer, tenant: TenantId) -> Result<()> {
    let town = viewer.tenant_by_id(tenant).filter(|town| town.may(Permission::UseDesk));
    town.map(|_| ()).ok_or(Error::NotFound)
}

pub async fn book(visit: Visit, Path(call): Path<CallId>, Form(mut form): Form<BookingForm>) -> Result<Response> {
    let (tenant, id) = parse_pair::<AppointmentId>(&form.appointment).ok_or(Error::NotFound)?;
    may(&visit.viewer, tenant)?;
    if let Err(trouble) = confirm(&visit, tenant, id).await? {
        let sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
        let notice = Some(trouble.sentence().to_owned());
        return visit.done(sitting, Looks { notice, ..looks(form.q, "appointment") }).await;
    }
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    if sitting.at_hand(call).is_none() {
        return visit.done(sitting, over(form.q)).await;
    }
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

/// In the town's own system first: what is not true there is not said to the caller.
async fn confirm(visit: &Visit, tenant: TenantId, id: AppointmentId) -> Result<std::result::Result<(), Trouble>> {
    let mut db = visit.app.begin(&visit.viewer.scope()).await?;
    let held = find_appointment(&mut *db, tenant, id).await?;
    drop(db);
    let own = |held: &Appointment| held.state == State::Held && held.held_by == Some(visit.viewer.account);
    match held.filter(own) {
        Some(held) => Ok(Box::pin(appointments::confirm_there(&visit.app, &held)).await?),
        None => Ok(Ok(())),
    }
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
pub(super) async fn note_result(sitting: &mut Sitting<'_>, call: CallId, typed: &str, words: &str) -> Result<()> {
    if sitting.desk.entry.is_some() {
        sitting.mark(call, typed).await?;
    }
    sitting.set_outcome(call, Disposition::Answered, Some(words), None).await?;
    Ok(())
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
        let now = sitting.now;
        appointments::release(&mut sitting.db, &held, now).await?;
    }
    visit.done(sitting, looks(form.q, "appointment")).await
}
