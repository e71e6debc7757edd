//! The panel of T: whom to connect to. The responsible office first, everybody else by a search beside it.

use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgConnection;

use super::visit::Visit;
use super::{Focus, Looks, TargetsPart};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::clock;
use crate::desk::sitting::Sitting;
use crate::desk::{Desk, store};
use crate::directory::{self, Card, Facts, Need, Responsible, Target, Told, Topic};
use crate::ids::TransferId;
use crate::knowledge::Entry;
use crate::search::directory::Asked;
use crate::web::{Form, Page, Path, Query, Result};

/// What fits beside an entry without scrolling.
const FOUND: usize = 5;
const PEOPLE: usize = 3;

/// What is known of the caller, as it was typed into the panel.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Known {
    pub street: String,
    pub district: String,
    pub initial: String,
    /// The button "weiß nicht".
    pub unknown: String,
    /// The one that was chosen.
    pub to: String,
    /// What is looked for.
    pub detail: String,
}

impl Known {
    fn facts(&self) -> Facts {
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let (street, number) = directory::address(&self.street);
        Facts {
            street: text(&street),
            number,
            district: text(&self.district),
            initial: text(&self.initial),
            is_all: !self.unknown.is_empty(),
        }
    }
}

pub struct ConnectPart {
    pub known: Known,
    pub chosen: Option<Card>,
    pub need: Option<Need>,
    pub districts: Vec<String>,
    /// There are rules, and they leave this caller out.
    pub is_left_out: bool,
    /// The first one has the focus.
    pub offered: Vec<Card>,
    pub found: FoundPart,
}

impl ConnectPart {
    pub fn is_offered(&self, card: &Card) -> bool {
        self.need.is_none() && self.offered.first().is_some_and(|first| first.target == card.target)
    }
}

/// What a search over all numbers found.
#[derive(Default)]
pub struct FoundPart {
    pub words: String,
    pub cards: Vec<Card>,
    pub total: usize,
}

/// What the open entry is about.
pub fn topic(entry: &Entry) -> Topic {
    let root = entry.root();
    Topic {
        root: (root.tenant, root.entry),
        owner: entry.tenant,
        situations: entry.content.life_situations.clone(),
        unit: entry.unit,
    }
}

/// The office that is shown beside the entry, and what it depends on.
pub async fn find_beside(
    db: &mut PgConnection,
    town: &TenantAccess,
    entry: &Entry,
    now: DateTime<Utc>,
) -> Result<(Option<Card>, Option<Need>)> {
    let today = clock::day_of(now);
    let found = directory::find_responsible(&mut *db, town.id, &topic(entry), &Facts::default(), today).await?;
    let targets: Vec<_> = found.target.into_iter().collect();
    Ok((directory::list_cards(db, &targets, now).await?.pop(), found.need))
}

impl ConnectPart {
    pub async fn find(
        app: &App,
        db: &mut PgConnection,
        town: &TenantAccess,
        entry: Option<&Entry>,
        known: Known,
    ) -> Result<Self> {
        let now = app.clock.now();
        let responsible = match entry {
            Some(entry) => {
                let (topic, facts) = (topic(entry), known.facts());
                directory::find_responsible(&mut *db, town.id, &topic, &facts, clock::day_of(now)).await?
            }
            None => Responsible::default(),
        };
        let chosen: Vec<Target> = known.to.parse().into_iter().collect();
        let offered = offered(&mut *db, &responsible).await?;
        let offered = in_order(directory::list_cards(&mut *db, &offered, now).await?, responsible.target);
        let offered = with_deputies(&mut *db, offered, now).await?;
        Ok(Self {
            chosen: directory::list_cards(&mut *db, &chosen, now).await?.pop(),
            need: responsible.need,
            districts: responsible.districts,
            is_left_out: responsible.is_left_out,
            offered,
            found: find(app, db, town, &known.detail).await?,
            known,
        })
    }
}

/// The responsible one, the office around a person, a few of an office's people, or everybody it may lead to.
async fn offered(db: &mut PgConnection, responsible: &Responsible) -> Result<Vec<Target>> {
    let mut offered: Vec<Target> = responsible.target.into_iter().collect();
    match responsible.target {
        Some(target) if target.contact.is_some() => offered.push(Target { contact: None, ..target }),
        Some(target) if responsible.need.is_none() => {
            let people = directory::list_contacts(db, &[target.tenant], Some(&[target.unit])).await?;
            let people = people.into_iter().take(PEOPLE);
            offered.extend(people.map(|person| Target { contact: Some(person.id), ..target }));
        }
        _ => {}
    }
    offered.extend(responsible.possible.iter().take(FOUND));
    let mut seen = Vec::new();
    offered.retain(|target| {
        !seen.contains(target) && {
            seen.push(*target);
            true
        }
    });
    Ok(offered)
}

/// Whoever was named stays first, even where nobody answers there now; of the others those who answer.
fn in_order(mut cards: Vec<Card>, named: Option<Target>) -> Vec<Card> {
    cards.sort_by_key(|card| (Some(card.target) != named, !card.reach.is_open()));
    cards
}

/// Who stands in comes before whom nobody may be connected to.
async fn with_deputies(db: &mut PgConnection, cards: Vec<Card>, now: DateTime<Utc>) -> Result<Vec<Card>> {
    let Some(first) = cards.first() else { return Ok(cards) };
    let Some(deputy) = &first.deputy else { return Ok(cards) };
    let target = deputy.target;
    let mut ordered = directory::list_cards(db, &[target], now).await?;
    ordered.extend(cards.into_iter().filter(|card| card.target != target));
    Ok(ordered)
}

async fn find(app: &App, db: &mut PgConnection, town: &TenantAccess, words: &str) -> Result<FoundPart> {
    let tenants: Vec<_> = town.sources.iter().map(|source| source.id).collect();
    let asked = Asked { words, tenants: &tenants, only_units: false, offset: 0, limit: FOUND };
    let found = app.search.directory().find(asked);
    let cards = directory::list_cards(db, &found.targets, app.clock.now()).await?;
    Ok(FoundPart { words: words.to_owned(), cards, total: found.total })
}

/// Targets while typing; the desk's row says which town is meant.
pub async fn targets_fragment(visit: Visit, Query(known): Query<Known>) -> Result<Response> {
    let (app, viewer) = (&visit.app, &visit.viewer);
    let mut db = app.begin(&viewer.scope()).await?;
    let desk = store::find_desk(&mut *db, viewer.account).await?;
    let found = match town_of(&desk, viewer) {
        Some(town) => find(app, &mut db, town, &known.detail).await?,
        None => FoundPart::default(),
    };
    Ok(Page(TargetsPart { found }).into_response())
}

pub fn town_of<'a>(desk: &Desk, viewer: &'a Viewer) -> Option<&'a TenantAccess> {
    desk.shown_tenant.and_then(|town| viewer.tenant_by_id(town))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ToldForm {
    q: String,
    result: String,
}

/// One key after the call: what became of the transfer.
pub async fn tell(visit: Visit, Path(transfer): Path<TransferId>, Form(form): Form<ToldForm>) -> Result<Response> {
    let mut looks = Looks { q: form.q, focus: Focus::Lines, ..Looks::default() };
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    looks.notice = match Told::parse(&form.result) {
        Some(told) => sitting.tell_transfer(transfer, told).await?,
        None => None,
    };
    visit.done(sitting, looks).await
}
