//! Whom a call can be connected to, with everything that an agent has to see before the key is pressed.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use chrono::{DateTime, NaiveTime, Utc};
use sqlx::PgConnection;

use super::unit::{dialable, room_words, shown_phone};
use super::{Contact, Reach, Told, Unit, first_free, list_calendars, store};
use crate::clock;
use crate::ids::{ContactId, TenantId, UnitId};
use crate::tenants::{self, ServiceCalendar};

/// Chains of deputies are no longer than this.
const LONGEST_CHAIN: usize = 5;

/// An office, or one of its contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target {
    pub tenant: TenantId,
    pub unit: UnitId,
    pub contact: Option<ContactId>,
}

/// As forms carry it: "3-17-0".
impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{}", self.tenant, self.unit, self.contact.map_or(0, |contact| contact.0))
    }
}

impl FromStr for Target {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('-');
        let mut next = || parts.next()?.parse::<i64>().ok();
        let (Some(tenant), Some(unit), Some(contact), None) = (next(), next(), next(), next()) else { return Err(()) };
        let tenant = TenantId(i32::try_from(tenant).map_err(|_| ())?);
        Ok(Self { tenant, unit: UnitId(unit), contact: (contact > 0).then_some(ContactId(contact)) })
    }
}

#[derive(Debug, Clone)]
pub struct Card {
    pub target: Target,
    pub unit: Unit,
    pub contact: Option<Contact>,
    pub reach: Reach,
    /// Who stands in while nobody may be connected here.
    pub deputy: Option<Deputy>,
    /// Today's transfers that were told, the most frequent first.
    pub today: Vec<(Told, i64)>,
    blocks: Vec<String>,
    now: DateTime<Utc>,
}

#[derive(Debug, Clone)]
pub struct Deputy {
    pub target: Target,
    pub name: String,
    pub phone: Option<String>,
    pub reach: Reach,
    /// See `Reach::words`.
    pub words: String,
}

impl Card {
    pub fn name(&self) -> &str {
        self.contact.as_ref().map_or(&self.unit.name, |contact| &contact.name)
    }

    /// The office of a contact.
    pub fn office(&self) -> Option<&str> {
        self.contact.as_ref().map(|_| self.unit.name.as_str())
    }

    /// As it is told to somebody: "Frau Yilmaz, Bürgerbüro".
    pub fn whole_name(&self) -> String {
        match &self.contact {
            Some(contact) => format!("{}, {}", contact.name, self.unit.name),
            None => self.unit.name.clone(),
        }
    }

    fn raw_phone(&self) -> Option<&str> {
        let own = self.contact.as_ref().and_then(|contact| contact.phone.as_deref());
        own.or(self.unit.phone.as_deref())
    }

    pub fn phone(&self) -> Option<String> {
        self.raw_phone().map(|phone| shown_phone(phone, &self.blocks))
    }

    /// "jetzt erreichbar bis 12:30".
    pub fn reach_words(&self) -> String {
        self.reach.words(self.now)
    }

    pub fn can_be_dialled(&self) -> bool {
        self.raw_phone().and_then(dialable).is_some()
    }

    pub fn task(&self) -> Option<&str> {
        match &self.contact {
            Some(contact) => contact.task.as_deref(),
            None => self.unit.tasks.as_deref(),
        }
    }

    pub fn room(&self) -> Option<String> {
        let own = self.contact.as_ref().and_then(|contact| contact.room.as_deref());
        own.or(self.unit.room.as_deref()).map(room_words)
    }

    pub fn languages(&self) -> &[String] {
        match &self.contact {
            Some(contact) if !contact.languages.is_empty() => &contact.languages,
            _ => &self.unit.languages,
        }
    }

    /// What stands there in free text, where nobody has entered hours.
    pub fn free_hours(&self) -> Option<&str> {
        self.unit.phone_hours.as_deref().filter(|_| self.reach == Reach::Unknown)
    }

    /// "heute 2 × nicht erreicht, 1 × erreicht".
    pub fn results_words(&self) -> Option<String> {
        let words: Vec<_> = self.today.iter().map(|(told, count)| format!("{count} × {}", told.label())).collect();
        (!words.is_empty()).then(|| format!("heute {}", words.join(", ")))
    }
}

/// In the order of the targets; what is not there any more is left out.
pub async fn list_cards(db: &mut PgConnection, targets: &[Target], now: DateTime<Utc>) -> sqlx::Result<Vec<Card>> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let people = People::load(db, targets, now).await?;
    Ok(targets.iter().filter_map(|target| people.card(*target)).collect())
}

/// Everybody who is asked for, and who stands in for them.
struct People {
    now: DateTime<Utc>,
    units: HashMap<(TenantId, UnitId), Unit>,
    contacts: HashMap<(TenantId, ContactId), Contact>,
    calendars: HashMap<(TenantId, UnitId), ServiceCalendar>,
    results: Vec<(TenantId, UnitId, Told, i64)>,
    blocks: HashMap<TenantId, Vec<String>>,
}

impl People {
    async fn load(db: &mut PgConnection, targets: &[Target], now: DateTime<Utc>) -> sqlx::Result<Self> {
        let tenants: HashSet<_> = targets.iter().map(|target| target.tenant).collect();
        let tenants: Vec<_> = tenants.into_iter().collect();
        let contacts = load_contacts(&mut *db, &tenants, targets).await?;
        let asked = targets.iter().map(|target| target.unit).chain(contacts.values().map(|contact| contact.unit));
        let units = load_units(&mut *db, &tenants, asked.collect()).await?;
        let ids: Vec<_> = units.keys().map(|(_, unit)| *unit).collect();
        let calendars = list_calendars(&mut *db, &tenants, &ids).await?;
        let midnight = clock::moment(clock::day_of(now), NaiveTime::MIN).unwrap_or(now);
        let results = store::transfers::count_results(&mut *db, &tenants, &ids, midnight).await?;
        let mut blocks = HashMap::new();
        for tenant in tenants {
            let found = tenants::find_tenant(&mut *db, tenant).await?;
            blocks.insert(tenant, found.map(|tenant| tenant.number_blocks).unwrap_or_default());
        }
        Ok(Self { now, units, contacts, calendars, results, blocks })
    }

    fn card(&self, target: Target) -> Option<Card> {
        let unit = self.units.get(&(target.tenant, target.unit))?;
        let contact = match target.contact {
            Some(contact) => Some(self.contacts.get(&(target.tenant, contact))?.clone()),
            None => None,
        };
        let of_unit = self.results.iter().filter(|(tenant, id, ..)| (*tenant, *id) == (target.tenant, target.unit));
        let reach = self.reach(target)?;
        let deputy = if reach.is_held() { self.deputy(target) } else { None };
        Some(Card {
            target,
            unit: unit.clone(),
            contact,
            deputy,
            reach,
            today: of_unit.map(|(.., told, count)| (*told, *count)).collect(),
            blocks: self.blocks.get(&target.tenant).cloned().unwrap_or_default(),
            now: self.now,
        })
    }

    fn reach(&self, target: Target) -> Option<Reach> {
        let unit = self.units.get(&(target.tenant, target.unit))?;
        let contact = target.contact.and_then(|contact| self.contacts.get(&(target.tenant, contact)));
        let own = contact.and_then(|contact| contact.hold.as_ref()).filter(|hold| hold.holds(self.now));
        let calendar = self.calendars.get(&(target.tenant, target.unit));
        Some(Reach::at(calendar, own.or(unit.hold.as_ref()), self.now))
    }

    /// The first one in the chain who is not held up too.
    fn deputy(&self, target: Target) -> Option<Deputy> {
        let found = first_free(target, |one| Some((!self.reach(one)?.is_held(), self.next(one))))?;
        let unit = self.units.get(&(found.tenant, found.unit))?;
        let contact = found.contact.and_then(|contact| self.contacts.get(&(found.tenant, contact)));
        let blocks = self.blocks.get(&found.tenant).map(Vec::as_slice).unwrap_or_default();
        let phone = contact.and_then(|contact| contact.phone.as_deref()).or(unit.phone.as_deref());
        Some(Deputy {
            target: found,
            name: contact.map_or(&unit.name, |contact| &contact.name).clone(),
            phone: phone.map(|phone| shown_phone(phone, blocks)),
            words: self.reach(found)?.words(self.now),
            reach: self.reach(found)?,
        })
    }

    /// Who stands in: a contact's deputy, otherwise the one of the office.
    fn next(&self, one: Target) -> Option<Target> {
        let contact = one.contact.and_then(|contact| self.contacts.get(&(one.tenant, contact)));
        let deputy = contact.and_then(|contact| self.contacts.get(&(one.tenant, contact.deputy?)));
        if let Some(deputy) = deputy {
            return Some(Target { tenant: one.tenant, unit: deputy.unit, contact: Some(deputy.id) });
        }
        let unit = self.units.get(&(one.tenant, one.unit))?;
        let office_is_free = one.contact.is_some() && unit.hold.as_ref().is_none_or(|hold| !hold.holds(self.now));
        let next = if office_is_free { one.unit } else { unit.deputy? };
        Some(Target { tenant: one.tenant, unit: next, contact: None })
    }
}

async fn load_contacts(
    db: &mut PgConnection,
    tenants: &[TenantId],
    targets: &[Target],
) -> sqlx::Result<HashMap<(TenantId, ContactId), Contact>> {
    let mut found = HashMap::new();
    let mut wanted: Vec<_> = targets.iter().filter_map(|target| target.contact).collect();
    for _ in 0..LONGEST_CHAIN {
        if wanted.is_empty() {
            break;
        }
        let contacts = store::contacts::list_contacts_by_id(&mut *db, tenants, &wanted).await?;
        wanted = contacts.iter().filter_map(|contact| contact.deputy).collect();
        found.extend(contacts.into_iter().map(|contact| ((contact.tenant, contact.id), contact)));
        wanted.retain(|id| !found.keys().any(|(_, known)| known == id));
    }
    Ok(found)
}

async fn load_units(
    db: &mut PgConnection,
    tenants: &[TenantId],
    mut wanted: Vec<UnitId>,
) -> sqlx::Result<HashMap<(TenantId, UnitId), Unit>> {
    let mut found = HashMap::new();
    for _ in 0..LONGEST_CHAIN {
        if wanted.is_empty() {
            break;
        }
        let units = store::units::list_units_by_id(&mut *db, tenants, &wanted).await?;
        wanted = units.iter().filter_map(|unit| unit.deputy).collect();
        found.extend(units.into_iter().map(|unit| ((unit.tenant, unit.id), unit)));
        wanted.retain(|id| !found.keys().any(|(_, known)| known == id));
    }
    Ok(found)
}
