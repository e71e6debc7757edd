//! The form of a rule: what was typed, checked.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::access::TenantAccess;
use crate::app::App;
use crate::directory::street::street_key;
use crate::directory::{Contact, Initials, Narrowing, Rule, Side, StreetPart, Subject, Unit, store};
use crate::ids::{ContactId, RuleId, UnitId};
use crate::knowledge::{self, LIFE_SITUATIONS};
use crate::search::find_named_entry;
use crate::web;
use crate::web::forms::{Difference, Errors, differences, parse_date};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    pub version: i32,
    /// "entry", "situation" or "within".
    pub about: String,
    /// A title, or an entry's number.
    pub entry: String,
    pub situation: String,
    /// The id of an office.
    pub within: String,
    pub narrows: String,
    pub street: String,
    pub number_from: String,
    pub number_to: String,
    pub side: String,
    pub district: String,
    pub initial_from: String,
    pub initial_to: String,
    pub valid_from: String,
    pub valid_until: String,
    /// The id of an office, or "office-contact".
    pub target: String,
}

/// The offices and people that a rule may lead to.
pub struct Directory {
    pub units: Vec<Unit>,
    pub contacts: Vec<Contact>,
}

impl Directory {
    pub async fn load(app: &App, tenant: &TenantAccess) -> web::Result<Self> {
        let mut db = app.begin(&tenant.scope()).await?;
        let units = store::units::list_units(&mut *db, tenant.id).await?;
        let contacts = store::contacts::list_contacts(&mut *db, &[tenant.id], None).await?;
        Ok(Self { units, contacts })
    }

    fn target(&self, text: &str) -> Option<(UnitId, Option<ContactId>)> {
        let (unit, contact) = text.split_once('-').map_or((text, None), |(unit, contact)| (unit, Some(contact)));
        let unit = self.units.iter().find(|known| known.id.to_string() == unit)?.id;
        let Some(contact) = contact else { return Some((unit, None)) };
        let contact = self.contacts.iter().find(|known| known.unit == unit && known.id.to_string() == contact)?;
        Some((unit, Some(contact.id)))
    }
}

impl RuleForm {
    /// `title`: of the entry that it is about.
    pub fn of(rule: &Rule, title: Option<String>) -> Self {
        let date = |day: Option<NaiveDate>| day.map(|day| day.format("%Y-%m-%d").to_string()).unwrap_or_default();
        let mut form = Self {
            version: rule.version,
            narrows: rule.narrowing.as_str().to_owned(),
            side: Side::All.as_str().to_owned(),
            valid_from: date(rule.valid_from),
            valid_until: date(rule.valid_until),
            target: match rule.contact {
                Some(contact) => format!("{}-{contact}", rule.unit),
                None => rule.unit.to_string(),
            },
            ..Self::default()
        };
        match &rule.subject {
            Subject::Entry(_, entry) => {
                "entry".clone_into(&mut form.about);
                form.entry = title.unwrap_or_else(|| entry.to_string());
            }
            Subject::Situation(situation) => {
                "situation".clone_into(&mut form.about);
                form.situation.clone_from(situation);
            }
            Subject::Within(unit) => {
                "within".clone_into(&mut form.about);
                form.within = unit.to_string();
            }
        }
        form.take_narrowing(&rule.narrowing);
        form
    }

    fn take_narrowing(&mut self, narrowing: &Narrowing) {
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        match narrowing {
            Narrowing::All => {}
            Narrowing::Street(part) => {
                self.street.clone_from(&part.street);
                (self.number_from, self.number_to) = (number(part.from), number(part.to));
                part.side.as_str().clone_into(&mut self.side);
            }
            Narrowing::District(district) => self.district.clone_from(district),
            Narrowing::Initials(initials) => {
                (self.initial_from, self.initial_to) = (initials.from.clone(), initials.to.clone());
            }
        }
    }

    /// `before`: the rule as it is and its form; an entry that was not touched is not looked up again.
    pub async fn check(
        &self,
        app: &App,
        tenant: &TenantAccess,
        directory: &Directory,
        before: Option<(&Rule, &Self)>,
        errors: &mut Errors,
    ) -> web::Result<Option<Rule>> {
        let kept = before.filter(|(_, form)| form.about == self.about && form.entry == self.entry);
        let subject = match kept {
            Some((rule, _)) if self.about == "entry" => Some(rule.subject.clone()),
            _ => self.subject(app, tenant, directory, errors).await?,
        };
        let narrowing = self.narrowing(errors);
        let target = directory.target(&self.target);
        if target.is_none() {
            errors.add("target", "Bitte wählen Sie, wer zuständig ist.");
        }
        let [valid_from, valid_until] = [("valid_from", &self.valid_from), ("valid_until", &self.valid_until)]
            .map(|(field, text)| checked_date(field, text, errors));
        if valid_from.zip(valid_until).is_some_and(|(from, until)| until < from) {
            errors.add("valid_until", "Das Ende liegt vor dem Anfang.");
        }
        let (Some(subject), Some(narrowing), Some((unit, contact)), true) =
            (subject, narrowing, target, errors.is_empty())
        else {
            return Ok(None);
        };
        Ok(Some(Rule {
            tenant: tenant.id,
            id: before.map_or(RuleId(0), |(rule, _)| rule.id),
            subject,
            narrowing,
            valid_from,
            valid_until,
            unit,
            contact,
            version: self.version,
            deleted_at: None,
        }))
    }

    async fn subject(
        &self,
        app: &App,
        tenant: &TenantAccess,
        directory: &Directory,
        errors: &mut Errors,
    ) -> web::Result<Option<Subject>> {
        match self.about.as_str() {
            "situation" => {
                let known = LIFE_SITUATIONS.contains(&self.situation.as_str());
                if !known {
                    errors.add("situation", "Bitte wählen Sie eine Lebenslage.");
                }
                Ok(known.then(|| Subject::Situation(self.situation.clone())))
            }
            "within" => {
                let unit = directory.units.iter().find(|unit| unit.id.to_string() == self.within);
                if unit.is_none() {
                    errors.add("within", "Bitte wählen Sie eine Stelle.");
                }
                Ok(unit.map(|unit| Subject::Within(unit.id)))
            }
            _ => match find_named_entry(app, tenant, &self.entry).await? {
                Ok(entry) => self.root_of(app, tenant, entry).await.map(Some),
                Err(message) => {
                    errors.add("entry", message);
                    Ok(None)
                }
            },
        }
    }

    /// A rule holds for an entry with all of its adaptations.
    async fn root_of(
        &self,
        app: &App,
        tenant: &TenantAccess,
        (owner, entry): (crate::ids::TenantId, crate::ids::EntryId),
    ) -> web::Result<Subject> {
        let mut db = app.begin(&tenant.scope()).await?;
        let found = knowledge::find_entry(&mut db, tenant.id, owner, entry).await?;
        let root = found.map_or((owner, entry), |entry| (entry.root().tenant, entry.root().entry));
        Ok(Subject::Entry(root.0, root.1))
    }

    fn narrowing(&self, errors: &mut Errors) -> Option<Narrowing> {
        match self.narrows.as_str() {
            "street" => self.street_part(errors).map(Narrowing::Street),
            "district" => {
                errors.require("district", &self.district, "Der Ortsteil");
                errors.limit("district", &self.district, 80);
                Some(Narrowing::District(self.district.clone()))
            }
            "initials" => {
                let initials = Initials::new(&self.initial_from, &self.initial_to);
                if initials.is_none() {
                    errors.add("initial_from", "Bitte geben Sie Anfänge wie A und K oder Sa und Sch ein.");
                }
                initials.map(Narrowing::Initials)
            }
            "all" | "" => Some(Narrowing::All),
            _ => {
                errors.add("narrows", "Diese Einteilung gibt es nicht.");
                None
            }
        }
    }

    fn street_part(&self, errors: &mut Errors) -> Option<StreetPart> {
        errors.require("street", &self.street, "Die Straße");
        errors.limit("street", &self.street, 120);
        let key = street_key(&self.street);
        if key.is_empty() {
            errors.add("street", "Das ist kein Straßenname.");
        }
        let [from, to] = [("number_from", &self.number_from), ("number_to", &self.number_to)]
            .map(|(field, text)| checked_number(field, text, errors));
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            errors.add("number_to", "Die letzte Hausnummer liegt vor der ersten.");
        }
        let side = if self.side.is_empty() { Some(Side::All) } else { Side::parse(&self.side) };
        if side.is_none() {
            errors.add("side", "Diese Seite gibt es nicht.");
        }
        Some(StreetPart { street: self.street.clone(), key, from, to, side: side? })
    }

    pub fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        differences([
            ("about", "Worum geht es", &theirs.about, &self.about),
            ("entry", "Eintrag", &theirs.entry, &self.entry),
            ("situation", "Lebenslage", &theirs.situation, &self.situation),
            ("within", "Stelle", &theirs.within, &self.within),
            ("narrows", "Eingeteilt nach", &theirs.narrows, &self.narrows),
            ("street", "Straße", &theirs.street, &self.street),
            ("number_from", "Hausnummer von", &theirs.number_from, &self.number_from),
            ("number_to", "Hausnummer bis", &theirs.number_to, &self.number_to),
            ("side", "Seite", &theirs.side, &self.side),
            ("district", "Ortsteil", &theirs.district, &self.district),
            ("initial_from", "Nachname von", &theirs.initial_from, &self.initial_from),
            ("initial_to", "Nachname bis", &theirs.initial_to, &self.initial_to),
            ("valid_from", "Gültig ab", &theirs.valid_from, &self.valid_from),
            ("valid_until", "Gültig bis", &theirs.valid_until, &self.valid_until),
            ("target", "Zuständig", &theirs.target, &self.target),
        ])
    }
}

fn checked_date(field: &'static str, text: &str, errors: &mut Errors) -> Option<NaiveDate> {
    let day = parse_date(text);
    if day.is_none() && !text.is_empty() {
        errors.add(field, "Das ist kein Datum.");
    }
    day
}

fn checked_number(field: &'static str, text: &str, errors: &mut Errors) -> Option<u32> {
    let number = text.parse().ok().filter(|number| (1..=9999).contains(number));
    if number.is_none() && !text.is_empty() {
        errors.add(field, "Bitte geben Sie eine Hausnummer ohne Buchstaben ein.");
    }
    number
}
