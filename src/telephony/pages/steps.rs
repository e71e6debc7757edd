//! A test call, step by step: what has arrived of it, and what to do about the first thing that has not.

use chrono::{DateTime, TimeDelta, Utc};

use crate::telephony::store::LastCall;
use crate::tenants::display_number;
use crate::web::format;

/// How long a call counts as the one that was made for testing.
const FRESH: TimeDelta = TimeDelta::minutes(30);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub question: &'static str,
    /// The colour word of the state badge.
    pub state: &'static str,
    pub found: String,
    /// What to do; empty where all is well.
    pub advice: &'static str,
}

impl Step {
    fn good(question: &'static str, found: String) -> Self {
        Self { question, state: "good", found, advice: "" }
    }

    fn bad(question: &'static str, found: &str, advice: &'static str) -> Self {
        Self { question, state: "bad", found: found.to_owned(), advice }
    }

    fn open(question: &'static str, found: &str, advice: &'static str) -> Self {
        Self { question, state: "off", found: found.to_owned(), advice }
    }
}

const ARRIVES: &str = "Kommt der Anruf an?";
const TOWN: &str = "Gehört die Rufnummer zu einem Ort?";
const ANSWERED: &str = "Wurde er angenommen?";
const SEAT: &str = "Ist der Platz bekannt?";
const ENDED: &str = "Ist er beendet?";

pub fn steps(call: Option<&LastCall>, now: DateTime<Utc>) -> Vec<Step> {
    let Some(call) = call.filter(|call| now - call.started_at <= FRESH) else {
        let advice = "Rufen Sie von einem Mobiltelefon eine Rufnummer dieser Anlage an, und laden Sie die Seite neu. Kommt nichts an: Stimmt die Adresse in der Anlage, und darf sie nach draußen?";
        let waiting = |question| Step::open(question, "wartet auf den Testanruf", "");
        let first = Step::bad(ARRIVES, "in den letzten 30 Minuten kam kein Anruf", advice);
        return std::iter::once(first).chain([TOWN, ANSWERED, SEAT, ENDED].map(waiting)).collect();
    };
    vec![arrives(call), town(call), answered(call), seat(call), ended(call)]
}

fn arrives(call: &LastCall) -> Step {
    let number = call.dialled.as_deref().map_or("ohne Rufnummer".to_owned(), display_number);
    Step::good(ARRIVES, format!("um {} Uhr, gewählt: {number}", format::time_with_seconds(call.started_at)))
}

fn town(call: &LastCall) -> Step {
    match &call.town {
        Some(town) => Step::good(TOWN, town.clone()),
        None if !call.is_unassigned => Step::good(TOWN, "eine gemeinsame Rufnummer mehrerer Orte".to_owned()),
        None if call.dialled.is_none() => Step::bad(
            TOWN,
            "die Anlage teilt die gewählte Rufnummer nicht mit",
            "Ordnen Sie die Warteschlange einem Ort zu, oder lassen Sie die Anlage die Rufnummer senden.",
        ),
        None => Step::bad(
            TOWN,
            "die Rufnummer ist nicht angelegt",
            "Legen Sie die gewählte Rufnummer bei ihrem Ort an. Für diesen Anruf geht das auch unter „Nicht zugeordnete Anrufe“.",
        ),
    }
}

fn answered(call: &LastCall) -> Step {
    match call.connected_at {
        Some(at) => Step::good(ANSWERED, format!("um {} Uhr", format::time_with_seconds(at))),
        None if call.ended_at.is_none() => Step::open(ANSWERED, "es klingelt noch", "Nehmen Sie den Anruf an."),
        None => Step::bad(
            ANSWERED,
            "die Anlage hat keine Annahme gemeldet",
            "War der Anruf angenommen, dann sendet die Anlage dieses Ereignis nicht. sipgate sendet es nur, wenn unsere Antwort bei ihm ankommt.",
        ),
    }
}

fn seat(call: &LastCall) -> Step {
    match &call.seat {
        Some(seat) if call.is_seat_taken => Step::good(SEAT, format!("„{seat}“")),
        Some(seat) => Step::bad(
            SEAT,
            &format!("„{seat}“ hat an keinem Arbeitsplatz jemand gewählt"),
            "Wer dort sitzt, wählt am Arbeitsplatz diesen Namen als sein Telefon.",
        ),
        None if call.connected_at.is_none() => Step::open(SEAT, "erst nach der Annahme", ""),
        None => Step::bad(
            SEAT,
            "die Anlage nennt den Platz nicht",
            "Wartezeiten werden trotzdem gemessen; der Anruf öffnet sich nur nicht von selbst am Arbeitsplatz.",
        ),
    }
}

fn ended(call: &LastCall) -> Step {
    match call.ended_at {
        Some(at) => Step::good(ENDED, format!("um {} Uhr", format::time_with_seconds(at))),
        None if call.result == "open" => Step::open(ENDED, "läuft noch", "Legen Sie auf, und laden Sie die Seite neu."),
        None => Step::bad(ENDED, "das Ende hat niemand gesehen", "Sendet die Anlage auch das Auflegen?"),
    }
}
