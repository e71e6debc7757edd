//! The form of an office: what was typed, checked.

use serde::Deserialize;

use super::listed;
use crate::access::TenantAccess;
use crate::accounts::is_email;
use crate::directory::{Unit, UnitKind};
use crate::ids::UnitId;
use crate::tenants::Number;
use crate::web::forms::{Choice, Difference, Errors, differences, optional};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct UnitForm {
    pub version: i32,
    pub kind: String,
    pub name: String,
    pub short_name: String,
    pub tasks: String,
    /// The id of the office above.
    pub parent: String,
    /// The id of the office that stands in.
    pub deputy: String,
    /// With commas between them.
    pub languages: String,
    pub phone: String,
    pub mail: String,
    pub street: String,
    pub postcode: String,
    pub city: String,
    pub room: String,
    pub opening_hours: String,
    pub phone_hours: String,
}

impl UnitForm {
    pub fn of(unit: &Unit) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            version: unit.version,
            kind: unit.kind.as_str().to_owned(),
            name: unit.name.clone(),
            short_name: text(&unit.short_name),
            tasks: text(&unit.tasks),
            parent: unit.parent.map(|parent| parent.to_string()).unwrap_or_default(),
            deputy: unit.deputy.map(|deputy| deputy.to_string()).unwrap_or_default(),
            languages: unit.languages.join(", "),
            phone: text(&unit.phone),
            mail: text(&unit.mail),
            street: text(&unit.street),
            postcode: text(&unit.postcode),
            city: text(&unit.city),
            room: text(&unit.room),
            opening_hours: text(&unit.opening_hours),
            phone_hours: text(&unit.phone_hours),
        }
    }

    pub fn check(&self, tenant: &TenantAccess, id: UnitId, units: &[Unit], errors: &mut Errors) -> Option<Unit> {
        errors.require("name", &self.name, "Der Name");
        let longest = [
            ("name", &self.name, 120),
            ("short_name", &self.short_name, 30),
            ("tasks", &self.tasks, 500),
            ("languages", &self.languages, 200),
            ("street", &self.street, 120),
            ("city", &self.city, 80),
            ("room", &self.room, 40),
            ("opening_hours", &self.opening_hours, 500),
            ("phone_hours", &self.phone_hours, 500),
        ];
        for (field, value, most) in longest {
            errors.limit(field, value, most);
        }
        if !self.phone.is_empty() && matches!(Number::parse(&self.phone), Number::Unreadable(_) | Number::Anonymous) {
            errors
                .add("phone", format!("„{}“ ist keine Rufnummer. Möglich sind auch Durchwahlen wie 2212.", self.phone));
        }
        if !self.mail.is_empty() && !is_email(&self.mail) {
            errors.add("mail", "Das ist keine E-Mail-Adresse.");
        }
        let is_postcode = self.postcode.len() == 5 && self.postcode.bytes().all(|byte| byte.is_ascii_digit());
        if !self.postcode.is_empty() && !is_postcode {
            errors.add("postcode", "Die Postleitzahl hat fünf Ziffern.");
        }
        let parent = self.checked_parent(id, units, errors);
        let deputy = self.checked_deputy(id, units, errors);
        let kind = UnitKind::parse(&self.kind).or(self.kind.is_empty().then(UnitKind::default));
        if kind.is_none() {
            errors.add("kind", "Diese Art gibt es nicht.");
        }
        errors.is_empty().then(|| self.unit(tenant, id, kind.unwrap_or_default(), parent, deputy))
    }

    fn checked_deputy(&self, id: UnitId, units: &[Unit], errors: &mut Errors) -> Option<UnitId> {
        let deputy = units.iter().find(|unit| unit.id.to_string() == self.deputy).map(|unit| unit.id);
        if deputy.is_none() && !self.deputy.is_empty() {
            errors.add("deputy", "Diese Stelle gibt es nicht.");
        } else if deputy == Some(id) {
            errors.add("deputy", "Eine Stelle kann sich nicht selbst vertreten.");
        }
        deputy
    }

    fn checked_parent(&self, id: UnitId, units: &[Unit], errors: &mut Errors) -> Option<UnitId> {
        let parent = units.iter().find(|unit| unit.id.to_string() == self.parent).map(|unit| unit.id);
        if parent.is_none() && !self.parent.is_empty() {
            errors.add("parent", "Diese Stelle gibt es nicht.");
        } else if parent.is_some_and(|parent| is_below(units, parent, id)) {
            errors.add("parent", "Eine Stelle kann nicht unter sich selbst stehen.");
        }
        parent
    }

    fn unit(
        &self,
        tenant: &TenantAccess,
        id: UnitId,
        kind: UnitKind,
        parent: Option<UnitId>,
        deputy: Option<UnitId>,
    ) -> Unit {
        Unit {
            tenant: tenant.id,
            id,
            parent,
            kind,
            deputy,
            name: self.name.clone(),
            short_name: optional(&self.short_name),
            tasks: optional(&self.tasks),
            languages: listed(&self.languages),
            phone: optional(&self.phone),
            mail: optional(&self.mail),
            street: optional(&self.street),
            postcode: optional(&self.postcode),
            city: optional(&self.city),
            room: optional(&self.room),
            opening_hours: optional(&self.opening_hours),
            phone_hours: optional(&self.phone_hours),
            version: self.version,
            ..Unit::default()
        }
    }

    /// Every office but this one, after "keine".
    pub fn others(units: &[Unit], id: Option<UnitId>, chosen: &str) -> Vec<Choice> {
        let none = Choice::new("", "keine", chosen.is_empty());
        let others = units.iter().filter(|unit| Some(unit.id) != id);
        let choice = |unit: &Unit| Choice::new(unit.id, &unit.name, unit.id.to_string() == chosen);
        std::iter::once(none).chain(others.map(choice)).collect()
    }

    pub fn kinds(&self) -> Vec<Choice> {
        let chosen = UnitKind::parse(&self.kind).unwrap_or_default();
        UnitKind::ALL.map(|kind| Choice::new(kind.as_str(), kind.label(), kind == chosen)).to_vec()
    }

    pub fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        differences([
            ("name", "Name", &theirs.name, &self.name),
            ("kind", "Art", kind_or_usual(&theirs.kind), kind_or_usual(&self.kind)),
            ("short_name", "Kurzname", &theirs.short_name, &self.short_name),
            ("tasks", "Aufgaben", &theirs.tasks, &self.tasks),
            ("parent", "Gehört zu", &theirs.parent, &self.parent),
            ("deputy", "Vertretung", &theirs.deputy, &self.deputy),
            ("languages", "Sprachen", &theirs.languages, &self.languages),
            ("phone", "Telefon", &theirs.phone, &self.phone),
            ("mail", "E-Mail", &theirs.mail, &self.mail),
            ("street", "Straße", &theirs.street, &self.street),
            ("postcode", "Postleitzahl", &theirs.postcode, &self.postcode),
            ("city", "Ort", &theirs.city, &self.city),
            ("room", "Zimmer", &theirs.room, &self.room),
            ("opening_hours", "Öffnungszeiten", &theirs.opening_hours, &self.opening_hours),
            ("phone_hours", "Telefonzeiten", &theirs.phone_hours, &self.phone_hours),
        ])
    }
}

/// Whether `unit` is `above` or stands somewhere under it.
fn is_below(units: &[Unit], unit: UnitId, above: UnitId) -> bool {
    let mut here = Some(unit);
    // A chain is never longer than the list.
    for _ in 0..=units.len() {
        match here {
            Some(id) if id == above => return true,
            Some(id) => here = units.iter().find(|unit| unit.id == id).and_then(|unit| unit.parent),
            None => return false,
        }
    }
    true
}

fn kind_or_usual(kind: &str) -> &str {
    if kind.is_empty() { UnitKind::default().as_str() } else { kind }
}
