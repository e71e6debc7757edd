//! An appointment that somebody knows by reference and check: found, moved, cancelled.

use axum::response::Response;

use super::super::visit::Visit;
use super::acts::{TAKEN, looks, note_result, over};
use super::part::towns;
use super::{BookingForm, SearchForm, parse_pair};
use crate::appointments::{self, Appointment, Cancelling, Moved, State, find_by_reference};
use crate::desk::sitting::Sitting;
use crate::ids::{AppointmentId, CallId};
use crate::web::{Error, Form, Path, Result};

const NOT_KNOWN: &str = "Zu diesen Angaben gibt es keinen Termin.";
const TOO_MANY: &str =
    "Zu viele falsche Prüfziffern. In einer Viertelstunde geht es wieder, oder die Stelle hilft weiter.";
const IS_CANCELLED: &str = "Dieser Termin ist schon abgesagt.";

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
pub(super) async fn reject(visit: &Visit, sitting: Sitting<'_>, q: String, form: SearchForm) -> Result<Response> {
    sitting.finish().await?;
    let mut looks = looks(q, "appointment-found");
    looks.appointment.search = Some(form);
    Box::pin(visit.show(looks)).await
}

/// The booked appointment with this reference whose check is right. Wrong ones are counted.
pub(super) async fn find(sitting: &mut Sitting<'_>, form: &mut SearchForm) -> Result<Option<Appointment>> {
    let Some(town) = sitting.desk.shown_tenant else { return Ok(None) };
    let reference = appointments::parse_reference(&form.reference);
    let all = find_by_reference(&mut *sitting.db, &towns(sitting.viewer, town), &reference).await?;
    let found = all.iter().find(|known| known.is_check(&form.check)).or(all.first()).cloned();
    let Some(found) = found else {
        form.errors.add("reference", NOT_KNOWN);
        return Ok(None);
    };
    let now = sitting.now;
    match appointments::prove(&mut sitting.db, &found, &form.check, now).await? {
        None => form.errors.add("check", TOO_MANY),
        Some(false) => form.errors.add("reference", NOT_KNOWN),
        Some(true) if found.state == State::Cancelled => form.errors.add("reference", IS_CANCELLED),
        Some(true) => {
            form.found = Some((found.tenant, found.id));
            return Ok(Some(found));
        }
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

/// The caller agrees to the new time.
pub(super) async fn finish_move(
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
