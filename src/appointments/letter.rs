//! What callers get in writing: mails with a calendar file, in the transaction that makes them true.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Appointment, ics};
use crate::mail::{self, MailFile, NewMail};

/// The calendar file's name in every mail.
const FILE: &str = "termin.ics";

/// `check`: as the caller was told.
pub async fn confirm(
    db: &mut PgConnection,
    booked: &Appointment,
    check: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let text = format!("{}\n{}", facts(booked, "Ihr Termin ist gebucht.", check), HOW_TO_CANCEL);
    send(db, booked, "Ihr Termin", &text, ics::Method::Request, now).await
}

pub async fn confirm_move(
    db: &mut PgConnection,
    moved: &Appointment,
    before: &Appointment,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let first = format!("Ihr Termin wurde verlegt. Der bisherige am {} gilt nicht mehr.", before.when());
    let text = format!("{}\n{}", facts(moved, &first, None), HOW_TO_CANCEL);
    send(db, moved, "Ihr Termin wurde verlegt", &text, ics::Method::Request, now).await
}

pub async fn confirm_cancelling(
    db: &mut PgConnection,
    cancelled: &Appointment,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let reason = cancelled.cancel_reason.as_ref().map(|reason| format!(" Grund: {reason}")).unwrap_or_default();
    let first = format!("Ihr Termin wurde abgesagt.{reason}");
    send(db, cancelled, "Ihr Termin wurde abgesagt", &facts(cancelled, &first, None), ics::Method::Cancel, now).await
}

const HOW_TO_CANCEL: &str = "Wenn Sie nicht kommen können, sagen Sie den Termin bitte telefonisch ab. Nennen Sie dazu die Vorgangsnummer und die Prüfziffern.\n";

fn facts(appointment: &Appointment, first: &str, check: Option<&str>) -> String {
    let check = check.map(|check| format!("Prüfziffern: {check}\n")).unwrap_or_default();
    let documents: Vec<_> = appointment.to_bring().iter().map(|document| format!("- {document}\n")).collect();
    let bring = if documents.is_empty() { String::new() } else { "\nBitte bringen Sie mit:\n".to_owned() };
    format!(
        "Guten Tag,\n\n{first}\n\nAnliegen: {}\nWann: {}\nWo: {}\nVorgangsnummer: {}\n{check}{bring}{}",
        appointment.type_name,
        appointment.when(),
        appointment.where_to(),
        appointment.spoken_reference(),
        documents.concat(),
    )
}

/// To whoever left an address. One mail a state of the appointment, however often it is asked for.
async fn send(
    db: &mut PgConnection,
    appointment: &Appointment,
    subject: &str,
    text: &str,
    method: ics::Method,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Some(recipient) = &appointment.contact.mail else { return Ok(()) };
    let key = format!("appointment:{}:{}", appointment.uid, appointment.sequence);
    let subject = format!("{subject}: {}", appointment.type_name);
    let mail = NewMail { tenant: Some(appointment.tenant), key: &key, recipient, subject: &subject, text };
    let calendar = ics::of_appointment(appointment, method, now);
    mail::enqueue_with_file(&mut *db, mail, MailFile { name: FILE, text: &calendar }, now).await?;
    Ok(())
}
