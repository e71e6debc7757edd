//! Writes what a plan says, in one transaction of the caller.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::Record;
use super::plan::{Change, Outcome, Plan};
use crate::directory::{Contact, Unit, store};
use crate::ids::{TenantId, UnitId};

/// Offices first, then who stands above whom, then people.
pub async fn apply(db: &mut PgConnection, tenant: TenantId, plan: &Plan) -> sqlx::Result<()> {
    let mut units: HashMap<String, Unit> = HashMap::new();
    for unit in store::units::list_units(&mut *db, tenant).await? {
        units.insert(unit.name.clone(), unit);
    }
    let (people, offices): (Vec<_>, Vec<_>) = plan.changes.iter().partition(|change| change.record.person.is_some());
    for change in offices.iter().filter(|change| change.outcome == Outcome::New) {
        let mut unit = Unit { tenant, name: change.record.unit.clone(), ..Unit::default() };
        fill(&mut unit, &change.record);
        unit.id = store::units::insert_unit(&mut *db, tenant, &unit).await?;
        unit.version = 1;
        units.insert(unit.name.clone(), unit);
    }
    for change in offices.iter().filter(|change| change.outcome != Outcome::Unchanged) {
        change_office(&mut *db, change, &mut units).await?;
    }
    for change in people {
        change_person(&mut *db, tenant, change, &units).await?;
    }
    Ok(())
}

/// A new one only gets the office above, which may stand further below in the file.
async fn change_office(db: &mut PgConnection, change: &Change, units: &mut HashMap<String, Unit>) -> sqlx::Result<()> {
    let Some(mut unit) = units.get(&change.record.unit).cloned() else { return Ok(()) };
    let before = unit.clone();
    fill(&mut unit, &change.record);
    let above = change.record.parent.as_ref().and_then(|parent| units.get(parent)).map(|above| above.id);
    if let Some(above) = above.filter(|above| !is_below(units, *above, unit.id)) {
        unit.parent = Some(above);
    }
    if unit != before && store::units::update_unit(&mut *db, &unit).await? {
        unit.version += 1;
        units.insert(unit.name.clone(), unit);
    }
    Ok(())
}

fn is_below(units: &HashMap<String, Unit>, unit: UnitId, above: UnitId) -> bool {
    let mut here = Some(unit);
    for _ in 0..=units.len() {
        match here {
            Some(id) if id == above => return true,
            Some(id) => here = units.values().find(|unit| unit.id == id).and_then(|unit| unit.parent),
            None => return false,
        }
    }
    true
}

async fn change_person(
    db: &mut PgConnection,
    tenant: TenantId,
    change: &Change,
    units: &HashMap<String, Unit>,
) -> sqlx::Result<()> {
    let (Some(unit), Some(name)) = (units.get(&change.record.unit), &change.record.person) else { return Ok(()) };
    let known = match change.contact {
        Some(contact) => store::contacts::find_any_contact(&mut *db, tenant, contact).await?,
        None => None,
    };
    let is_new = known.is_none();
    let mut contact =
        known.unwrap_or_else(|| Contact { tenant, unit: unit.id, name: name.clone(), ..Contact::default() });
    let record = &change.record;
    take(&mut contact.task, record.tasks.as_ref());
    take(&mut contact.phone, record.phone.as_ref());
    take(&mut contact.mail, record.mail.as_ref());
    take(&mut contact.room, record.room.as_ref());
    if let Some(languages) = &record.languages {
        contact.languages = listed(languages);
    }
    match (is_new, &change.outcome) {
        (true, _) => _ = store::contacts::insert_contact(db, &contact).await?,
        (false, Outcome::Unchanged) => {}
        (false, _) => _ = store::contacts::update_contact(db, &contact).await?,
    }
    Ok(())
}

fn fill(unit: &mut Unit, record: &Record) {
    take(&mut unit.tasks, record.tasks.as_ref());
    take(&mut unit.phone, record.phone.as_ref());
    take(&mut unit.mail, record.mail.as_ref());
    take(&mut unit.street, record.street.as_ref());
    take(&mut unit.postcode, record.postcode.as_ref());
    take(&mut unit.city, record.city.as_ref());
    take(&mut unit.room, record.room.as_ref());
    take(&mut unit.phone_hours, record.phone_hours.as_ref());
    take(&mut unit.opening_hours, record.opening_hours.as_ref());
    if let Some(languages) = &record.languages {
        unit.languages = listed(languages);
    }
}

fn take(field: &mut Option<String>, new: Option<&String>) {
    if let Some(new) = new {
        *field = Some(new.clone());
    }
}

fn listed(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
