//! iCalendar: the file in a mail, and what other calendars read of an office.

use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component, Event, EventLike, EventStatus};

use super::store::FeedLine;
use super::{Appointment, spoken_reference};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Request,
    Cancel,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// For the one who comes.
pub fn of_appointment(appointment: &Appointment, method: Method, now: DateTime<Utc>) -> String {
    let mut event = Event::new();
    event
        .uid(&appointment.uid)
        .sequence(u32::try_from(appointment.sequence).unwrap_or_default())
        .timestamp(now)
        .starts(appointment.starts_at)
        .ends(appointment.ends_at)
        .summary(&format!("{} ({})", appointment.type_name, appointment.unit_name))
        .location(&appointment.where_to())
        .description(&description(appointment))
        .status(if method == Method::Cancel { EventStatus::Cancelled } else { EventStatus::Confirmed });
    // Calendar programs take an invitation only from somebody to somebody.
    if let Some(unit) = &appointment.unit_mail {
        event.add_property("ORGANIZER", format!("mailto:{unit}"));
    }
    if let Some(guest) = &appointment.contact.mail {
        event.add_property("ATTENDEE", format!("mailto:{guest}"));
    }
    let mut calendar = Calendar::new();
    calendar.append_property(("METHOD", method.as_str())).push(event);
    calendar.to_string()
}

fn description(appointment: &Appointment) -> String {
    let documents = appointment.to_bring();
    let bring = if documents.is_empty() { String::new() } else { format!("\nMitbringen: {}", documents.join("; ")) };
    format!("Vorgangsnummer {}{bring}", appointment.spoken_reference())
}

/// For an office: reference, type and place, never a name.
pub fn of_office(name: &str, lines: &[FeedLine]) -> String {
    let mut calendar = Calendar::new();
    calendar.name(&format!("Termine {name}")).append_property(("METHOD", "PUBLISH"));
    for line in lines {
        let place = [Some(line.unit_name.clone()), line.resource_name.clone()];
        let mut event = Event::new();
        event
            .uid(&line.uid)
            .sequence(u32::try_from(line.sequence).unwrap_or_default())
            .timestamp(line.changed_at)
            .starts(line.starts_at)
            .ends(line.ends_at)
            .summary(&format!("{} {}", line.type_name, spoken_reference(&line.reference)))
            .location(&place.into_iter().flatten().collect::<Vec<_>>().join(", "))
            .status(if line.is_cancelled { EventStatus::Cancelled } else { EventStatus::Confirmed });
        calendar.push(event);
    }
    calendar.to_string()
}
