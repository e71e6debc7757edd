//! One group of messages, one transaction: what is new is stored, every call it speaks of is folded anew, and whoever has
//! to know is told. The number of statements does not depend on the number of messages.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::generations::{Generation, place_of};
use super::seats::{Signal, signals};
use super::store::{self, Known};
use super::whose::Owner;
use super::{marks, numbers};
use crate::calls::{CallKey, Event, EventKind, Folded, Incoming, Taken, fold};
use crate::clock::Clock;
use crate::db::{self, Scope};
use crate::ids::{SourceId, TenantId};

/// A reference and the source that gave it.
pub type Reference = (SourceId, String);

/// A call that this group says something new about.
#[derive(Debug)]
pub struct Touched<'a> {
    pub reference: Reference,
    pub generation: Generation,
    pub key: CallKey,
    pub is_new: bool,
    pub messages: Vec<&'a Incoming>,
    pub known: Known,
    pub folded: Folded,
    pub owner: Option<Owner>,
    pub heard_at: DateTime<Utc>,
}

pub async fn store(pool: &PgPool, clock: &Clock, messages: &[&Incoming]) -> sqlx::Result<Vec<Taken>> {
    let now = clock.now();
    let mut db = db::begin_for(pool, &Scope::system()).await?;
    // Two servers take turns for each source: whoever assigns a reference to a call sees what the other one did.
    let sources: BTreeSet<SourceId> = messages.iter().map(|message| message.source).collect();
    store::hold_sources(&mut db, &sources).await?;
    let mut generations = find_generations(&mut db, messages).await?;
    let places: Vec<Option<usize>> = messages.iter().map(|message| place(message, &mut generations)).collect();
    let fresh = find_fresh(&mut db, messages, &places, &generations, now).await?;
    let by_call = group_by_call(messages, &places, &fresh);
    let touched = fold_calls(&mut db, by_call, &generations, now).await?;
    write(&mut db, &touched, now).await?;
    tell(&mut db, messages, &fresh, &touched, now).await?;
    let taken = fresh.iter().map(|is_fresh| if *is_fresh { Taken::New } else { Taken::Duplicate }).collect();
    store::note_traffic(&mut db, messages, &fresh, now).await?;
    db.commit().await?;
    Ok(taken)
}

fn reference(message: &Incoming) -> Option<Reference> {
    message.call_ref.clone().map(|call_ref| (message.source, call_ref))
}

async fn find_generations(
    db: &mut PgConnection,
    messages: &[&Incoming],
) -> sqlx::Result<HashMap<Reference, Vec<Generation>>> {
    let references: HashSet<Reference> = messages.iter().filter_map(|message| reference(message)).collect();
    store::find_generations(db, &references).await
}

fn place(message: &Incoming, generations: &mut HashMap<Reference, Vec<Generation>>) -> Option<usize> {
    Some(place_of(&message.event, generations.entry(reference(message)?).or_default()))
}

/// Of each message whether it says something for the first time.
async fn find_fresh(
    db: &mut PgConnection,
    messages: &[&Incoming],
    places: &[Option<usize>],
    generations: &HashMap<Reference, Vec<Generation>>,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<bool>> {
    let number = |message: &Incoming, place: &Option<usize>| Some(generations[&reference(message)?][(*place)?].number);
    let marks = messages
        .iter()
        .zip(places)
        .map(|(message, place)| (message.source, marks::mark(message, number(message, place))));
    let marks: Vec<_> = marks.collect();
    let new = store::insert_marks(db, &marks.iter().cloned().collect(), now).await?;
    let mut seen = HashSet::new();
    Ok(marks.iter().map(|mark| new.contains(mark) && seen.insert(mark)).collect())
}

type ByCall<'a> = BTreeMap<(Reference, usize), Vec<&'a Incoming>>;

fn group_by_call<'a>(messages: &[&'a Incoming], places: &[Option<usize>], fresh: &[bool]) -> ByCall<'a> {
    let mut calls = ByCall::new();
    for ((message, place), is_fresh) in messages.iter().zip(places).zip(fresh) {
        if let (Some(reference), Some(place), true) = (reference(message), place, is_fresh) {
            calls.entry((reference, *place)).or_default().push(message);
        }
    }
    calls
}

async fn fold_calls<'a>(
    db: &mut PgConnection,
    by_call: ByCall<'a>,
    generations: &HashMap<Reference, Vec<Generation>>,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Touched<'a>>> {
    let keys: Vec<CallKey> =
        by_call.keys().filter_map(|(reference, place)| generations[reference][*place].call).collect();
    let mut known = store::find_calls(db, &keys).await?;
    let mut ids = store::take_ids(db, by_call.len() - keys.len()).await?.into_iter();
    let directory = store::load_directory(db).await?;
    let intake = store::find_intake(db).await?;
    let mut touched = Vec::with_capacity(by_call.len());
    for ((reference, place), messages) in by_call {
        let generation = generations[&reference][place].clone();
        let known = generation.call.and_then(|key| known.remove(&key.id)).unwrap_or_default();
        let events: Vec<Event> =
            known.events.iter().cloned().chain(messages.iter().map(|message| message.event.clone())).collect();
        let Some(folded) = fold(&events) else { continue };
        let owner = directory.owner(reference.0, &folded);
        let opened_at = messages.iter().map(|message| message.event.at).min().unwrap_or(now);
        let tenant = tenant_of(&known, owner, intake);
        let key = match generation.call {
            Some(key) => CallKey { tenant, ..key },
            None => CallKey { tenant, opened_at, id: ids.next().ok_or(sqlx::Error::RowNotFound)? },
        };
        let is_new = generation.call.is_none();
        let heard_at = events.iter().map(|event| event.at).max().unwrap_or(now);
        touched.push(Touched { reference, generation, key, is_new, messages, known, folded, owner, heard_at });
    }
    Ok(touched)
}

/// What a person decided stays; else whom the number or the queue names; else nobody yet.
fn tenant_of(known: &Known, owner: Option<Owner>, intake: TenantId) -> TenantId {
    match known.tenant {
        Some(tenant) if known.is_assigned => tenant,
        _ => owner.map_or(intake, |owner| owner.tenant),
    }
}

async fn write(db: &mut PgConnection, touched: &[Touched<'_>], now: DateTime<Utc>) -> sqlx::Result<()> {
    if touched.is_empty() {
        return Ok(());
    }
    store::ensure_months(db, touched).await?;
    store::move_calls(db, touched).await?;
    store::upsert_calls(db, touched).await?;
    store::upsert_references(db, touched).await?;
    store::insert_events(db, touched, now).await?;
    store::replace_legs(db, touched).await?;
    let numbers: Vec<_> = touched
        .iter()
        .filter_map(|call| Some((call.key, call.messages.iter().find_map(|message| numbers::of(message))?)))
        .collect();
    store::insert_numbers(db, &numbers, now + numbers::KEPT).await?;
    store::note_unassigned(db, touched, now).await
}

/// The seats concerned, and every server that has a desk at one of them.
async fn tell(
    db: &mut PgConnection,
    messages: &[&Incoming],
    fresh: &[bool],
    touched: &[Touched<'_>],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let of_calls =
        touched.iter().flat_map(|call| signals(call.reference.0, call.key.id, &call.known.before, &call.folded));
    let states = messages
        .iter()
        .zip(fresh)
        .filter(|(message, is_fresh)| **is_fresh && message.event.kind == EventKind::AgentState);
    let states: Vec<&Incoming> = states.map(|(message, _)| *message).collect();
    let of_states = states.iter().filter_map(|message| {
        let seat = message.event.facts.agent.clone()?;
        Some(Signal { source: message.source, seat, kind: "state", call: None })
    });
    let signals: Vec<Signal> = of_calls.chain(of_states).collect();
    store::signal_seats(db, &signals, &states, now).await
}

/// The call as the group found it.
impl Known {
    pub fn is_elsewhere(&self, key: CallKey) -> bool {
        self.tenant.is_some_and(|tenant| tenant != key.tenant)
    }
}
