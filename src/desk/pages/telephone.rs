//! The telephone's part of the desk: what rings, at which seat somebody sits, who waits, and whether the telephone system
//! can be heard.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::view::Origin;
use crate::access::{Permission, TenantAccess, Viewer};
use crate::calls::{self, LiveCall};
use crate::desk::present::{Disturbance, Present, Seat, SeatState};
use crate::desk::sitting::Sitting;
use crate::desk::store::{self, SeatChoice};
use crate::ids::CallId;
use crate::knowledge;
use crate::tenants::{self, Number};
use crate::web::{self, format};

pub struct TelephonePart {
    pub seat: Option<Seat>,
    /// By source.
    pub choices: Vec<SeatGroup>,
    /// A telephone may be named that nobody named before.
    pub can_be_new: bool,
    pub disturbance: Option<Disturbance>,
    /// What the telephone talks in while the desk has another call.
    pub other_call: Option<String>,
    /// It connects the running call when it is told to.
    pub may_connect: bool,
}

pub struct SeatGroup {
    pub source: String,
    pub seats: Vec<SeatChoice>,
}

/// A call that rings at the desk's telephone.
pub struct RingingPart {
    pub call: CallId,
    pub origin: Origin,
    pub caller: String,
    /// What the number on the letter was about.
    pub topic: Option<String>,
    pub waits_since: DateTime<Utc>,
    pub is_other_town: bool,
}

/// Callers of a town who wait now.
pub struct WaitingPart {
    pub town: TenantAccess,
    pub count: i64,
    pub since: DateTime<Utc>,
}

impl TelephonePart {
    /// One line for the head of the idle desk.
    pub fn sentence(&self) -> String {
        let Some(seat) = &self.seat else { return "Ohne Telefonanlage".to_owned() };
        match (&self.disturbance, &seat.link, seat.state) {
            (Some(_), ..) => format!("Telefon {}", seat.name),
            (.., Some(SeatState::LoggedOut)) => format!("Telefon {}, an der Telefonanlage abgemeldet", seat.name),
            (None, Some(_), _) => format!("Telefon {}, Telefonanlage verbunden", seat.name),
            _ => format!("Telefon {}", seat.name),
        }
    }

    pub fn colour(&self) -> &'static str {
        match (&self.seat, &self.disturbance) {
            (None, _) | (_, Some(_)) => "off",
            (Some(seat), _) if seat.state == Some(SeatState::LoggedOut) => "warn",
            _ => "good",
        }
    }

    /// Seats to choose from, or a name to be given.
    pub fn is_offered(&self) -> bool {
        self.can_be_new || !self.choices.is_empty()
    }

    pub fn is_chosen(&self, choice: &SeatChoice) -> bool {
        self.seat.as_ref().is_some_and(|seat| seat.id == choice.id)
    }

    /// What the page shows already, for the stream.
    pub fn place(&self) -> String {
        self.seat.as_ref().map_or_else(String::new, |seat| format!("{}-{}", seat.id, seat.signal))
    }
}

impl Disturbance {
    pub fn sentence(&self) -> String {
        let since = self.since.map_or_else(String::new, |since| format!(" seit {} Uhr", format::time(since)));
        format!("Verbindung zur Telefonanlage gestört{since}. Nehmen Sie Anrufe mit F2 an.")
    }
}

impl RingingPart {
    pub fn since_for_machines(&self) -> String {
        format::machine_moment(self.waits_since)
    }
}

impl WaitingPart {
    pub fn since_for_machines(&self) -> String {
        format::machine_moment(self.since)
    }
}

pub async fn find_telephone(
    db: &mut PgConnection,
    present: &Present,
    now: DateTime<Utc>,
) -> web::Result<TelephonePart> {
    let mut choices: Vec<SeatGroup> = Vec::new();
    for seat in store::list_seats(&mut *db).await? {
        match choices.last_mut().filter(|group| group.source == seat.source_name) {
            Some(group) => group.seats.push(seat),
            None => choices.push(SeatGroup { source: seat.source_name.clone(), seats: vec![seat] }),
        }
    }
    let other_call = match &present.on_the_phone {
        Some(call) => Some(words_of(&mut *db, call).await?),
        None => None,
    };
    Ok(TelephonePart {
        seat: present.seat.clone(),
        choices,
        can_be_new: store::find_only_source(&mut *db).await?.is_some(),
        disturbance: present.seat.as_ref().and_then(|seat| seat.disturbance(now)),
        other_call,
        may_connect: present.may_connect(),
    })
}

async fn words_of(db: &mut PgConnection, call: &LiveCall) -> web::Result<String> {
    let tenant = tenants::find_tenant(&mut *db, call.key.tenant).await?;
    let record = calls::find_call(&mut *db, call.key).await?;
    let line = record.and_then(|record| record.line_label).unwrap_or_default();
    Ok(format!("{}, {line}", tenant.map(|tenant| tenant.name).unwrap_or_default()))
}

pub async fn find_ringing(sitting: &mut Sitting<'_>) -> web::Result<Option<RingingPart>> {
    let Some(call) = sitting.present.ringing.clone() else { return Ok(None) };
    let Some(record) = calls::find_call(&mut *sitting.db, call.key).await? else { return Ok(None) };
    let town = sitting.town_of(&call);
    let (viewer, now) = (sitting.viewer, sitting.now);
    let origin = Origin::find(&mut sitting.db, viewer, &record, town, now).await?;
    let number = calls::find_caller_number(&mut *sitting.db, call.key).await?;
    let preset = origin.line.as_ref().and_then(|line| line.preset_entry);
    let topic = match (town, preset) {
        (Some(town), Some((owner, entry))) => {
            knowledge::find_entry(&mut sitting.db, town, owner, entry).await?.map(|entry| entry.content.title)
        }
        _ => None,
    };
    Ok(Some(RingingPart {
        call: call.key.id,
        is_other_town: town.zip(sitting.desk.town_so_far()).is_some_and(|(now, before)| now != before),
        waits_since: call.waiting_since.unwrap_or(call.started_at),
        caller: caller_words(number.as_deref(), Number::masked),
        origin,
        topic,
    }))
}

/// The whole number, only for the agent who talks to the caller, and only as long as they do.
pub async fn find_caller(sitting: &mut Sitting<'_>) -> web::Result<Option<String>> {
    let Some(call) = sitting.present.call.as_ref().filter(|_| sitting.is_in_call() && sitting.present.is_by_phone())
    else {
        return Ok(None);
    };
    let key = call.key;
    let number = calls::find_caller_number(&mut *sitting.db, key).await?;
    Ok(Some(caller_words(number.as_deref(), |number| number.display(&[]))))
}

fn caller_words(number: Option<&str>, write: impl Fn(&Number) -> String) -> String {
    let number = number.map(Number::parse).filter(|number| *number != Number::Anonymous);
    number.map_or_else(|| "Nummer unterdrückt".to_owned(), |number| format!("Anruf von {}", write(&number)))
}

/// Of my towns those where somebody waits, the longest first.
pub async fn find_waiting(db: &mut PgConnection, viewer: &Viewer, now: DateTime<Utc>) -> web::Result<Vec<WaitingPart>> {
    let waiting = calls::list_waiting(&mut *db, now - TimeDelta::days(1)).await?;
    let town = |id| viewer.tenant_by_id(id).filter(|town| town.may(Permission::UseDesk)).cloned();
    let part = |waiting: calls::Waiting| {
        Some(WaitingPart { town: town(waiting.tenant)?, count: waiting.count, since: waiting.since })
    };
    let mut parts: Vec<_> = waiting.into_iter().filter_map(part).collect();
    parts.sort_by_key(|part| part.since);
    Ok(parts)
}
