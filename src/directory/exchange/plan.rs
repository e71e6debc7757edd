//! What reading a file would change, before anything is written. Pure.

use std::collections::{HashMap, HashSet};

use super::{Read, Record};
use crate::accounts::is_email;
use crate::directory::{Contact, Unit};
use crate::ids::{ContactId, UnitId};
use crate::tenants::Number;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    New,
    /// Label, what stands there, what would stand there.
    Changed(Vec<(&'static str, String, String)>),
    Unchanged,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub record: Record,
    pub outcome: Outcome,
    /// Of an office or a contact that is there.
    pub unit: Option<UnitId>,
    pub contact: Option<ContactId>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub changes: Vec<Change>,
    /// Lines that cannot be taken, each with why.
    pub bad: Vec<(usize, String)>,
}

impl Plan {
    pub fn count(&self, pick: fn(&Outcome) -> bool) -> usize {
        self.changes.iter().filter(|change| pick(&change.outcome)).count()
    }

    pub fn created(&self) -> usize {
        self.count(|outcome| *outcome == Outcome::New)
    }

    pub fn changed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Changed(_)))
    }

    pub fn unchanged(&self) -> usize {
        self.count(|outcome| *outcome == Outcome::Unchanged)
    }
}

impl Change {
    /// "Frau Yilmaz, Bürgerbüro".
    pub fn name(&self) -> String {
        match &self.record.person {
            Some(person) => format!("{person}, {}", self.record.unit),
            None => self.record.unit.clone(),
        }
    }
}

/// `units` with the archived ones: their names are taken too.
pub fn plan(read: Vec<Read>, units: &[Unit], contacts: &[Contact]) -> Plan {
    let mut plan = Plan::default();
    let by_name: HashMap<&str, &Unit> = units.iter().map(|unit| (unit.name.as_str(), unit)).collect();
    let records: Vec<Record> =
        read.into_iter().filter_map(|read| read.map_err(|bad| plan.bad.push(bad)).ok()).collect();
    let in_file: HashSet<String> =
        records.iter().filter(|record| record.person.is_none()).map(|record| record.unit.clone()).collect();
    let mut seen = HashSet::new();
    for record in records {
        let known = by_name.get(record.unit.as_str()).copied();
        let problem = problem(&record, known, &by_name, &in_file).or_else(|| {
            (!seen.insert((record.unit.clone(), record.person.clone())))
                .then(|| "Das steht schon weiter oben in der Datei.".to_owned())
        });
        if let Some(problem) = problem {
            plan.bad.push((record.line, problem));
            continue;
        }
        plan.changes.push(change(record, known, units, contacts));
    }
    plan.bad.sort();
    plan
}

fn change(record: Record, known: Option<&Unit>, units: &[Unit], contacts: &[Contact]) -> Change {
    let contact = record.person.as_ref().and_then(|person| {
        contacts.iter().find(|contact| Some(contact.unit) == known.map(|unit| unit.id) && contact.name == *person)
    });
    let differences = match (&record.person, known, contact) {
        (None, Some(unit), _) => Some(differences(&record, &of_unit(unit, units))),
        (Some(_), _, Some(contact)) => Some(differences(&record, &of_contact(contact))),
        _ => None,
    };
    let outcome = match differences {
        None => Outcome::New,
        Some(none) if none.is_empty() => Outcome::Unchanged,
        Some(some) => Outcome::Changed(some),
    };
    Change { record, outcome, unit: known.map(|unit| unit.id), contact: contact.map(|contact| contact.id) }
}

fn problem(
    record: &Record,
    known: Option<&Unit>,
    by_name: &HashMap<&str, &Unit>,
    in_file: &HashSet<String>,
) -> Option<String> {
    let long = [(&record.unit, 120), (record.person.as_ref().unwrap_or(&record.unit), 120)];
    let fields =
        [&record.tasks, &record.phone_hours, &record.opening_hours, &record.street, &record.city, &record.room];
    if long.iter().any(|(text, most)| text.chars().count() > *most)
        || fields.into_iter().flatten().any(|text| text.chars().count() > 500)
        || record.room.as_ref().is_some_and(|room| room.chars().count() > 40)
    {
        return Some("Ein Text ist zu lang.".to_owned());
    }
    if known.is_some_and(|unit| unit.archived_at.is_some()) {
        return Some(format!("Die Stelle „{}“ liegt im Archiv.", record.unit));
    }
    if record.person.is_some() && known.is_none() && !in_file.contains(&record.unit) {
        return Some(format!("Die Stelle „{}“ gibt es nicht.", record.unit));
    }
    let parent = record.parent.as_deref();
    if let Some(parent) = parent.filter(|parent| !by_name.contains_key(parent) && !in_file.contains(*parent)) {
        return Some(format!("Die übergeordnete Stelle „{parent}“ gibt es nicht."));
    }
    if parent == Some(record.unit.as_str()) {
        return Some("Eine Stelle kann nicht unter sich selbst stehen.".to_owned());
    }
    if let Some(phone) = &record.phone
        && matches!(Number::parse(phone), Number::Unreadable(_) | Number::Anonymous)
    {
        return Some(format!("„{phone}“ ist keine Rufnummer."));
    }
    if record.mail.as_deref().is_some_and(|mail| !is_email(mail)) {
        return Some("Das ist keine E-Mail-Adresse.".to_owned());
    }
    let is_postcode = |code: &str| code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_digit());
    record
        .postcode
        .as_deref()
        .filter(|code| !is_postcode(code))
        .map(|_| "Die Postleitzahl hat fünf Ziffern.".to_owned())
}

fn of_unit(unit: &Unit, units: &[Unit]) -> Record {
    super::records(std::slice::from_ref(unit), &[])
        .into_iter()
        .map(|record| Record {
            parent: units.iter().find(|above| Some(above.id) == unit.parent).map(|above| above.name.clone()),
            ..record
        })
        .next()
        .unwrap_or_default()
}

fn of_contact(contact: &Contact) -> Record {
    Record {
        tasks: contact.task.clone(),
        phone: contact.phone.clone(),
        mail: contact.mail.clone(),
        room: contact.room.clone(),
        languages: Some(contact.languages.join(", ")).filter(|text| !text.is_empty()),
        ..Record::default()
    }
}

/// What the file leaves empty is no difference.
fn differences(new: &Record, old: &Record) -> Vec<(&'static str, String, String)> {
    let is_office = new.person.is_none();
    let fields = [
        ("Gehört zu", &old.parent, &new.parent, is_office),
        ("Aufgaben", &old.tasks, &new.tasks, true),
        ("Telefon", &old.phone, &new.phone, true),
        ("E-Mail", &old.mail, &new.mail, true),
        ("Straße", &old.street, &new.street, is_office),
        ("Postleitzahl", &old.postcode, &new.postcode, is_office),
        ("Ort", &old.city, &new.city, is_office),
        ("Zimmer", &old.room, &new.room, true),
        ("Sprachen", &old.languages, &new.languages, true),
        ("Telefonzeiten", &old.phone_hours, &new.phone_hours, is_office),
        ("Öffnungszeiten", &old.opening_hours, &new.opening_hours, is_office),
    ];
    let differs = fields.into_iter().filter(|(_, old, new, counts)| *counts && new.is_some() && old != new);
    differs
        .map(|(label, old, new, _)| (label, old.clone().unwrap_or_default(), new.clone().unwrap_or_default()))
        .collect()
}
