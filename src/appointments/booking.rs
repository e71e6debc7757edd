//! Hold, book, move, cancel. Each of them runs in the caller's transaction, after whoever was at the same office before.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::store::{self, NewHold};
use super::{
    Appointment, CHECK_PAUSE, Channel, MOST_WRONG_CHECKS, Slot, State, Type, Wanted, hash_check, letter, new_reference,
    new_uid,
};
use crate::calls::CallKey;
use crate::clock;
use crate::ids::{AccountId, AppointmentId, TenantId};

/// One in 900,000 references is taken by chance; so often another one is tried.
const REFERENCES: usize = 8;

/// Somebody wants this slot.
#[derive(Debug, Clone, Copy)]
pub struct Holding<'a> {
    pub kind: &'a Type,
    pub starts_at: DateTime<Utc>,
    /// The same key again is the same slot: a form that is sent twice holds one.
    pub request_key: &'a str,
    pub account: Option<AccountId>,
    pub call: Option<CallKey>,
    pub minutes: i32,
    /// The booked one whose place it is to take.
    pub replaces: Option<AppointmentId>,
    /// Number and key in the town's own system, which holds it already.
    pub remote: Option<(&'a str, &'a str)>,
}

#[derive(Debug, Clone)]
pub enum Hold {
    Held(Box<Appointment>),
    /// Somebody else was faster, or it never was free; these are free now.
    Lost(Vec<Slot>),
}

/// How many of the next ones somebody is told who came too late.
const NEXT: usize = 12;

pub async fn hold(db: &mut PgConnection, wish: &Holding<'_>, now: DateTime<Utc>) -> sqlx::Result<Hold> {
    let Holding { kind, .. } = *wish;
    store::hold_office(&mut *db, kind.tenant, kind.unit).await?;
    if let Some(known) = store::find_known(&mut *db, kind.tenant, wish.request_key).await? {
        return Ok(Hold::Held(Box::new(known)));
    }
    store::delete_expired_holds(&mut *db, kind.tenant, kind.unit, now).await?;
    if let Some(account) = wish.account {
        store::delete_holds_of(&mut *db, kind.tenant, account, wish.request_key).await?;
        store::end_remote_holds(&mut *db, kind.tenant, account, now).await?;
    }
    if wish.remote.is_some() {
        return insert(db, wish, None, now).await;
    }
    let day = clock::day_of(wish.starts_at);
    let wanted = horizon(kind, now);
    let free = store::find_free_slots(&mut *db, kind, (day, day), &wanted, now).await?;
    match free.into_iter().find(|slot| slot.starts_at == wish.starts_at) {
        Some(slot) => insert(db, wish, Some((slot, wanted)), now).await,
        None => Ok(Hold::Lost(next_free(db, kind, now).await?)),
    }
}

async fn insert(
    db: &mut PgConnection,
    wish: &Holding<'_>,
    slot: Option<(Slot, Wanted)>,
    now: DateTime<Utc>,
) -> sqlx::Result<Hold> {
    let Holding { kind, .. } = *wish;
    let ends_at = wish.starts_at + TimeDelta::minutes(kind.minutes.into());
    for _ in 0..REFERENCES {
        let (reference, uid) = (new_reference(), new_uid());
        let new = NewHold {
            unit: kind.unit,
            kind: kind.id,
            place: slot.map(|(slot, wanted)| (slot.resource, slot.lane, wanted.need)),
            remote: wish.remote,
            starts_at: wish.starts_at,
            ends_at,
            blocked_until: slot.map_or(ends_at, |(slot, wanted)| slot.blocked_until(&wanted)),
            hold_until: now + TimeDelta::minutes(wish.minutes.into()),
            request_key: wish.request_key,
            reference: &reference,
            uid: &uid,
            account: wish.account,
            call: wish.call,
            replaces: wish.replaces,
        };
        if let Some(id) = store::insert_hold(&mut *db, kind.tenant, &new, now).await? {
            let held = store::find_appointment(&mut *db, kind.tenant, id).await?;
            return Ok(Hold::Held(Box::new(held.ok_or(sqlx::Error::RowNotFound)?)));
        }
    }
    Ok(Hold::Lost(next_free(db, kind, now).await?))
}

/// From when until when this type may be booked at this moment.
pub(super) fn horizon(kind: &Type, now: DateTime<Utc>) -> Wanted {
    let today = clock::day_of(now);
    let midnight = |day: NaiveDate| clock::moment(day, NaiveTime::MIN).unwrap_or(now);
    let first = today + TimeDelta::days(kind.min_days.into());
    let last = today + TimeDelta::days(kind.max_days.into());
    Wanted::of(kind, midnight(first).max(now), midnight(last + TimeDelta::days(1)))
}

/// The first ones that are free at all.
pub(super) async fn next_free(db: &mut PgConnection, kind: &Type, now: DateTime<Utc>) -> sqlx::Result<Vec<Slot>> {
    let mut free = list_free(db, kind, None, now).await?;
    free.truncate(NEXT);
    Ok(free)
}

/// Whom it is for, as far as somebody wants to say so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub name: Option<String>,
    pub mail: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
}

impl Contact {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The caller says yes.
#[derive(Debug, Clone)]
pub struct Confirmation<'a> {
    pub channel: Channel,
    pub contact: &'a Contact,
    /// Four digits that the caller is told.
    pub check: &'a str,
}

#[derive(Debug, Clone)]
pub enum Booked {
    Booked(Box<Appointment>),
    /// It was held too long, and somebody else has it.
    Gone,
}

/// The same again changes nothing and tells nobody twice.
pub async fn book(
    db: &mut PgConnection,
    (tenant, id): (TenantId, AppointmentId),
    yes: &Confirmation<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Booked> {
    let Some(held) = store::find_appointment(&mut *db, tenant, id).await? else { return Ok(Booked::Gone) };
    store::hold_office(&mut *db, tenant, held.unit).await?;
    let hash = hash_check(&held.uid, yes.check);
    if store::book(&mut *db, tenant, id, &hash, yes.channel.as_str(), now).await? {
        if !yes.contact.is_empty() {
            store::replace_contact(&mut *db, tenant, id, yes.contact, forget_on(&held)).await?;
        }
        let booked = store::find_appointment(&mut *db, tenant, id).await?.ok_or(sqlx::Error::RowNotFound)?;
        letter::confirm(&mut *db, &booked, Some(yes.check), now).await?;
        return Ok(Booked::Booked(Box::new(booked)));
    }
    let known = store::find_appointment(&mut *db, tenant, id).await?;
    Ok(match known.filter(|known| known.state == State::Booked) {
        Some(known) => Booked::Booked(Box::new(known)),
        None => Booked::Gone,
    })
}

fn forget_on(appointment: &Appointment) -> NaiveDate {
    clock::day_of(appointment.ends_at) + TimeDelta::days(i64::from(appointment.contact_days) + 1)
}

/// Whether the caller knows the check. Wrong ones are counted; None: there were too many of late, nothing is said about this one.
pub async fn prove(
    db: &mut PgConnection,
    appointment: &Appointment,
    check: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<bool>> {
    store::hold_office(&mut *db, appointment.tenant, appointment.unit).await?;
    let is_right = appointment.is_check(check);
    let limit = (MOST_WRONG_CHECKS, now - CHECK_PAUSE);
    let counted = store::note_check(&mut *db, appointment.tenant, appointment.id, is_right, limit, now).await?;
    Ok(counted.then_some(is_right))
}

/// The caller cannot decide. What a town's own system holds is given back there soon.
pub async fn release(db: &mut PgConnection, held: &Appointment, now: DateTime<Utc>) -> sqlx::Result<()> {
    store::hold_office(&mut *db, held.tenant, held.unit).await?;
    store::delete_hold(&mut *db, held.tenant, held.id).await?;
    if let Some(account) = held.held_by.filter(|_| held.remote_id.is_some()) {
        store::end_remote_holds(&mut *db, held.tenant, account, now).await?;
    }
    Ok(())
}

#[derive(Debug, Clone)]
pub enum Moved {
    Moved(Box<Appointment>),
    /// The old one is no longer booked, or the new one no longer held.
    Gone,
}

/// What is held takes the place of what was booked, under the same reference.
pub async fn move_to(
    db: &mut PgConnection,
    tenant: TenantId,
    (old, new): (AppointmentId, AppointmentId),
    now: DateTime<Utc>,
) -> sqlx::Result<Moved> {
    let (before, held) =
        (store::find_appointment(&mut *db, tenant, old).await?, store::find_appointment(&mut *db, tenant, new).await?);
    let (Some(before), Some(held)) = (before, held) else { return Ok(Moved::Gone) };
    if before.unit != held.unit {
        return Ok(Moved::Gone);
    }
    store::hold_office(&mut *db, tenant, held.unit).await?;
    let held = store::find_appointment(&mut *db, tenant, new).await?.filter(|held| held.state == State::Held);
    let Some(held) = held else { return Ok(Moved::Gone) };
    if !store::mark_moved(&mut *db, tenant, (old, new), now).await?
        || !store::take_over(&mut *db, tenant, (old, new), now).await?
    {
        return Ok(Moved::Gone);
    }
    store::move_contact(&mut *db, tenant, (old, new), forget_on(&held)).await?;
    let moved = store::find_appointment(&mut *db, tenant, new).await?.ok_or(sqlx::Error::RowNotFound)?;
    letter::confirm_move(&mut *db, &moved, &before, now).await?;
    Ok(Moved::Moved(Box::new(moved)))
}

/// Who cancels, and why.
#[derive(Debug, Clone, Copy)]
pub struct Cancelling<'a> {
    pub reason: Option<&'a str>,
    pub by: &'a str,
    pub account: Option<AccountId>,
}

/// None: it was no longer booked.
pub async fn cancel(
    db: &mut PgConnection,
    (tenant, id): (TenantId, AppointmentId),
    why: &Cancelling<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Appointment>> {
    let Some(booked) = store::find_appointment(&mut *db, tenant, id).await? else { return Ok(None) };
    store::hold_office(&mut *db, tenant, booked.unit).await?;
    if !store::cancel(&mut *db, tenant, id, why.reason, why.by, why.account, now).await? {
        return Ok(None);
    }
    let cancelled = store::find_appointment(&mut *db, tenant, id).await?.ok_or(sqlx::Error::RowNotFound)?;
    letter::confirm_cancelling(&mut *db, &cancelled, now).await?;
    Ok(Some(cancelled))
}

/// The free slots from a day on, as far as the type's horizon goes.
pub async fn list_free(
    db: &mut PgConnection,
    kind: &Type,
    from: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Slot>> {
    let wanted = horizon(kind, now);
    let (first, last) = (clock::day_of(wanted.earliest), clock::day_of(wanted.latest));
    let days = (from.unwrap_or(first).clamp(first, last), last);
    store::find_free_slots(&mut *db, kind, days, &wanted, now).await
}
